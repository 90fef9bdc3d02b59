"""Reads rows in SPARQL's TSV format as they come; one line is one row, whatever its texts hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["Iri", "Value", "lines_of", "read_rows"]


class Iri(str):
    """An IRI, told from a text."""

    __slots__ = ()


Value = Iri | str | int | float | bool | None

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {
    _XSD + name: kind
    for name, kind in (
        *((name, int) for name in ("integer", "nonNegativeInteger", "int", "long")),
        *((name, float) for name in ("double", "float", "decimal")),
    )
}
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@[A-Za-z0-9-]+|\^\^<([^>]*)>)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def lines_of(pieces: Iterable[bytes]) -> Iterator[str]:
    """Lines of UTF-8 text that comes in pieces, without their ends."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode()
    if rest:
        yield rest.decode()


def read_rows(lines: Iterator[str]) -> tuple[list[str], Iterator[list[Value]]]:
    """Names of the columns, and the rows as they are read."""
    head = next(lines, "")
    columns = [name.removeprefix("?") for name in head.split("\t")] if head else []
    return columns, ([_value(cell) for cell in line.split("\t")][: len(columns)] for line in lines)


def _value(cell: str) -> Value:
    """Numbers and truth values as such, IRIs as such, all else as text."""
    if not cell:
        return None
    if cell[0] == "<" and cell[1:2] != "<":
        return Iri(cell[1:-1])
    if cell[0] == '"' and (match := _LITERAL.fullmatch(cell)):
        text = _ESCAPE.sub(_unescaped, match[1])
        return _typed(text, match[2])
    if cell in ("true", "false"):
        return cell == "true"
    return _number(cell)


def _unescaped(match: re.Match[str]) -> str:
    if match[3]:
        return _CHARACTERS.get(match[3], match[3])
    return chr(int(match[1] or match[2], 16))


def _typed(text: str, datatype: str | None) -> Value:
    if datatype == _XSD + "boolean":
        return text in ("true", "1")
    try:
        return _NUMBERS[datatype](text) if datatype in _NUMBERS else text
    except ValueError:
        return text


def _number(text: str) -> Value:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
