from __future__ import annotations

import pytest

from kg.ids import paper_id
from kg.model import Paper, Source
from kg.papers import distinct_papers, guarded_id, merged, wanted_id


def paper(title: str = "Boats", **values: object) -> Paper:
    known = {key: values.get(key) for key in ("arxiv_id", "doi")}
    return Paper.model_validate({"id": paper_id(title, **known), "title": title} | values)  # type: ignore[arg-type]


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
    both = merged([page, table])
    assert both == merged([table, page, table])
    assert both.model_dump(exclude={"sources", "provenance"}) == {
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
        "links": ("https://b.example", "https://a.example"),
        "keywords": (),
        "upvotes": 5,
        "orcids": {},
        "rors": {},
        "identifiers": (),
        "conflicts": (),
    }
    assert [(s.path, s.position) for s in both.sources] == [("b.csv", 9), ("b.csv", 12), ("page.txt", 3)]
    assert {field: {s.path for s in sources} for field, sources in both.provenance.items()} == {
        "title": {"page.txt"},
        "abstract": {"b.csv"},
        "date": {"page.txt"},
        "authors": {"b.csv"},
        "author_count": {"page.txt"},
        "organizations": {"page.txt", "b.csv"},
        "venue": {"b.csv"},
        "doi": {"b.csv"},
        "links": {"b.csv"},
        "upvotes": {"page.txt"},
    }


def test_a_single_record_stays_as_it_is() -> None:
    record = paper(authors=("A",))
    assert merged([record]) is record
    assert merged([record, record.model_copy()]) == record


def source(path: str) -> tuple[Source, ...]:
    return (Source(path=path, format="csv", position=1),)


def test_values_that_say_something_else_are_kept_with_their_sources() -> None:
    a = paper(
        "Boats in Low Light",
        date="2019-05-17",
        doi="10.48550/arxiv.1905.00001",
        arxiv_id="1905.00001",
        venue="arXiv (Cornell University)",
        authors=("Al Smith", "Bo Jones"),
        abstract="We count boats. And ships.",
        sources=source("a"),
    )
    b = paper(
        "Boats in low light!",
        date="2020",
        doi="10.5555/x",
        venue="Harbours",
        authors=("A. Smith",),
        abstract="We count boats.",
        sources=source("b"),
    )
    c = paper("Boats in low light", date="2019", venue="HARBOURS", authors=("Cy Kim", "Al Smith"), sources=source("c"))
    both = merged([a, b, c])
    assert (both.doi, both.venue, both.date, both.id) == ("10.5555/x", "HARBOURS", "2019-05-17", "arxiv:1905.00001")
    assert both.authors == ("Al Smith", "Bo Jones")
    assert [(c.field, c.value, c.sources[0].path) for c in both.conflicts] == [
        ("date", "2020", "b"),
        ("authors", "Cy Kim; Al Smith", "c"),
        ("venue", "arXiv (Cornell University)", "a"),
        ("doi", "10.48550/arxiv.1905.00001", "a"),
    ]


def test_orcids_find_their_author_in_another_record_s_spelling() -> None:
    a = paper(authors=("Al Smith", "Bo Jones", "Bea Jones", "Cy Kim"), sources=source("a"))
    b = paper(
        authors=("Smith, A.", "B. Jones"),
        orcids={"Smith, A.": "0000-0001-0000-0001", "B. Jones": "0000-0001-0000-0002", "Cy Kim": "0000-0001-0000-0003"},
        sources=source("b"),
    )
    c = paper(orcids={"Cy Kim": "0000-0001-0000-0004"}, sources=source("c"))
    d = paper(orcids={"Cy Kim": "0000-0001-0000-0004"}, venue="Harbours", sources=source("d"))
    e = d.model_copy(update={"sources": source("e")})  # the same, read twice, has one vote
    both = merged([a, b, c, d, e])
    assert both.orcids == {"Al Smith": "0000-0001-0000-0001", "Cy Kim": "0000-0001-0000-0004"}
    assert [(conflict.field, conflict.value) for conflict in both.conflicts] == [
        ("orcids", "B. Jones: 0000-0001-0000-0002"),  # one of two: nobody knows whose it is
        ("orcids", "Cy Kim: 0000-0001-0000-0003"),
    ]


def test_organisations_and_identifiers_are_united() -> None:
    a = paper(organizations=("Lab A",), rors={"Lab A": "05dxps055"}, identifiers=("openalex:W1",))
    b = paper(organizations=("Lab B",), rors={"Lab B": "02nr0ka47"}, identifiers=("s2:7",))
    both = merged([a, b])
    assert both.rors == {"Lab A": "05dxps055", "Lab B": "02nr0ka47"}
    assert both.identifiers == ("openalex:W1", "s2:7")
    assert both.conflicts == ()


def test_papers_of_one_title_have_different_ids() -> None:
    found = distinct_papers([paper(date="2019"), paper(date="2005"), paper(date="2005", venue="Harbours")])
    assert len({p.id for p in found}) == 2
    assert wanted_id(found[0]) == wanted_id(found[1]) == paper_id("Boats")
    assert {guarded_id(p) for p in found} == {p.id for p in found}


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
    assert merged(paper(id=id_) for id_ in ids).id == chosen


def test_papers_are_sorted_by_id() -> None:
    assert [p.id for p in distinct_papers([paper("b", id="2"), paper("a", id="1")])] == ["1", "2"]
    assert distinct_papers([]) == []


def test_two_papers_that_call_themselves_by_one_id_get_ids_of_their_own() -> None:
    found = distinct_papers([paper("Boats", id="1"), paper("Knots", id="1"), paper("Ropes", id="2")])
    assert [p.id.partition(":")[0] for p in found] == ["2", "title", "title"]
    assert len({p.id for p in found}) == 3
