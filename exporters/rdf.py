"""RDF: N-Triples and N-Quads, sorted and streamed; Turtle, TriG, JSON-LD and RDF/XML, by subject."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Protocol, cast

from kg.bulk import no_garbage_collection
from kg.errors import UsageError
from kg.exporters.base import open_output
from kg.exporters.rdf_describe import Describer, Options
from kg.exporters.rdf_lines import LineDescriber, lines_of
from kg.exporters.rdf_sort import CHUNK, Sorter, written_aside
from kg.exporters.rdf_syntax import Block, JsonLd, JsonTerms, RdfXml, TurtleFile, XmlTerms
from kg.exporters.rdf_terms import NTriples, Terms, Turtle, check_base
from kg.graph import KnowledgeGraph
from kg.sorted_lines import RELATION_START

__all__ = [
    "EXPORTER",
    "SYNTAXES",
    "Options",
    "Rdf",
    "groups_of_file",
    "groups_of_graph",
    "syntax_of",
    "unsorted_quads",
    "write_rdf",
]

Group = tuple[Mapping[str, Any], list[Mapping[str, Any]]]
"""An entity and the relations that begin at it, as the canonical export has them."""

_COMPRESSED = (".gz", ".zst")
_PARTS = 256  # parts that are written at a time
_READ = 1 << 20  # bytes that are read at a time
_EVIDENCE_END = b'],"properties":{'


# Where statements come from


def groups_of_graph(graph: KnowledgeGraph) -> Iterator[Group]:
    """The groups of a graph in memory."""
    relations = (relation.model_dump() for relation in graph.relations())
    return _grouped((entity.model_dump() for entity in graph.entities()), relations)


def groups_of_file(source: IO[bytes], with_evidence: bool = True) -> Iterator[Group]:
    """The groups of a canonical export, an uncompressed file that is open for reading.

    Args:
        source: The file.
        with_evidence: Whether to read the evidence of relations, which is most of the file.

    Raises:
        UsageError: if a line is none of such an export.
    """
    from pydantic_core import from_json

    start = _relations_at(source)

    def entities() -> Iterator[Mapping[str, Any]]:
        for line in io.BufferedReader(_Part(source.fileno(), 0, start), _READ):
            yield from_json(line)

    def relations() -> Iterator[Mapping[str, Any]]:
        for line in io.BufferedReader(_Part(source.fileno(), start, None), _READ):
            yield from_json(line if with_evidence else _without_evidence(line))

    return _grouped(entities(), relations())


def _relations_at(source: IO[bytes]) -> int:
    """Where the first relation begins, or the file ends."""
    mark, seen, before = b"\n" + RELATION_START, 0, b"\n"
    source.seek(0)
    while data := source.read(_READ):
        whole = before + data
        if (at := whole.find(mark)) >= 0:
            return seen - len(before) + at + 1
        seen += len(data)
        before = whole[1 - len(mark) :]
    return seen


def _without_evidence(line: bytes) -> bytes:
    """The rest of a relation. Within a text the quotation marks of what is looked for would have a backslash before."""
    at = line.rfind(_EVIDENCE_END)
    return b'{"confidence":1.0,"evidence":[],' + line[at + 2 :] if at > 0 else line


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
        count = os.preadv(self._descriptor, [memoryview(buffer)[:size]], self._at)
        self._at += count
        return count


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
    """Writes blocks in one syntax."""

    def write(self, blocks: Iterable[Any], out: IO[str]) -> None:
        """Write all."""


class SortedLines:
    """N-Triples or N-Quads, every line once, in the order of the bytes. Sorts on disk what is too much for memory."""

    def __init__(self, chunk: int = CHUNK, by_line: bool = False) -> None:
        self._chunk = chunk
        self._by_line = by_line

    def write(self, blocks: Iterable[Block], out: IO[str]) -> None:
        """Write all."""
        with Sorter(self._chunk) as sorter:
            for section in chain.from_iterable(blocks):
                text = "".join(lines_of(section)) if isinstance(section, list) else section
                if self._by_line:
                    for line in text[:-1].split("\n"):
                        sorter.add(line + "\n")
                else:
                    sorter.add(text)
            merged = sorter.merged()
            ordered = _without_repeats(merged) if self._by_line else merged
            written_aside(iter(lambda: "".join(islice(ordered, _PARTS)), ""), out)


def _without_repeats(lines: Iterable[str]) -> Iterator[str]:
    last = ""
    for line in lines:
        if line != last:
            yield line
            last = line


def _sorted_lines(describer: Describer) -> Syntax:
    return SortedLines(by_line=describer.has_inverse)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A syntax.

    Attributes:
        terms: How it writes terms, given the base of the IRIs.
        file: What writes a file of it.
        statements: How it can speak of edges, the preferred way first.
        describer: What turns entities and edges into statements.
    """

    name: str
    terms: Callable[[str], Terms]
    file: Callable[[Describer], Syntax]
    statements: tuple[str, ...] = ("reification", "triple-terms")
    describer: type[Describer] = Describer


_QUADS = ("named-graphs", "reification", "triple-terms")
SYNTAXES: dict[str, _Kind] = {
    ".nt": _Kind("N-Triples", lambda base: NTriples(), _sorted_lines, describer=LineDescriber),
    ".nq": _Kind("N-Quads", lambda base: NTriples(), _sorted_lines, _QUADS, LineDescriber),
    ".ttl": _Kind("Turtle", Turtle, lambda describer: TurtleFile(cast("Turtle", describer.terms))),
    ".trig": _Kind("TriG", Turtle, lambda describer: TurtleFile(cast("Turtle", describer.terms)), _QUADS),
    ".jsonld": _Kind("JSON-LD", JsonTerms, lambda describer: JsonLd(describer.minter.base), ("reification",)),
    ".rdf": _Kind("RDF/XML", lambda base: XmlTerms(), lambda describer: RdfXml(), ("reification",)),
}


def syntax_of(path: Path) -> str:
    """The suffix that says which syntax a file has, without that of its compression.

    Raises:
        UsageError: if it names none.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        return ".nt"  # a device or a pipe
    suffixes = [suffix for suffix in path.suffixes if suffix not in _COMPRESSED]
    if suffixes and suffixes[-1] in SYNTAXES:
        return suffixes[-1]
    raise UsageError(f"{path.name} does not say which syntax: let it end in one of {', '.join(SYNTAXES)} (or with .gz)")


def _blocks(describer: Describer, groups: Iterable[Group], options: Options) -> Iterator[Block]:
    if head := list(describer.head(options.run)):
        yield head
    for entity, relations in groups:
        try:
            found = list(describer.sections(entity, relations))
        except KeyError as error:
            raise UsageError(f"{entity.get('id')!r} holds {error}, which the schema does not know") from error
        yield found


@no_garbage_collection()
def write_rdf(groups: Iterable[Group], path: Path, options: Options | None = None) -> None:
    """Write groups to a file.

    Args:
        groups: From ``groups_of_graph`` or ``groups_of_file``.
        path: Target; its name says the syntax, and the compression with ``.gz`` or ``.zst``.
        options: How; default: all with full evidence in the default profile.

    Raises:
        UsageError: if an option is wrong, or the syntax cannot say what was asked for.
        ServiceError: if the target cannot be written.
    """
    options = options or Options()
    options.check()
    kind = SYNTAXES[syntax_of(path)]
    statements = options.statements or kind.statements[0]
    if statements not in kind.statements:
        raise UsageError(f"{kind.name} has no {statements.replace('-', ' ')}: choose another --statements or syntax")
    describer = kind.describer(kind.terms(check_base(options.base)), options, statements)
    with open_output(path) as out:
        try:
            kind.file(describer).write(_blocks(describer, groups, options), out)
        except UnicodeEncodeError as error:
            raise UsageError(f"a text holds half a character ({error.reason}), which RDF cannot hold") from error


def unsorted_quads(groups: Iterable[Group], options: Options) -> Iterator[str]:
    """N-Quads in pieces of some hundred lines, for a reader that minds neither order nor repetition."""
    describer = LineDescriber(NTriples(), options, options.statements or _QUADS[0])
    sections = chain.from_iterable(_blocks(describer, groups, options))
    texts = ("".join(lines_of(section)) if isinstance(section, list) else section for section in sections)
    yield from iter(lambda: "".join(islice(texts, _PARTS)), "")


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
