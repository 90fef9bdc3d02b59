"""What a reader, a linker and an exporter must offer. Structural: no base class to inherit from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol, runtime_checkable

from kg.errors import RecordError
from kg.graph import KnowledgeGraph
from kg.model import Paper

__all__ = ["Exporter", "ReadOptions", "Reader"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller says about an input.

    Attributes:
        path: The input's name as given, for messages and sources ("-" for standard input).
        columns: Paper field -> column name, for formats with columns.
    """

    path: str
    columns: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Reader(Protocol):
    """Reads one format. A module in ``kg/readers`` offers one as ``READER``."""

    name: str
    description: str
    extensions: tuple[str, ...]

    def sniff(self, head: str, path: str) -> float:
        """How sure the reader is, 0 to 1, that a text starting with ``head`` (at most 64 kB) is of its format."""

    def read(self, text: IO[str], options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Yield papers in file order, and a ``RecordError`` with its position for each record that cannot be read."""


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
