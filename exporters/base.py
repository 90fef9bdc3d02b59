"""What the exporters share: files that appear whole or not at all."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast

from kg.errors import ServiceError, UsageError

__all__ = ["open_input", "open_output"]


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


@contextmanager
def open_output(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file for writing, gzipped if its name ends in ``.gz``; a failure leaves the old file as it was.

    Raises:
        ServiceError: if it cannot be written (disk full, no permission).
    """
    try:
        with _target(path) as raw:
            # No name and no time in the gzip header: same content, same bytes.
            packed: Any = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if path.suffix == ".gz" else raw
            text = TextIOWrapper(packed, encoding="utf-8", newline="\n")
            yield text
            text.flush()
            text.detach()
            if packed is not raw:
                packed.close()
    except OSError as error:
        raise ServiceError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def open_input(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file for reading, gunzipped if its name ends in ``.gz``.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        opener: Any = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="\n") as opened:
            yield cast("IO[str]", opened)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
