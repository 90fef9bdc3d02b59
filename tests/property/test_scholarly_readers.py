"""A broken line costs itself alone, in each format of lines."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.registry import READERS
from tests.reading import read_text, samples_of

LINES = [(name, path) for name in READERS.names() for path in samples_of(name) if path.suffix == ".jsonl"]


@pytest.mark.parametrize(("name", "sample"), LINES, ids=[sample.name for _, sample in LINES])
@given(
    st.integers(0, 2), st.floats(0, 1), st.binary(min_size=1, max_size=5).filter(lambda data: not {10, 13} & {*data})
)
def test_a_broken_line_costs_that_line(name: str, sample: Path, index: int, where: float, piece: bytes) -> None:
    lines = sample.read_bytes().split(b"\n")[:-1]
    at = index % len(lines)
    cut = 1 + int(where * (len(lines[at]) - 1))  # at 0 it might be a byte order mark
    broken = lines[at][:cut] + piece + lines[at][cut:]
    with tempfile.TemporaryDirectory() as folder:
        whole, _ = read_text(Path(folder), READERS.get(name), b"\n".join(lines))
        papers, errors = read_text(Path(folder), READERS.get(name), b"\n".join([*lines[:at], broken, *lines[at + 1 :]]))
    kept = {paper.sources[0].position: paper for paper in papers}
    assert len(papers) + len(errors) == len(lines)
    assert [kept[n] for n in range(1, len(lines) + 1) if n != at + 1] == [p for n, p in enumerate(whole) if n != at]
