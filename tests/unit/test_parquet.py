from __future__ import annotations

import datetime
import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kg.errors import RecordError
from kg.model import Paper
from kg.protocols import ReadOptions
from kg.readers.parquet import READER
from kg.readers.streams import FileInput
from tests.reading import Errors, read_file, read_text


def write(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "x.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_the_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "papers.parquet", READER)
    assert not errors
    assert [(p.title, p.authors, p.date, p.doi, p.sources[0].position) for p in papers] == [
        ("Counting Boats in Low Light", ("Maja Lind", "Ben Okafor"), "2031-05-17", "10.1234/boats", 1),
        ("Knots That Hold", ("Ida Lund",), "2030-01-02", None, 2),
        ("Clocks", (), None, None, 3),
    ]


def test_values_of_all_kinds(tmp_path: Path) -> None:
    columns = {
        "title": pa.array(["A", "B"]).dictionary_encode(),
        "abstract": [b"Bytes.", b"caf\xe9"],
        "published": pa.array([datetime.datetime(2030, 7, 5, 10), None]),
        "authors": [[{"name": "Maja Lind"}], None],
        "year": pa.array([2030.0, None]),
        "upvotes": [5, 6],
        "venue": pa.array([Decimal("1.5"), None]),
        "keywords": [("a", "b"), None],
    }
    papers, errors = read_file(write(tmp_path, columns), READER)
    paper = papers[0]
    assert (paper.title, paper.abstract, paper.date, paper.authors) == ("A", "Bytes.", "2030-07-05", ("Maja Lind",))
    assert (paper.upvotes, paper.venue, paper.keywords) == (5, "1.5", ("a", "b"))
    assert errors == [(2, "abstract is not UTF-8")]


def test_chosen_columns_and_a_table_without_a_title(tmp_path: Path) -> None:
    path = write(tmp_path, {"headline": ["A"], "x": ["y"]})
    with FileInput(str(path)) as source:
        items = list(READER.read(source, ReadOptions({"title": "headline"})))
    assert [item.title for item in items if isinstance(item, Paper)] == ["A"]
    with FileInput(str(path)) as source, pytest.raises(RecordError, match="no title column among 'headline', 'x'; say"):
        list(READER.read(source, ReadOptions()))


def test_rows_without_what_makes_a_paper_are_rejected(tmp_path: Path) -> None:
    papers, errors = read_file(write(tmp_path, {"title": ["A", None, "C"]}), READER)
    assert ([p.sources[0].position for p in papers], errors) == ([1, 3], [(2, "no title")])


def test_a_damaged_row_group_costs_its_own_rows(tmp_path: Path) -> None:
    path = write(tmp_path, {"title": [f"title {n} " * 20 for n in range(300)]}, row_group_size=100, compression="zstd")
    group = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = group.dictionary_page_offset or group.data_page_offset
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)
    papers, errors = read_file(path, READER)
    assert [p.sources[0].position for p in papers] == [*range(1, 101), *range(201, 301)]
    assert [(position, reason[:46]) for position, reason in errors] == [
        (101, "row group 2 is damaged, 100 rows are lost: "[:46] + errors[0][1][43:46])
    ]


def test_a_row_group_whose_columns_have_no_legible_name_costs_its_own_rows(tmp_path: Path) -> None:
    path = write(tmp_path, {"title": [f"title {n}" for n in range(4)]}, row_group_size=2)
    before, _, after = path.read_bytes().rpartition(b"\x05title")  # the footer names the columns of each group
    papers, errors = read_text(tmp_path, READER, before + b"\x05ti\xefle" + after)
    assert [position for position, _ in errors] == [3]
    assert errors[0][1].startswith("row group 2 is damaged, 2 rows are lost: ")
    assert len(papers) == 2


@pytest.mark.parametrize("cut", [4, 8, 11, 100, -1, -8])
def test_a_file_cut_off_is_told(tmp_path: Path, samples: Path, cut: int) -> None:
    papers, errors = read_text(tmp_path, READER, (samples / "papers.parquet").read_bytes()[:cut])
    assert (papers, errors) == ([], [(None, "the Parquet file is cut off: it does not end as one")])


def broken(folder: Path, data: bytes) -> Errors:
    papers, errors = read_text(folder, READER, data)
    assert not papers
    return errors


def test_footers_that_are_absurd_or_damaged_are_told(tmp_path: Path) -> None:
    assert "footer has 4294967295 bytes" in broken(tmp_path, b"PAR1" + b"\xff" * 4 + b"PAR1")[0][1]
    assert "not a Parquet file" in broken(tmp_path, b"PAR1" + b"\xff" * 40 + b"\x20\0\0\0PAR1")[0][1]


def test_a_table_of_too_many_columns_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.readers.parquet._MOST_NAMES", 1)
    _, errors = read_file(write(tmp_path, {"title": ["A"], "x": ["y"]}), READER)
    assert errors == [(None, "a Parquet file of more than 1 columns")]


def test_a_compressed_file_is_read_through_a_copy(tmp_path: Path, samples: Path) -> None:
    papers, errors = read_text(tmp_path, READER, gzip.compress((samples / "papers.parquet").read_bytes()))
    assert (len(papers), errors) == (3, [])


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = write(tmp_path, {"title": ["a title"] * rows, "abstract": ["words " * 200] * rows}, row_group_size=rows)
        pa.default_memory_pool().release_unused()
        pool = pa.proxy_memory_pool(pa.default_memory_pool())
        pa.set_memory_pool(pool)
        try:
            with FileInput(str(path)) as source:
                assert sum(1 for _ in READER.read(source, ReadOptions())) == rows
        finally:
            pa.set_memory_pool(pa.system_memory_pool())
        return pool.max_memory() or 0

    assert peak(8_000) < 2 * peak(2_000) + (4 << 20)
