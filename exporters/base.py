"""What the exporters share: files that appear whole or not at all."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast

from kg.errors import ServiceError, UsageError

__all__ = ["open_input", "open_input_bytes", "open_output"]

_FRAME = 4 << 20


@contextmanager
def _target(path: Path) -> Iterator[BufferedWriter]:
    """A file beside the target that takes its place at the end; devices and pipes are written to directly."""
    if path.exists() and not path.is_file():
        with path.open("wb") as out:
            yield out
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with open(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _packed(raw: BufferedWriter, suffix: str) -> Any:
    """The file as what is to be written sees it."""
    if suffix == ".gz":
        # No name and no time in the header: same content, same bytes.
        return gzip.GzipFile("", "wb", fileobj=raw, mtime=0)
    return BufferedWriter(_ZstdFrames(raw), _FRAME) if suffix == ".zst" else raw


class _ZstdFrames(RawIOBase):
    """Compresses what it is given at a time to one Zstandard frame; frames follow one another in a file."""

    def __init__(self, raw: BufferedWriter) -> None:
        from pyarrow import Codec

        super().__init__()
        self._codec = Codec("zstd")
        self._raw = raw

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Compress."""
        self._raw.write(self._codec.compress(bytes(data), asbytes=True))
        return len(data)


@contextmanager
def open_output(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file for writing, compressed if its name ends in ``.gz`` or ``.zst``.

    A failure leaves the old file as it was.

    Raises:
        ServiceError: if it cannot be written (disk full, no permission).
    """
    try:
        with _target(path) as raw:
            packed = _packed(raw, path.suffix)
            text = TextIOWrapper(packed, encoding="utf-8", newline="\n")
            yield text
            text.flush()
            text.detach()
            if packed is not raw:
                packed.close()
    except OSError as error:
        raise ServiceError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def open_input_bytes(path: Path) -> Iterator[IO[bytes]]:
    """A file for reading, decompressed if its name ends in ``.gz`` or ``.zst``.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        with path.open("rb") as raw:
            yield cast("IO[bytes]", _unpacked(raw, path.suffix))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _unpacked(raw: BufferedReader, suffix: str) -> Any:
    """What a file holds."""
    if suffix == ".gz":
        return gzip.GzipFile(fileobj=raw)
    if suffix == ".zst":
        from pyarrow import CompressedInputStream, PythonFile

        return CompressedInputStream(PythonFile(raw, mode="r"), "zstd")
    return raw


@contextmanager
def open_input(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file for reading, decompressed as above.

    Raises:
        UsageError: if it cannot be read.
    """
    with open_input_bytes(path) as data, TextIOWrapper(data, encoding="utf-8", newline="\n") as text:
        yield text
