from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Paper
from kg.readers.ris import READER
from tests.reading import read_file, read_text, sniffed


def one(folder: Path, *lines: str) -> Paper:
    papers, errors = read_text(folder, READER, "\n".join(["TY  - JOUR", "TI  - Boats", *lines, "ER  - "]))
    assert not errors
    return papers[0]


def test_the_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "ris-export.ris", READER)
    assert not errors
    first, second, third = papers
    assert first.title == "Counting Boats in the Dark: Nets & Sails"
    assert first.abstract == "We present BoatNet. It beats BERT by 4% on GLUE and runs on one NVIDIA A100 GPU."
    assert first.authors == ("Jörg Müller", "Ana García Jr", "The Tide Collaboration")
    assert (first.date, first.venue, first.doi) == ("2031-05-17", "Journal of Imagined Methods", "10.1234/boat.1")
    assert first.links == ("https://example.org/boats", "https://example.org/sails")
    assert first.keywords == ("boats", "nets", "sails")
    assert first.organizations == ("University of Ashford",)
    assert first.identifiers == ("pmcid:PMC9000010", "pmid:30000010")
    assert (second.abstract, second.venue, second.date) == (
        "KnotBench asks twelve simulators.",
        "Proceedings of Knots",
        "2030",
    )
    assert (second.arxiv_id, second.identifiers) == ("2010.00001", ("acl:2030.acl-long.7",))
    assert third.title == "No End Line Before This One, but One After"
    assert [paper.sources[0].position for paper in papers] == [5, 27, 35]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["PY  - 2030", "DA  - 2030/07/05/"], "2030-07-05"),
        (["PY  - 2030///"], "2030"),
        (["Y1  - 2030/07//Summer"], "2030"),
        (["DA  - 2030 Jul 5"], "2030-07-05"),
        (["DA  - soon", "PY  - 2030"], "2030"),
        ([], None),
    ],
)
def test_dates(tmp_path: Path, lines: list[str], expected: str | None) -> None:
    assert one(tmp_path, *lines).date == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lind, Maja", "Maja Lind"),
        ("Lind, Maja, Jr.", "Maja Lind Jr."),
        ("Lind", "Lind"),
        ("Lind,", "Lind"),
        ("a, b, c, d", "a b c d"),
        (r"M{\"u}ller, J", "J Müller"),
    ],
)
def test_names(tmp_path: Path, name: str, expected: str) -> None:
    assert one(tmp_path, f"AU  - {name}").authors == (expected,)


def test_ids(tmp_path: Path) -> None:
    assert one(tmp_path, "UR  - https://doi.org/10.1234/A").doi == "10.1234/a"
    assert one(tmp_path, "DB  - PubMed", "AN  - 123").identifiers == ("pmid:123",)
    assert one(tmp_path, "DB  - Scopus", "AN  - 123", "C2  - x").identifiers == ()
    assert one(tmp_path, "JO  - arXiv:2010.01234 [cs]").arxiv_id == "2010.01234"
    assert one(tmp_path, "JO  - arXiv", "UR  - https://arxiv.org/list/x").arxiv_id is None


def test_a_broken_record_costs_itself_alone(tmp_path: Path) -> None:
    text = (
        b"stray line\nTI  - stray title\n"
        b"TY  - JOUR\nTI  - caf\xe9\nER  - \n"
        b"TY  - JOUR\nAU  - Nobody\nER  - \n"
        b"TY  - SER\nTI  - A Series\nER  - \n"
        b"TY  - JOUR\nTI  - Boats\nXX  - unknown\nER  - \n"
        b"ER  - \n"
        b"TY  - JOUR\nTI  - Cut\n"
    )
    papers, errors = read_text(tmp_path, READER, text)
    assert [p.title for p in papers] == ["Boats"]
    assert errors == [
        (3, "not UTF-8"),
        (6, "no title"),
        (9, "a whole journal or series, which is no paper"),
        (17, "the file ends within a record: no ER line"),
    ]


def test_a_record_or_line_that_is_too_long_costs_itself_alone(tmp_path: Path) -> None:
    line = "TY  - JOUR\nTI  - Long\nAB  - " + "x" * (3 << 20)
    lines = "TY  - JOUR\nTI  - Many\n" + ("KW  - " + "y" * 1000 + "\n") * 5000
    text = f"{line}\nER  - \n{lines}ER  - \n{line}\nTY  - JOUR\nTI  - Boats\nER  - \n"
    papers, errors = read_text(tmp_path, READER, text)
    assert [p.title for p in papers] == ["Boats"]
    assert [reason for _, reason in errors] == ["a record, or a line of one, that is too long to be one"] * 3


def test_continuing_lines_belong_to_the_tag_before(tmp_path: Path) -> None:
    paper = one(tmp_path, "AB  - One", "two", "", "AU is no tag here", "  three - four", "KW  - a", "b")
    assert paper.abstract == "One two AU is no tag here three - four"
    assert paper.keywords == ("a", "b")


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("TY  - JOUR\nTI  - Boats\n", True),
        ("\n\nProvider: x\n\nTY  - JOUR", True),
        ("TY  - JOUR\nsome text", False),
        ("TY - JOUR\nTI - Boats", False),
        ("", False),
    ],
)
def test_it_is_told_by_its_tags(tmp_path: Path, text: str, sure: bool) -> None:
    assert (sniffed(tmp_path, READER, text) > 0.9) is sure
