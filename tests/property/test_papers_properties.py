from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.model import Paper, Source
from kg.papers import distinct_papers, merge_keys, merge_papers

words = st.sampled_from(["boats", "Boats", "knots", "ropes!", "ropes", "editorial"])
lists = st.lists(words, max_size=3).map(tuple)
counts = st.none() | st.integers(0, 3)
sources = st.builds(
    Source, path=st.sampled_from("ab"), format=st.sampled_from(["csv", "json"]), position=st.integers(1, 2)
)
papers = st.builds(
    Paper,
    id=st.sampled_from(["1", "2", "arxiv:2401.00001", "doi:10.5555/a", "title:1"]),
    title=words,
    abstract=words | st.just(""),
    date=st.none() | st.sampled_from(["2024", "2023", "2024-05", "2024-05-17"]),
    authors=lists,
    author_count=counts,
    organizations=lists,
    venue=st.none() | words,
    doi=st.none() | st.sampled_from(["10.5555/a", "10.5555/b", "10.48550/arxiv.2401.00001"]),
    arxiv_id=st.none() | st.sampled_from(["2401.00001", "2401.00002"]),
    links=lists,
    keywords=lists,
    upvotes=counts,
    sources=st.lists(sources, max_size=2).map(tuple),
)


@given(papers, papers)
def test_merging_commutes(a: Paper, b: Paper) -> None:
    assert merge_papers(a, b) == merge_papers(b, a)


@given(papers, papers, papers)
def test_merging_associates(a: Paper, b: Paper, c: Paper) -> None:
    assert merge_papers(merge_papers(a, b), c) == merge_papers(a, merge_papers(b, c))


@given(papers, papers)
def test_merging_again_changes_nothing(a: Paper, b: Paper) -> None:
    assert merge_papers(a, a) == a
    merged = merge_papers(a, b)
    assert merge_papers(merged, b) == merged


@given(st.lists(papers, max_size=8), st.randoms(use_true_random=False))
def test_distinct_papers_do_not_depend_on_order_or_duplicates(records: list[Paper], random: object) -> None:
    again = [*records, *records[:3]]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert distinct_papers(records) == distinct_papers(again)


@given(st.lists(papers, max_size=8))
def test_records_that_share_a_key_end_in_one_paper_and_no_source_is_lost(records: list[Paper]) -> None:
    found = distinct_papers(records)
    assert {s for p in found for s in p.sources} == {s for p in records for s in p.sources}
    assert len({p.id for p in found}) == len(found)
    for a in records:
        for b in records:
            if set(merge_keys(a)) & set(merge_keys(b)):
                assert len(distinct_papers([a, b])) == 1
