"""What the extraction log makes of records depends on the set of records only."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from kg.extraction_log import ExtractionLog
from kg.ids import paper_id
from kg.model import Paper
from kg.papers import distinct_papers

TITLES = ("Deep Things", "deep things!", "Other Things", "Editorial")


@st.composite
def records(draw: st.DrawFn) -> Paper:
    title = draw(st.sampled_from(TITLES))
    doi = draw(st.sampled_from((None, "10.1234/a", "10.1234/b")))
    arxiv_id = draw(st.sampled_from((None, "2401.00001", "2401.00002")))
    own = draw(st.sampled_from((None, "1", "2", "method:x")))
    return Paper(
        id=own or paper_id(title, arxiv_id=arxiv_id, doi=doi),
        title=title,
        doi=doi,
        arxiv_id=arxiv_id,
        abstract=draw(st.sampled_from(("", "Short.", "Rather long."))),
        authors=draw(st.sampled_from(((), ("Al",), ("Al", "Bo"), ("Bo",)))),
        date=draw(st.sampled_from((None, "2019", "2020-01", "2022"))),
        identifiers=draw(st.sampled_from(((), ("pmid:1",), ("pmid:2", "s2:1")))),
    )


def papers_of(batches: list[list[Paper]]) -> list[str]:
    with TemporaryDirectory() as folder, ExtractionLog(Path(folder) / "log.sqlite", write=True) as log:
        for batch in batches:
            log.add_papers(batch)
        found = [paper.model_dump_json() for paper in log.pending("any")]
        assert log.paper_count == len(found)
    return found


@given(st.lists(records(), max_size=7), st.data())
def test_order_repetition_and_batches_do_not_matter(found: list[Paper], data: st.DataObject) -> None:
    expected = papers_of([found])
    mixed = data.draw(st.permutations([*found, *found[:2]]))
    cut = data.draw(st.integers(0, len(mixed)))
    assert papers_of([mixed[:cut], mixed[cut:]]) == expected
    assert papers_of([[paper] for paper in mixed]) == expected


@given(st.lists(records(), max_size=7))
def test_the_log_merges_as_memory_does(found: list[Paper]) -> None:
    in_memory = [paper.model_dump_json() for paper in distinct_papers(found)]
    assert papers_of([found]) == in_memory
