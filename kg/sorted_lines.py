"""Canonical exports as sorted files: change some lines of one without reading the rest.

A line's key is its section (entities before relations) and the id of the entity, or of the relation's source, as UTF-8
(whose order is that of the code points). Lines of one key lie side by side, so that all that comes from one paper or
entity is replaced at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from typing import IO, Any

__all__ = [
    "ENTITY",
    "RELATION",
    "RELATION_START",
    "Change",
    "Key",
    "LineWriter",
    "key_of_line",
    "line_of_fields",
    "splice",
]

Key = tuple[int, bytes]
ENTITY, RELATION = 0, 1

Change = tuple[Key, list[bytes]]
"""A key, and all lines that it has from now on; none to remove it."""

# Keys of the objects are sorted, so nothing but a list of texts can come before the id of an entity, nothing but two
# texts after the source of a relation, and a quotation mark within a text has a backslash before it.
RELATION_START = b'{"confidence":'
"""How the line of a relation begins: keys are sorted, and entities have none of that name."""
_ID = re.compile(rb'"id":"((?:[^"\\]|\\.)*)"')
_SOURCE = b',"source":"'
_TEXT_END = re.compile(rb'(?:[^"\\]|\\.)*')
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Line ends to some readers of "lines", though not to JSON.
_ESCAPES = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_LINE_ENDS = str.maketrans(_ESCAPES)
_NEAR = 1 << 15
_CHUNK = 1 << 20


def line_of_fields(fields: dict[str, Any]) -> str:
    """The line of an entity or a relation, with its line end.

    Args:
        fields: What it holds, keys in order.
    """
    line = _ENCODE(fields)
    if not line.isascii() and any(end in line for end in _ESCAPES):  # far faster than to translate every line
        line = line.translate(_LINE_ENDS)
    return line + "\n"


def key_of_line(line: bytes) -> Key:
    """The key of a line of a canonical export.

    Raises:
        ValueError: if it is none.
    """
    if line.startswith(RELATION_START):
        place = line.rfind(_SOURCE)
        match = _TEXT_END.match(line, place + len(_SOURCE)) if place >= 0 else None
        section, raw = RELATION, match[0] if match else None
    else:
        found = _ID.search(line)
        section, raw = ENTITY, found[1] if found else None
    if raw is None:
        raise ValueError("not a line of a canonical export")
    return section, json.loads(b'"' + raw + b'"').encode() if b"\\" in raw else raw


class LineWriter:
    """Writes lines to a file and keeps their digest."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Append."""
        self._digest.update(data)
        self._out.write(data)

    @property
    def hexdigest(self) -> str:
        """SHA-256 of all that was written."""
        return self._digest.hexdigest()


class _Cursor:
    """A place in a sorted file; ``key`` is that of the line there, None at the end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = file.seek(0, 2)
        self._go(0)

    def _go(self, place: int) -> None:
        self.place = place
        self._file.seek(place)
        self.line = self._file.readline()
        self.key = key_of_line(self.line) if self.line else None

    def is_before(self, key: Key) -> bool:
        return self.key is not None and self.key < key

    def step(self) -> None:
        """To the next line."""
        self._go(self.place + len(self.line))

    def seek(self, key: Key) -> None:
        """To the first line from here on whose key is not smaller: by halving, then line by line."""
        low, high = self.place, self._end
        while high - low > _NEAR:
            middle = (low + high) // 2
            self._file.seek(middle)
            start = middle + len(self._file.readline())
            line = self._file.readline() if start < high else b""
            if line and key_of_line(line) < key:
                low = start + len(line)
            else:
                high = middle
        self._go(low)
        while self.is_before(key):
            self.step()

    def copy(self, start: int, stop: int, out: LineWriter) -> None:
        """Copy a stretch of the file."""
        self._file.seek(start)
        while start < stop:
            data = self._file.read(min(_CHUNK, stop - start))
            if not data:
                raise OSError("the file ends too early")
            out.write(data)
            start += len(data)


def splice(
    old: IO[bytes],
    changes: Iterable[Change],
    out: LineWriter,
    on_change: Callable[[list[bytes], list[bytes]], None] | None = None,
) -> None:
    """Write a sorted file anew with some keys changed.

    Args:
        old: A sorted file.
        changes: Sorted by key, each key once.
        out: Where to write.
        on_change: Called for each change with the lines that its key had, and those that it has now.

    Raises:
        ValueError: if ``old`` is no canonical export.
    """
    cursor = _Cursor(old)
    copied = 0
    for key, lines in changes:
        if cursor.is_before(key):
            cursor.seek(key)
            cursor.copy(copied, cursor.place, out)
            copied = cursor.place
        before = []
        while cursor.key == key:
            before.append(cursor.line)
            cursor.step()
        copied = cursor.place
        for line in lines:
            out.write(line)
        if on_change is not None:
            on_change(before, lines)
    cursor.copy(copied, old.seek(0, 2), out)
