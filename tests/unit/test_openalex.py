from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Paper
from kg.readers.openalex import READER
from tests.reading import Errors, read_file, read_text, sniffed


def read(folder: Path, **work: Any) -> tuple[list[Paper], Errors]:
    return read_text(folder, READER, json.dumps({"id": "https://openalex.org/W1", "title": "Hulls"} | work))


def one(folder: Path, **work: Any) -> Paper:
    papers, errors = read(folder, **work)
    assert not errors
    return papers[0]


def test_the_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "openalex-works.jsonl", READER)
    assert not errors
    first, second = papers
    assert first.id == "arxiv:2401.01234"
    assert first.title == "Sparse Adapters for Boats & Ships"
    assert first.abstract == "We propose SpadeTune for naïve boats & ships on ImageNet. We win."
    assert (first.date, first.doi, first.venue) == ("2024-05-17", "10.1234/spade.1", "Journal of Hulls")
    assert first.authors == ("Maja Lind", "Ben Okafor")
    assert first.orcids == {"Maja Lind": "0000-0002-1825-0097"}
    assert first.organizations == ("University of Hulls",)
    assert first.rors == {"University of Hulls": "05dxps055"}
    assert first.keywords == ("Adapter", "Engineering", "Marine Robotics", "hull")
    assert first.identifiers == ("mag:3031337294", "openalex:W4300000001", "pmcid:PMC1234567", "pmid:38000001")
    assert (second.id, second.title, second.date) == ("openalex:W2", "Ein Titel ohne Zusammenfassung", "1987")
    assert (second.venue, second.keywords, second.abstract) == ("Old Hulls", ("Boat",), "")


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ({"is_retracted": True}, "a retracted work"),
        ({"is_paratext": True}, "not a paper: OpenAlex type paratext"),
        ({"type": "paratext"}, "not a paper: OpenAlex type paratext"),
        ({"type": "dataset"}, "not a paper: OpenAlex type dataset"),
        ({"id": "https://openalex.org/A5023888391"}, "not a work of OpenAlex: A5023888391"),
        ({"title": None}, "no title"),
        ({"abstract_inverted_index": "{broken"}, "the inverted index of the abstract is not JSON"),
    ],
)
def test_what_is_no_paper_is_rejected(tmp_path: Path, work: dict[str, Any], reason: str) -> None:
    assert read(tmp_path, **work) == ([], [(1, reason)])


@pytest.mark.parametrize(
    "work",
    [
        {"abstract_inverted_index": '{"We": [0], "float.": [3]}'},
        {"abstract_inverted_index": {"IndexLength": 2, "InvertedIndex": {"We": [0], "float.": [1]}}},
        {"abstract": "We float.", "abstract_inverted_index": None},
    ],
)
def test_the_abstract_in_its_other_forms(tmp_path: Path, work: dict[str, Any]) -> None:
    assert one(tmp_path, **work).abstract == "We float."


def test_values_of_the_wrong_kind_count_as_absent(tmp_path: Path) -> None:
    paper = one(
        tmp_path,
        doi=5,
        ids=[],
        authorships=[None, {"author": {"display_name": 7}}, {"institutions": {}}],
        locations={},
        primary_location=[],
        keywords=[5, "plain", {"x": 1}],
        concepts=[{"display_name": "No score"}],
        publication_date=20240517,
        abstract_inverted_index=[],
    )
    assert (paper.authors, paper.doi, paper.venue, paper.date) == (("7",), None, None, "2024-05-17")
    assert paper.keywords == ("5", "No score", "plain")


def test_the_first_of_january_is_a_year(tmp_path: Path) -> None:
    assert one(tmp_path, publication_date="2019-01-01").date == "2019"
    assert one(tmp_path, publication_year=2019).date == "2019"


def test_an_answer_of_the_api_is_read(tmp_path: Path) -> None:
    work = {"id": "https://openalex.org/W1", "title": "Hulls", "authorships": []}
    papers, errors = read_text(tmp_path, READER, json.dumps({"meta": {"count": 2}, "results": [work, None]}))
    assert ([p.identifiers for p in papers], errors) == ([("openalex:W1",)], [(2, "not a JSON object")])


def test_only_works_are_recognised(tmp_path: Path) -> None:
    assert sniffed(tmp_path, READER, '{"id": "https://openalex.org/W1", "authorships": []}') == 0.97
    assert sniffed(tmp_path, READER, '{"id": "https://openalex.org/A1", "display_name": "A"}') == 0
    assert sniffed(tmp_path, READER, '{"title": "One", "year": 2}') == 0
