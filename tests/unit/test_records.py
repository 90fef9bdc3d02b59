from __future__ import annotations

from typing import Any

import pytest

from kg.errors import RecordError, UsageError
from kg.model import Paper, Source
from kg.readers.records import LONGEST_ABSTRACT, LONGEST_TITLE, columns_for, has_title, paper_from

SOURCE = Source(path="x", format="json", position=7)


def paper(columns: dict[str, str] | None = None, /, **record: Any) -> Paper:
    return paper_from(record, columns_for(record, columns or {}), SOURCE)


@pytest.mark.parametrize("column", ["title", "Title", "paper_title", "Article Title", "TITLE", "name"])
def test_title_columns_are_found_by_name(column: str) -> None:
    assert paper(**{column: "Boats", "abstract": "Small."}).title == "Boats"


@pytest.mark.parametrize(
    ("column", "value", "field", "expected"),
    [
        ("summary", "Small.", "abstract", "Small."),
        ("Published", "2024-05-17T00:00:00", "date", "2024-05-17"),
        ("year", 2024, "date", "2024"),
        ("year", 2024.0, "date", "2024"),
        ("author", "A Lind and B Chen", "authors", ("A Lind", "B Chen")),
        ("authors", ["Lind, A.", "B Chen"], "authors", ("A. Lind", "B Chen")),
        ("authors", [{"name": "A Lind"}, {"given": "B", "family": "Chen"}, {}], "authors", ("A Lind", "B Chen")),
        ("num_authors", "4", "author_count", 4),
        ("num_authors", "many", "author_count", None),
        ("affiliation", "Lab B; Lab A", "organizations", ("Lab A", "Lab B")),
        ("journal", {"name": "Harbours", "volume": 3}, "venue", "Harbours"),
        ("booktitle", ["Harbours"], "venue", "Harbours"),
        ("doi", "https://doi.org/10.5555/ABC", "doi", "10.5555/abc"),
        ("DOI", "10.48550/arXiv.2401.01234", "arxiv_id", "2401.01234"),
        ("arxiv", "arXiv:2401.01234v3", "arxiv_id", "2401.01234"),
        ("eprint", "cs/0101001", "arxiv_id", "cs/0101001"),
        ("pdf_url", "https://arxiv.org/pdf/2401.01234v2", "arxiv_id", "2401.01234"),
        ("url", "https://example.org/2401.01234", "arxiv_id", None),
        ("links", [{"url": "https://b.example", "name": "B"}, "https://a.example"], "links", None),
        ("keywords", ["graphs, trees", "roots"], "keywords", ("graphs, trees", "roots")),
        ("keywords", "roots; graphs", "keywords", ("graphs", "roots")),
        ("upvotes", 12, "upvotes", 12),
        ("upvotes", True, "upvotes", None),
        ("year", float("nan"), "date", None),
        ("venue", {"volume": 3}, "venue", None),
        ("doi", None, "doi", None),
    ],
)
def test_other_columns_are_found_and_read(column: str, value: Any, field: str, expected: Any) -> None:
    expected = ("https://a.example", "https://b.example") if field == "links" else expected
    assert getattr(paper(title="Boats", **{column: value}), field) == expected


def test_the_number_of_authors_is_counted_unless_given() -> None:
    assert paper(title="Boats", authors="A; B").author_count == 2
    assert paper(title="Boats", authors="A; B", author_count=9).author_count == 9
    assert paper(title="Boats").author_count is None


def test_the_id_is_the_records_own_else_made_of_what_is_known() -> None:
    assert paper(title="Boats", id="B-1", doi="10.5555/x").id == "B-1"
    assert paper(title="Boats", paper_id=17).id == "17"
    assert paper(title="Boats", doi="10.5555/x", arxiv_id="2401.01234").id == "arxiv:2401.01234"
    assert paper(title="Boats", doi="10.5555/x").id == "doi:10.5555/x"
    assert paper(title="Boats").id.startswith("title:")


def test_an_own_id_that_is_an_arxiv_id_or_doi_is_known_as_such() -> None:
    assert paper(title="Boats", id="2401.01234v2").arxiv_id == "2401.01234"
    assert paper(title="Boats", id="https://doi.org/10.5555/x").doi == "10.5555/x"
    assert paper(title="Boats", id="report 2401.01234").arxiv_id is None


def test_a_chosen_column_wins_and_serves_no_other_field() -> None:
    found = paper({"title": "headline", "abstract": "description"}, headline="Boats", title="no", description="Small.")
    assert (found.title, found.abstract) == ("Boats", "Small.")
    assert paper({"abstract": "Name"}, title="Boats", name="Small.").abstract == "Small."
    assert columns_for(["Headline"], {"title": "head_line"})["title"] == ["Headline"]


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown field 'headline'"):
        columns_for(["x"], {"headline": "x"})


def test_a_name_alone_is_no_title() -> None:
    assert not has_title(["name", "aliases"])
    assert has_title(["name", "summary"])
    with pytest.raises(RecordError, match="no title"):
        paper(name="ResNet", aliases=[])


def test_very_many_columns_are_read_too() -> None:
    assert columns_for([*(f"c{i}" for i in range(1000)), "title"], {})["title"] == ["title"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"title": ""}, "no title"),
        ({"title": "\x00 "}, "no title"),
        ({"title": None}, "no title"),
        ({"title": float("nan")}, "no title"),
        ({"title": True}, "title is a truth value"),
        ({"title": {"text": 1}}, "title is a JSON object"),
        ({"title": [["x"]]}, "title is a list"),
        ({"title": "x", "abstract": {"The": [0]}}, "abstract is a JSON object"),
        ({"title": "x" * (LONGEST_TITLE + 1)}, "title has 2001 characters"),
        ({"title": "x", "abstract": "x" * (LONGEST_ABSTRACT + 1)}, "abstract has"),
        ({"title": "x", "venue": "caf\udce9"}, "venue is not UTF-8"),
    ],
)
def test_what_is_no_record_is_refused_with_its_position(record: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecordError, match=reason) as caught:
        paper(**record)
    assert caught.value.position == 7


def test_a_snippet_with_an_empty_title_stands_by_its_id_and_abstract() -> None:
    assert paper(id="s-1", title="", abstract="We use a lidar.").title == ""
    for record in ({"id": "s-1", "title": ""}, {"title": "", "abstract": "x"}, {"id": "s-1", "abstract": "x"}):
        with pytest.raises(RecordError, match="no title"):
            paper(**record)


def test_numbers_stand_as_titles() -> None:
    assert paper(title=1984).title == "1984"
    assert paper(title=["Boats"]).title == "Boats"
    assert paper(title=2.5).title == "2.5"
