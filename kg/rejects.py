"""What could not be read, and where: no bad record stops a build, and none disappears."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from kg.errors import UsageError

__all__ = ["Reject", "RejectLog"]


@dataclass(frozen=True, slots=True)
class Reject:
    """One record, or one file, that was left out.

    Attributes:
        file: The input's name as given; "-" for standard input.
        position: Line or record number from 1; None when the whole file is meant.
        reason: What is wrong, in one line.
        record: The record's id, where one is known.
    """

    file: str
    position: int | None
    reason: str
    record: str | None = None


class RejectLog:
    """Counts rejects, and writes them as JSON Lines when it has a file to write to.

    The file is made empty at once, so that what an earlier run left there is not taken for this run's.

    Args:
        path: Where to write; None only counts.

    Raises:
        UsageError: if the file cannot be written.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.count = 0
        self._stream: TextIO | None = None
        if path is not None:
            try:
                self._stream = Path(path).open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
            except OSError as error:
                raise UsageError(f"cannot write the rejects file {path}: {error.strerror}") from error

    def __call__(self, reject: Reject) -> None:
        """Count a reject and write its line."""
        self.count += 1
        if self._stream:
            self._stream.write(json.dumps(asdict(reject), ensure_ascii=False) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        if self._stream:
            self._stream.close()

    def __enter__(self) -> RejectLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
