"""Compressed streams, told by their first bytes: gzip, bzip2, xz and Zstandard.

All of them stream: a window of the data is held, never the whole. What no text does is refused: growing to more than
``MOST_GROWTH`` times the compressed size (a "bomb"), or a window so large that unpacking itself fills the memory.
Zstandard is unpacked by Arrow, as in the exporters; gzip, bzip2 and xz by Python's own modules.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from kg.errors import RecordError

__all__ = ["BEYOND", "ENDINGS", "MAGIC_BYTES", "MOST_GROWTH", "Growth", "decompressed", "is_bomb", "plain_name"]

ENDINGS = (".gz", ".bz2", ".xz", ".zst", ".zstd")
MAGIC_BYTES = 10
MOST_GROWTH = 250
"""Text that a repetitive log is made of shrinks to a hundredth; a thousandth is deflate's limit."""
_FREE_BYTES = 1 << 26
_XZ_MEMORY = 1 << 28  # xz -9 needs 65 MB to unpack
_CHUNK = 1 << 16
_ZSTD_CHUNK = 1 << 12  # of what Arrow had unpacked when it meets damage, this much is lost


BEYOND = f"unpacks to more than {MOST_GROWTH} times its size, as no text does"


def is_bomb(packed: int, unpacked: int) -> bool:
    """Whether so many bytes are out of proportion to those that they were packed into."""
    return unpacked > max(_FREE_BYTES, MOST_GROWTH * packed)


class Growth:
    """Refuses data that grows beyond all measure; one for an input, however many layers and members it has.

    Args:
        packed: Size of the input in bytes where it is known before it is read.
    """

    def __init__(self, packed: int = 0) -> None:
        self.packed = packed
        self.unpacked = 0

    @property
    def exceeded(self) -> bool:
        """Whether more came out than is reasonable."""
        return is_bomb(self.packed, self.unpacked)

    def add(self, size: int) -> None:
        """Count bytes that came out.

        Raises:
            RecordError: if they are out of proportion to what went in.
        """
        self.unpacked += size
        if self.exceeded:
            raise RecordError(f"{BEYOND}; the rest was not read")


class _Counted(io.RawIOBase):
    """Tells a ``Growth`` how much packed data was read."""

    def __init__(self, raw: BinaryIO, growth: Growth) -> None:
        self._raw = raw
        self._growth = growth

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        self._growth.packed += len(data)
        buffer[: len(data)] = data
        return len(data)


class _Unpacked(io.RawIOBase):
    """What a decompressor gives, its damage told as ``RecordError``, its growth watched."""

    def __init__(self, kind: str, stream: Any, growth: Growth) -> None:
        self._kind = kind
        self._get = getattr(stream, "read1", stream.read)  # what there is, not all that was asked for
        self._growth = growth
        self._at_most = _ZSTD_CHUNK if kind == "zstd" else _CHUNK

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._read(min(len(buffer), self._at_most))
        self._growth.add(len(data))
        buffer[: len(data)] = data
        return len(data)

    def _read(self, size: int) -> bytes:
        try:
            return cast("bytes", self._get(size))
        except (EOFError, zlib.error, lzma.LZMAError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk's trouble, not the data's
            if isinstance(error, EOFError) or "runcated" in str(error):
                raise RecordError(
                    f"the {self._kind} stream is cut off; the records before the cut were kept"
                ) from error
            detail = " ".join(str(error).split())
            raise RecordError(f"damaged {self._kind} data; the records before it were kept ({detail})") from error


class _Streams:
    """Reads streams of bzip2 or xz that follow one another, with a limit on memory that ``lzma.LZMAFile`` lacks."""

    def __init__(self, raw: BinaryIO, new: Callable[[], Any], padding: bytes = b"") -> None:
        self._raw = raw
        self._new = new
        self._padding = padding  # what may stand between and after streams
        self._one = new()
        self._waiting = b""

    def read(self, size: int) -> bytes:
        while True:
            if self._one.eof and not self._next():
                return b""
            if self._one.needs_input and not self._waiting:
                self._waiting = self._raw.read(_CHUNK)
                if not self._waiting:
                    raise EOFError
            data, self._waiting = self._one.decompress(self._waiting, size), b""
            if data:
                return cast("bytes", data)

    def _next(self) -> bool:
        """Whether another stream follows."""
        rest = self._one.unused_data.lstrip(self._padding) if self._padding else self._one.unused_data
        while not rest:
            chunk = self._raw.read(_CHUNK)
            if not chunk:
                return False
            rest = chunk.lstrip(self._padding) if self._padding else chunk
        self._waiting = rest
        self._one = self._new()
        return True


def _zstd(raw: BinaryIO) -> Any:
    from pyarrow import CompressedInputStream, PythonFile

    return CompressedInputStream(PythonFile(raw, mode="r"), "zstd")


def _xz(raw: BinaryIO) -> Any:
    return _Streams(raw, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), b"\0")


def _kind_of(start: bytes) -> tuple[str, Callable[[BinaryIO], Any]] | None:
    if start.startswith(b"\x1f\x8b\x08"):
        return "gzip", lambda raw: gzip.GzipFile(fileobj=raw)
    if start.startswith(b"BZh") and start[4:] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2", lambda raw: _Streams(raw, bz2.BZ2Decompressor)
    if start.startswith(b"\xfd7zXZ\0"):
        return "xz", _xz
    # A frame, or one that is skipped (pzstd and seekable files start with it).
    if start.startswith(b"\x28\xb5\x2f\xfd") or (start[1:4] == b"\x2a\x4d\x18" and start[0] & 0xF0 == 0x50):
        return "zstd", _zstd
    return None


def decompressed(start: bytes, raw: BinaryIO, growth: Growth) -> BinaryIO | None:
    """The unpacked stream; None where the data is not compressed.

    Args:
        start: The first ``MAGIC_BYTES`` bytes of ``raw``, which still stand in it.
        raw: The packed bytes from their start.
        growth: What watches their growth.
    """
    kind = _kind_of(start)
    if kind is None:
        return None
    name, open_stream = kind
    counted = cast("BinaryIO", io.BufferedReader(_Counted(raw, growth), _CHUNK))
    return cast("BinaryIO", _Unpacked(name, open_stream(counted), growth))


def plain_name(path: str) -> str:
    """A file's name in lower case, without the ending that its compression gave it."""
    name = path.lower()
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)
