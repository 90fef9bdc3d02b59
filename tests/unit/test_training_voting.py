"""The weights with which rules, vocabularies and model are weighed against each other."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import spacy

from kg.errors import ConfigError
from kg.extractors.base import TITLE_SEPARATOR
from kg.extractors.cues import CLASSES, ROLES, load_model
from kg.training.data import write_json

voting = pytest.importorskip("kg.training.voting", reason="scipy is missing: make train-env")


def entity(kind: str, role: str, form: str, *, named: bool = True) -> dict[str, Any]:
    return {"type": kind, "forms": [form], "named": named, "role": role}


def paper(number: int) -> dict[str, Any]:
    """A paper of made-up names that only the words around them tell apart."""
    word = "".join(chr(ord("a") + (number * step) % 26) for step in (1, 3, 7)).capitalize()
    method, rival, data = f"{word}QaNet", f"{word}XeNet", f"{word}ZuBank"
    return {
        "id": f"title:{number}",
        "title": f"{method}: sorting by hand",
        "abstract": f"We propose {method} for sorting. It is trained on the {data} dataset and outperforms {rival}.",
        "entities": [
            entity("Method", "introduced", method),
            entity("Method", "compared", rival),
            entity("Dataset", "trained", data),
            entity("Task", "addressed", "sorting", named=False),
        ],
    }


PAPERS = [paper(number) for number in range(30)]


@pytest.fixture(scope="module")
def fitted() -> tuple[dict[str, Any], list[str]]:
    lines: list[str] = []
    return voting.fit_votes(PAPERS, report=lines.append), lines


def test_the_weights_have_the_form_that_the_cues_read(fitted: tuple[dict[str, Any], list[str]], tmp_path: Path) -> None:
    write_json(tmp_path / "cues.json", fitted[0])
    model = load_model(tmp_path / "cues.json")
    assert model.columns["types"][0] == CLASSES
    assert {name: classes for name, (classes, _) in model.columns.items() if name != "types"} == ROLES
    assert all(0 < threshold < 1 for threshold in model.thresholds.values())
    assert not len(model.dense)


def test_unseen_papers_are_decided_by_the_words_around_a_name(
    fitted: tuple[dict[str, Any], list[str]], tmp_path: Path
) -> None:
    write_json(tmp_path / "cues.json", fitted[0])
    nlp = spacy.blank("en")
    for name in ("kg_sentences", "kg_names"):
        nlp.add_pipe(name)
    nlp.add_pipe("kg_cues", config={"rules": str(tmp_path / "cues.json")})
    unseen = paper(77)
    doc = nlp(unseen["title"] + TITLE_SEPARATOR + unseen["abstract"])
    found = {(c.type, c.role, doc.text[c.start : c.end]) for c in doc._.kg_mentions}
    wanted = {(e["type"], e["role"], e["forms"][0]) for e in unseen["entities"] if e["type"] != "Task"}
    assert wanted <= found


def test_what_was_reached_is_told(fitted: tuple[dict[str, Any], list[str]]) -> None:
    text = "\n".join(fitted[1])
    assert text.startswith(f"{text.split()[0]} forms of 30 papers")
    assert "Method" in text
    assert "roles" in text


def test_the_same_papers_give_the_same_weights(fitted: tuple[dict[str, Any], list[str]]) -> None:
    assert json.dumps(voting.fit_votes(PAPERS)) == json.dumps(fitted[0])


def test_papers_without_entities_can_be_fitted() -> None:
    empty = [{"id": "a", "title": "Nothing", "abstract": "", "entities": []}]
    assert voting.fit_votes(empty)["types"]["classes"] == CLASSES


def test_confidence_is_a_share_of_right_ones(fitted: tuple[dict[str, Any], list[str]]) -> None:
    assert all(math.isfinite(value) for line in fitted[0]["calibration"].values() for value in line)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"types": 1, "roles": {}}'])
def test_a_file_of_no_weights_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cues.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="holds no weights of kg train"):
        load_model(path)


def test_missing_weights_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the weights"):
        load_model(tmp_path / "none.json")
