"""Annotated papers as training examples."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kg.errors import UsageError
from kg.training.card import model_card
from kg.training.data import CLASSES, ROLES, Example, chosen_share, examples, read_annotated, write_json

ENTITIES = [
    {"type": "Method", "forms": ["Fast Net", "FN"], "named": True, "role": "introduced"},
    {"type": "Dataset", "forms": ["FN-Bank"], "named": True, "role": "used"},
    {"type": "Task", "forms": ["parsing"], "named": False, "role": "addressed"},
    {"type": "Method", "forms": ["tree search"], "named": False, "role": "used"},
]
PAPER: dict[str, Any] = {
    "id": "a",
    "title": "Fast Net for parsing",
    "abstract": "We propose Fast\nNet (FN). FN uses tree search on FN-Bank; FNs and preparsing are no such thing.",
    "entities": ENTITIES,
}


def write(path: Path, *records: Mapping[str, Any]) -> Path:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)
    return path


def labelled(example: Example) -> list[tuple[str, str, str | None]]:
    """Form, class and role of the labels, in order of place."""
    words = example.text.words
    return [
        (example.text.text[words[a, 0] : words[b, 1]], CLASSES[kind], ROLES[role] if role >= 0 else None)
        for a, b, kind, role in sorted(example.labels)
    ]


def test_every_whole_word_occurrence_of_a_form_is_labelled() -> None:
    (example,) = examples([PAPER])
    assert labelled(example) == [
        ("Fast Net", "Method+", "introduced"),
        ("parsing", "Task", "addressed"),
        ("Fast\nNet", "Method+", "introduced"),
        ("FN", "Method+", "introduced"),
        ("FN", "Method+", "introduced"),
        ("tree search", "Method-", "used"),
        ("FN-Bank", "Dataset+", "used"),
    ]


def test_examples_know_what_the_rules_think() -> None:
    (example,) = examples([PAPER])
    assert {("short", "FN"), ("long", "Fast\nNet")} <= {(vote.kind, vote.form) for vote in example.text.votes}


def test_texts_may_be_annotated_place_by_place() -> None:
    spans = [(3, 9, "Method"), (13, 20, "Dataset"), (14, 17, "Method"), (0, 2, "Nothing")]
    (example,) = examples([{"id": "a", "abstract": "We FooNet on BarBank.", "spans": spans}])
    assert labelled(example) == [("FooNet", "Method+", None), ("BarBank", "Dataset+", None)]
    titled = {"id": "a", "title": "A title", "abstract": "We FooNet on BarBank.", "spans": [(3, 9, "Method")]}
    assert labelled(examples([titled])[0]) == [("FooNet", "Method+", None)]


def test_entities_that_the_model_does_not_know_are_passed_over() -> None:
    entities = [{"type": "Repository", "forms": ["parsing", " "], "named": True, "role": "code"}]
    assert labelled(examples([PAPER | {"entities": entities}])[0]) == []


def test_papers_are_read_with_their_texts(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", PAPER, PAPER | {"id": "b", "abstract": None})
    first, second = read_annotated([path])
    assert first == PAPER
    assert (second["id"], second["abstract"]) == ("b", "")


def test_stand_off_labels_are_joined_to_their_texts(tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.jsonl", {"id": "a", "entities": ENTITIES})
    own = write(tmp_path / "own.jsonl", PAPER | {"id": "b"})
    texts = write(tmp_path / "texts.jsonl.gz", {"id": "z", "title": "other"}, PAPER | {"entities": []})
    assert read_annotated([labels, own], texts) == [PAPER, PAPER | {"id": "b"}]


def lines(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "line 1: no JSON"),
        ("\n[]", "line 2: no record with an id"),
        ('{"title": "a"}', "line 1: no record with an id"),
        (b"\xff\xfe", "cannot read"),
        ('{"id": "a", "title": "t"}', "paper a: entities need type, forms, named and role"),
        ('{"id": "a", "title": "t", "entities": ["x"]}', "paper a: entities need"),
        ('{"id": "a", "title": "t", "entities": [{"type": "Task"}]}', "paper a: entities need"),
        ('{"id": "a", "title": "t", "entities": []}\n' * 2, "1 papers are annotated twice, first a"),
        ('{"id": "a", "entities": []}', "1 papers have labels but no text; say where the texts are with --texts"),
    ],
)
def test_what_cannot_be_trained_on_is_told_in_one_line(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_annotated([lines(tmp_path / "gold.jsonl", content)])
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_without_texts_in_the_corpus_are_refused(tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.jsonl", {"id": "a", "entities": []}, {"id": "b", "entities": []})
    texts = write(tmp_path / "texts.jsonl", PAPER)
    with pytest.raises(UsageError, match=r"texts\.jsonl lacks the texts of 1 labelled papers, first b"):
        read_annotated([labels], texts)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_annotated([tmp_path / "none.jsonl"])


def ids(records: Sequence[Mapping[str, Any]]) -> set[str]:
    return {record["id"] for record in records}


def test_a_smaller_share_is_part_of_a_larger_one() -> None:
    records = [{"id": str(number)} for number in range(40)]
    quarter, half, whole = (ids(chosen_share(records, share)) for share in (0.25, 0.5, 1.0))
    assert (len(quarter), len(half), len(whole)) == (10, 20, 40)
    assert quarter < half < whole
    assert len(chosen_share(records, 0.001)) == 1
    assert ids(chosen_share(records[::-1], 0.25)) == quarter


def test_json_is_written_a_value_a_line(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"b": 1, "a": "é"})
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == '{\n"a": "é",\n"b": 1\n}\n'


def test_the_card_tells_what_the_model_is() -> None:
    card = {
        "base": "tiny",
        "layers": 2,
        "size": 32,
        "width": 12,
        "megabytes": 0.5,
        "papers": 12,
        "command": "kg train x",
    }
    text = model_card(card, "\n## Scores\n")
    assert "tiny, 2 layers of 32" in text
    assert "`kg train x`" in text
    assert "## Scores" in text
