from __future__ import annotations

import gzip
import json
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordError
from kg.model import Paper
from kg.protocols import ReadOptions
from kg.readers.clean import clean_text
from kg.readers.dates import iso_date
from kg.readers.lists import split_authors, split_links, split_terms
from kg.readers.streams import FileInput
from kg.registry import READERS

any_text = st.text(st.characters(), max_size=200)
# Pieces that readers look for, in any order, and bytes that nobody expects.
PIECES = [
    b"title",
    b"abstract",
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b'{"title": "One"}',
    b'"title": ',
    b"\\",
    b"\\ud83d",
    b"\x00",
    b"\xe9",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    "\u202e".encode(),
    "·".encode(),
    "  • 3 authors\n".encode(),
    b"May 5, 2024 3\n",
    b"Feb 29\n",
    b"Dec 29\n",
    b"Daily Papers\n",
    b"lab Lab\n",
    b"some words ",
    b"Long words. " * 30,
    b"1e999",
    b"-",
    b"null",
]
any_bytes = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=30).map(b"".join)


def read(name: str, data: bytes) -> tuple[list[Paper], list[RecordError]]:
    papers: list[Paper] = []
    errors: list[RecordError] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(data)
        with FileInput(str(path)) as source:
            reader = READERS.get(name)
            assert 0 <= reader.sniff(source) <= 1
            try:
                for item in reader.read(source, ReadOptions()):
                    if isinstance(item, Paper):
                        papers.append(item)
                    else:
                        errors.append(item)
            except RecordError as error:
                errors.append(error)
    return papers, errors


@pytest.mark.parametrize("name", READERS.names())
@given(any_bytes, st.integers(1, 200))
def test_a_gzip_stream_cut_anywhere_gives_papers_and_a_reason(name: str, data: bytes, cut: int) -> None:
    _, errors = read(name, gzip.compress(data)[: -min(cut, 8)])
    assert errors


@given(any_text)
def test_cleaning_is_idempotent_normalised_and_leaves_no_controls(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned)
    assert "  " not in cleaned and cleaned == cleaned.strip()
    cleaned.encode()


@given(any_text)
def test_lists_and_dates_take_any_text(text: str) -> None:
    assert all(name.strip() == name and name for name in split_authors(text))
    assert all(split_terms(text))
    assert all(link.lower().startswith("http") for link in split_links(text))
    date = iso_date(text)
    assert date is None or len(date) in (4, 7, 10)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["title", "abstract", "authors", "date", "year", "doi", "id", "links", "keywords", "upvotes"])


@given(st.lists(st.dictionaries(KEYS | st.text(max_size=5), json_values, max_size=6), max_size=5))
def test_json_and_json_lines_read_the_same_records(records: list[dict[str, Any]]) -> None:
    as_array = read("json", json.dumps(records, indent=1).encode())
    as_lines = read("jsonl", "".join(json.dumps(record) + "\n" for record in records).encode())
    assert [p.model_dump(exclude={"sources"}) for p in as_array[0]] == [
        p.model_dump(exclude={"sources"}) for p in as_lines[0]
    ]
    assert [(e.reason, e.position) for e in as_array[1]] == [(e.reason, e.position) for e in as_lines[1]]
    assert len(as_array[0]) + len(as_array[1]) == len(records)
