"""Annotated papers as training examples: texts, and the spans that carry each label."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import UsageError
from kg.extractors.neural_input import CLASSES, ROLES, Text
from kg.ids import digest

__all__ = ["CLASSES", "ROLES", "Example", "Label", "chosen_share", "examples", "read_annotated", "write_json"]

Label = tuple[int, int, int, int]
"""First word, last word (inclusive), number of the class, number of the role (-1: unknown)."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its labelled spans.

    Attributes:
        id: Of the paper.
        text: As the model sees it.
        labels: The spans that are entities; all others are none.
    """

    id: str
    text: Text
    labels: tuple[Label, ...]


def read_annotated(paths: Iterable[Path], corpus: Path | None = None) -> list[dict[str, Any]]:
    """Annotated papers of JSON Lines files: with texts, or stand-off labels whose texts are in ``corpus``.

    Raises:
        UsageError: if a file cannot be read, a line is no JSON, a paper comes twice, or entities or a text are missing.
    """
    records = [record for path in paths for record in _lines(path)]
    bare = {record["id"] for record in records if "title" not in record}
    if bare:
        if corpus is None:
            raise UsageError(f"{len(bare)} papers have labels but no text; say where the texts are with --texts")
        texts = {r["id"]: r for r in _lines(corpus) if r.get("id") in bare}
        if missing := sorted(bare - texts.keys()):
            raise UsageError(f"{corpus} lacks the texts of {len(missing)} labelled papers, first {missing[0]}")
        records = [texts[r["id"]] | r if r["id"] in bare else r for r in records]
    twice = [name for name, count in Counter(record["id"] for record in records).items() if count > 1]
    if twice:
        raise UsageError(f"{len(twice)} papers are annotated twice, first {twice[0]}")
    return [_checked(record) for record in records]


def _checked(record: dict[str, Any]) -> dict[str, Any]:
    """A record whose texts are texts and whose entities are complete."""
    try:
        entities = [
            {
                "type": str(entity["type"]),
                "forms": [str(form) for form in entity["forms"]],
                "named": bool(entity.get("named", True)),
                "role": entity.get("role"),
            }
            for entity in record["entities"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"paper {record['id']}: entities need type, forms, named and role ({error})") from error
    texts = {field: str(record.get(field) or "") for field in ("title", "abstract")}
    return record | texts | {"entities": entities}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        record = json.loads(line)
                    except ValueError as error:
                        raise UsageError(f"{path}, line {number}: no JSON ({error})") from error
                    if not isinstance(record, dict) or "id" not in record:
                        raise UsageError(f"{path}, line {number}: no record with an id")
                    yield record
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def examples(records: Sequence[Mapping[str, Any]]) -> list[Example]:
    """Run the rules over annotated papers and place their labels.

    A record holds ``entities`` (type, forms, named, role: every occurrence of a form is labelled) or ``spans``
    (start, end, type: offsets in the abstract, for texts annotated place by place).
    """
    from kg.extractors.base import TITLE_SEPARATOR
    from kg.extractors.neural import RULES, text_for_model
    from kg.extractors.pipeline import create_pipeline

    nlp = create_pipeline(RULES)
    found = []
    for record in records:
        title = record.get("title", "")
        abstract = record.get("abstract") or ""
        doc = nlp.make_doc(title + TITLE_SEPARATOR + abstract if title else abstract)
        doc._.kg_title_end = len(title)
        for _, component in nlp.pipeline:
            doc = component(doc)
        text = text_for_model(doc)
        marks: list[tuple[int, int, str, str | None]]
        if "spans" in record:
            shift = len(text.text) - len(record["abstract"])
            marks = [(s + shift, e + shift, t, None) for s, e, t in record["spans"]]
        else:
            marks = list(_occurrences(text.text, record["entities"]))
        found.append(Example(record["id"], text, tuple(_labels(text, marks))))
    return found


def _class_of(entity: Mapping[str, Any]) -> str:
    name = str(entity["type"])
    return name if name in CLASSES else name + ("+" if entity.get("named", True) else "-")


def _occurrences(text: str, entities: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, str, str | None]]:
    """Whole-word occurrences of the forms, longer forms first, free of overlaps."""
    forms = [(form, entity) for entity in entities for form in entity["forms"] if form.strip()]
    taken = bytearray(len(text))
    for form, entity in sorted(forms, key=lambda pair: (-len(pair[0]), pair[0])):
        pattern = r"\s+".join(map(re.escape, form.split()))
        for match in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                yield start, end, _class_of(entity), entity.get("role")


def _labels(text: Text, marks: Iterable[tuple[int, int, str, str | None]]) -> Iterator[Label]:
    """The marks whose ends are word boundaries."""
    begin = {start: number for number, (start, _) in enumerate(text.words.tolist())}
    finish = {end: number for number, (_, end) in enumerate(text.words.tolist())}
    for start, end, name, role in marks:
        first, last = begin.get(start), finish.get(end)
        label = name if name in CLASSES else name + "+"
        if first is not None and last is not None and label in CLASSES:
            yield first, last, CLASSES.index(label), ROLES.index(role) if role in ROLES else -1


def chosen_share(records: Sequence[Mapping[str, Any]], share: float) -> list[Mapping[str, Any]]:
    """The same part of the papers each time; a smaller share is part of a larger one."""
    ranked = sorted(records, key=lambda record: digest(f"share {record['id']}", 8))
    return ranked[: max(1, round(share * len(ranked)))]


def write_json(path: Path, value: Any) -> None:
    """One value a line, keys sorted, so that a change shows as few lines."""
    text = json.dumps(value, ensure_ascii=False, indent=0, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
