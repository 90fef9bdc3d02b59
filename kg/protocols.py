"""What a reader, a linker and an exporter must offer. Structural: no base class to inherit from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO, runtime_checkable

from kg.errors import RecordError
from kg.graph import KnowledgeGraph
from kg.model import Paper

__all__ = ["Exporter", "Input", "ReadOptions", "Reader", "records_only"]


class Input(Protocol):
    """One input file, pipe or standard input, decompressed. It is read once, from start to end.

    A reader picks the face that fits its format: ``text()`` for lines, ``binary()`` for XML (which names its own
    encoding) and other byte formats, ``seekable()`` for Parquet and others that jump about.
    """

    @property
    def path(self) -> str:
        """The name as given, for messages and sources ("-" for standard input)."""

    @property
    def head(self) -> bytes:
        """The first bytes, at most 64 kB; looking at them consumes nothing."""

    @property
    def head_text(self) -> str:
        """``head`` decoded as ``text()`` decodes, a byte order mark left out."""

    def text(self) -> TextIO:
        """UTF-8 text (UTF-16 with a byte order mark), every line end as a line feed.

        Bytes that are not UTF-8 come as lone surrogates (``surrogateescape``), so that a reader can reject the one
        record they stand in. Reading on after damage (a gzip stream cut off, a disk error) raises ``RecordError``.
        """

    def binary(self) -> BinaryIO:
        """The bytes."""

    def seekable(self) -> BinaryIO:
        """The bytes, with random access: a temporary copy where the input has none itself."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller says about the inputs.

    Attributes:
        columns: Paper field -> column name, for formats with columns.
        year: The year of a page that states only day and month; None: the reader infers it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None


@runtime_checkable
class Reader(Protocol):
    """Reads one format. A module in ``kg/readers`` offers one as ``READER``."""

    name: str
    description: str
    extensions: tuple[str, ...]

    def sniff(self, source: Input) -> float:
        """How sure the reader is, 0 to 1, that the input is of its format; judged by ``head`` first, ``path`` last."""

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Yield papers in file order, and a ``RecordError`` with its position for each record that cannot be read.

        Raises:
            RecordError: when nothing more can be read from the input; what was yielded before stays.
        """


@runtime_checkable
class Exporter(Protocol):
    """Writes a graph in one format. A module in ``exporters`` offers one as ``EXPORTER``."""

    name: str
    description: str
    extensions: tuple[str, ...]

    def write(self, graph: KnowledgeGraph, path: Path) -> None:
        """Write the graph to a file.

        Raises:
            ServiceError: if the target cannot be written.
        """

    def read_back(self, path: Path) -> KnowledgeGraph:
        """The graph that ``write`` wrote, for the contract suite."""


def records_only(items: Iterable[Paper | RecordError]) -> Iterator[Paper]:
    """The papers of a reader's stream, errors left out."""
    return (item for item in items if isinstance(item, Paper))
