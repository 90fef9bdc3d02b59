"""What a reader makes of a text, for tests."""

from __future__ import annotations

from pathlib import Path

from kg.errors import RecordError
from kg.model import Paper
from kg.protocols import Reader, ReadOptions
from kg.readers.streams import FileInput

Errors = list[tuple[int | None, str]]


def read_file(path: Path, reader: Reader) -> tuple[list[Paper], Errors]:
    """Papers, and position and reason of each error."""
    papers: list[Paper] = []
    errors: Errors = []
    with FileInput(str(path)) as source:
        try:
            for item in reader.read(source, ReadOptions()):
                if isinstance(item, Paper):
                    papers.append(item)
                else:
                    errors.append((item.position, item.reason))
        except RecordError as error:
            errors.append((error.position, error.reason))
    return papers, errors


def read_text(folder: Path, reader: Reader, text: str | bytes) -> tuple[list[Paper], Errors]:
    """The same of a text."""
    path = folder / "input"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return read_file(path, reader)


def sniffed(folder: Path, reader: Reader, text: str) -> float:
    """How sure the reader is of a text."""
    path = folder / "input"
    path.write_text(text, encoding="utf-8")
    with FileInput(str(path)) as source:
        return reader.sniff(source)
