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
from itertools import islice
from pathlib import Path
from typing import IO, Any

from kg.bulk import no_garbage_collection
from kg.errors import ServiceError, UsageError
from kg.exporters.neo4j_browser import write_browser_files
from kg.exporters.neo4j_cypher import edge_columns, node_columns, schema_statements, stored_id
from kg.graph import KnowledgeGraph
from kg.schema import NODE_TYPES, RELATION_TYPES, NodeType, RelationType

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
_COLUMN_TYPES = {
    "long_id": "string",
    "name": "string",
    "aliases": "string[]",
    "named": "bool",
    "kind": "string",
    "confidence": "float",
    "sentences": "string[]",
    "texts": "string[]",
    "fields": "string[]",
    "start_offsets": "int[]",
    "end_offsets": "int[]",
    "extractors": "string[]",
    "confidences": "float[]",
    "attributes": "string[]",
}
# ASCII separators first: no keyboard types them, and canonical lines hold them only as escapes.
_DELIMITERS = tuple(chr(code) for code in (0x1F, 0x1E, 0x1D, 0x1C, *range(0xE000, 0xE100)))
_ESCAPED = re.compile(rb"\\u(001[c-fC-F]|[eE]0[0-9a-fA-F]{2})")
_PRIVATE = re.compile(rb"\xee[\x80-\x83][\x80-\xbf]")
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_BATCH = 2000
_LONG = 2000
"""Ids up to this many characters are stored as they are (``neo4j_cypher.stored_id``)."""
_BUFFER = 1 << 20
_IMPORT_BUFFER = 4 << 20
"""What the importer reads at a time unless told otherwise; a row must fit."""

# Canonical lines of edges that need no thought: nothing escaped, no attributes, no property but a position. They are
# most lines, and are taken apart much faster than by reading them as JSON.
_TEXT, _NUMBER = r'"([^"\\\x00-\x1f]*)"', r"(\d+(?:\.\d+)?(?:e-?\d+)?)"
_PIECE = re.compile(
    rf'\{{"attributes":\{{\}},"confidence":{_NUMBER},"end":(\d+),"extractor":{_TEXT},"field":{_TEXT},'
    rf'"sentence":{_TEXT},"start":(\d+),"text":{_TEXT}\}}'
)
_PIECES = re.sub(r"\((?!\?)", "(?:", _PIECE.pattern)
_PLAIN_EDGE = re.compile(
    rf'\{{"confidence":{_NUMBER},"evidence":\[(?:{_PIECE.pattern}((?:,{_PIECES})*))?\],"properties":\{{(?:"position":(\d+))?\}},'
    rf'"source":{_TEXT},"target":{_TEXT},"type":"(\w+)"\}}\n?'
)

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
    """One data file while it is written.

    Attributes:
        columns: The type's own properties.
        no_values: Their columns where there is none.
        longest: Characters of the longest row.
        multiline: Whether a text may hold a line end.
    """

    name: str
    out: IO[bytes]
    columns: tuple[str, ...]
    no_values: str
    rows: list[str] = field(default_factory=list)
    count: int = 0
    longest: int = 0
    multiline: bool = False

    def flush(self) -> None:
        """Write the rows that have come."""
        self.longest = max(self.longest, max(map(len, self.rows), default=0))
        self.out.write("".join(self.rows).encode())
        self.rows.clear()

    def position(self, value: str) -> str:
        """The columns of an edge type's own properties where there is a position and nothing else."""
        if self.columns != ("position",):
            raise ValueError(f"{self.name} has no property position in the schema")
        return f",{value}"


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
        try:
            writer = _write_rows(lines(), aside, _DELIMITERS[0], graph_name)
        except _DelimiterFoundError:
            writer = _write_rows(lines(), aside, _unused_delimiter(lines()), graph_name)
        summary = Summary(
            {name: table.count for name, table in sorted(writer.nodes.items())},
            {name: table.count for name, table in sorted(writer.relations.items())},
            writer.evidence,
            writer.delimiter,
        )
        _write_companions(aside, writer, summary, graph_name)
    return summary


class _DelimiterFoundError(Exception):
    """A text holds the character that was to separate the items of lists."""


def _write_rows(lines: Iterable[bytes], folder: Path, delimiter: str, graph_name: str) -> _Writer:
    writer = _Writer(folder, delimiter, graph_name)
    with ExitStack() as stack:
        writer.write(lines, stack)
    return writer


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
    found: set[str] = set()
    pending = iter(lines)
    while batch := b"".join(islice(pending, _BATCH)):
        # JSON escapes control characters; private ones stand as they are and begin with this byte, or are escaped.
        if any(sign in batch for sign in (b"\\u001", b"\xee", b"\\ue", b"\\uE")):
            found.update(chr(int(code, 16)) for code in _ESCAPED.findall(batch))
            found.update(char.decode() for char in _PRIVATE.findall(batch))
    left = [char for char in _DELIMITERS if char not in found]
    if not left:
        raise UsageError("no list delimiter is left: the texts hold every control and private character in question")
    return left[0]


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
        new_table = self._tables(stack)
        relations, is_plain, is_default = self.relations, _PLAIN_EDGE.fullmatch, self.delimiter == _DELIMITERS[0]
        for number, line in enumerate(lines, 1):
            try:
                text = line.decode()
                plain = is_plain(text)
                if plain and (table := relations.get(plain[13])):
                    table.rows.append(self._plain_edge(plain.groups(), table))
                else:
                    if is_default and "\\u00" in text and _ESCAPED.search(line):
                        raise _DelimiterFoundError
                    table = self._any(json.loads(text), new_table)
                    table.multiline = table.multiline or "\\n" in text or "\\r" in text
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UsageError(f"line {number} is no line of a canonical export ({error!r})") from error
            table.count += 1
            if table.count % _BATCH == 0:
                table.flush()
        for table in (*self.nodes.values(), *self.relations.values()):
            table.flush()

    def _any(self, value: Mapping[str, Any], new_table: Callable[[Mapping[str, Any]], _Table]) -> _Table:
        """Add the row of any node or edge."""
        if "source" in value:
            table = self.relations.get(value["type"]) or new_table(value)
            table.rows.append(self._edge(value))
        else:
            table = self.nodes.get(value["type"]) or new_table(value)
            table.rows.append(self._node(value))
        return table

    def _plain_edge(self, values: tuple[Any, ...], table: _Table) -> str:
        """The row of an edge whose texts hold no quotes and whose evidence has no attributes."""
        confidence, sure, end, extractor, field, sentence, begin, text, more, position, source, target, _ = values
        if len(source) > _LONG or len(target) > _LONG:
            source, target = stored_id(source), stored_id(target)
        own = table.no_values if position is None else table.position(position)
        if sure is None:
            return f'"{source}","{target}",{self.graph},{confidence}{own},,,,,,,,\n'
        if not more:
            self.evidence += 1
            return (
                f'"{source}","{target}",{self.graph},{confidence}{own},"{sentence}","{text}","{field}",{begin},{end},'
                f'"{extractor}",{sure},"{{}}"\n'
            )
        join = self.delimiter.join
        pieces = [(sure, end, extractor, field, sentence, begin, text), *_PIECE.findall(more)]
        self.evidence += len(pieces)
        sures, ends, extractors, fields, sentences, begins, texts = zip(*pieces, strict=True)
        return (
            f'"{source}","{target}",{self.graph},{confidence}{own},"{join(sentences)}","{join(texts)}",'
            f'"{join(fields)}",{join(begins)},{join(ends)},"{join(extractors)}",{join(sures)},'
            f'"{join(["{}"] * len(pieces))}"\n'
        )

    def _tables(self, stack: ExitStack) -> Callable[[Mapping[str, Any]], _Table]:
        """Opens the table of a value; its name comes from the schema."""

        def make(value: Mapping[str, Any]) -> _Table:
            known: Mapping[str, NodeType | RelationType]
            header: Callable[[str], list[str]]
            if "source" in value:
                known, opened, header = RELATION_TYPES, self.relations, _edge_header
            else:
                known, opened, header = NODE_TYPES, self.nodes, _node_header
            name = next((name for name in known if name == value["type"]), None)
            if name is None:
                raise ValueError(f"unknown type {value['type']!r}")
            (self.folder / f"{name}.header.csv").write_text(",".join(header(name)) + "\n", encoding="utf-8")
            out = stack.enter_context((self.folder / f"{name}.csv").open("wb", buffering=_BUFFER))
            columns = tuple(known[name].properties)
            opened[name] = _Table(name, out, columns, "," * len(columns))
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
        kind, whole = value["kind"], value["id"]
        stored = stored_id(whole)
        return (
            f"{_quoted(stored)},{self.graph},{'' if stored == whole else _quoted(whole)},{_quoted(value['name'])},"
            f"{self._strings(value['aliases'])},{'true' if value['named'] else 'false'},"
            f"{'' if kind is None else _quoted(kind)}{self._typed(value)}\n"
        )

    def _edge(self, value: Mapping[str, Any]) -> str:
        evidence = value["evidence"]
        start = (
            f"{_quoted(stored_id(value['source']))},{_quoted(stored_id(value['target']))},{self.graph},"
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


def _typed_columns(names: Iterable[str], properties: dict[str, str]) -> list[str]:
    return [f"{name}:{_TYPES[(_COLUMN_TYPES | properties)[name]]}" for name in names]


def _node_header(label: str) -> list[str]:
    columns = _typed_columns(node_columns(label), NODE_TYPES[label].properties)
    return [f"id:ID({_ID_SPACE})", "graph:string", *columns]


def _edge_header(name: str) -> list[str]:
    columns = _typed_columns(edge_columns(name), RELATION_TYPES[name].properties)
    return [f":START_ID({_ID_SPACE})", f":END_ID({_ID_SPACE})", "graph:string", *columns]


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
    (folder / "schema.cypher").write_text("".join(f"{s};\n" for s in schema_statements()), encoding="utf-8")
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
