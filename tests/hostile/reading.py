"""Reads a folder with a hostile file in it, as a build does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.model import Paper
from kg.readers.inputs import read_inputs
from kg.rejects import Reject
from tests.hostile.formats import BOTH, FORMATS
from tests.hostile.sample import Sample

__all__ = ["BESIDE", "Outcome", "assert_as_expected", "lay_out", "read", "shown", "workspace_for"]

BESIDE = ("A paper in a file before", "A paper in a file after")


@dataclass(slots=True)
class Outcome:
    """What came out.

    Attributes:
        titles: One a record.
        rejects: File, position and reason.
        merged: Records that were merged into papers that others made.
        known: Records that were there already, word for word.
    """

    titles: list[str] = field(default_factory=list)
    rejects: list[tuple[str, int | None, str]] = field(default_factory=list)
    merged: int = 0
    known: int = 0
    papers: int = 0


def lay_out(sample: Sample, folder: Path) -> Path:
    """The sample in a folder, between files of good papers; its path."""
    lines = FORMATS["jsonl"]
    folder.mkdir(parents=True)
    (folder / " before.jsonl").write_text(lines.whole(lines.good(BESIDE[0])), encoding="utf-8")
    (folder / "~after.jsonl").write_text(lines.whole(lines.good(BESIDE[1])), encoding="utf-8")
    sample.write(folder / sample.file)
    return folder / sample.file


def read(folder: Path, workspace: Path | None = None) -> Outcome:
    """Read a folder, and merge what is in it where a folder for a workspace is given."""
    outcome = Outcome()

    def reject(found: Reject) -> None:
        outcome.rejects.append((found.file, found.position, found.reason))

    def papers() -> Iterator[Paper]:
        for paper in read_inputs([str(folder)], on_reject=reject):
            paper.model_dump_json().encode()
            outcome.titles.append(paper.title)
            yield paper

    if workspace is None:
        outcome.papers = sum(1 for _ in papers())
    else:
        added = _added(workspace, papers())
        outcome.papers, outcome.merged, outcome.known = added.new, added.merged, added.unchanged
    return outcome


def _added(folder: Path, papers: Iterator[Paper]) -> Any:
    from kg.workspace import Workspace

    workspace = Workspace(folder)
    with workspace.lock():
        return workspace.add_papers(papers)


def shown(path: Path) -> str:
    """A path as rejects name it."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def assert_as_expected(sample: Sample, path: Path, outcome: Outcome) -> None:
    """Every reject and every paper that the table names, and no others; no record without a trace."""
    found = [(file.removeprefix(shown(path)), at, reason) for file, at, reason in outcome.rejects]
    assert len(found) == len(sample.lost), found
    for (member, at, reason), lost in zip(found, sample.lost, strict=True):
        assert (member, at) == (lost.member, lost.at), found
        assert lost.reason in reason, found
        assert reason.isprintable() and not reason.startswith("the reader"), reason
    titles = set(outcome.titles)
    assert titles >= set(BESIDE)
    if sample.kept is None:
        assert titles <= {*BESIDE, *BOTH}
    else:
        assert titles == {*BESIDE, *sample.kept}
    # records in = papers + rejected + merged: the titles are the records that were not rejected
    assert len(outcome.titles) == outcome.papers + outcome.merged + outcome.known
    assert outcome.merged + outcome.known == sample.merged


def workspace_for(sample: Sample, folder: Path) -> Path | None:
    """A workspace where it matters which records are one paper; it costs more than the reading."""
    return folder if sample.merged or sample.kind == "duplicates" else None
