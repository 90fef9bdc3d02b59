"""Sorts more text than memory holds: sorted runs in temporary files, packed, and merged as they are read."""

from __future__ import annotations

import heapq
import marshal
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Any

__all__ = ["CHUNK", "Sorter", "written_aside"]

CHUNK = 16 << 20
"""Characters that are sorted in memory at a time."""
_BLOCK = 1 << 16  # characters that are read at a time of each run
_RUNS = 256  # runs that are merged at a time
_HEAD = struct.Struct("<II")
_FLUSH = 16 << 20  # bytes after which the disk is told of them


class Sorter:
    """Takes strings in any order and gives them sorted by code point, which is the order of their UTF-8 bytes.

    Memory is bounded by the chunk and, when merging, by the blocks of 256 runs; there are as many levels of runs as are
    needed. The runs are packed and written by a thread of their own while the next is collected.

    Args:
        chunk: Characters to sort in memory at a time.
    """

    def __init__(self, chunk: int = CHUNK) -> None:
        self._chunk = chunk
        self._parts: list[str] = []
        self._size = 0
        self._levels: list[list[IO[bytes]]] = [[]]
        self._aside = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None

    def add(self, part: str) -> None:
        """Take one."""
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._chunk:
            self._wait()
            self._pending = self._aside.submit(self._spill, self._parts)
            self._parts, self._size = [], 0

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _spill(self, parts: list[str]) -> None:
        parts.sort()
        self._keep(_packed(parts), 0)

    def _keep(self, run: IO[bytes], level: int) -> None:
        """Put a run to those of its level; merge them when they are many."""
        runs = self._levels[level]
        runs.append(run)
        if len(runs) < _RUNS:
            return
        if level + 1 == len(self._levels):
            self._levels.append([])
        whole = _packed(heapq.merge(*map(_unpacked, runs)))
        for each in runs:
            each.close()
        runs.clear()
        self._keep(whole, level + 1)

    def merged(self) -> Iterator[str]:
        """All, sorted; equal ones follow one another."""
        self._wait()
        self._parts.sort()
        runs = [run for level in self._levels for run in level]
        return heapq.merge(*map(_unpacked, runs), self._parts) if runs else iter(self._parts)

    def __enter__(self) -> Sorter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._aside.shutdown()
        for run in (run for level in self._levels for run in level):
            run.close()


def _codec() -> Any:
    from pyarrow import Codec

    return Codec("zstd", compression_level=1)


def _packed(parts: Iterable[str]) -> IO[bytes]:
    """A temporary file of sorted parts, in compressed blocks; it has no name and goes when it is closed."""
    file = tempfile.TemporaryFile()
    compress = _codec().compress
    for block in _blocks(iter(parts)):
        data = marshal.dumps(block)
        packed = compress(data, asbytes=True)
        file.write(_HEAD.pack(len(packed), len(data)))
        file.write(packed)
    file.seek(0)
    return file


def _blocks(parts: Iterator[str]) -> Iterator[list[str]]:
    block: list[str] = []
    size = 0
    for part in parts:
        block.append(part)
        size += len(part)
        if size > _BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _unpacked(file: IO[bytes]) -> Iterator[str]:
    decompress = _codec().decompress
    while head := file.read(_HEAD.size):
        packed, whole = _HEAD.unpack(head)
        yield from marshal.loads(decompress(file.read(packed), decompressed_size=whole))  # noqa: S302 - our own


def written_aside(texts: Iterable[str], out: IO[str]) -> None:
    """Write texts in a thread of their own, each while the next is made, and set the disk to work as they come.

    Else it would begin with most of a large file only when the file is complete.
    """
    descriptor = _file_behind(out)
    done = 0

    def write(text: str) -> None:
        nonlocal done
        out.write(text)
        if descriptor is not None and (now := os.lseek(descriptor, 0, os.SEEK_CUR)) - done > _FLUSH:
            os.posix_fadvise(descriptor, done, now - done, os.POSIX_FADV_DONTNEED)  # begins to write, waits for nothing
            done = now

    with ThreadPoolExecutor(1) as aside:
        pending: Future[None] | None = None
        for text in texts:
            if pending is not None:
                pending.result()
            pending = aside.submit(write, text)
        if pending is not None:
            pending.result()


def _file_behind(out: IO[str]) -> int | None:
    """Descriptor of the file that is written, where it is one."""
    try:
        descriptor = out.fileno()
        os.lseek(descriptor, 0, os.SEEK_CUR)
    except (OSError, ValueError):
        return None
    return descriptor if hasattr(os, "posix_fadvise") else None
