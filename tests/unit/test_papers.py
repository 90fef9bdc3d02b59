from __future__ import annotations

import pytest

from kg.ids import paper_id
from kg.model import Paper, Source
from kg.papers import distinct_papers, merge_keys, merge_papers


def paper(title: str = "Boats", **values: object) -> Paper:
    known = {key: values.get(key) for key in ("arxiv_id", "doi")}
    return Paper.model_validate({"id": paper_id(title, **known), "title": title} | values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, ["title:boats"]),
        ({"arxiv_id": "2401.01234"}, ["arxiv:2401.01234", "title:boats"]),
        ({"doi": "10.5555/X"}, ["doi:10.5555/x", "title:boats"]),
        ({"doi": "10.48550/arXiv.2401.01234"}, ["arxiv:2401.01234", "title:boats"]),
        ({"doi": "10.48550/arXiv.odd"}, ["doi:10.48550/arxiv.odd", "title:boats"]),
        ({"doi": "10.48550/arXiv.2401.01234", "arxiv_id": "2401.01234"}, ["arxiv:2401.01234", "title:boats"]),
    ],
)
def test_keys_are_identifiers_and_the_title(values: dict[str, str], keys: list[str]) -> None:
    assert merge_keys(paper(**values)) == keys


def test_a_title_that_many_papers_share_joins_only_what_has_no_identifier() -> None:
    assert merge_keys(paper("Editorial", doi="10.5555/x")) == ["doi:10.5555/x"]
    assert merge_keys(paper("Editorial")) == ["title:editorial"]


def test_snippets_without_a_title_are_told_apart_by_their_ids() -> None:
    snippets = [paper(" ", id="s-1"), paper("", id="s-2"), paper("", id="s-2")]
    assert [p.id for p in distinct_papers(snippets)] == ["s-1", "s-2"]


def test_each_source_adds_what_it_has() -> None:
    page = paper(
        "Boats!",
        date="2024-05-17",
        author_count=3,
        upvotes=5,
        organizations=("Lab B",),
        sources=(Source(path="page.txt", format="hf-papers", position=3),),
    )
    table = paper(
        "Boats",
        id="B-1",
        abstract="Small.",
        date="2024",
        authors=("A", "B"),
        author_count=2,
        venue="Harbours",
        doi="10.5555/x",
        organizations=("Lab A",),
        links=("https://b.example", "https://a.example"),
        sources=(Source(path="b.csv", format="csv", position=12), Source(path="b.csv", format="csv", position=9)),
    )
    merged = merge_papers(page, table)
    assert merged == merge_papers(table, page)
    assert merged.model_dump(exclude={"sources"}) == {
        "id": "B-1",
        "title": "Boats!",
        "abstract": "Small.",
        "date": "2024-05-17",
        "authors": ("A", "B"),
        "author_count": 3,
        "organizations": ("Lab A", "Lab B"),
        "venue": "Harbours",
        "doi": "10.5555/x",
        "arxiv_id": None,
        "links": ("https://a.example", "https://b.example"),
        "keywords": (),
        "upvotes": 5,
    }
    assert [(s.path, s.position) for s in merged.sources] == [("b.csv", 9), ("b.csv", 12), ("page.txt", 3)]


@pytest.mark.parametrize(
    ("ids", "chosen"),
    [
        (["title:1", "own", "doi:1", "arxiv:1"], "arxiv:1"),
        (["title:1", "own", "doi:1"], "doi:1"),
        (["title:1", "own"], "own"),
        (["arxiv:2", "arxiv:1"], "arxiv:1"),
    ],
)
def test_the_best_id_is_kept(ids: list[str], chosen: str) -> None:
    merged = distinct_papers(paper(id=id_) for id_ in ids)
    assert [p.id for p in merged] == [chosen]


def test_a_record_that_shares_keys_with_two_groups_joins_them() -> None:
    a = paper("Boats", arxiv_id="2401.01234")
    b = paper("Boats in Low Light", doi="10.5555/x")
    link = paper("Counting Boats", arxiv_id="2401.01234", doi="10.5555/x")
    assert len(distinct_papers([a, b])) == 2
    (merged,) = distinct_papers([a, b, link])
    assert (merged.id, merged.doi) == ("arxiv:2401.01234", "10.5555/x")


def test_papers_are_sorted_by_id() -> None:
    assert [p.id for p in distinct_papers([paper("b", id="2"), paper("a", id="1")])] == ["1", "2"]
    assert distinct_papers([]) == []


def test_two_papers_that_call_themselves_by_one_id_get_ids_of_their_own() -> None:
    found = distinct_papers([paper("Boats", id="1"), paper("Knots", id="1"), paper("Ropes", id="2")])
    assert {p.id for p in found} == {"2", paper_id("Boats"), paper_id("Knots")}
