"""Samples of the scholarly formats, damaged at random: each record is a paper or has a reason; nothing else escapes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.registry import READERS
from tests.reading import Edit, assert_sound, damaged, edits, read_text

SAMPLES = Path(__file__).parent.parent / "samples"
CASES = [
    ("arxiv-atom", "arxiv-feed.xml"),
    ("arxiv-jsonl", "arxiv-snapshot.jsonl"),
    ("arxiv-oai", "arxiv-oai.xml"),
    ("crossref", "crossref-message.json"),
    ("crossref", "crossref-works.jsonl"),
    ("hf-daily", "hf-daily.json"),
    ("openalex", "openalex-works.jsonl"),
    ("semantic-scholar", "s2-answer.json"),
    ("semantic-scholar", "s2-papers.jsonl"),
]
PIECES = [b"", b'"', b"null", b"[]", b"{}", b"5", b"true", b'\\"', b"\\udc80", b"\n", b"<", b">", b"&", b"&x;", b"\x00"]
PIECES += [b"\xff", b"\\", b"$", b"{", b"}", b"[", b"]", b",", b":", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"x" * 3000]


@pytest.mark.parametrize(("name", "sample"), CASES, ids=[sample for _, sample in CASES])
@given(edits(PIECES))
def test_damage_costs_records_and_never_the_build(name: str, sample: str, changes: list[Edit]) -> None:
    data = damaged((SAMPLES / sample).read_bytes(), changes)
    with tempfile.TemporaryDirectory() as folder:
        papers, errors = read_text(Path(folder), READERS.get(name), data)
    assert_sound(papers, errors)
    for paper in papers:
        assert set(paper.orcids) <= set(paper.authors)
        assert set(paper.rors) <= set(paper.organizations)
    positions = [paper.sources[0].position for paper in papers]
    assert positions == sorted(set(positions))
    assert not set(positions) & {position for position, _ in errors}


LINES = [case for case in CASES if case[1].endswith(".jsonl")]


@pytest.mark.parametrize(("name", "sample"), LINES, ids=[sample for _, sample in LINES])
@given(
    st.integers(0, 2), st.floats(0, 1), st.binary(min_size=1, max_size=5).filter(lambda data: not {10, 13} & {*data})
)
def test_a_broken_line_costs_that_line(name: str, sample: str, index: int, where: float, piece: bytes) -> None:
    lines = (SAMPLES / sample).read_bytes().split(b"\n")[:-1]
    at = index % len(lines)
    cut = 1 + int(where * (len(lines[at]) - 1))  # at 0 it might be a byte order mark
    broken = lines[at][:cut] + piece + lines[at][cut:]
    with tempfile.TemporaryDirectory() as folder:
        whole, _ = read_text(Path(folder), READERS.get(name), b"\n".join(lines))
        papers, errors = read_text(Path(folder), READERS.get(name), b"\n".join([*lines[:at], broken, *lines[at + 1 :]]))
    kept = {paper.sources[0].position: paper for paper in papers}
    assert len(papers) + len(errors) == len(lines)
    assert [kept[n] for n in range(1, len(lines) + 1) if n != at + 1] == [p for n, p in enumerate(whole) if n != at]
