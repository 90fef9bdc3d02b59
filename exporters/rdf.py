"""RDF: N-Triples and N-Quads, sorted and streamed; Turtle, TriG, JSON-LD and RDF/XML, by subject."""

from __future__ import annotations

import heapq
import io
import marshal
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any, Protocol

from kg.bulk import no_garbage_collection
from kg.errors import UsageError
from kg.exporters.base import open_output
from kg.exporters.rdf_describe import Describer, Options, Section
from kg.exporters.rdf_terms import NTriples
from kg.graph import KnowledgeGraph

__all__ = ["EXPORTER", "SYNTAXES", "Options", "Rdf", "groups_of_file", "groups_of_graph", "syntax_of", "write_rdf"]

Group = tuple[Mapping[str, Any], list[Mapping[str, Any]]]
"""An entity and the relations that begin at it, as the canonical export has them."""

_COMPRESSED = (".gz", ".zst")
_CHUNK = 48 << 20  # characters that are sorted in memory at a time
_RELATION_START = b'{"confidence":'


# Where statements come from


def groups_of_graph(graph: KnowledgeGraph) -> Iterator[Group]:
    """The groups of a graph in memory."""
    relations = (relation.model_dump() for relation in graph.relations())
    return _grouped((entity.model_dump() for entity in graph.entities()), relations)


def groups_of_file(source: IO[bytes]) -> Iterator[Group]:
    """The groups of a canonical export, an uncompressed file that is open for reading.

    Raises:
        UsageError: if a line is none of such an export.
    """
    from pydantic_core import from_json

    start = 0
    source.seek(0)
    for line in source:
        if line.startswith(_RELATION_START):
            break
        start += len(line)

    def entities() -> Iterator[Mapping[str, Any]]:
        for line in io.BufferedReader(_Part(source.fileno(), 0, start), 1 << 20):
            yield from_json(line)

    def relations() -> Iterator[Mapping[str, Any]]:
        for line in io.BufferedReader(_Part(source.fileno(), start, None), 1 << 20):
            yield from_json(line)

    return _grouped(entities(), relations())


class _Part(io.RawIOBase):
    """A part of a file, read without moving the position of the file."""

    def __init__(self, descriptor: int, start: int, end: int | None) -> None:
        super().__init__()
        self._descriptor, self._at, self._end = descriptor, start, end

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on."""
        size = len(buffer) if self._end is None else min(len(buffer), self._end - self._at)
        data = os.pread(self._descriptor, size, self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _grouped(entities: Iterable[Mapping[str, Any]], relations: Iterator[Mapping[str, Any]]) -> Iterator[Group]:
    """Join two sorted streams."""
    following = next(relations, None)
    for entity in entities:
        mine: list[Mapping[str, Any]] = []
        while following is not None and following["source"] == entity["id"]:
            mine.append(following)
            following = next(relations, None)
        yield entity, mine
    if following is not None:
        raise UsageError(f"the relation of {following['source']!r} is out of order, or its node is missing")


# Syntaxes


class Syntax(Protocol):
    """Writes sections in one syntax."""

    def write(self, sections: Iterable[Section], out: IO[str]) -> None:
        """Write all."""


class SortedLines:
    """N-Triples or N-Quads, every line once, in the order of the bytes. Sorts on disk what is too much for memory."""

    def __init__(self, chunk: int = _CHUNK, by_line: bool = False) -> None:
        self._chunk = chunk
        self._by_line = by_line

    def write(self, sections: Iterable[Section], out: IO[str]) -> None:
        """Write all."""
        with ExitStack() as stack:
            runs: list[IO[bytes]] = []
            blocks: list[str] = []
            size = 0
            for lines in map(_lines_of, sections):
                new = lines if self._by_line else ["".join(lines)]
                blocks += new
                size += sum(map(len, new))
                if size > self._chunk:
                    blocks.sort()
                    runs.append(_spill(stack.enter_context(tempfile.TemporaryFile()), blocks))
                    blocks, size = [], 0
            blocks.sort()
            merged = heapq.merge(*map(_spilled, runs), blocks) if runs else blocks
            out.writelines(_without_repeats(merged) if self._by_line else merged)


def _lines_of(section: Section) -> list[str]:
    lines = set()
    for subject, said, graph in section:
        end = f" {graph} .\n" if graph else " .\n"
        lines.update([f"{subject} {predicate} {thing}{end}" for predicate, thing in said])
    return sorted(lines)


def _spill(file: IO[bytes], blocks: list[str]) -> IO[bytes]:
    for at in range(0, len(blocks), 500):
        marshal.dump(blocks[at : at + 500], file)
    file.seek(0)
    return file


def _spilled(file: IO[bytes]) -> Iterator[str]:
    while True:
        try:
            yield from marshal.load(file)  # noqa: S302 - our own file, deleted already
        except EOFError:
            return


def _without_repeats(lines: Iterable[str]) -> Iterator[str]:
    last = ""
    for line in lines:
        if line != last:
            yield line
            last = line


@dataclass(frozen=True, slots=True)
class _Kind:
    """A syntax by its file suffix."""

    name: str
    quads: bool = False


SYNTAXES: dict[str, _Kind] = {
    ".nt": _Kind("N-Triples"),
    ".nq": _Kind("N-Quads", quads=True),
}


def syntax_of(path: Path) -> str:
    """The suffix that says which syntax a file has, without that of its compression.

    Raises:
        UsageError: if it names none.
    """
    suffixes = [suffix for suffix in path.suffixes if suffix not in _COMPRESSED]
    if suffixes and suffixes[-1] in SYNTAXES:
        return suffixes[-1]
    raise UsageError(f"{path.name} does not say which syntax: let it end in one of {', '.join(SYNTAXES)} (or with .gz)")


def _sections(describer: Describer, groups: Iterable[Group], options: Options) -> Iterator[Section]:
    yield from describer.head(options.run)
    for entity, relations in groups:
        try:
            found = list(describer.sections(entity, relations))
        except KeyError as error:
            raise UsageError(f"{entity.get('id')!r} holds {error}, which the schema does not know") from error
        yield from found


@no_garbage_collection()
def write_rdf(
    groups: Iterable[Group], path: Path, options: Options | None = None, *, suffix: str | None = None
) -> None:
    """Write groups to a file.

    Args:
        groups: From ``groups_of_graph`` or ``groups_of_file``.
        path: Target; compressed if it ends in ``.gz`` or ``.zst``.
        suffix: The syntax; default: by the name of the target.

    Raises:
        UsageError: if an option is wrong, or the syntax cannot say what was asked for.
        ServiceError: if the target cannot be written.
    """
    options = options or Options()
    kind = suffix or syntax_of(path)
    quads = SYNTAXES[kind].quads
    statements = options.statements or ("named-graphs" if quads else "reification")
    if statements == "named-graphs" and not quads:
        raise UsageError(f"{SYNTAXES[kind].name} has no named graphs: choose .nq or .trig")
    options.check()
    with open_output(path) as out:
        try:
            describer = Describer(NTriples(), options, statements)
            SortedLines(by_line=describer.has_inverse).write(_sections(describer, groups, options), out)
        except UnicodeEncodeError as error:
            raise UsageError(
                f"a text holds a half character ({error.reason}), which no RDF syntax can write"
            ) from error


class Rdf:
    """RDF in the syntax that the file's suffix names, with full evidence and the default profile."""

    name = "rdf"
    description = "RDF: N-Triples, N-Quads, Turtle, TriG, JSON-LD or RDF/XML, by the suffix of the file"
    extensions: tuple[str, ...] = tuple(f"{kind}{packed}" for kind in SYNTAXES for packed in ("", *_COMPRESSED))

    def write(self, graph: KnowledgeGraph, path: Path, options: Options | None = None) -> None:
        """Write the graph to a file.

        Raises:
            ServiceError: if the target cannot be written.
        """
        write_rdf(groups_of_graph(graph), path, options)

    def read_back(self, path: Path) -> KnowledgeGraph:
        """The graph that ``write`` wrote.

        Raises:
            UsageError: if the file cannot be read or is no such export.
        """
        from kg.exporters.rdf_read import read_rdf

        return read_rdf(path)


EXPORTER = Rdf()
