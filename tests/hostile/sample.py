"""What a hostile sample is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.formats import BOTH, Format

__all__ = ["Lost", "Sample", "sample", "second"]


@dataclass(frozen=True, slots=True)
class Lost:
    """A line that the rejects must have.

    Attributes:
        reason: A piece of the reason.
        at: The position; None where the whole file, or member, is meant.
        member: What follows the name of the file: ``/x.jsonl`` for a member of an archive.
    """

    reason: str
    at: int | None = None
    member: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, and what must become of it.

    Attributes:
        kind: What kind of damage it is of, for counting.
        name: What is hostile about it; unique.
        file: Its name.
        content: Its bytes, or what writes it (or something that is no file) to a path.
        lost: All rejects, in order.
        kept: Titles of all papers that come out of it, in any order; None where that is chance: some or none of the
            good ones.
        merged: Records of papers that are there already.
        heavy: Whether it is made to fill memory or time: then it is read in a process of its own.
    """

    kind: str
    name: str
    file: str
    content: bytes | Callable[[Path], None]
    lost: tuple[Lost, ...] = ()
    kept: tuple[str, ...] | None = BOTH
    merged: int = 0
    heavy: bool = False

    def write(self, path: Path) -> None:
        """Put it there."""
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)


def sample(
    kind: str,
    name: str,
    file: str,
    content: bytes | str | Callable[[Path], None],
    *lost: Lost,
    kept: tuple[str, ...] | None = BOTH,
    merged: int = 0,
    heavy: bool = False,
) -> Sample:
    """A sample, of text or bytes or a writer."""
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return Sample(kind, name, file, data, lost, kept, merged, heavy)


def second(
    form: Format, kind: str, what: str, record: str, *reasons: str, kept: tuple[str, ...] | None = BOTH
) -> Sample:
    """A file whose second record, between good ones, is hostile; it is lost for these reasons."""
    lost = tuple(Lost(reason, form.position(2)) for reason in reasons)
    return sample(kind, f"{form.name}: {what}", form.file, form.around(record), *lost, kept=kept)
