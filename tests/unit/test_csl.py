from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Paper
from kg.readers.csl import READER
from tests.reading import read_file, read_text, sniffed


def one(folder: Path, **item: Any) -> Paper:
    papers, errors = read_text(folder, READER, json.dumps([{"type": "article-journal", "title": "Boats"} | item]))
    assert not errors
    return papers[0]


def test_the_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "csl-zotero.json", READER)
    assert not errors
    first, second, third = papers
    assert first.title == "TideNet: CO₂ and Tides"
    assert first.abstract == "We present TideNet, trained on TideBank with 8 A100 GPUs & patience."
    assert first.authors == ("Jan van der Berg III", "The Tide Collaboration", "Jörg Müller")
    assert first.orcids == {"Jörg Müller": "0000-0002-1825-0097"}
    assert first.organizations == ("University of Ashford",)
    assert (first.date, first.venue, first.doi) == ("2031-05-17", "Journal of Imagined Methods", "10.1234/tide.2")
    assert first.identifiers == ("pmcid:PMC9000011", "pmid:30000011")
    assert first.keywords == ("nets", "tides")
    assert (second.arxiv_id, second.date) == ("2010.00002", "2030-10")
    assert (third.id, third.venue, third.date, third.authors) == ("acl:2029.acl-long.3", "Meeting of Knots", "2029", ())


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        ({"date-parts": [[2030, 7]]}, "2030-07"),
        ({"date-parts": [["2030", "7", "5"], [2030, 7, 9]]}, "2030-07-05"),
        ({"date-parts": []}, None),
        ({"date-parts": [[]], "raw": "July 5, 2030"}, "2030-07-05"),
        ("2030-07-05/2030-07-09", "2030-07-05"),
        ({"literal": "sometime"}, None),
        (5, None),
    ],
)
def test_dates(tmp_path: Path, issued: Any, expected: str | None) -> None:
    assert one(tmp_path, issued=issued).date == expected


def test_what_stands_in_notes_and_links(tmp_path: Path) -> None:
    paper = one(tmp_path, note="DOI: 10.1234/A\narXiv: 2010.01234v2\nissued: 2030-07\nA note.", categories=["sea", 5])
    assert (paper.doi, paper.arxiv_id, paper.date, paper.keywords) == (
        "10.1234/a",
        "2010.01234",
        "2030-07",
        ("5", "sea"),
    )
    paper = one(tmp_path, URL="https://doi.org/10.1234/B", PMID=12, PMCID="123")
    assert (paper.doi, paper.identifiers) == ("10.1234/b", ("pmcid:PMC123", "pmid:12"))
    assert one(tmp_path, URL="https://arxiv.org/abs/2010.01234").arxiv_id == "2010.01234"
    assert one(tmp_path, URL="https://arxiv.org/", archive="arXiv", number="x").arxiv_id is None


def test_names_of_any_shape(tmp_path: Path) -> None:
    authors = [{"family": "Lind"}, {"given": "Jon", "family": "Aas", "affiliation": "Knot Institute"}, {}, 5, None]
    paper = one(tmp_path, author=authors)
    assert (paper.authors, paper.organizations) == (("Lind", "Jon Aas"), ("Knot Institute",))


def test_what_is_no_paper_is_rejected(tmp_path: Path) -> None:
    items = [{"type": "legal_case", "title": "A"}, {"type": "article"}, {"type": "book", "title": "B"}, 5]
    papers, errors = read_text(tmp_path, READER, json.dumps({"items": items}))
    assert [p.title for p in papers] == ["B"]
    assert errors == [(1, "a legal case, which is no paper"), (2, "no title"), (4, "not a JSON object")]


def test_an_item_a_line(tmp_path: Path) -> None:
    line = json.dumps({"type": "paper-conference", "title": "Boats", "container-title": "Sea"})
    papers, errors = read_text(tmp_path, READER, f"{line}\n{{\n{line}\n")
    assert [p.sources[0].position for p in papers] == [1, 3]
    assert [position for position, _ in errors] == [2]


@pytest.mark.parametrize(
    ("item", "sure"),
    [
        ({"type": "article-journal", "title": "Boats"}, True),
        ({"type": "article", "title": "Boats", "issued": {"date-parts": [[2030]]}}, True),
        ({"type": "book", "title": "Boats", "container-title": "x", "citation-key": "y"}, True),
        ({"type": "article", "title": "Boats"}, False),
        ({"type": "bird", "title": "Boats", "container-title": "x", "citation-key": "y"}, False),
        ({"type": "article-journal", "name": "Boats"}, False),
    ],
)
def test_it_is_told_by_its_types_and_keys(tmp_path: Path, item: dict[str, Any], sure: bool) -> None:
    assert (sniffed(tmp_path, READER, json.dumps([item])) > 0.9) is sure
