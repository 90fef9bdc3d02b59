"""Short papers of our own with what must be found in them, what must not, and the edges that follow.

``papers.jsonl`` holds one case a line. ``mentions``: [type, text, role, entity], null for what does not matter.
``edges``: [type, source, target], null for the paper. ``absent``: texts that are no mention.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from kg.assemble import assemble
from kg.model import Extraction, Paper
from kg.schema import EXTRACTED_TYPES, NODE_TYPES, RELATION_TYPES
from kg.vocabulary import load_vocabulary
from tests.extraction import extractor

Case = dict[str, Any]
CASES: list[Case] = [
    json.loads(line) for line in Path(__file__).with_name("papers.jsonl").read_text(encoding="utf-8").splitlines()
]
each_case = pytest.mark.parametrize("number", range(len(CASES)), ids=[case["case"] for case in CASES])


@lru_cache(maxsize=len(CASES))
def extracted(number: int) -> tuple[Paper, Extraction]:
    case = CASES[number]
    fields = {name: case[name] for name in ("title", "abstract", "authors", "organizations") if name in case}
    paper = Paper(id="title:golden", **fields)
    return paper, next(extractor().run([paper]))


@each_case
def test_golden_mentions(number: int) -> None:
    _, extraction = extracted(number)
    found = {(m.type, m.text, m.role, m.entity) for m in extraction.mentions}

    def is_found(wanted: list[str | None]) -> bool:
        return any(all(w in (None, f) for w, f in zip(wanted, mention, strict=True)) for mention in found)

    missing = [wanted for wanted in CASES[number]["mentions"] if not is_found(wanted)]
    assert not missing, f"found {sorted(found)}"
    assert not {text for _, text, _, _ in found} & set(CASES[number]["absent"])


@each_case
def test_golden_edges(number: int) -> None:
    paper, extraction = extracted(number)
    graph = assemble([(paper, extraction)], load_vocabulary())
    edges = {(r.type, r.source, r.target) for r in graph.relations()}
    wanted = {(type, source or paper.id, target) for type, source, target in CASES[number]["edges"]}
    assert wanted <= edges


def test_the_cases_cover_every_type_role_and_relation() -> None:
    mentions = [mention for case in CASES for mention in case["mentions"]]
    assert {type for type, *_ in mentions} == set(EXTRACTED_TYPES)
    wanted = {(label, role) for label in EXTRACTED_TYPES for role in NODE_TYPES[label].roles}
    assert {(type, role) for type, _, role, _ in mentions if role} == wanted
    assert {type for case in CASES for type, _, _ in case["edges"]} == set(RELATION_TYPES)
