"""Input files as readers see them: decompressed, peekable, bounded; see ``kg.protocols.Input``."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from kg.errors import RecordError, UsageError

__all__ = ["HEAD_BYTES", "STDIN", "FileInput", "bounded_lines"]

STDIN = "-"
HEAD_BYTES = 64 * 1024
_GZIP = b"\x1f\x8b\x08"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class FileInput:
    """A file, a named pipe or standard input; implements ``kg.protocols.Input``.

    Nothing is opened before the first look. Use as a context manager, or call ``close``.

    Args:
        path: Path, or "-" for standard input.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        # Names of files may hold bytes that are no UTF-8; names in papers and messages may not.
        self._name = os.fsencode(path).decode("utf-8", "backslashreplace")
        self._open: list[BinaryIO] = []

    @property
    def path(self) -> str:
        """The name as given, bytes that are no UTF-8 escaped."""
        return self._name

    @cached_property
    def _stream(self) -> _Stream:
        try:
            raw = sys.stdin.buffer if self._path == STDIN else Path(self._path).open("rb", buffering=0)
            if self._path != STDIN:
                self._open.append(raw)
            start = _read_fully(raw, len(_GZIP))
            stream: BinaryIO = cast("BinaryIO", io.BufferedReader(_Stream(start, raw)))
            if start == _GZIP:
                stream = cast("BinaryIO", gzip.GzipFile(fileobj=stream))
        except OSError as error:
            raise UsageError(f"cannot read {self._name}: {error.strerror}") from error
        return _Stream(b"", stream)

    @cached_property
    def head(self) -> bytes:
        """The first bytes, at most 64 kB; damage within them is left for the reader to meet."""
        return self._stream.peek_head(HEAD_BYTES)

    @cached_property
    def head_text(self) -> str:
        """``head`` as text."""
        head = self.head
        codec = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
        text = head.decode(codec, "replace")
        cut = len(head) == HEAD_BYTES and text.endswith("\ufffd")  # a character may have been cut in two
        return text[:-1] if cut else text

    def binary(self) -> BinaryIO:
        """The bytes from the start."""
        return cast("BinaryIO", io.BufferedReader(self._stream, HEAD_BYTES))

    def text(self) -> TextIO:
        """The text from the start."""
        if self.head.startswith(_UTF16):
            return io.TextIOWrapper(self.binary(), encoding="utf-16", errors="replace")
        return io.TextIOWrapper(self.binary(), encoding="utf-8-sig", errors="surrogateescape")

    def seekable(self) -> BinaryIO:
        """The bytes with random access, in a temporary file."""
        copy = cast("BinaryIO", tempfile.TemporaryFile())
        self._open.append(copy)
        source = self.binary()
        while chunk := source.read(1 << 20):
            copy.write(chunk)
        copy.seek(0)
        return copy

    def close(self) -> None:
        """Close what was opened; standard input stays open."""
        while self._open:
            self._open.pop().close()

    def __enter__(self) -> FileInput:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _Stream(io.RawIOBase):
    """Bytes already read, then the rest of a stream; damage in it becomes a ``RecordError``."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest
        self._damage: RecordError | None = None

    def readable(self) -> bool:
        return True

    def peek_head(self, size: int) -> bytes:
        """Up to ``size`` first bytes, which stay to be read; fewer where damage comes first."""
        try:
            while len(self._start) < size and (chunk := self._more(size - len(self._start))):
                self._start += chunk
        except RecordError as damage:
            self._damage = damage  # a damaged stream is not read on: what it gives after an error is no data
        return self._start[:size]

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = len(buffer)
        if self._start:
            chunk, self._start = self._start[:size], self._start[size:]
        else:
            chunk = self._more(size)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _more(self, size: int) -> bytes:
        if self._damage:
            raise self._damage
        read = getattr(self._rest, "read1", self._rest.read)  # what there is, not all that was asked for
        try:
            return cast("bytes", read(size))
        except EOFError as error:
            raise RecordError("the gzip stream is cut off; the records before the cut were kept") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise RecordError(f"damaged gzip data; the records before it were kept ({error})") from error
        except OSError as error:
            raise RecordError(f"cannot be read to its end: {error.strerror}") from error


def _read_fully(raw: BinaryIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (chunk := raw.read(size - len(data))):
        data += chunk
    return data


def bounded_lines(text: TextIO, longest: int) -> Iterator[tuple[int, str | None]]:
    """Line number and line without its end; None for a line longer than ``longest`` characters, which is skipped.

    Memory stays bounded whatever the input is.
    """
    number = 0
    while line := text.readline(longest + 1):
        number += 1
        if len(line) <= longest or line.endswith("\n"):
            yield number, line.removesuffix("\n")
            continue
        while (rest := text.readline(longest)) and not rest.endswith("\n"):
            pass
        yield number, None
