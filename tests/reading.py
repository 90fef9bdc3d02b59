"""What a reader makes of a text, for tests."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from kg.errors import RecordError
from kg.model import Paper
from kg.protocols import Reader, ReadOptions
from kg.readers.clean import clean_text
from kg.readers.streams import FileInput
from kg.registry import READERS

SAMPLES = Path(__file__).parent / "samples"
_PATTERNS = {
    "acl": "acl-*",
    "arxiv-atom": "arxiv-feed.*",
    "arxiv-jsonl": "arxiv-snapshot.*",
    "arxiv-oai": "arxiv-oai.*",
    "bibtex": "bibtex-*",
    "crossref": "crossref-*",
    "csl": "csl-*",
    "front-matter": "front-matter-*",
    "hf-daily": "hf-daily.*",
    "hf-papers": "hf-*.txt",
    "openalex": "openalex-*",
    "pubmed": "pubmed-*",
    "ris": "ris-*",
    "semantic-scholar": "s2-*",
}
Errors = list[tuple[int | None, str]]


def samples_of(name: str) -> list[Path]:
    """The samples of a format; each registered one must have some."""
    reader = READERS.get(name)
    patterns = [_PATTERNS[name]] if name in _PATTERNS else [f"papers{ending}" for ending in reader.extensions]
    found = sorted(path for pattern in patterns for path in SAMPLES.glob(pattern))
    assert found, f"no sample of the format {name} in {SAMPLES}"
    return found


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


Edit = tuple[float, int, bytes]
"""Where (share of the length), how many bytes go, and what comes in their place."""


def edits(pieces: list[bytes]) -> st.SearchStrategy[list[Edit]]:
    """Up to four changes of a file, with pieces that mean something in its format, or with any bytes."""
    where = st.floats(0, 1, exclude_max=True)
    piece = st.sampled_from(pieces) | st.binary(max_size=3)
    return st.lists(st.tuples(where, st.integers(0, 12), piece), min_size=1, max_size=4)


def damaged(data: bytes, changes: list[Edit]) -> bytes:
    """A file after changes."""
    for where, length, piece in changes:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + length :]
    return data


def assert_sound(papers: list[Paper], errors: Errors) -> None:
    """Papers that any build can take, with clean text, and reasons of one line."""
    for paper in papers:
        assert paper.title or (paper.abstract and paper.identifiers)
        for text in (paper.title, paper.abstract, paper.venue or "", *paper.authors, *paper.organizations):
            assert text == clean_text(text)
        paper.model_dump_json().encode()
    assert all(reason and "\n" not in reason for _, reason in errors)
