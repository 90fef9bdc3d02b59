from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Paper
from kg.readers.semantic_scholar import READER
from tests.reading import read_file, read_text, sniffed


def one(folder: Path, **record: Any) -> Paper:
    papers, errors = read_text(
        folder, READER, json.dumps({"corpusid": 1, "externalids": {}, "title": "Hulls"} | record)
    )
    assert not errors
    return papers[0]


def test_the_sample_of_the_dataset(samples: Path) -> None:
    papers, errors = read_file(samples / "s2-papers.jsonl", READER)
    assert not errors
    first, second = papers
    assert (first.id, first.doi, first.date) == ("arxiv:2401.01234", "10.1234/spade.1", "2024-05-17")
    assert first.authors == ("M. Lind", "加藤 智美")
    assert first.venue == "Annual Meeting of the Hulls"
    assert first.keywords == ("Computer Science", "Engineering")
    assert first.identifiers == (
        "acl:P19-1001",
        "dblp:conf/acl/Lind19",
        "mag:303",
        "pmcid:PMC1234567",
        "pmid:38000001",
        "s2:123",
    )
    assert (second.id, second.date, second.venue) == ("s2:124", "1999", None)


def test_the_sample_of_an_answer(samples: Path) -> None:
    papers, errors = read_file(samples / "s2-answer.json", READER)
    assert not errors
    first, second = papers
    assert first.identifiers == ("s2:125", "s2:649def34f8be52c8b66281af98ae884c09aef38b")
    assert first.orcids == {"Ida Lund": "0000-0002-1825-0097"}
    assert (first.organizations, first.venue) == (("University of Hulls",), "Journal of Hulls")
    assert second.title == "A paper that cites"


def test_a_line_of_the_abstracts_has_no_title(tmp_path: Path) -> None:
    line = {"corpusid": 7, "openaccessinfo": {"externalids": {"DOI": "10.1234/x"}}, "abstract": "We float."}
    papers, errors = read_text(tmp_path, READER, json.dumps(line))
    assert not errors
    assert (papers[0].title, papers[0].abstract, papers[0].doi) == ("", "We float.", "10.1234/x")
    assert papers[0].identifiers == ("s2:7",)


def test_a_batch_names_what_was_not_found(tmp_path: Path) -> None:
    papers, errors = read_text(tmp_path, READER, '[null, {"paperId": "a1", "title": "Hulls"}]')
    assert ([p.id for p in papers], errors) == (["s2:a1"], [(1, "not a JSON object")])


def test_a_data_set_is_no_paper(tmp_path: Path) -> None:
    _, errors = read_text(tmp_path, READER, '{"paperId": "a1", "title": "Hulls", "publicationTypes": ["Dataset"]}')
    assert errors == [(1, "not a paper: a data set")]


@pytest.mark.parametrize(
    ("record", "venue"),
    [
        ({"venue": "arXiv.org"}, None),
        ({"journal": {"name": "ArXiv.org"}}, None),
        ({"journal": {"name": "Journal of Hulls"}}, "Journal of Hulls"),
        ({"publicationVenue": {"name": None}, "venue": "ACL"}, "ACL"),
    ],
)
def test_the_venue(tmp_path: Path, record: dict[str, Any], venue: str | None) -> None:
    assert one(tmp_path, **record).venue == venue


def test_values_of_the_wrong_kind_count_as_absent(tmp_path: Path) -> None:
    authors = [None, 5, {"name": "A", "externalIds": {"ORCID": []}}, {"name": "B", "affiliations": "x"}]
    paper = one(tmp_path, externalids=[], authors=authors, fieldsofstudy="x", s2fieldsofstudy=[None], year=True)
    assert (paper.authors, paper.date, paper.orcids) == (("A", "B"), None, {})


def test_only_its_records_are_recognised(tmp_path: Path) -> None:
    assert sniffed(tmp_path, READER, '{"corpusid": 1, "openaccessinfo": {}}') == 0.97
    assert sniffed(tmp_path, READER, '{"paperId": 1, "title": "x", "tldr": null}') == 0.97
    assert sniffed(tmp_path, READER, '{"paperId": 1, "title": "x"}') == 0
    assert sniffed(tmp_path, READER, '{"corpusid": 1, "title": "x"}') == 0
