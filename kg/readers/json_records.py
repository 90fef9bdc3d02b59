"""JSON (an array of records, or an object that holds one) and JSON Lines (an object a line).

Both are streamed: memory holds one record at a time, and a record that is no JSON costs that record alone.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.clean import has_bad_bytes
from kg.readers.compression import plain_name
from kg.readers.records import FIELDS, column_key, columns_for, has_title, paper_from
from kg.readers.streams import bounded_lines

__all__ = ["JSON", "JSONL", "LONGEST_RECORD", "Elements", "JsonLinesReader", "JsonReader", "numbered", "parse_json"]

LONGEST_RECORD = 1 << 22
_CHUNK = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)
_BETWEEN_RECORDS = re.compile(r"\}\s*,\s*\{")
_SCALAR_END = re.compile(r"[^\s,\]}:]*")
_SEPARATORS = re.compile(r"[ \t\r\n,]*")
_KEY = re.compile(r'"(\w{1,40})"\s*:')
_OPENING = {"}": "{", "]": "["}
_DECODER = json.JSONDecoder()
# Keys whose arrays of objects are parts of one record, not the records.
_PARTS = frozenset(key for name, keys in FIELDS.items() if name not in ("id", "title") for key in keys) | {
    "references",
    "citations",
    "figures",
    "sections",
}


class JsonReader:
    """Reader of the format ``json``."""

    name = "json"
    description = 'JSON: an array of records, or an object that holds one, as in {"papers": [...]}'
    extensions: tuple[str, ...] = (".json",)

    def sniff(self, source: Input) -> float:
        """Sure of an array or object in which a title is a key; little of any other array or object."""
        head = source.head_text.lstrip()
        if not re.match(r'\[\s*(?:\{|\]|$)|\{\s*(?:"|\}|$)', head):
            return 0.0
        return 0.8 if has_title(_KEY.findall(head)) else 0.3

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the record's number."""
        for number, item in numbered(Elements(source.text()).records()):
            yield _paper(item, source.path, self.name, number, options)


class JsonLinesReader:
    """Reader of the format ``jsonl``."""

    name = "jsonl"
    description = "JSON Lines: one record a line"
    extensions: tuple[str, ...] = (".jsonl", ".ndjson")

    def sniff(self, source: Input) -> float:
        """Sure when the lines are whole objects, one of them with a title; fairly sure without a title."""
        lines = [line for line in source.head_text.split("\n") if line.strip()][:20]
        if not lines or not lines[0].lstrip().startswith("{"):
            return 0.0
        objects = [value for line in lines if isinstance(value := _try(line), dict)]
        if not objects:
            by_name = plain_name(source.path).endswith(self.extensions)
            return 0.85 if by_name else 0.0
        if 2 * len(objects) < len(lines) - 1 or (len(lines) > 1 and _try(source.head_text) is not None):
            return 0.0  # an object written over several lines, some of which happen to be objects
        if any(has_title(value) for value in objects):
            return 0.95
        return 0.35 if len(objects) > 1 else 0.2

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the line."""
        for number, line in bounded_lines(source.text(), LONGEST_RECORD):
            if line is None:
                yield RecordError(f"a line of more than {LONGEST_RECORD} characters", number)
            elif line.strip():
                yield _paper(parse_json(line), source.path, self.name, number, options)


JSON = JsonReader()
JSONL = JsonLinesReader()


def _try(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def parse_json(text: str) -> Any:
    """The value of a text, or a ``RecordError`` that says why there is none."""
    if has_bad_bytes(text):
        return RecordError("not UTF-8")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        return RecordError(f"not JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:
        return RecordError(_why(error))


def _why(error: ValueError | RecursionError) -> str:
    return "not JSON: nested too deeply" if isinstance(error, RecursionError) else "not JSON: a number is too long"


def _paper(item: Any, path: str, name: str, number: int, options: ReadOptions) -> Paper | RecordError:
    if isinstance(item, RecordError):
        return RecordError(item.reason, number)
    if not isinstance(item, dict):
        return RecordError("not a JSON object", number)
    try:
        return paper_from(item, columns_for(item, options.columns), Source(path=path, format=name, position=number))
    except RecordError as error:
        return error


def numbered(values: Iterator[Any]) -> Iterator[tuple[int, Any]]:
    """Values with their numbers from 1; what ends them early is told with the number of the one it hit."""
    number = 0
    try:
        for number, value in enumerate(values, 1):
            yield number, value
    except RecordError as error:
        raise RecordError(error.reason, number + 1) from error


class _Available:
    """Text as far as it can be had: damage is met only when all that stands before it was read.

    ``TextIO.read`` loses what it had when it comes upon damage.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text  # which closes its bytes when it goes
        self._bytes = text.buffer
        self._decoder = codecs.getincrementaldecoder(text.encoding)(text.errors or "strict")
        self._damage: RecordError | None = None

    def read(self, size: int) -> str:
        """About that many characters; fewer before damage, none at the end.

        Raises:
            RecordError: where the input is damaged.
        """
        if self._damage:
            raise self._damage
        pieces: list[str] = []
        try:
            while size > 0 and (data := self._bytes.read1(size)):  # type: ignore[attr-defined]
                pieces.append(self._decoder.decode(data))
                size -= len(data)
        except RecordError as damage:
            self._damage = damage
        if size > 0:
            pieces.append(self._decoder.decode(b"", final=True))
        text = "".join(pieces)
        if self._damage and not text:
            raise self._damage
        return text


class Elements:
    """Finds the records in a JSON text of any length, a chunk at a time."""

    def __init__(self, text: TextIO) -> None:
        self._text = _Available(text)
        self._buffer = ""
        self._at = 0
        self._ended = False
        self._taken = 0

    def records(self) -> Iterator[Any]:
        """The values of the array, the object that is one record itself, or a ``RecordError`` for each bad one."""
        while (sign := self._peek()) is not None:
            if sign == "[":
                self._at += 1
                yield from self._array()
            elif sign == "{":
                yield from self._object()
            else:
                raise RecordError("a JSON text starts with [ or {")

    def _fill(self) -> bool:
        """Read on; False at the end. What was consumed is dropped."""
        if self._ended:
            return False
        size = max(_CHUNK, len(self._buffer) - self._at)  # doubles, so that rescanning a long record stays linear
        chunk = self._text.read(size)
        self._ended = not chunk
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _peek(self, skip: re.Pattern[str] = _SPACE) -> str | None:
        """The next character that is no white space, not consumed; None at the end."""
        while True:
            match = skip.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return None

    def _array(self) -> Iterator[Any]:
        while (sign := self._peek(_SEPARATORS)) != "]":
            if sign is None:
                raise RecordError("the JSON text ends within its array of records")
            yield self._value()
        self._at += 1

    def _object(self) -> Iterator[Any]:
        """The records of the first array of objects in the object, or the object itself."""
        self._at += 1
        own: dict[str, Any] = {}
        broken: RecordError | None = None
        streamed = False
        size = 0
        while (sign := self._peek(_SEPARATORS)) != "}":
            if sign is None:
                raise RecordError("the JSON text ends within an object")
            key = self._key()
            if not streamed and self.opens_array(key, own):
                self._at += 1
                streamed = True
                yield from self._array()
            elif not streamed and self.opens_object(key):
                streamed = True
                yield from self._object()
            else:
                value = self._value()
                size += self._taken
                if size > LONGEST_RECORD:
                    raise RecordError(f"an object of more than {LONGEST_RECORD} characters is no record")
                if not streamed:
                    broken = broken or (value if isinstance(value, RecordError) else None)
                    own[key] = value
        self._at += 1
        if not streamed:
            yield broken or own

    def _key(self) -> str:
        key = self._value()
        if not isinstance(key, str) or self._peek() != ":":
            raise RecordError("not JSON: a key and a colon were expected")
        self._at += 1
        return key

    def opens_array(self, key: str, own: dict[str, Any]) -> bool:
        """Whether the value of this key, which comes next, is the array of the records.

        Args:
            key: The key.
            own: What its object has held before.
        """
        return not has_title(own) and column_key(key) not in _PARTS and self._opens_records()

    def opens_object(self, key: str) -> bool:
        """Whether the value of this key, which comes next, is an object that holds the records, or is the only one."""
        return False

    def next_sign(self) -> str | None:
        """The first character of what comes next."""
        return self._peek()

    def _opens_records(self) -> bool:
        """Whether an array of objects comes next."""
        if self._peek() != "[":
            return False
        while True:
            match = _SPACE.match(self._buffer, self._at + 1)
            after = match.end() if match else self._at
            if after < len(self._buffer):
                return self._buffer[after] == "{"
            if not self._fill():
                return False

    def _value(self) -> Any:
        """The value that comes next, consumed; a ``RecordError`` in its place when it is ill-formed."""
        self._peek()
        while True:
            value, end = self._decode()
            if end is not None and (end < len(self._buffer) or self._ended):
                self._taken = end - self._at
                self._at = end
                return value
            if self._ended:
                raise RecordError("the JSON text ends within a record")
            if len(self._buffer) - self._at > LONGEST_RECORD:
                raise RecordError(f"a record of more than {LONGEST_RECORD} characters; the rest was not read")
            self._fill()

    def _decode(self) -> tuple[Any, int | None]:
        """The value at hand and its end; (None, None) where the text read so far may be too short to tell."""
        text, start = self._buffer, self._at
        if start == len(text):
            return None, None
        broken_at = start
        try:
            value, end = _DECODER.raw_decode(text, start)
            return (RecordError("not UTF-8") if has_bad_bytes(text[start:end]) else value), end
        except json.JSONDecodeError as error:
            reason = f"not JSON: {error.msg}"
            broken_at = error.pos
            cut = error.pos > len(text) - 16 or error.msg.startswith("Unterminated")
        except (ValueError, RecursionError) as error:
            reason = _why(error)
            cut = False
        end_found = _scan(text, start)
        if end_found is None and (self._ended or not cut):
            # Its brackets or quotes do not match: go on where the next record seems to start.
            end_found = _next_record(text, start, broken_at)
        return (None, None) if end_found is None else (RecordError(reason), end_found)


def _next_record(text: str, start: int, broken_at: int) -> int | None:
    """Where what seems to be the next record begins, or the one before it ends."""
    # A record instead of a key: the brace that closes the one before it is missing.
    if text[broken_at : broken_at + 1] == "{" and text[start:broken_at].rstrip().endswith(","):
        return broken_at
    match = _BETWEEN_RECORDS.search(text, broken_at)
    return match.start() + 1 if match else None


def _scan(text: str, start: int) -> int | None:
    """Where the value at ``start`` ends by its brackets and quotes alone; None where they do not match."""
    if text[start] not in '"{[':
        match = _SCALAR_END.match(text, start)
        return max(match.end() if match else 0, start + 1)
    open_brackets: list[str] = []
    at = start
    while match := _STRUCTURE.search(text, at):
        at = match.end()
        sign = match[0]
        if sign == '"':
            string = _STRING_END.match(text, at)
            if string is None:
                return None
            at = string.end()
        elif sign in "{[":
            open_brackets.append(sign)
        elif open_brackets.pop() != _OPENING[sign]:
            return None
        if not open_brackets:
            return at
    return None
