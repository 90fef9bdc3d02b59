from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import RecordError
from kg.model import Paper
from kg.protocols import ReadOptions
from kg.readers.streams import FileInput
from kg.readers.table import CSV, TSV, TableReader


def read(path: Path, reader: TableReader = CSV, **columns: str) -> tuple[list[Paper], list[tuple[int | None, str]]]:
    with FileInput(str(path)) as source:
        items = list(reader.read(source, ReadOptions(columns)))
    errors = [(item.position, item.reason) for item in items if isinstance(item, RecordError)]
    return [item for item in items if isinstance(item, Paper)], errors


def table(
    tmp_path: Path, data: str | bytes, reader: TableReader = CSV, **columns: str
) -> tuple[list[Paper], list[tuple[int | None, str]]]:
    path = tmp_path / "table"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read(path, reader, **columns)


def test_the_csv_sample(samples: Path) -> None:
    papers, errors = read(samples / "papers.csv")
    assert not errors
    assert [p.title for p in papers] == [
        "Counting Boats in Low Light",
        'Knots That Hold: A Benchmark of "Rope" Simulators',
    ]
    assert papers[1].abstract == "Ropes are hard to simulate. KnotBench asks twelve simulators."
    assert papers[0].authors == ("Maja Lind", "Ben Okafor")
    assert [p.sources[0].position for p in papers] == [2, 3]


def test_the_tsv_sample_in_which_quotes_are_signs_like_others(samples: Path) -> None:
    papers, errors = read(samples / "papers.tsv", TSV)
    assert not errors
    assert [p.title for p in papers] == ["Tide Tables from Satellite Radar", 'The 5" Disk and "its" Heirs']
    assert papers[0].id == "arxiv:2405.12345"


def test_a_quote_never_closed_in_a_tsv_is_a_sign(tmp_path: Path) -> None:
    papers, errors = table(tmp_path, 'title\tabstract\n"Boats\tSmall.\nKnots\tTight.\n', TSV)
    assert not errors
    assert [p.title for p in papers] == ['"Boats', "Knots"]


def test_semicolons_part_cells_where_the_header_says_so(tmp_path: Path) -> None:
    papers, errors = table(tmp_path, "\n\nTitel;Title;Abstract\r\nx;Boats, Knots;Small.\r\n\r\n;;\r\n")
    assert not errors
    assert [(p.title, p.abstract, p.sources[0].position) for p in papers] == [("Boats, Knots", "Small.", 4)]


def test_a_chosen_column_is_the_title(tmp_path: Path) -> None:
    papers, _ = table(tmp_path, "headline,x\nBoats,y\n", title="headline")
    assert papers[0].title == "Boats"


@pytest.mark.parametrize("data", ["", "\n", "x,y\na,b\n", "x\n", "name,kind\nResNet,model\n"])
def test_a_table_without_title_column_says_how_to_name_one(tmp_path: Path, data: str) -> None:
    with pytest.raises(RecordError, match="--map title=COLUMN"):
        table(tmp_path, data)


def test_bad_rows_cost_themselves_alone(tmp_path: Path) -> None:
    rows = [
        b"title,abstract",
        b"One,fine",
        b"Two,too,many",
        b"Three",
        b'Four,"never closed',
        b"Five,fine",
        b"Caf\xe9,latin",
        b",no title",
        b"S\x00ix,fine,",
        b"Seven," + b"x" * (1 << 22),
        b"Eight,fine",
    ]
    papers, errors = table(tmp_path, b"\n".join(rows))
    assert [p.title for p in papers] == ["One", "Five", "Six", "Eight"]
    assert errors == [
        (3, "3 cells where the header has 2"),
        (4, "1 cells where the header has 2"),
        (5, "a quote is opened and never closed"),
        (7, "title is not UTF-8"),
        (8, "no title"),
        (10, "the line is too long"),
    ]


def test_a_quote_that_swallows_the_next_row_costs_the_first_only(tmp_path: Path) -> None:
    papers, errors = table(tmp_path, 'title,abstract,year\n"One,a,1\nTwo,"b",2020\nThree,c,2021\n')
    assert [p.title for p in papers] == ["Two", "Three"]
    assert errors == [(2, "a quote is opened and never closed")]


def test_a_quote_never_closed_in_a_long_table_is_found(tmp_path: Path) -> None:
    papers, errors = table(tmp_path, 'title,abstract\n"One,a\n' + "Two,b\n" * 2000)
    assert (len(papers), errors) == (2000, [(2, "a quote is opened and never closed")])


def test_cells_of_any_length_that_a_line_may_have_are_read(tmp_path: Path) -> None:
    papers, errors = table(tmp_path, "title,full text\nOne," + "x" * 1_000_000 + "\n")
    assert (len(papers), errors) == (1, [])


@pytest.mark.parametrize(
    ("name", "text", "csv", "tsv"),
    [
        ("x", "title,abstract\na,b\n", 0.9, 0.0),
        ("x", "title\tabstract\na\tb\n", 0.0, 0.9),
        ("x.csv", "headline,text\na,b\n", 0.3, 0.0),
        ("x.tsv", "headline\ttext\na\tb\n", 0.0, 0.3),
        ("x.csv", "title\nBoats\n", 0.3, 0.0),
        ("x", "title\nBoats\n", 0.0, 0.0),
        ("x.csv", "title,abstract\n", 0.0, 0.0),
        ("x.csv", '{"title": "x", "abstract": 1}\n{}\n', 0.0, 0.0),
        ("x", "Dear title, how are you\nFine\n", 0.0, 0.0),
        ("x", "", 0.0, 0.0),
    ],
)
def test_content_tells_a_table(tmp_path: Path, name: str, text: str, csv: float, tsv: float) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with FileInput(str(tmp_path / name)) as source:
        assert (CSV.sniff(source), TSV.sniff(source)) == (csv, tsv)
