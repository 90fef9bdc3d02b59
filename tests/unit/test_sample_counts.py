"""Records in = papers + rejected + merged, with the records of each sample counted by other means than its reader."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.readers.inputs import read_inputs
from kg.rejects import Reject
from kg.workspace import Workspace

SAMPLES = Path(__file__).parent.parent / "samples"


def elements(*names: str) -> Callable[[Path], int]:
    return lambda path: len(re.findall(rf"<(?:{'|'.join(names)})[\s>]", path.read_text(encoding="utf-8")))


def lines(path: Path) -> int:
    return sum(1 for line in path.read_text(encoding="utf-8").split("\n") if line.strip())


def matches(pattern: str) -> Callable[[Path], int]:
    return lambda path: len(re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE))


def values(*keys: str) -> Callable[[Path], int]:
    def count(path: Path) -> int:
        value = json.loads(path.read_text(encoding="utf-8"))
        for key in keys:
            value = value[key]
        return len(value)

    return count


def rows(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for row in csv.reader(file, "excel-tab" if path.suffix == ".tsv" else "excel") if any(row)) - 1


def parquet_rows(path: Path) -> int:
    from pyarrow.parquet import ParquetFile

    return int(ParquetFile(path).metadata.num_rows)


def exactly(number: int) -> Callable[[Path], int]:
    return lambda path: number


COUNTED: dict[str, Callable[[Path], int]] = {
    "acl-collection.xml": elements("paper"),
    "acl-volume.xml": elements("paper"),
    "arxiv-feed.xml": elements("entry"),
    "arxiv-oai.xml": elements("record"),
    "arxiv-snapshot.jsonl": lines,
    "bibtex-anthology.bib": matches(r"^\s*@(?!string|comment|preamble)\w+\s*[{(]"),
    "bibtex-library.bib": matches(r"^\s*@(?!string|comment|preamble)\w+\s*[{(]"),
    "crossref-message.json": values("message", "items"),
    "crossref-works.jsonl": lines,
    "csl-zotero.json": values(),
    "front-matter-draft.txt": exactly(1),
    "front-matter-note.md": exactly(1),
    "hf-bare.txt": exactly(3),
    "hf-daily.json": values(),
    "hf-dots.txt": exactly(4),
    "hf-plain.txt": exactly(4),
    "openalex-works.jsonl": lines,
    "papers.csv": rows,
    "papers.json": values(),
    "papers.jsonl": lines,
    "papers.parquet": parquet_rows,
    "papers.tsv": rows,
    "pubmed-update.xml": elements("PubmedArticle", "PubmedBookArticle"),
    "ris-export.ris": matches(r"^TY  - "),
    "s2-answer.json": values("data"),
    "s2-papers.jsonl": lines,
}


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_records_in_are_papers_rejected_and_merged(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / f"copy{path.suffix}"
    copy.write_bytes(path.read_bytes())
    rejects: list[Reject] = []
    workspace = Workspace(tmp_path / "workspace")
    with workspace.lock():
        added = workspace.add_papers(read_inputs([str(path), str(copy)], on_reject=rejects.append))
    records = COUNTED[path.name](path)
    assert 2 * records == added.records + len(rejects)
    assert added.records == added.new + added.merged + added.unchanged
    assert added.merged >= added.new > 0  # each paper of the copy is in the sample
