"""JSON formats of services: records a line, in an array, or in the answer of an API that wraps them.

Dumps come as JSON Lines; answers saved from an API are one JSON text. Both are streamed, with the limits and the
recovery of ``kg.readers.json_records``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.json_records import LONGEST_RECORD, Elements, numbered, parse_json
from kg.readers.streams import bounded_lines

__all__ = ["JsonFormat", "items", "number", "objects", "string", "within"]

_KEY = re.compile(r'"([\w-]{1,40})"\s*:')
_FIRST_KEY = re.compile(r'\{\s*"([\w-]{1,40})"\s*:')
_MOST_VALUES = 20_000
_MOST_WRAPPERS = 3
SURE = 0.97
"""Surer than the readers of any JSON are of what they see."""


class JsonFormat:
    """Reader of one service's JSON.

    Args:
        name: Format name.
        description: One line for ``kg formats``.
        extensions: File name endings.
        recognise: Whether a file with these keys, at any depth, and this head is of the format.
        convert: Makes the paper of a record; raises ``RecordError`` with a reason where there is none in it.
        arrays: Keys whose arrays hold the records of an answer.
        wrappers: Keys whose objects hold such an array, or are one record.
        sure: How sure to be of what is recognised.
    """

    def __init__(
        self,
        name: str,
        description: str,
        extensions: tuple[str, ...],
        *,
        recognise: Callable[[set[str], str], bool],
        convert: Callable[[dict[str, Any], Source], Paper],
        arrays: frozenset[str] = frozenset(),
        wrappers: frozenset[str] = frozenset(),
        sure: float = SURE,
    ) -> None:
        self.name = name
        self.description = description
        self.extensions = extensions
        self._recognise = recognise
        self._convert = convert
        self._arrays = arrays
        self._wrappers = wrappers
        self._sure = sure

    def sniff(self, source: Input) -> float:
        """Sure when the keys of the format are there, otherwise not at all."""
        head = source.head_text.lstrip()
        if not head.startswith(("{", "[")):
            return 0.0
        return self._sure if self._recognise(set(_KEY.findall(head)), head) else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the line of JSON Lines, the number of the record elsewhere."""
        values = _lines(source) if self._has_lines(source.head_text) else self._elements(source)
        for position, value in values:
            if isinstance(value, RecordError):
                yield RecordError(value.reason, position)
                continue
            if not isinstance(value, dict):
                yield RecordError("not a JSON object", position)
                continue
            try:
                yield self._convert(value, Source(path=source.path, format=self.name, position=position))
            except RecordError as error:
                yield RecordError(error.reason, position)

    def _elements(self, source: Input) -> Iterator[tuple[int, Any]]:
        return numbered(_Wrapped(source.text(), self._arrays, self._wrappers).records())

    def _has_lines(self, head: str) -> bool:
        """Whether the records stand one a line."""
        lines = [line.lstrip() for line in head.split("\n") if line.strip()][:20]
        if not lines or lines[0].startswith("["):
            return False
        first = _try(lines[0])
        if isinstance(first, dict):
            return not self._wraps(first)
        # The first line is broken, longer than the head, or the start of an object written over several lines.
        if not (self._arrays | self._wrappers).isdisjoint(_KEY.findall(lines[0][:2000])):
            return False
        objects = sum(isinstance(_try(line), dict) for line in lines)
        if objects:
            return 2 * objects >= len(lines) - 1
        return _FIRST_KEY.match(lines[0]) is not None and not any(line.startswith('"') for line in lines[1:2])

    def _wraps(self, value: dict[str, Any]) -> bool:
        return any(isinstance(value.get(key), list) for key in self._arrays) or any(
            isinstance(value.get(key), dict) for key in self._wrappers
        )


class _Wrapped(Elements):
    """The records of an answer, by the keys that hold them."""

    def __init__(self, text: TextIO, arrays: frozenset[str], wrappers: frozenset[str]) -> None:
        super().__init__(text)
        self._arrays = arrays
        self._wrappers = wrappers
        self._entered = 0

    def opens_array(self, key: str, own: dict[str, Any]) -> bool:
        return key in self._arrays and self.next_sign() == "["

    def opens_object(self, key: str) -> bool:
        found = key in self._wrappers and self._entered < _MOST_WRAPPERS and self.next_sign() == "{"
        self._entered += found
        return found


def _lines(source: Input) -> Iterator[tuple[int, Any]]:
    for position, line in bounded_lines(source.text(), LONGEST_RECORD):
        if line is None:
            yield position, RecordError(f"a line of more than {LONGEST_RECORD} characters")
        elif line.strip():
            yield position, parse_json(line)


def _try(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


# Values of a record, whatever they turn out to be.


def string(value: object) -> str:
    """A string or number as it stands; anything else, and what is no number (NaN, 1e999), is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: object) -> int | None:
    """A whole number that counts something, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else None


def items(value: object) -> list[Any]:
    """The values of a list; none of anything else."""
    return value[:_MOST_VALUES] if isinstance(value, list) else []


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in items(value) if isinstance(item, dict)]


def within(value: object, *keys: str) -> Any:
    """The value at a path of keys; None where it ends early."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
