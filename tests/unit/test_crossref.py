from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Paper
from kg.readers.crossref import READER
from kg.readers.inputs import detect_format
from kg.readers.streams import FileInput
from tests.reading import Errors, read_file, read_text, sniffed


def read(folder: Path, **work: Any) -> tuple[list[Paper], Errors]:
    base = {"DOI": "10.1234/x", "member": "1", "prefix": "10.1234", "type": "journal-article", "title": ["Hulls"]}
    return read_text(folder, READER, json.dumps(base | work))


def one(folder: Path, **work: Any) -> Paper:
    papers, errors = read(folder, **work)
    assert not errors
    return papers[0]


def test_the_sample_of_works(samples: Path) -> None:
    papers, errors = read_file(samples / "crossref-works.jsonl", READER)
    assert not errors
    first, second, third = papers
    assert first.title == "Sparse Adapters for CO₂: A study of hulls"
    assert first.abstract == ("Aim: We propose SpadeTune & test it at 10⁻³. Results: It wins on ImageNet, p < 0.05.")
    assert (first.doi, first.arxiv_id, first.date) == ("10.1234/spade.1", "2401.01234", "2024-05")
    assert first.authors == ("Maja Lind", "José O’Hara Jr", "The Hull Consortium", "Mononym")
    assert first.orcids == {"Maja Lind": "0000-0002-1825-0097"}
    assert first.rors == {"University of Hulls": "05dxps055"}
    assert (first.venue, first.keywords) == ("Journal of Hulls", ("Ocean Engineering",))
    assert (second.title, second.venue, second.date) == ("What is a hull? On boats", "bioRxiv", "2020-01-02")
    assert (third.venue, third.date) == ("Hull Days", "1987")


def test_the_sample_of_an_answer(samples: Path) -> None:
    papers, errors = read_file(samples / "crossref-message.json", READER)
    assert not errors
    assert [(p.title, p.venue, p.date) for p in papers] == [("Hulls in a message", "Proc. Hulls", "2019-12-31")]


def test_an_answer_that_is_one_work_and_a_dump(tmp_path: Path) -> None:
    work = {"license": [{"title": "no"}], "DOI": "10.1234/x", "title": "Hulls as a text", "member": "1", "prefix": "1"}
    for text in (json.dumps({"status": "ok", "message": work}), json.dumps({"items": [work]}, indent=1)):
        papers, errors = read_text(tmp_path, READER, text)
        assert ([p.title for p in papers], errors) == (["Hulls as a text"], [])


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ({"type": "journal"}, "not a paper: Crossref type journal"),
        ({"type": "peer-review"}, "not a paper: Crossref type peer-review"),
        ({"update-to": [{"type": "retraction", "DOI": "10.1234/y"}]}, "a notice of retraction of 10.1234/y"),
        ({"update-to": [{"type": "erratum"}]}, "a notice of erratum of "),
        ({"updated-by": [{"type": "retraction", "DOI": "10.1234/y"}]}, "a retracted work"),
        ({"title": ["RETRACTED ARTICLE: Hulls"]}, "a retracted work"),
        ({"title": ["Retracted: Hulls"]}, "a retracted work"),
        ({"title": []}, "no title"),
        ({"title": [None, ""]}, "no title"),
    ],
)
def test_what_is_no_paper_is_rejected(tmp_path: Path, work: dict[str, Any], reason: str) -> None:
    assert read(tmp_path, **work) == ([], [(1, reason)])


def test_a_new_version_is_no_notice(tmp_path: Path) -> None:
    assert one(tmp_path, **{"update-to": [{"type": "new_version", "DOI": "10.1/y"}]}).title == "Hulls"
    assert one(tmp_path, title=["Retracted papers and their hulls"]).title.startswith("Retracted papers")


@pytest.mark.parametrize(
    ("work", "title"),
    [
        ({"title": ["Hulls: A study"], "subtitle": ["a study"]}, "Hulls: A study"),
        ({"title": ["Hulls:"], "subtitle": ["A study"]}, "Hulls: A study"),
        ({"title": [], "subtitle": ["A study"]}, "A study"),
        ({"title": ["&lt;i&gt;Hulls&lt;/i&gt; &amp;amp; boats"]}, "Hulls & boats"),
    ],
)
def test_titles(tmp_path: Path, work: dict[str, Any], title: str) -> None:
    assert one(tmp_path, **work).title == title


@pytest.mark.parametrize(
    ("work", "date"),
    [
        ({"issued": {"date-parts": [[None]]}, "published": {"date-parts": [["2024", "5"]]}}, "2024-05"),
        ({"issued": {"date-parts": []}, "created": {"date-parts": [[2020, 1, 2]]}}, "2020-01-02"),
        ({"issued": None}, None),
    ],
)
def test_dates(tmp_path: Path, work: dict[str, Any], date: str | None) -> None:
    assert one(tmp_path, **work).date == date


@pytest.mark.parametrize(
    ("relation", "arxiv_id"),
    [
        ({"is-preprint-of": [{"id-type": "doi", "id": "10.48550/arXiv.2401.01234"}]}, "2401.01234"),
        (
            {"has-preprint": [{"id-type": "doi", "id": "10.1101/1"}, {"id-type": "arXiv", "id": "2401.01234"}]},
            "2401.01234",
        ),
        ({"cites": [{"id-type": "arxiv", "id": "2401.01234"}]}, None),
        ([], None),
    ],
)
def test_a_linked_preprint(tmp_path: Path, relation: Any, arxiv_id: str | None) -> None:
    assert one(tmp_path, relation=relation).arxiv_id == arxiv_id


def test_values_of_the_wrong_kind_count_as_absent(tmp_path: Path) -> None:
    author = {"family": "A", "affiliation": [{"id": "x"}, {"name": "Inst.", "id": [{"id": 5}]}], "ORCID": 5}
    paper = one(tmp_path, author=[None, {}, author], subject=[5, None], institution={"name": "x"}, event="Hull Days")
    assert (paper.authors, paper.organizations, paper.rors) == (("A",), ("Inst.",), {})
    assert (paper.keywords, paper.venue) == (("5",), "Hull Days")


def test_csl_json_is_not_recognised(tmp_path: Path) -> None:
    text = '[{"DOI": "10.1234/x", "title": "Hulls", "issued": {"date-parts": [[2024]]}, "container-title": "J"}]'
    assert sniffed(tmp_path, READER, text) == 0


def test_csl_json_of_crossref_is_read_here(tmp_path: Path) -> None:
    work = {"DOI": "10.1234/x", "type": "article-journal", "id": "x", "title": "Hulls", "member": "1", "indexed": {}}
    text = json.dumps(work | {"container-title": "J", "issued": {"date-parts": [[2024]]}})
    (tmp_path / "x").write_text(text)
    with FileInput(str(tmp_path / "x")) as source:
        assert detect_format(source) == "crossref"
    assert read_text(tmp_path, READER, text)[0][0].venue == "J"
