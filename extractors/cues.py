"""Weighs what the rules and vocabularies found in a paper, and decides: which forms are mentions, of what type, in which role.

One documented rule: each distinct form gets a score per type, the sum of the weights of its cues (multinomial logistic
regression over the features of ``features.py``), turned into probabilities; the most probable type at or above its threshold
wins, an acronym and its long form decide together, and of overlapping forms the more probable one stays. The weights are in
``cues.json``, fitted on the training papers by ``benchmarks/fit_cues.py``; the probability is the mention's confidence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from kg.extractors.abbreviations import abbreviations_of
from kg.extractors.base import TITLE_SEPARATOR, Candidate, Component, candidates_of, sentences_of
from kg.extractors.features import Form, collect_forms, describe

__all__ = ["CLASSES", "Weights", "decide", "load_weights", "typed_features"]

CLASSES = ("none", "Method+", "Method-", "Dataset+", "Dataset-", "Task", "Metric")
"""What a form can be: a type, with + for proper names and - for common nouns where the two are told apart."""

ROLES = {
    "Method": ("introduced", "compared", "used"),
    "Dataset": ("introduced", "trained", "used"),
    "Task": ("addressed", "mentioned"),
}
_MODEL = Path(__file__).with_name("cues.json")
_ASIDE = frozenset(("Hardware", "Repository"))
_PARTNER_DISCOUNT = 0.5

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """Weights of one multinomial logistic regression: a row a feature, a column a class."""

    classes: tuple[str, ...]
    index: dict[str, int]
    matrix: Array

    def probabilities(self, rows: Sequence[Sequence[str]]) -> Array:
        """Class probabilities, shape (rows, classes); unknown features count for nothing."""
        index = self.index
        flat: list[int] = []
        starts: list[int] = []
        for row in rows:
            starts.append(len(flat))
            flat.append(0)
            flat.extend(index[feature] for feature in row if feature in index)
        scores = np.add.reduceat(self.matrix[flat], starts, axis=0)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores


@dataclass(frozen=True)
class Model:
    """All that ``cues.json`` holds."""

    types: Weights
    roles: dict[str, Weights]
    thresholds: dict[str, float]


def _weights(raw: dict[str, Any]) -> Weights:
    names = list(raw["weights"])
    rows = [[0.0] * len(raw["classes"]), *(raw["weights"][name] for name in names)]
    index = {name: number for number, name in enumerate(names, 1)}
    matrix = np.array(rows, dtype=np.float32)
    return Weights(tuple(raw["classes"]), index, matrix)


@lru_cache(maxsize=2)
def load_weights(path: Path = _MODEL) -> Model:
    """Read ``cues.json`` once a process."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Model(_weights(raw["types"]), {t: _weights(r) for t, r in raw["roles"].items()}, raw["thresholds"])


def typed_features(doc: Doc) -> tuple[dict[str, Form], dict[str, list[str]]]:
    """The forms of a document that the model decides about, and their features."""
    text = doc.text
    candidates = candidates_of(doc)
    aside = [(c.start, c.end) for c in candidates if c.type in _ASIDE]
    open_ = [c for c in candidates if c.type not in _ASIDE and not _touches(aside, c.start, c.end)]
    pairs = [p for p in abbreviations_of(doc) if not _touches(aside, *p.short) and not _touches(aside, *p.long)]
    forms = collect_forms(text, open_, pairs)
    title_end = doc._.kg_title_end or max(0, text.find(TITLE_SEPARATOR))
    return forms, describe(text, title_end, sentences_of(doc), forms)


def _touches(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < stop and begin < end for begin, stop in spans)


@dataclass(slots=True)
class _Decision:
    form: Form
    label: str
    confidence: float


def _decisions(forms: dict[str, Form], probabilities: Array, model: Model) -> dict[str, _Decision]:
    """The accepted forms, acronyms and long forms in agreement."""
    classes = model.types.classes
    names = list(forms)
    rows = {name: probabilities[number] for number, name in enumerate(names)}
    done: dict[str, _Decision] = {}
    for name in names:
        form = forms[name]
        row = rows[name]
        partner = form.long or form.short
        discount = 1.0
        if partner and rows[partner].argmax() != 0:
            row = (row + rows[partner]) / 2
            discount = _PARTNER_DISCOUNT
        best = int(row[1:].argmax()) + 1
        label = classes[best]
        if row[best] >= model.thresholds[label] * discount:
            done[name] = _Decision(form, label, float(row[best]))
    return done


def _occurrences(text: str, lower: str, form: str) -> list[tuple[int, int]]:
    """Places where a form stands as whole words; in any case for forms of several words."""
    haystack, needle = (lower, form.lower()) if " " in form or "-" in form else (text, form)
    if len(haystack) != len(text):
        haystack, needle = text, form
    found = []
    at = haystack.find(needle)
    size = len(needle)
    while at >= 0:
        end = at + size
        before = text[at - 1] if at else " "
        after = text[end] if end < len(text) else " "
        if not (before.isalnum() or before in "-_@/") and not (after.isalnum() or after in "_@"):
            follows = text[end + 1 : end + 2]
            if after not in "-+." or not (follows.isupper() or follows.isdigit()):
                found.append((at, end))
        at = haystack.find(needle, end)
    return found


def decide(doc: Doc, model: Model) -> list[Candidate]:
    """The mentions of a document as typed candidates with roles, free of overlaps, in order of place."""
    text = doc.text
    forms, features = typed_features(doc)
    fixed = [c for c in candidates_of(doc) if c.type in _ASIDE]
    taken = [(c.start, c.end) for c in fixed]
    if not forms:
        return sorted(fixed, key=lambda c: c.start)
    accepted = _decisions(forms, model.types.probabilities(list(features.values())), model)
    roles = _roles(accepted, features, model)
    lower = text.lower()
    found = list(fixed)
    ranked = sorted(accepted.values(), key=lambda d: (-round(d.confidence, 2) - 0.02 * len(d.form.text.split()), d.form.text))
    for decision in ranked:
        form = decision.form
        for start, end in sorted({*form.spans, *_occurrences(text, lower, form.text)}):
            if _touches(taken, start, end):
                continue
            taken.append((start, end))
            found.append(_mention(decision, start, end, roles.get(form.text)))
    return sorted(found, key=lambda c: (c.start, c.end))


def _mention(decision: _Decision, start: int, end: int, role: str | None) -> Candidate:
    form = decision.form
    entity_type = decision.label.rstrip("+-")
    entry = form.entries.get(entity_type)
    named = not decision.label.endswith("-")
    if entity_type in ("Task", "Metric"):
        named = entry.named if entry else False
    source = "vocabulary" if entry else "abbreviations" if not form.rules else min(form.rules).split(".")[0]
    return Candidate(
        entity_type,
        start,
        end,
        named=named,
        confidence=round(decision.confidence, 4),
        extractor=source,
        entry=entry,
        role=role or "reported",
        group=form.long or (form.text if form.short else ""),
    )


def _roles(accepted: dict[str, _Decision], features: dict[str, list[str]], model: Model) -> dict[str, str]:
    """Role of each accepted form; an acronym and its long form share theirs."""
    out: dict[str, str] = {}
    for entity_type, weights in model.roles.items():
        names = [name for name, d in accepted.items() if d.label.rstrip("+-") == entity_type]
        if not names:
            continue
        rows = dict(zip(names, weights.probabilities([features[name] for name in names]), strict=True))
        for name, row in rows.items():
            partner = accepted[name].form.long or accepted[name].form.short
            both = row + rows[partner] if partner in rows else row
            out[name] = weights.classes[int(both.argmax())]
    return out


if not Doc.has_extension("kg_mentions"):
    Doc.set_extension("kg_mentions", default=None)


@Language.factory("kg_cues", assigns=["doc._.kg_mentions"], default_config={"model": None})
def create_cues(nlp: Language, name: str, model: str | None) -> Component:
    """Component that decides over the candidates of the components before it.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        model: Path of a ``cues.json``; None for the one that ships with the package.
    """
    weights = load_weights(Path(model) if model else _MODEL)

    def run(doc: Doc) -> Doc:
        doc._.kg_mentions = decide(doc, weights)
        return doc

    return run
