"""From what the user names (files, archives, folders, globs, standard input) to one stream of papers."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.errors import KgError, RecordError, UsageError
from kg.model import Paper
from kg.protocols import Input, ReadOptions
from kg.readers.archives import ArchiveKind, archive_kind, members
from kg.readers.records import columns_for
from kg.readers.streams import STDIN, FileInput, StreamInput
from kg.registry import READERS
from kg.rejects import Reject

__all__ = ["FoundInput", "detect_format", "find_inputs", "read_inputs"]

_WILD = frozenset("*?[")
# A file of records without a title is taken when the user named it (and perhaps its columns), not when it lies about.
_LEAST_IN_FOLDER = 0.5


@dataclass(frozen=True, slots=True)
class FoundInput:
    """A file to read; ``named`` if the user named it, not found in a folder: then it must be readable."""

    path: str
    named: bool


def find_inputs(inputs: Sequence[str]) -> Iterator[FoundInput]:
    """Expand files, folders (recursively, in sorted order, hidden names left out), globs and "-", each file once.

    Raises:
        UsageError: if one of the inputs names nothing.
    """
    seen: set[str] = set()
    for given in inputs:
        for found in _expand(given):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _expand(given: str) -> Iterator[FoundInput]:
    if given == STDIN:
        yield FoundInput(STDIN, named=True)
        return
    if "\0" in given:
        raise UsageError(f"no such file or folder: {given!r}")
    paths = [given]
    if not os.path.lexists(given) and not _WILD.isdisjoint(given):
        paths = sorted(glob.glob(given, recursive=True))
    if not paths or not os.path.exists(paths[0]):
        raise UsageError(f"no such file or folder: {given or '(an empty name)'}")
    for path in paths:
        if os.path.isdir(path):
            yield from (FoundInput(file, named=False) for file in _walk(path))
        else:
            yield FoundInput(path, named=True)


def _walk(folder: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"cannot read the folder {error.filename}: {error.strerror}") from error

    for base, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if os.path.islink(os.path.join(base, name))]
        for name in sorted([*files, *linked]):
            if not name.startswith("."):
                yield os.path.join(base, name)


def detect_format(source: Input, least: float = 0.0) -> str:
    """The format whose reader is surest, and surer than ``least``.

    Raises:
        UsageError: if no reader knows the content, or two are equally sure.
    """
    if _is_unmarked_utf16(source.head[:1024]):
        raise UsageError(f"{source.path} is UTF-16 without a byte order mark; save it as UTF-8")
    scores: dict[str, float] = {reader.name: reader.sniff(source) for reader in READERS}
    best = max(scores.values())
    names = [name for name, score in scores.items() if score == best]
    if best <= least:
        what = "is empty" if not source.head else "is in no known format"
        raise UsageError(f"{source.path} {what}; see kg formats, or say --format")
    if len(names) > 1:
        raise UsageError(f"{source.path} could be {' or '.join(names)}; say which with --format (see kg formats)")
    return names[0]


def _is_unmarked_utf16(head: bytes) -> bool:
    """Whether every other byte is zero, and the others are not: the letters of most languages in UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    halves = sorted(half.count(0) / len(half) for half in (head[::2], head[1::2]) if half)
    return len(halves) == 2 and halves[0] < 0.1 and halves[1] > 0.9


def read_inputs(
    inputs: Sequence[str],
    *,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    on_reject: Callable[[Reject], None],
    year: int | None = None,
) -> Iterator[Paper]:
    """Stream the papers of all inputs, in order; memory does not grow with their size.

    What the user named is looked at before the first paper comes, so that a wrong name stops a build at its start.

    Args:
        inputs: Files, folders, globs, "-".
        format: A format of ``READERS``; None detects it, file by file.
        columns: Paper field -> column name, for formats with columns.
        on_reject: Called for each record and each file that is left out.
        year: Year of pages that state only day and month; None infers it.

    Raises:
        UsageError: if an input does not exist or cannot be opened, or is named and in no known format.
    """
    options = ReadOptions(columns or {}, year)
    columns_for((), options.columns)
    reader = READERS.get(format) if format else None
    found = [_Opened(item, reader, bool(columns)) for item in find_inputs(inputs)]
    for opened in found:
        if opened.item.named:
            opened.prepare()
    return _papers(found, options, on_reject)


def _least(named: bool, mapped: bool) -> float:
    return 0.0 if named or mapped else _LEAST_IN_FOLDER


def _no_file(path: str) -> str | None:
    """Why what lies in a folder is not read; a named pipe or a device would be waited for, perhaps for ever."""
    if os.path.isfile(path):
        return None
    if os.path.isdir(path):
        return "is a link to a folder, which is not followed; name the folder itself"
    if os.path.islink(path) and not os.path.exists(path):
        return "is a link that leads nowhere"
    return "is a pipe, a socket or a device, which is read only where it is named"


class _Opened:
    """An input and its reader; regular files are closed again after the look at their head."""

    def __init__(self, item: FoundInput, reader: Any | None, mapped: bool) -> None:
        self.item = item
        self._least = _least(item.named, mapped)
        self.reader = reader
        self._source: FileInput | None = None

    def prepare(self) -> FileInput:
        """The input, ready to be read from its start, with its reader chosen.

        Raises:
            UsageError: if it cannot be opened or no reader knows it.
        """
        source = self._source or FileInput(self.item.path)
        if not self.item.named and (problem := _no_file(self.item.path)):
            raise UsageError(f"{source.path} {problem}")
        try:
            source.head  # noqa: B018 - opens it, so that a missing permission shows
            if not archive_kind(source.head):
                self.reader = self.reader or _reader_for(source, self._least)
        except UsageError:
            source.close()
            raise
        if self.item.path != STDIN and os.path.isfile(self.item.path):
            source.close()
            return FileInput(self.item.path)
        self._source = source  # a pipe can be opened once only
        return source


def _papers(found: list[_Opened], options: ReadOptions, on_reject: Callable[[Reject], None]) -> Iterator[Paper]:
    for opened in found:
        try:
            source = opened.prepare()
        except UsageError as error:
            if opened.item.named:
                raise
            on_reject(Reject(opened.item.path, None, str(error).removeprefix(f"{opened.item.path} ")))
            continue
        with source:
            yield from _Reading(opened.reader, options, on_reject).papers(source)


class _Reading:
    """Reads one input, and the members of it if it is an archive."""

    def __init__(self, reader: Any | None, options: ReadOptions, on_reject: Callable[[Reject], None]) -> None:
        self._reader = reader
        self._least = _least(named=False, mapped=bool(options.columns))
        self._options = options
        self._on_reject = on_reject

    def papers(self, source: StreamInput, depth: int = 0) -> Iterator[Paper]:
        """The papers of an input; an archive in an archive is read too, but not deeper."""
        kind = archive_kind(source.head)
        if kind is None:
            yield from self._of_one(source)
        elif depth > 1:
            self._on_reject(Reject(source.path, None, "an archive in an archive in an archive is not read"))
        else:
            yield from self._of_archive(source, kind, depth)

    def _of_one(self, source: StreamInput) -> Iterator[Paper]:
        try:
            reader = self._reader or _reader_for(source, self._least)
        except UsageError as error:
            self._on_reject(Reject(source.path, None, str(error).removeprefix(f"{source.path} ")))
            return
        yield from _read_one(source, reader, self._options, self._on_reject)

    def _of_archive(self, source: StreamInput, kind: ArchiveKind, depth: int) -> Iterator[Paper]:
        try:
            for member in members(source, kind):
                if isinstance(member, Reject):
                    self._on_reject(member)
                    continue
                with member:
                    yield from self.papers(member, depth + 1)
        except RecordError as error:
            self._on_reject(Reject(source.path, None, error.reason))


def _reader_for(source: StreamInput, least: float) -> Any:
    try:
        return READERS.get(detect_format(source, least))
    except UsageError as error:
        if source.damage:
            raise UsageError(f"{source.path} {source.damage.reason}") from error
        raise


def _read_one(source: Input, reader: Any, options: ReadOptions, on_reject: Callable[[Reject], None]) -> Iterator[Paper]:
    try:
        for item in reader.read(source, options):
            if isinstance(item, RecordError):
                on_reject(Reject(source.path, item.position, item.reason))
            else:
                yield item
    except RecordError as error:
        on_reject(Reject(source.path, error.position, error.reason))
    except KgError:
        raise
    except Exception as error:  # a reader may come from anybody's package: its failure costs one file, not the build
        reason = f"the reader {reader.name} failed: {type(error).__name__}: {error}"
        on_reject(Reject(source.path, None, reason))
