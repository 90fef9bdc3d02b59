"""Weighs what the rules and vocabularies found, and decides which forms are mentions, of what type, in which role.

One documented rule: each distinct form gets a score per class, the sum of the weights of its cues (multinomial logistic
regression over the features of ``features.py`` and, if it was run, the neural model's log-probabilities), turned into
probabilities. The type with the greatest sum over its classes (proper name, common noun) wins if it reaches the
threshold, an acronym and its long form decide together, and of overlapping forms the more probable one stays. The
weights are in ``cues.json``, fitted on the training papers by ``kg train``; the probability, calibrated, is the
mention's confidence.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.config import MODEL
from kg.errors import ConfigError
from kg.extractors.abbreviations import abbreviations_of
from kg.extractors.base import Component, Taken, candidates_of, sentences_of, text_of, title_end_of, type_of_class
from kg.extractors.features import Form, collect_forms, describe, shape_features
from kg.extractors.neural import form_scores
from kg.extractors.words import ends_in_no_entity, is_no_entity
from kg.ids import link_key

__all__ = ["CLASSES", "NEURAL_CLASSES", "ROLES", "Model", "decide", "load_model", "typed_features"]

CLASSES = ("none", "Method+", "Method-", "Dataset+", "Task", "Metric")
"""What a form can be: a type, with + for proper names and - for common nouns where the two are told apart."""

NEURAL_CLASSES = (*CLASSES, "Dataset-", "Hardware+", "Hardware-")
"""The same where a neural model has a say: it also knows hardware that no rule does."""

ROLES = {
    "Method": ("introduced", "compared", "used"),
    "Dataset": ("introduced", "trained", "used"),
    "Task": ("addressed", "mentioned"),
}
_ONLY_ROLE = {"Hardware": "used"}
"""Of types whose role is not decided here; a metric is reported."""
_RULES_ALONE = Path(__file__).with_name("cues.json")
_ASIDE = frozenset(("Hardware", "Repository"))
# "(pre-)trained on the X, Y and": the guideline's own words for the role, too rare in the papers to be learnt from them
_TRAINED_ON = re.compile(
    r"\b(?:pre-?|co-?|re-?)?(?:train(?:s|ed|ing)?|fine-?tun(?:es?|ed|ing))\b"
    r"(?:(?!\b(?:evaluat|test|outperform|compar|achiev|validat)|[.;:]\s).){0,30}?"
    r"\bon\s+(?:(?:the|a|an|only|both|our|its|large-scale|of)\s+){0,3}(?:[\w.-]+(?:,|,?\sand)\s+){0,3}$",
    re.IGNORECASE,
)
_PARTNER_DISCOUNT = 0.5
_MOST_SHAPES = 65_536

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """All that ``cues.json`` holds: one row of weights a feature, the classes of all decisions side by side.

    Attributes:
        dense: Weights of what the neural model says of a form, shape (its length, columns); no rows without a model.
        columns: Decision ("types" or an entity type, for its roles) -> its classes and the columns of their weights.
        thresholds: Class -> least probability.
        calibration: Type -> slope and offset of the log-odds of a confidence (Platt scaling).
    """

    index: dict[str, int]
    matrix: Array
    dense: Array
    columns: dict[str, tuple[tuple[str, ...], slice]]
    thresholds: dict[str, float]
    calibration: dict[str, tuple[float, float]]
    _shapes: dict[str, list[int]] = field(default_factory=dict)

    def _shape(self, form: str) -> list[int]:
        """Rows of the shape features of a form, kept since papers share their forms."""
        found = self._shapes.get(form)
        if found is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            found = self._shapes[form] = [self.index.get(feature, 0) for feature in shape_features(form)]
        return found

    def scores(self, features: Mapping[str, Sequence[str]], neural: Array | None = None) -> Array:
        """Sums of the weights of each form's features and shape, shape (forms, columns); unknown features are zero.

        Args:
            features: Form -> its features besides its shape.
            neural: What the neural model says of each form, shape (forms, its length).
        """
        known = self.index.get
        flat: list[int] = []
        starts: list[int] = []
        for form, row in features.items():
            starts.append(len(flat))
            flat += self._shape(form)
            flat += [known(feature, 0) for feature in row]
        total: Array = np.add.reduceat(self.matrix[flat], starts, axis=0)
        return total if neural is None or not len(self.dense) else total + neural @ self.dense


def calibrated(model: Model, label: str, probability: float) -> float:
    """The share of right ones among accepted forms of this probability."""
    slope, offset = model.calibration.get(type_of_class(label), (1.0, 0.0))
    clipped = min(max(probability, 1e-4), 1 - 1e-4)
    return 1 / (1 + math.exp(-slope * math.log(clipped / (1 - clipped)) - offset))


def probabilities(scores: Array) -> Array:
    """Softmax of each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result


@lru_cache(maxsize=4)
def load_model(path: Path = _RULES_ALONE) -> Model:
    """Read a ``cues.json`` once a process.

    Raises:
        ConfigError: if there is no such file, or it is none.
    """
    try:
        return _model_of(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read the weights {path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path} holds no weights of kg train ({error})") from error


def _model_of(raw: Mapping[str, Any]) -> Model:
    decisions = {"types": raw["types"], **raw["roles"]}
    names = sorted({name for decision in decisions.values() for name in decision["weights"]})
    index = {name: number for number, name in enumerate(names, 1)}
    matrix = np.zeros((len(names) + 1, sum(len(d["classes"]) for d in decisions.values())), dtype=np.float32)
    dense = np.zeros((len(raw["types"].get("dense", ())), matrix.shape[1]), dtype=np.float32)
    columns = {}
    first = 0
    for key, decision in decisions.items():
        place = slice(first, first + len(decision["classes"]))
        for name, weights in decision["weights"].items():
            matrix[index[name], place] = weights
        if decision.get("dense"):
            dense[:, place] = decision["dense"]
        columns[key] = (tuple(decision["classes"]), place)
        first = place.stop
    return Model(index, matrix, dense, columns, raw["thresholds"], raw.get("calibration", {}))


def typed_features(doc: Doc) -> tuple[dict[str, Form], dict[str, list[str]]]:
    """The forms of a document that the model decides about, and what it knows of them besides their shape."""
    text = text_of(doc)
    candidates = candidates_of(doc)
    aside = Taken(len(text))
    for candidate in candidates:
        if candidate.type in _ASIDE:
            aside.take(candidate.start, candidate.end)
    open_ = [c for c in candidates if c.type not in _ASIDE and aside.is_free(c.start, c.end)]
    pairs = [p for p in abbreviations_of(doc) if aside.is_free(*p.short) and aside.is_free(*p.long)]
    forms = collect_forms(text, open_, pairs)
    title_end = title_end_of(doc)
    return forms, describe(text, title_end, sentences_of(doc), forms)


def _no_names(forms: dict[str, Form]) -> set[str]:
    """Forms that are no names whatever the context, and the acronyms that a paper makes of such things."""
    barred = {
        link_key(name)
        for short, form in forms.items()
        if form.long and ends_in_no_entity(form.long)
        for name in (short, form.long)
    }
    return {
        text
        for text, form in forms.items()
        if (barred and link_key(text) in barred)
        or (not form.entries and not form.long and not form.short and is_no_entity(text))
    }


@dataclass(slots=True)
class _Decision:
    form: Form
    label: str
    confidence: float


def _decisions(forms: dict[str, Form], scores: Array, model: Model) -> dict[str, _Decision]:
    """The accepted forms, acronyms and long forms in agreement."""
    classes, place = model.columns["types"]
    kinds = _columns_by_type(classes)
    rows: dict[str, list[float]] = dict(zip(forms, probabilities(scores[:, place]).tolist(), strict=True))
    done: dict[str, _Decision] = {}
    for name, form in forms.items():
        row = rows[name]
        partner = form.long or form.short
        discount = 1.0
        if partner in rows:
            other = rows[partner]
            if max(other) != other[0]:
                row = [(x + y) / 2 for x, y in zip(row, other, strict=True)]
                discount = _PARTNER_DISCOUNT
        confidence, columns = max((sum(row[c] for c in columns), columns) for columns in kinds)
        label = classes[max(columns, key=row.__getitem__)]
        if confidence >= model.thresholds[label] * discount:
            done[name] = _Decision(form, label, confidence)
    return done


@lru_cache(maxsize=4)
def _columns_by_type(classes: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The columns of each type: those of its proper names and of its common nouns."""
    kinds: dict[str, tuple[int, ...]] = {}
    for column, name in enumerate(classes[1:], 1):
        kind = type_of_class(name)
        kinds[kind] = (*kinds.get(kind, ()), column)
    return tuple(kinds.values())


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
    text = text_of(doc)
    forms, features = typed_features(doc)
    for useless in _no_names(forms):
        del forms[useless], features[useless]
    found: list[Candidate] = []
    taken = Taken(len(text))
    for candidate in candidates_of(doc):
        if candidate.type in _ASIDE and taken.is_free(candidate.start, candidate.end):
            taken.take(candidate.start, candidate.end)
            found.append(candidate)
    if not forms:
        return sorted(found, key=lambda c: c.start)
    scores = model.scores(features, form_scores(doc, forms))
    accepted = _decisions(forms, scores, model)
    roles = _roles(accepted, dict(zip(features, scores.tolist(), strict=True)), model)
    lower = text.lower()
    ranked = sorted(
        accepted.values(), key=lambda d: (-round(d.confidence, 2) - 0.02 * len(d.form.text.split()), d.form.text)
    )
    for decision in ranked:
        form = decision.form
        for start, end in sorted({*form.spans, *_occurrences(text, lower, form.text)}):
            if taken.is_free(start, end):
                taken.take(start, end)
                role = roles.get(form.text, _ONLY_ROLE.get(type_of_class(decision.label), "reported"))
                if role == "used" and decision.label == "Dataset+" and _is_trained_on(text, start):
                    role = "trained"
                confidence = calibrated(model, decision.label, decision.confidence)
                found.append(_mention(decision, start, end, role, confidence))
    return sorted(found, key=lambda c: (c.start, c.end))


def _is_trained_on(text: str, start: int) -> bool:
    return _TRAINED_ON.search(text, max(0, start - 110), start) is not None


def _mention(decision: _Decision, start: int, end: int, role: str, confidence: float) -> Candidate:
    form = decision.form
    entity_type = type_of_class(decision.label)
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
        confidence=round(confidence, 4),
        extractor=source,
        entry=entry,
        role=role,
        group=form.long or (form.text if form.short else ""),
    )


def _roles(accepted: dict[str, _Decision], scores: dict[str, list[float]], model: Model) -> dict[str, str]:
    """Role of each accepted form whose type has several; an acronym and its long form share theirs."""
    out: dict[str, str] = {}
    for name, decision in accepted.items():
        entity_type = type_of_class(decision.label)
        if entity_type not in model.columns:
            continue
        classes, place = model.columns[entity_type]
        row = scores[name][place]
        partner = decision.form.long or decision.form.short
        if partner in accepted and accepted[partner].label == decision.label:
            row = [x + y for x, y in zip(row, scores[partner][place], strict=True)]
        out[name] = classes[row.index(max(row))]
    return out


@Language.factory("kg_cues", assigns=["doc._.kg_mentions"], default_config={"model": None, "rules": None})
def create_cues(nlp: Language, name: str, model: str | None, rules: str | None) -> Component:
    """Component that decides over the candidates of the components before it.

    Documents that ``kg_neural`` has scored are decided with weights that count its opinion in, others with those of
    rules and vocabularies alone.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        model: Folder of the neural model; None for the one that ships with the package.
        rules: File with the weights for documents that no model has scored (``kg train --no-model``); None for those
            that ship with the package.

    Raises:
        ConfigError: on a document, if the weights that it needs are not there.
    """
    with_model = (Path(model) if model else MODEL) / "cues.json"
    without = Path(rules) if rules else _RULES_ALONE

    def run(doc: Doc) -> Doc:
        doc._.kg_mentions = decide(doc, load_model(without if doc._.kg_span_scores is None else with_model))
        return doc

    return run
