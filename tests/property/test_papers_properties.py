from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kg.identity import merge_keys, same_papers, strong_keys
from kg.model import Paper, Source
from kg.papers import distinct_papers, merged

words = st.sampled_from(["boats", "Boats", "knots", "ropes!", "ropes", "editorial"])
names = st.sampled_from(["Al Smith", "A. Smith", "Smith, Al", "Bo Jones", "Li Wei", "Wei Li"])
lists = st.lists(words, max_size=3).map(tuple)
counts = st.none() | st.integers(0, 3)
ids = st.sampled_from(["1", "2"])
sources = st.builds(
    Source, path=st.sampled_from("ab"), format=st.sampled_from(["csv", "json"]), position=st.integers(1, 2)
)
papers = st.builds(
    Paper,
    id=st.sampled_from(["1", "2", "arxiv:2401.00001", "doi:10.5555/a", "title:1"]),
    title=words,
    abstract=words | st.just(""),
    date=st.none() | st.sampled_from(["2024", "2023", "2021", "2024-05", "2024-05-17"]),
    authors=st.lists(names, max_size=2).map(tuple),
    author_count=counts,
    organizations=lists,
    venue=st.none() | words,
    doi=st.none() | st.sampled_from(["10.5555/a", "10.5555/b", "10.48550/arxiv.2401.00001"]),
    arxiv_id=st.none() | st.sampled_from(["2401.00001", "2401.00002"]),
    links=lists,
    keywords=lists,
    upvotes=counts,
    sources=st.lists(sources, max_size=2).map(tuple),
    orcids=st.dictionaries(names, ids, max_size=2),
    rors=st.dictionaries(words, ids, max_size=2),
    identifiers=st.lists(st.sampled_from(["openalex:W1", "openalex:W2", "pmid:1", "pmid:2"]), max_size=1).map(tuple),
)


@given(st.lists(papers, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_order_or_repetition(records: list[Paper], random: Random) -> None:
    again = [*records, *records[:2]]
    random.shuffle(again)
    assert merged(again).model_dump_json() == merged(records).model_dump_json()


@given(st.lists(papers, min_size=1, max_size=6))
def test_each_value_of_a_merged_paper_is_that_of_the_records_it_is_said_to_be_from(records: list[Paper]) -> None:
    whole = merged(records)
    assert set(whole.sources) == {s for record in records for s in record.sources}
    for field, given_by in whole.provenance.items():
        holders = [record for record in records if set(record.sources) & set(given_by)]
        value = getattr(whole, field)
        if field in ("organizations", "links", "keywords", "identifiers"):
            assert set(value) == {item for record in records for item in getattr(record, field)}
        elif field not in ("orcids", "rors") and given_by:
            assert value in [getattr(record, field) for record in holders]
    for conflict in whole.conflicts:
        assert conflict.value != getattr(whole, conflict.field)


@given(st.lists(papers, max_size=8), st.randoms(use_true_random=False))
def test_distinct_papers_do_not_depend_on_order_or_duplicates(records: list[Paper], random: Random) -> None:
    again = [*records, *records[:3]]
    random.shuffle(again)
    assert distinct_papers(records) == distinct_papers(again)


@given(st.lists(papers, max_size=8), st.lists(papers, max_size=8))
def test_records_without_a_common_key_do_not_matter_to_each_other(a: list[Paper], b: list[Paper]) -> None:
    keys = {key for record in a for key in merge_keys(record)}
    strangers = [record for record in b if keys.isdisjoint(merge_keys(record))]

    def outcome(records: list[Paper]) -> list[list[str]]:
        groups = same_papers(list({r.model_dump_json(): r for r in records}.values()))
        return sorted(sorted(record.model_dump_json() for record in group) for group in groups)

    assert outcome([*a, *strangers]) == sorted(outcome(a) + outcome(strangers))


@given(st.lists(papers, max_size=8))
def test_records_of_one_identifier_are_one_paper_and_no_source_is_lost(records: list[Paper]) -> None:
    found = distinct_papers(records)
    assert {s for p in found for s in p.sources} == {s for p in records for s in p.sources}
    assert len({p.id for p in found}) == len(found)
    groups = same_papers(records)
    for a, b in combinations(records, 2):
        if set(strong_keys(a)) & set(strong_keys(b)):
            (group,) = [group for group in groups if any(record is a for record in group)]
            assert any(record is b for record in group)
