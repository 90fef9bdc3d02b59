from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg.model import Paper
from kg.readers.hf_daily import READER
from tests.reading import read_file, read_text, sniffed

PAPER = {"id": "2505.01234", "title": "Hulls", "summary": "We float.", "publishedAt": "2025-05-27T00:00:00.000Z"}


def one(folder: Path, entry: dict[str, Any]) -> Paper:
    papers, errors = read_text(folder, READER, json.dumps([entry]))
    assert not errors
    return papers[0]


def test_the_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "hf-daily.json", READER)
    assert not errors
    first, second = papers
    assert (first.id, first.title, first.date) == ("arxiv:2505.01234", "Sparse Adapters for β-Boats", "2025-05-27")
    assert first.abstract == "We propose SpadeTune, which needs 50% of an A100. Code: https://github.com/hulls/spade"
    assert (first.authors, first.author_count) == (("Maja Lind", "José Čech"), 2)
    assert first.links == ("https://github.com/hulls/spade", "https://hulls.example/spade")
    assert (first.organizations, first.upvotes, first.keywords) == (("Hull Lab",), 12, ())
    assert (second.id, second.abstract, second.upvotes) == ("arxiv:2505.04321", "", 0)


def test_one_paper_by_itself_is_read(tmp_path: Path) -> None:
    papers, errors = read_text(tmp_path, READER, json.dumps(PAPER | {"organization": {"name": "hulls"}}))
    assert not errors
    assert (papers[0].title, papers[0].organizations) == ("Hulls", ("hulls",))


def test_what_the_paper_lacks_is_taken_from_its_entry(tmp_path: Path) -> None:
    paper = one(tmp_path, {"paper": {"id": "2505.01234"}, "title": "Hulls", "summary": "We.", "organization": 5})
    assert (paper.title, paper.abstract, paper.organizations) == ("Hulls", "We.", ())


def test_a_paper_that_is_not_on_arxiv_has_an_id_of_the_site(tmp_path: Path) -> None:
    assert one(tmp_path, {"paper": PAPER | {"id": "abc-1"}}).id == "hf:abc-1"


def test_a_withdrawn_paper_is_rejected(tmp_path: Path) -> None:
    entry = {"paper": PAPER | {"withdrawnAt": "2025-05-28T00:00:00.000Z"}}
    assert read_text(tmp_path, READER, json.dumps([entry])) == ([], [(1, "withdrawn from the site")])


def test_values_of_the_wrong_kind_count_as_absent(tmp_path: Path) -> None:
    paper = one(tmp_path, {"paper": PAPER | {"authors": [None, {"name": None}], "upvotes": "many", "githubRepo": "x"}})
    assert (paper.authors, paper.upvotes, paper.links) == ((), None, ())


def test_only_its_answers_are_recognised(tmp_path: Path) -> None:
    assert sniffed(tmp_path, READER, json.dumps([{"paper": PAPER, "numComments": 1}])) == 0.97
    assert sniffed(tmp_path, READER, json.dumps(PAPER | {"discussionId": "x"})) == 0.97
    assert sniffed(tmp_path, READER, json.dumps([PAPER])) == 0
    assert sniffed(tmp_path, READER, json.dumps([PAPER | {"upvotes": 1}])) == 0
