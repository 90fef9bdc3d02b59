"""Typed CSV files for ``neo4j-admin database import full``: the fast way into an empty Neo4j database.

    NAME.header.csv, NAME.csv   one pair a node label and one a relationship type that occurs
    import.sh                   the exact import command
    schema.cypher               constraints and indexes, for the running server afterwards
    export.json                 what is in the files, and the mark of a folder that may be replaced
    browser/                    style, guide and saved queries for Neo4j Browser

Rows go through one at a time, so that memory does not grow with the graph. Every id lies in one id space, since ids are
unique over the whole graph. Texts are quoted, quotes doubled; the list delimiter is a character that no text holds.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from kg.bulk import no_garbage_collection
from kg.errors import ServiceError, UsageError
from kg.exporters.neo4j_browser import write_browser_files
from kg.graph import KnowledgeGraph
from kg.schema import NODE_TYPES, RELATION_TYPES

__all__ = ["MARK", "Summary", "lines_of_graph", "write_import_files"]

MARK = "export.json"
DEFAULT_GRAPH = "kg"
_ID_SPACE = "graph"
_TYPES = {
    "string": "string",
    "int": "long",
    "float": "double",
    "bool": "boolean",
    "string[]": "string[]",
    "int[]": "long[]",
    "float[]": "double[]",
}
_EVIDENCE = {
    "sentences": ("sentence", "string[]"),
    "texts": ("text", "string[]"),
    "fields": ("field", "string[]"),
    "start_offsets": ("start", "int[]"),
    "end_offsets": ("end", "int[]"),
    "extractors": ("extractor", "string[]"),
    "confidences": ("confidence", "float[]"),
    "attributes": ("attributes", "string[]"),
}
# ASCII separators first: no keyboard types them, and canonical lines hold them only as escapes.
_DELIMITERS = tuple(chr(code) for code in (0x1F, 0x1E, 0x1D, 0x1C, *range(0xE000, 0xE100)))
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_BUFFER = 1 << 20
_IMPORT_BUFFER = 4 << 20
"""What the importer reads at a time unless told otherwise; a row must fit."""

Lines = Callable[[], Iterable[bytes]]
"""Gives the lines of a canonical export, as often as it is called."""


@dataclass(slots=True)
class Summary:
    """What was written.

    Attributes:
        nodes: Rows by label.
        relations: Rows by type.
        evidence: Pieces of evidence on the relations.
        delimiter: What separates the items of a list.
    """

    nodes: dict[str, int]
    relations: dict[str, int]
    evidence: int
    delimiter: str
    command: str = ""


@dataclass(slots=True)
class _Table:
    """One data file while it is written."""

    name: str
    out: IO[bytes]
    rows: list[str] = field(default_factory=list)
    count: int = 0
    longest: int = 0
    multiline: bool = False

    def flush(self) -> None:
        data = "".join(self.rows).encode()
        self.rows.clear()
        self.out.write(data)


def lines_of_graph(graph: KnowledgeGraph) -> Lines:
    """The canonical lines of a graph in memory."""
    from kg.exporters.jsonl import lines_of

    return lambda: (line.encode() for line in lines_of(graph))


@no_garbage_collection()
def write_import_files(lines: Lines, folder: Path, graph_name: str = DEFAULT_GRAPH) -> Summary:
    """Write the files of an import.

    Args:
        lines: The canonical lines of the graph: entities and relations in any order.
        folder: Where; missing, empty, or an older export, which is replaced when the new one is complete.
        graph_name: The name that every node and edge carries.

    Raises:
        UsageError: if the folder holds something else, or a line does not fit the schema.
        ServiceError: if the disk refuses.
    """
    with _replacing(folder) as aside:
        delimiter = _unused_delimiter(lines())
        writer = _Writer(aside, delimiter, graph_name)
        with ExitStack() as stack:
            writer.write(lines(), stack)
        summary = Summary(
            {name: table.count for name, table in sorted(writer.nodes.items())},
            {name: table.count for name, table in sorted(writer.relations.items())},
            writer.evidence,
            delimiter,
        )
        _write_companions(aside, writer, summary, graph_name)
    return summary


# The folder


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place at the end."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
            raise UsageError(f"{folder} holds other files: choose a new or empty folder")
        parent = folder.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".part", dir=parent))
        try:
            yield aside
            _swap(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise ServiceError(f"cannot write {folder}: {error.strerror or error}") from error


def _swap(aside: Path, folder: Path) -> None:
    umask = os.umask(0)
    os.umask(umask)
    aside.chmod(0o777 & ~umask)  # the server's own user reads the files
    if not folder.exists():
        aside.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".old", dir=folder.absolute().parent))
    folder.rename(old)  # onto an empty folder, which goes away
    aside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


# The rows


def _unused_delimiter(lines: Iterable[bytes]) -> str:
    """The first delimiter that occurs in no text."""
    left = list(_DELIMITERS)
    forms = {char: re.compile(_json_forms(char)) for char in left}
    any_form = re.compile(b"|".join(_json_forms(char) for char in _DELIMITERS[:4]) + rb"|\xee")
    for line in lines:
        if any_form.search(line):
            left = [char for char in left if not forms[char].search(line)]
    if not left:
        raise UsageError("no list delimiter is left: the texts hold every control and private character in question")
    return left[0]


def _json_forms(char: str) -> bytes:
    """A pattern of a character as JSON can hold it."""
    return re.escape(char.encode()) + rb"|\\u(?i:%04x)" % ord(char)


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if '"' in text else f'"{text}"'


def _scalar(kind: str) -> Callable[[Any], str]:
    """How a value that is not None is written."""
    if kind == "string":
        return lambda value: _quoted(str(value))
    if kind == "bool":
        return lambda value: "true" if value else "false"
    return {"int": lambda value: str(int(value)), "float": lambda value: repr(float(value))}[kind]


class _Writer:
    """Turns canonical lines into rows of CSV."""

    def __init__(self, folder: Path, delimiter: str, graph_name: str) -> None:
        self.folder = folder
        self.delimiter = delimiter
        self.graph = _quoted(graph_name)
        self.nodes: dict[str, _Table] = {}
        self.relations: dict[str, _Table] = {}
        self.evidence = 0
        self._properties = {
            name: [(key, self._value(kind)) for key, kind in properties.items()]
            for table in (NODE_TYPES, RELATION_TYPES)
            for name, properties in ((name, entry.properties) for name, entry in table.items())
        }

    def _value(self, kind: str) -> Callable[[Any], str]:
        if not kind.endswith("[]"):
            return _scalar(kind)
        return self._strings if kind == "string[]" else lambda values: self.delimiter.join(map(str, values))

    def _strings(self, values: Iterable[str]) -> str:
        """A list of texts; an empty one is an empty field, which the importer leaves out."""
        return _quoted(self.delimiter.join(values)) if values else ""

    def write(self, lines: Iterable[bytes], stack: ExitStack) -> None:
        """Write all rows."""
        loads = json.loads
        tables = self._tables(stack)
        for number, line in enumerate(lines, 1):
            try:
                value = loads(line)
                is_edge = "source" in value
                table = (self.relations if is_edge else self.nodes).get(value["type"]) or tables(value)
                row = self._edge(value) if is_edge else self._node(value)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UsageError(f"line {number} is no line of a canonical export ({error!r})") from error
            if b"\\n" in line or b"\\r" in line:
                table.multiline = True
            table.longest = max(table.longest, len(row))
            table.rows.append(row)
            table.count += 1
            if len(table.rows) >= 2000:
                table.flush()
        for table in (*self.nodes.values(), *self.relations.values()):
            table.flush()

    def _tables(self, stack: ExitStack) -> Callable[[Mapping[str, Any]], _Table]:
        """Opens the table of a value; its name comes from the schema."""

        def make(value: Mapping[str, Any]) -> _Table:
            known, opened, header = (
                (RELATION_TYPES, self.relations, _edge_header)
                if "source" in value
                else (NODE_TYPES, self.nodes, _node_header)
            )
            name = next((name for name in known if name == value["type"]), None)
            if name is None:
                raise ValueError(f"unknown type {value['type']!r}")
            (self.folder / f"{name}.header.csv").write_text(",".join(header(name)) + "\n", encoding="utf-8")
            out = stack.enter_context((self.folder / f"{name}.csv").open("wb", buffering=_BUFFER))
            opened[name] = _Table(name, out)
            return opened[name]

        return make

    def _typed(self, value: Mapping[str, Any]) -> str:
        """The columns of a type's own properties, each with a comma before it."""
        given: Mapping[str, Any] = value["properties"]
        columns = self._properties[value["type"]]
        left = len(given)
        fields = []
        for key, write in columns:
            item = given.get(key)
            left -= key in given
            fields.append("," if item is None else "," + write(item))
        if left:
            unknown = sorted(set(given) - {key for key, _ in columns})
            raise ValueError(f"{value['type']} has no property {', '.join(unknown)} in the schema")
        return "".join(fields)

    def _node(self, value: Mapping[str, Any]) -> str:
        kind = value["kind"]
        return (
            f"{_quoted(value['id'])},{self.graph},{_quoted(value['name'])},{self._strings(value['aliases'])},"
            f"{'true' if value['named'] else 'false'},{'' if kind is None else _quoted(kind)}{self._typed(value)}\n"
        )

    def _edge(self, value: Mapping[str, Any]) -> str:
        evidence = value["evidence"]
        start = (
            f"{_quoted(value['source'])},{_quoted(value['target'])},{self.graph},"
            f"{value['confidence']!r}{self._typed(value) if self._properties[value['type']] else ''}"
        )
        if not evidence:
            return f"{start},,,,,,,,\n"
        self.evidence += len(evidence)
        if len(evidence) == 1:
            return f"{start},{_single(evidence[0])}\n"
        join, texts = self.delimiter.join, self._strings
        return (
            f"{start},{texts([piece['sentence'] for piece in evidence])},"
            f"{texts([piece['text'] for piece in evidence])},"
            f"{texts([piece['field'] for piece in evidence])},"
            f"{join([str(piece['start']) for piece in evidence])},"
            f"{join([str(piece['end']) for piece in evidence])},"
            f"{texts([piece['extractor'] for piece in evidence])},"
            f"{join([repr(piece['confidence']) for piece in evidence])},"
            f"{texts([_attributes(piece) for piece in evidence])}\n"
        )


def _single(piece: Mapping[str, Any]) -> str:
    """The evidence columns of an edge with one piece of it: most edges."""
    return (
        f"{_quoted(piece['sentence'])},{_quoted(piece['text'])},{_quoted(piece['field'])},{piece['start']},"
        f"{piece['end']},{_quoted(piece['extractor'])},{piece['confidence']!r},{_quoted(_attributes(piece))}"
    )


def _attributes(piece: Mapping[str, Any]) -> str:
    attributes = piece["attributes"]
    return _JSON(attributes) if attributes else "{}"


# Headers, command and companions


def _columns(properties: Mapping[str, str]) -> list[str]:
    return [f"{name}:{_TYPES[kind]}" for name, kind in properties.items()]


def _node_header(label: str) -> list[str]:
    return [
        f"id:ID({_ID_SPACE})",
        "graph:string",
        "name:string",
        "aliases:string[]",
        "named:boolean",
        "kind:string",
        *_columns(NODE_TYPES[label].properties),
    ]


def _edge_header(name: str) -> list[str]:
    return [
        f":START_ID({_ID_SPACE})",
        f":END_ID({_ID_SPACE})",
        "graph:string",
        "confidence:double",
        *_columns(RELATION_TYPES[name].properties),
        *_columns({name: kind for name, (_, kind) in _EVIDENCE.items()}),
    ]


def _arguments(writer: _Writer) -> list[str]:
    """The arguments of the import command; file names are relative to the folder."""
    tables = [*writer.nodes.values(), *writer.relations.values()]
    arguments = [f"--nodes={name}={name}.header.csv,{name}.csv" for name in sorted(writer.nodes)]
    arguments += [f"--relationships={name}={name}.header.csv,{name}.csv" for name in sorted(writer.relations)]
    arguments += [f"--array-delimiter=U+{ord(writer.delimiter):04X}", "--id-type=string"]
    if any(table.multiline for table in tables):
        arguments.append("--multiline-fields=true")
    longest = 4 * max((table.longest for table in tables), default=0)  # a character is 4 bytes at most
    if longest > _IMPORT_BUFFER:
        arguments.append(f"--read-buffer-size={1 << longest.bit_length()}")
    return arguments


_SCRIPT = """\
#!/bin/sh
# Loads these files into an empty Neo4j database. The server must not be running on it.
#   NEO4J_ADMIN  the program (default: neo4j-admin)
#   DATABASE     the database (default: neo4j)
# Further arguments go to neo4j-admin: ./import.sh --overwrite-destination replaces a database that is not empty.
# When the server is up, cypher-shell -f schema.cypher makes constraints and indexes.
set -eu
cd "$(dirname "$0")"
exec ${{NEO4J_ADMIN:-neo4j-admin}} database import full \\
{arguments} \\
  --report-file="${{TMPDIR:-/tmp}}/neo4j-import-$$.report" "$@" "${{DATABASE:-neo4j}}"
"""


def _write_companions(folder: Path, writer: _Writer, summary: Summary, graph_name: str) -> None:
    arguments = _arguments(writer)
    summary.command = shlex.join(["neo4j-admin", "database", "import", "full", *arguments, "neo4j"])
    write_browser_files(folder / "browser")
    script = folder / "import.sh"
    lines = " \\\n".join(f"  {shlex.quote(argument)}" for argument in arguments)
    script.write_text(_SCRIPT.format(arguments=lines), encoding="utf-8")
    script.chmod(0o755)
    described = {
        "array_delimiter": f"U+{ord(summary.delimiter):04X}",
        "command": summary.command,
        "evidence": summary.evidence,
        "graph": graph_name,
        "nodes": summary.nodes,
        "relationships": summary.relations,
    }
    (folder / MARK).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
