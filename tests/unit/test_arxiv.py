from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Paper
from kg.readers.arxiv import ATOM, JSONL, OAI
from tests.reading import Errors, read_file, read_text, sniffed

ATOM_FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id>{}</feed>'
OAI_ANSWER = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{}</OAI-PMH>'


def snapshot(folder: Path, **record: Any) -> tuple[list[Paper], Errors]:
    base = {"id": "2401.01234", "title": "Boats", "abstract": "We float.", "authors_parsed": [], "versions": []}
    return read_text(folder, JSONL, json.dumps(base | record))


def oai(folder: Path, metadata: str, header: str = "<header><identifier>oai:arXiv.org:1</identifier></header>") -> Any:
    record = f"<record>{header}<metadata>{metadata}</metadata></record>"
    return read_text(folder, OAI, OAI_ANSWER.format(f"<ListRecords>{record}</ListRecords>"))


def test_the_sample_of_the_snapshot(samples: Path) -> None:
    papers, errors = read_file(samples / "arxiv-snapshot.jsonl", JSONL)
    assert not errors
    first, second, third = papers
    assert first.id == "arxiv:2401.01234"
    assert first.title == "Sparse ℓ₁-Adapters for Boats"
    assert first.abstract == (
        "We propose SpadeTune, a sparse β-adapter for naïve boats. "
        "It costs $5 and needs 50% of 10⁻³ GPU hours on ImageNet-1k."
    )
    assert first.authors == ("Maja Lind", "José António Čech", "P. Erdős Jr")
    assert first.organizations == ("Univ. of Hulls",)
    assert first.date == "2024-01-08"
    assert first.links == ("https://github.com/hulls/sparse-adapters",)
    assert first.keywords == ("cs.LG", "stat.ML")
    assert (second.id, second.doi, second.venue) == (
        "arxiv:hep-th/9901001",
        "10.1234/jh.7.1",
        "J. Hulls 7 (1999) 1–9",
    )
    assert (second.authors, second.date) == (("A. Bo", "C. Dee"), "1999-01")
    assert (third.abstract, third.date, third.authors) == ("", "2007-04", ())


def test_the_sample_of_the_feed(samples: Path) -> None:
    papers, errors = read_file(samples / "arxiv-feed.xml", ATOM)
    assert not errors
    first, second = papers
    assert (first.id, first.date, first.doi) == ("arxiv:2401.01234", "2024-01-08", "10.1234/spade.1")
    assert first.abstract == "We propose SpadeTune, p < 0.05 & more, with Poincaré maps on ImageNet."
    assert (first.authors, first.organizations) == (("Maja Lind", "José Čech"), ("University of Hulls",))
    assert (first.links, first.venue) == (("https://github.com/hulls/spade",), "J. Hulls 7 (2024)")
    assert (second.arxiv_id, second.abstract, second.authors) == ("hep-th/9901001", "", ())


def test_the_sample_of_oai_has_all_three_formats(samples: Path) -> None:
    papers, errors = read_file(samples / "arxiv-oai.xml", OAI)
    assert not errors
    assert [(p.id, p.date, p.authors) for p in papers] == [
        ("arxiv:2401.01234", "2024-01-08", ("Maja Lind", "P. Erdős Jr", "The Hull Collaboration")),
        ("arxiv:1601.04794", "2016-01-19", ("A. Bo", "C. Dee", "E. Fu")),
        ("arxiv:0704.0004", "2007-03-30", ("Maja Lind", "José Čech")),
    ]
    assert papers[2].abstract == "We show that hulls count."
    assert (papers[2].doi, papers[2].links) == ("10.1234/det", ("https://github.com/hulls/det",))


@pytest.mark.parametrize(
    "record",
    [
        {"abstract": "This paper has been withdrawn by the author due to an error in Lemma 2."},
        {"abstract": "Withdrawn."},
        {"abstract": "  Paper withdrawn"},
        {"comments": "This submission has been temporarily withdrawn"},
        {"comments": "Retracted, see arXiv:1"},
    ],
)
def test_withdrawn_papers_are_rejected(tmp_path: Path, record: dict[str, str]) -> None:
    assert snapshot(tmp_path, **record) == ([], [(1, "withdrawn by its authors or by arXiv")])


def test_papers_about_withdrawal_are_papers(tmp_path: Path) -> None:
    for abstract in ("We study retracted papers.", "This paper studies why money is withdrawn. " * 30):
        assert len(snapshot(tmp_path, abstract=abstract)[0]) == 1


def test_values_of_the_wrong_kind_count_as_absent(tmp_path: Path) -> None:
    papers, errors = snapshot(
        tmp_path,
        authors_parsed=[5, [], ["Lind"], [None, "Maja", 3]],
        versions=[5, {"version": None}],
        doi=7,
        abstract=[],
    )
    assert not errors
    assert papers[0].authors == ("Lind", "Maja 3")


def test_the_first_version_counts_whatever_the_order(tmp_path: Path) -> None:
    versions = [
        {"version": "v10", "created": "Tue, 1 Feb 2022 00:00:00 GMT"},
        {"version": "v2", "created": "Tue, 2 Feb 2021 00:00:00 GMT"},
        {"version": "v1", "created": "soon"},
    ]
    papers, _ = snapshot(tmp_path, id="2102.00001", versions=versions)
    assert papers[0].date == "2021-02-02"


def test_authors_with_nested_affiliations(tmp_path: Path) -> None:
    text = "A. Bo (Inst. (of (Deep) X)), C. Dee and E. Fu (1 and 2) ((1) Y, (2) Z)"
    papers, _ = snapshot(tmp_path, authors=text)
    assert papers[0].authors == ("A. Bo", "C. Dee", "E. Fu")


def test_an_error_of_the_api_is_no_paper(tmp_path: Path) -> None:
    entry = (
        "<entry><id>http://arxiv.org/api/errors#incorrect_id_format</id><title>Error</title>"
        "<summary>incorrect id format for 1</summary></entry>"
    )
    reason = "the answer is an error message: error: incorrect id format for 1"
    assert read_text(tmp_path, ATOM, ATOM_FEED.format(entry)) == ([], [(1, reason)])


def test_an_error_of_oai_is_no_paper(tmp_path: Path) -> None:
    answer = OAI_ANSWER.format('<error code="noRecordsMatch">None match.</error>')
    assert read_text(tmp_path, OAI, answer) == (
        [],
        [(1, "the answer is an error message: noRecordsMatch: None match.")],
    )


def test_a_deleted_record_is_rejected(tmp_path: Path) -> None:
    header = '<header status="deleted"><identifier>oai:arXiv.org:1</identifier></header>'
    assert oai(tmp_path, "", header) == ([], [(1, "deleted from its archive: oai:arXiv.org:1")])


def test_other_metadata_is_rejected_with_its_name(tmp_path: Path) -> None:
    assert oai(tmp_path, "<mods/>")[1] == [(1, "no metadata in the format arXiv, arXivRaw or oai_dc, but mods")]
    assert oai(tmp_path, "", "")[1] == [(1, "no metadata in the format arXiv, arXivRaw or oai_dc, but none")]


def test_dublin_core_of_another_archive(tmp_path: Path) -> None:
    metadata = (
        "<dc><title>Hulls</title><creator>Lind, Maja</creator><description>&lt;p&gt;We float.&lt;/p&gt;</description>"
        "<identifier>https://doi.org/10.5281/zenodo.1</identifier><date>2020</date></dc>"
    )
    papers, errors = oai(tmp_path, metadata, "<header><identifier>oai:zenodo.org:1</identifier></header>")
    assert not errors
    assert (papers[0].id, papers[0].identifiers) == ("doi:10.5281/zenodo.1", ("oai:zenodo.org:1",))
    assert (papers[0].abstract, papers[0].authors, papers[0].date) == ("We float.", ("Maja Lind",), "2020")


def test_an_author_without_a_name_is_none(tmp_path: Path) -> None:
    authors = "<authors><author/><author><keyname>X</keyname></author></authors>"
    metadata = f"<arXiv><id>2401.01234</id><title>T</title>{authors}</arXiv>"
    papers, _ = oai(tmp_path, metadata)
    assert papers[0].authors == ("X",)


def test_a_bad_record_costs_itself(tmp_path: Path) -> None:
    records = "<record><metadata><arXiv><id>1</id></arXiv></metadata></record>" + (
        "<record><metadata><arXiv><id>2401.01234</id><title>T</title></arXiv></metadata></record>"
        "<record>" + "<x>" * 200 + "</x>" * 200 + "</record>"
    )
    papers, errors = read_text(tmp_path, OAI, OAI_ANSWER.format(records))
    assert [p.sources[0].position for p in papers] == [2]
    assert errors == [(1, "no title"), (3, "nested too deeply")]


def test_only_feeds_of_arxiv_are_recognised(tmp_path: Path) -> None:
    assert sniffed(tmp_path, ATOM, ATOM_FEED) == 0.97
    assert sniffed(tmp_path, ATOM, ATOM_FEED.replace("arxiv.org", "example.org")) == 0
    assert sniffed(tmp_path, ATOM, "text about arxiv.org/") == 0
    assert sniffed(tmp_path, OAI, OAI_ANSWER) == 0.97
    assert sniffed(tmp_path, OAI, '<record xmlns="http://www.openarchives.org/OAI/2.0/"/>') == 0.97
    assert sniffed(tmp_path, OAI, "<record/>") == 0
    assert sniffed(tmp_path, JSONL, '{"authors_parsed": [], "title": ""}') == 0
