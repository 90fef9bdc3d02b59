"""Rows of CSV for ``neo4j-admin database import``, made from canonical lines.

Most lines hold nothing that JSON or CSV would escape. They are taken apart by one regular expression, many at a time,
and their texts go into the file with the very quotes they came in; only the others are read as JSON. What a line
becomes depends on nothing else, so that processes can share the work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from kg.errors import UsageError
from kg.exporters.neo4j_cypher import LONGEST_ID, edge_columns, node_columns, stored_id
from kg.schema import NODE_TYPES, RELATION_TYPES

__all__ = ["DELIMITERS", "DelimiterFoundError", "Part", "RowMaker", "Rows", "header", "unused_delimiter"]

ID_SPACE = "graph"
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
_TYPES = {
    "string": "string",
    "int": "long",
    "float": "double",
    "bool": "boolean",
    "string[]": "string[]",
    "int[]": "long[]",
    "float[]": "double[]",
}
# ASCII separators first: no keyboard types them, and canonical lines hold them only as escapes.
DELIMITERS = tuple(chr(code) for code in (0x1F, 0x1E, 0x1D, 0x1C, *range(0xE000, 0xE100)))
_ESCAPED = re.compile(rb"\\u(001[c-fC-F]|[eE]0[0-9a-fA-F]{2})")
_ESCAPED_TEXT = re.compile(_ESCAPED.pattern.decode())
_PRIVATE = re.compile(rb"\xee[\x80-\x83][\x80-\xbf]")
_PROPERTIES_OF: dict[str, Mapping[str, str]] = {
    **{label: entry.properties for label, entry in NODE_TYPES.items()},
    **{type: entry.properties for type, entry in RELATION_TYPES.items()},
}
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_SOME = 200
"""Lines that go through the regular expression at a time: what fits into a processor's cache."""
_KNOWN = 10_000
_SHORT = 40

# Lines that need no thought: nothing escaped, no attributes. Texts are captured with their quotes.
_TEXT, _NUMBER = r'"[^"\\\x00-\x1f]*"', r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
_LIST = rf"\[(?:{_TEXT}(?:,{_TEXT})*)?\]"
_PROPERTY = rf'"(\w+)":({_TEXT}|-?\d+|{_LIST})'
_PIECE = (
    rf'\{{"attributes":\{{\}},"confidence":({_NUMBER}),"end":(\d+),"extractor":({_TEXT}),"field":({_TEXT}),'
    rf'"sentence":({_TEXT}),"start":(\d+),"text":({_TEXT})\}}'
)


def _uncaptured(pattern: str) -> str:
    return re.sub(r"\((?!\?)", "(?:", pattern)


# Properties of nodes with long texts (abstracts) are faster to read as JSON: they are not looked at to their end.
_SHORT_PROPERTY = _PROPERTY.replace("]*", f"]{{0,{_SHORT}}}", 1)
_SHORT_PROPERTIES = rf"\{{((?:{_uncaptured(_SHORT_PROPERTY)}(?:,(?=\"))?)*)\}}"
_PROPERTIES = rf"\{{((?:{_uncaptured(_PROPERTY)}(?:,(?=\"))?)*)\}}"
_EDGES = re.compile(
    rf'\{{"confidence":({_NUMBER}),"evidence":\[(?:{_PIECE}((?:,{_uncaptured(_PIECE)})*))?\],"properties":{_PROPERTIES},'
    rf'"source":({_TEXT}),"target":({_TEXT}),"type":"(\w+)"\}}\n|(.*)\n'
)
_NODES = re.compile(
    rf'\{{"aliases":({_LIST}),"id":({_TEXT}),"kind":(null|{_TEXT}),"name":({_TEXT}),"named":(true|false),'
    rf'"properties":{_SHORT_PROPERTIES},"type":"(\w+)"\}}\n|(.*)\n'
)
_MORE_PIECES = re.compile(_PIECE)
_EACH_PROPERTY = re.compile(_PROPERTY)
_EDGE_START = '{"confidence":'  # keys are sorted, and nodes have none of that name


def header(name: str) -> list[str]:
    """The columns of a label or type, as the importer wants them named."""
    if name in NODE_TYPES:
        first, columns = [f"id:ID({ID_SPACE})"], node_columns(name)
        properties = NODE_TYPES[name].properties
    else:
        first, columns = [f":START_ID({ID_SPACE})", f":END_ID({ID_SPACE})"], edge_columns(name)
        properties = RELATION_TYPES[name].properties
    typed = (f"{column}:{_TYPES[properties.get(column) or _COLUMN_TYPES[column]]}" for column in columns)
    return [*first, "graph:string", *typed]


# The delimiter of lists


class DelimiterFoundError(Exception):
    """A text holds the character that was to separate the items of lists."""


def unused_delimiter(lines: Iterable[bytes]) -> str:
    """The first delimiter that occurs in no text.

    Raises:
        UsageError: if there is none.
    """
    found: set[str] = set()
    pending = iter(lines)
    while batch := b"".join(islice(pending, 10 * _SOME)):
        # JSON escapes control characters; private ones stand as they are and begin with this byte, or are escaped.
        if any(sign in batch for sign in (b"\\u001", b"\xee", b"\\ue", b"\\uE")):
            found.update(chr(int(code, 16)) for code in _ESCAPED.findall(batch))
            found.update(char.decode() for char in _PRIVATE.findall(batch))
    left = [char for char in DELIMITERS if char not in found]
    if not left:
        raise UsageError("no list delimiter is left: the texts hold every control and private character in question")
    return left[0]


# Values


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if '"' in text else f'"{text}"'


def _scalar(kind: str) -> Callable[[Any], str]:
    """How a value that is not None is written."""
    if kind == "string":
        return lambda value: _quoted(str(value))
    if kind == "bool":
        return lambda value: "true" if value else "false"
    return {"int": lambda value: str(int(value)), "float": lambda value: repr(float(value))}[kind]


def _attributes(piece: Mapping[str, Any]) -> str:
    attributes = piece["attributes"]
    return _JSON(attributes) if attributes else "{}"


# Rows


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one label or type.

    Attributes:
        name: The label or type.
        rows: The rows.
        count: How many they are.
        longest: Characters of the longest.
        multiline: Whether a text may hold a line end.
    """

    name: str
    rows: bytes
    count: int
    longest: int
    multiline: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """What some lines became.

    Attributes:
        evidence: Pieces of evidence in them.
    """

    parts: list[Part]
    evidence: int


@dataclass(slots=True)
class _Table:
    """Rows of a label or type.

    Attributes:
        properties: The type's own properties, with their types.
        no_values: Their columns where there is none.
        known: Their columns by what they are written from.
    """

    name: str
    properties: Mapping[str, str]
    no_values: str
    known: dict[str, str] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    multiline: bool = False

    def take(self) -> Part:
        """The rows that have come."""
        rows, self.rows, multiline, self.multiline = self.rows, [], self.multiline, False
        return Part(self.name, "".join(rows).encode(), len(rows), max(map(len, rows)), multiline)


class RowMaker:
    """Turns canonical lines into rows.

    Args:
        delimiter: What separates the items of a list.
        graph_name: The name that every node and edge carries.
    """

    def __init__(self, delimiter: str, graph_name: str) -> None:
        self._delimiter = delimiter
        self._graph = _quoted(graph_name)
        self._nodes: dict[str, _Table] = {}
        self._relations: dict[str, _Table] = {}
        self._evidence_count = 0
        self._writers = {
            name: {key: self._value(kind) for key, kind in properties.items()}
            for name, properties in _PROPERTIES_OF.items()
        }

    def make(self, lines: list[bytes], first: int) -> Rows:
        """The rows of some lines, the first of which has that number.

        Raises:
            UsageError: if a line does not fit the schema; the message names it.
            DelimiterFoundError: if the delimiter is in a text.
        """
        self._evidence_count = 0
        for start in range(0, len(lines), _SOME):
            some = lines[start : start + _SOME]
            text = _text(some, first + start)
            if text.startswith(_EDGE_START):
                self._add_edges(_EDGES.findall(text), first + start)
            else:
                self._add_nodes(_NODES.findall(text), first + start)
        tables = (*self._nodes.values(), *self._relations.values())
        return Rows([table.take() for table in tables if table.rows], self._evidence_count)

    # Lines that need no thought

    def _add_edges(self, found: list[tuple[str, ...]], first: int) -> None:
        tables, graph = self._relations, self._graph
        number = first - 1
        try:
            for sure, piece, end, by, part, sentence, begin, text, more, given, source, target, type, other in found:
                number += 1
                if not sure:
                    self._as_json(other)
                    continue
                table = tables.get(type) or self._table(type, tables)
                if len(source) > LONGEST_ID or len(target) > LONGEST_ID:
                    source, target = (_quoted(stored_id(end[1:-1])) for end in (source, target))
                own = (table.known.get(given) or self._own(table, given)) if given else table.no_values
                if not piece:
                    evidence = ",,,,,,,"
                elif not more:
                    self._evidence_count += 1
                    evidence = f'{sentence},{text},{part},{begin},{end},{by},{piece},"{{}}"'
                else:
                    evidence = self._pieces((piece, end, by, part, sentence, begin, text), more)
                table.rows.append(f"{source},{target},{graph},{sure}{own},{evidence}\n")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _no_line(number, error) from error

    def _pieces(self, first: tuple[str, ...], more: str) -> str:
        """The columns of evidence of a plain edge with several pieces of it."""
        join = self._delimiter.join
        pieces = [first, *_MORE_PIECES.findall(more)]
        self._evidence_count += len(pieces)
        sures, ends, extractors, fields, sentences, begins, texts = zip(*pieces, strict=True)
        quoted = (join(items).replace('"', "") for items in (sentences, texts, fields, extractors))
        sentence, text, field, extractor = quoted
        return (
            f'"{sentence}","{text}","{field}",{join(begins)},{join(ends)},"{extractor}",{join(sures)},'
            f'"{join(["{}"] * len(pieces))}"'
        )

    def _add_nodes(self, found: list[tuple[str, ...]], first: int) -> None:
        tables, graph, delimiter = self._nodes, self._graph, self._delimiter
        number = first - 1
        try:
            for aliases, node, kind, name, named, given, label, other in found:
                number += 1
                if not node or len(node) > LONGEST_ID:
                    self._as_json(other or _line_of(aliases, node, kind, name, named, given, label))
                    continue
                table = tables.get(label) or self._table(label, tables)
                own = (table.known.get(given) or self._own(table, given)) if given else table.no_values
                listed = aliases[1:-1].replace('","', delimiter) if aliases != "[]" else ""
                kind = "" if kind == "null" else kind
                table.rows.append(f"{node},{graph},,{name},{listed},{named},{kind}{own}\n")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _no_line(number, error) from error

    def _own(self, table: _Table, given: str) -> str:
        """The columns of a type's own properties, each with a comma before it, from the inside of a plain object."""
        values = dict(_EACH_PROPERTY.findall(given))
        fields = [self._plain(values.pop(name, ""), kind) for name, kind in table.properties.items()]
        if values:
            raise ValueError(f"{table.name} has no property {', '.join(sorted(values))} in the schema")
        columns = "".join(fields)
        if len(given) < _SHORT and len(table.known) < _KNOWN:
            table.known[given] = columns
        return columns

    def _plain(self, raw: str, kind: str) -> str:
        """A value as JSON has it, as CSV has it: texts as they are."""
        first = raw[:1]
        if not first:
            return ","
        if first == "[" and kind.endswith("[]"):
            return "," + raw[1:-1].replace('","', self._delimiter)
        if (first == '"') != (kind == "string") or first == "[" or kind.endswith("[]"):
            raise ValueError(f"{raw[:40]} is no {kind}")
        return f",{raw}" if kind != "float" else f",{float(raw)!r}"

    # Any line

    def _as_json(self, line: str) -> None:
        if self._delimiter == DELIMITERS[0] and "\\u00" in line and _ESCAPED_TEXT.search(line):
            raise DelimiterFoundError
        value = json.loads(line)
        if "source" in value:
            table, row = self._table(value["type"], self._relations), self._edge(value)
        else:
            table, row = self._table(value["type"], self._nodes), self._node(value)
        table.rows.append(row)
        # The importer shares a file among threads only where no text holds a line end; "\\n" in a line can be LaTeX.
        table.multiline = table.multiline or row.count("\n") > 1 or "\r" in row

    def _value(self, kind: str) -> Callable[[Any], str]:
        if not kind.endswith("[]"):
            return _scalar(kind)
        return self._strings if kind == "string[]" else lambda values: self._delimiter.join(map(str, values))

    def _strings(self, values: Iterable[str]) -> str:
        """A list of texts; an empty one is an empty field, which the importer leaves out."""
        return _quoted(self._delimiter.join(values)) if values else ""

    def _typed(self, value: Mapping[str, Any]) -> str:
        """The columns of a type's own properties, each with a comma before it."""
        given: Mapping[str, Any] = value["properties"]
        writers = self._writers[value["type"]]
        if unknown := given.keys() - writers.keys():
            raise ValueError(f"{value['type']} has no property {', '.join(sorted(unknown))} in the schema")
        items = ((given.get(key), write) for key, write in writers.items())
        return "".join("," if item is None else f",{write(item)}" for item, write in items)

    def _node(self, value: Mapping[str, Any]) -> str:
        kind, whole = value["kind"], value["id"]
        stored = stored_id(whole)
        return (
            f"{_quoted(stored)},{self._graph},{'' if stored == whole else _quoted(whole)},{_quoted(value['name'])},"
            f"{self._strings(value['aliases'])},{'true' if value['named'] else 'false'},"
            f"{'' if kind is None else _quoted(kind)}{self._typed(value)}\n"
        )

    def _edge(self, value: Mapping[str, Any]) -> str:
        evidence = value["evidence"]
        start = (
            f"{_quoted(stored_id(value['source']))},{_quoted(stored_id(value['target']))},{self._graph},"
            f"{value['confidence']!r}{self._typed(value)}"
        )
        self._evidence_count += len(evidence)
        join, texts = self._delimiter.join, self._strings
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

    def _table(self, name: str, tables: dict[str, _Table]) -> _Table:
        """The table of a label or type of the schema."""
        if (made := tables.get(name)) is not None:
            return made
        schema: Mapping[str, object] = NODE_TYPES if tables is self._nodes else RELATION_TYPES
        known = next((known for known in schema if known == name), None)
        if known is None:
            raise ValueError(f"unknown type {name!r}")
        properties = _PROPERTIES_OF[known]
        tables[known] = _Table(known, properties, "," * len(properties))
        return tables[known]


# Lines


def _text(lines: list[bytes], first: int) -> str:
    """Lines as one text, each with its end."""
    joined = b"".join(lines)
    if joined.count(b"\n") != len(lines):  # some have no end, as the last of a file
        joined = b"".join(line.rstrip(b"\n") + b"\n" for line in lines)
    try:
        return joined.decode()
    except UnicodeDecodeError as error:
        raise _no_line(first + joined.count(b"\n", 0, error.start), error) from error


def _line_of(aliases: str, node: str, kind: str, name: str, named: str, given: str, label: str) -> str:
    """The line that a plain node was taken apart from."""
    return (
        f'{{"aliases":{aliases},"id":{node},"kind":{kind},"name":{name},"named":{named},"properties":{{{given}}},'
        f'"type":"{label}"}}'
    )


def _no_line(number: int, error: Exception) -> UsageError:
    return UsageError(f"line {number} is no line of a canonical export ({error!r})")
