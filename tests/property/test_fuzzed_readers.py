"""All readers, on all samples damaged at random: a new reader is among them once it is registered and has a sample.

A crash that is found here becomes a sample of ``tests/hostile``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Paper
from kg.readers.archives import archive_kind
from kg.readers.inputs import read_inputs
from kg.registry import READERS
from kg.rejects import Reject
from tests.reading import Edit, assert_sound, damaged, edits, read_text, samples_of

# Pieces that mean something in one format or another.
PIECES = [
    b"",
    b'"',
    b"'",
    b"{",
    b"}",
    b"(",
    b")",
    b"[",
    b"]",
    b"<",
    b">",
    b"&",
    b"@",
    b"#",
    b"$",
    b"\\",
    b"=",
    b":",
    b",",
]
PIECES += [
    b";",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"/*",
    b"- ",
]
PIECES += [
    b"null",
    b"true",
    b"NaN",
    b"1e999",
    b"-1",
    b"9" * 30,
    b"[]",
    b"{}",
    b'\\"',
    b"\\ud800",
    b"\\udcff",
    b'""',
    b"},{",
]
PIECES += [
    b"@article{",
    b"@string{x = x # ",
    b"TY  - JOUR\n",
    b"ER  - \n",
    b"---\n",
    b"&x",
    b"*x",
    b"!!",
    b"PAR1",
    b"title",
]
PIECES += [
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<![CDATA[",
    b"-->",
    b"&#0;",
    b"&x;",
    b"</",
    b"/>",
    b"x" * 3000,
    b"[" * 3000,
]
CASES = [(name, path) for name in READERS.names() for path in samples_of(name)]
Copy = tuple[float, float, float]
"""Where a stretch of the file stands (share of the length), how long it is, and where it is put once more."""
SHARE = st.floats(0, 1, exclude_max=True)
COPIES = st.lists(st.tuples(SHARE, st.floats(0, 0.3), SHARE), max_size=2)
FLIPS = st.lists(st.tuples(SHARE, st.integers(0, 7)), max_size=3)


def flipped(data: bytes, places: list[tuple[float, int]]) -> bytes:
    """A file after some bits changed."""
    changed = bytearray(data)
    for where, bit in places if data else ():
        changed[int(where * len(data))] ^= 1 << bit
    return bytes(changed)


def spliced(data: bytes, stretches: list[Copy]) -> bytes:
    """A file with stretches of itself put elsewhere once more."""
    for start, length, to in stretches:
        at, target = int(start * len(data)), int(to * len(data))
        data = data[:target] + data[at : at + int(length * len(data))] + data[target:]
    return data


def read_as_a_build(path: Path, name: str) -> tuple[list[Paper], list[tuple[int | None, str]]]:
    rejects: list[Reject] = []
    papers = list(read_inputs([str(path)], format=name, on_reject=rejects.append))
    return papers, [(reject.position, reject.reason) for reject in rejects]


def assert_survives(name: str, data: bytes) -> None:
    """Papers and reasons, each record one of them, twice the same, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        papers, errors = read_text(Path(folder), READERS.get(name), data)
        assert_sound(papers, errors)
        positions = [paper.sources[0].position for paper in papers]
        assert positions == sorted(set(positions))
        assert not set(positions) & {position for position, _ in errors[:-1]}
        if archive_kind(data) is None:
            assert read_as_a_build(Path(folder) / "input", name) == (papers, errors)


@pytest.mark.parametrize(("name", "sample"), CASES, ids=[path.name for _, path in CASES])
@given(edits(PIECES), COPIES, FLIPS)
def test_damage_costs_records_and_never_the_build(
    name: str, sample: Path, changes: list[Edit], stretches: list[Copy], places: list[tuple[float, int]]
) -> None:
    assert_survives(name, flipped(spliced(damaged(sample.read_bytes(), changes), stretches), places))


# What the readers of saved pages and of JSON look for, besides.
PIECES_OF_PAGES = [b'{"title": "One"}', b'"title": ', "·".encode(), "  • 3 authors\n".encode(), b"May 5, 2024 3\n"]
PIECES_OF_PAGES += [b"Feb 29\n", b"Dec 29\n", b"Daily Papers\n", b"lab Lab\n", b"some words ", b"Long words. " * 30]
any_bytes = st.binary(max_size=300) | st.lists(
    st.sampled_from(PIECES + PIECES_OF_PAGES) | st.binary(max_size=8), max_size=40
).map(b"".join)


@pytest.mark.parametrize("name", READERS.names())
@given(any_bytes)
def test_no_bytes_break_a_reader_and_all_text_is_storable(name: str, data: bytes) -> None:
    assert_survives(name, data)
