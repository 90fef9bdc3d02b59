"""Input files as readers see them: decompressed, peekable, bounded; see ``kg.protocols.Input``."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Self, TextIO, cast

from kg.errors import RecordError, ServiceError, UsageError
from kg.readers.compression import MAGIC_BYTES, Growth, decompressed

__all__ = ["HEAD_BYTES", "STDIN", "FileInput", "StreamInput", "bounded_lines"]

STDIN = "-"
HEAD_BYTES = 64 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class StreamInput:
    """What all inputs have in common; implements ``kg.protocols.Input``.

    Nothing is opened before the first look. Use as a context manager, or call ``close``.

    Args:
        name: What messages and sources call it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[BinaryIO] = []

    @property
    def path(self) -> str:
        """The name as given, bytes that are no UTF-8 escaped."""
        return self._name

    def _opened(self) -> tuple[BinaryIO, Growth]:
        """The bytes as they are stored, and what watches how much becomes of them.

        Raises:
            OSError: if they cannot be had; ``UsageError`` tells the user.
            RecordError: if they are known to be unusable.
        """
        raise NotImplementedError

    @cached_property
    def growth(self) -> Growth:
        """What watches how much the input unpacks to."""
        return self._layers[1]

    @cached_property
    def _layers(self) -> tuple[_Stream, Growth, BinaryIO | None]:
        """The stream that readers see, the watch on its growth, and the file itself where that is the same."""
        try:
            raw, growth = self._opened()
        except OSError as error:
            raise UsageError(f"cannot read {self._name}: {error.strerror}") from error
        whole = _Stream(b"", raw)
        unpacked = decompressed(whole.peek_head(MAGIC_BYTES), cast("BinaryIO", whole), growth)
        itself = raw if unpacked is None and self._name != STDIN and raw.seekable() else None
        return (whole if unpacked is None else _Stream(b"", unpacked)), growth, itself

    @property
    def _stream(self) -> _Stream:
        return self._layers[0]

    @cached_property
    def head(self) -> bytes:
        """The first bytes, at most 64 kB; damage within them is left for the reader to meet."""
        return self._stream.peek_head(HEAD_BYTES)

    @property
    def damage(self) -> RecordError | None:
        """What ends the input within its head, if anything does."""
        self.head  # noqa: B018 - looks
        return self._stream.damage

    @cached_property
    def head_text(self) -> str:
        """``head`` as text, every line end as a line feed."""
        head = self.head
        codec = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
        text = head.decode(codec, "replace")
        cut = len(head) == HEAD_BYTES and text.endswith("\ufffd")  # a character may have been cut in two
        text = text[:-1] if cut else text
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def binary(self) -> BinaryIO:
        """The bytes from the start."""
        return cast("BinaryIO", io.BufferedReader(self._stream, HEAD_BYTES))

    def text(self) -> TextIO:
        """The text from the start."""
        if self.head.startswith(_UTF16):
            return io.TextIOWrapper(self.binary(), encoding="utf-16", errors="replace")
        return io.TextIOWrapper(self.binary(), encoding="utf-8-sig", errors="surrogateescape")

    def seekable(self) -> BinaryIO:
        """The bytes with random access: the file itself where it is not compressed, else in a temporary file.

        Raises:
            ServiceError: if the temporary file cannot be written.
        """
        itself = self._layers[2]
        if itself is not None:
            itself.seek(0)
            file = cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", itself), HEAD_BYTES))
            self._open.append(file)
            return file
        source = self.binary()
        try:
            copy = cast("BinaryIO", tempfile.TemporaryFile())
            self._open.append(copy)
            while chunk := source.read(1 << 20):
                copy.write(chunk)
            copy.seek(0)
        except OSError as error:
            raise ServiceError(f"cannot write a temporary copy of {self._name}: {error.strerror}") from error
        return copy

    def close(self) -> None:
        """Close what was opened; standard input stays open."""
        while self._open:
            self._open.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class FileInput(StreamInput):
    """A file, a named pipe or standard input.

    Args:
        path: Path, or "-" for standard input.
    """

    def __init__(self, path: str) -> None:
        # Names of files may hold bytes that are no UTF-8; names in papers and messages may not.
        super().__init__(os.fsencode(path).decode("utf-8", "backslashreplace"))
        self._path = path

    def _opened(self) -> tuple[BinaryIO, Growth]:
        if self._path == STDIN:
            return sys.stdin.buffer, Growth()
        raw = cast("BinaryIO", Path(self._path).open("rb", buffering=0))
        self._open.append(raw)
        return raw, Growth()


class _Stream(io.RawIOBase):
    """Bytes already read, then the rest of a stream; damage in it becomes a ``RecordError``."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest
        self.damage: RecordError | None = None

    def readable(self) -> bool:
        return True

    def peek_head(self, size: int) -> bytes:
        """Up to ``size`` first bytes, which stay to be read; fewer where damage comes first."""
        try:
            while len(self._start) < size and (chunk := self._more(size - len(self._start))):
                self._start += chunk
        except RecordError as damage:
            self.damage = damage  # a damaged stream is not read on: what it gives after an error is no data
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
        if self.damage:
            raise self.damage
        read = getattr(self._rest, "read1", self._rest.read)  # what there is, not all that was asked for
        try:
            return cast("bytes", read(size))
        except OSError as error:
            raise RecordError(f"cannot be read to its end: {error.strerror}") from error


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
