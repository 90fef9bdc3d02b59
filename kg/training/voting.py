"""Fits the weights with which ``kg_cues`` weighs rules, vocabularies and the neural model against each other.

Multinomial logistic regression with an L2 penalty over the features of ``extractors/features.py`` and, where there is
a neural model, its log-probabilities for papers that it was not trained on (stacking, Wolpert 1992). A fifth of the
vocabulary features is left out at random (by a digest, so the same every time) so that the surroundings learn to carry
a name that no vocabulary knows. Thresholds on the
probability of a type are those with the best F1 in five-fold cross-validation; a slope and an
offset by type make the cross-validated probabilities of accepted forms mean what they say (Platt scaling).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

from kg.extractors.base import TITLE_SEPARATOR, candidates_of, text_of, type_of_class
from kg.extractors.cues import CLASSES, NEURAL_CLASSES, ROLES, typed_features
from kg.extractors.features import shape_features
from kg.extractors.neural import RULES, form_scores, propose
from kg.extractors.neural_runtime import SpanScores
from kg.extractors.pipeline import create_pipeline
from kg.ids import digest

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["fit_votes"]

MIN_COUNT = 4
L2 = 2.0
DROPPED = 0.2
FOLDS = 5
VOCABULARY = ("V:", "Vk:", "Vx:", "Vd:", "ab:V", "src:vocabulary")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a training paper: its features, what the neural model says, its class and role.

    ``settled`` is the class that a component has decided on, where nothing is left to be weighed.
    """

    paper: str
    features: tuple[str, ...]
    seen: tuple[str, ...]
    neural: tuple[float, ...]
    label: str
    role: str | None
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A fitted choice between classes."""

    classes: tuple[str, ...]
    weights: dict[str, list[float]]
    dense: list[list[float]]

    def probabilities(self, forms: Sequence[Form]) -> Floats:
        """Shape (forms, classes)."""
        zero = np.zeros(len(self.classes))
        known = {feature: np.array(row) for feature, row in self.weights.items()}
        scores = np.array([sum((known[f] for f in form.features if f in known), zero) for form in forms])
        scores = scores.reshape(len(forms), len(self.classes))
        if self.dense:
            scores = scores + _dense(forms, len(self.dense)) @ np.array(self.dense)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def squeeze(text: str) -> str:
    return " ".join(text.split())


def label_of(entity: Mapping[str, Any] | None, classes: tuple[str, ...]) -> str:
    """The class of a gold entity, "none" for what is not decided about."""
    if entity is None:
        return "none"
    name = str(entity["type"])
    full = name + ("+" if entity["named"] else "-")
    return full if full in classes else name if name in classes else "none"


def forms_of(
    records: Sequence[Mapping[str, Any]], scores: Callable[[str], SpanScores] | None, classes: tuple[str, ...]
) -> list[Form]:
    """One example a distinct form of each paper.

    Args:
        records: Annotated papers.
        scores: Paper id -> what a neural model that has not seen the paper says of it.
        classes: What a form can be.
    """
    nlp = create_pipeline(RULES)
    found = []
    for record in records:
        doc = nlp.make_doc(record["title"] + TITLE_SEPARATOR + record["abstract"])
        doc._.kg_title_end = len(record["title"])
        for _, component in nlp.pipeline:
            doc = component(doc)
        if scores:
            doc = propose(doc, scores(record["id"]))
        gold = {squeeze(form): entity for entity in reversed(record["entities"]) for form in entity["forms"]}
        forms, features = typed_features(doc)
        neural = form_scores(doc, forms)
        for number, (form, row) in enumerate(features.items()):
            entity = gold.get(squeeze(form))
            label = label_of(entity, classes)
            every = (*shape_features(form), *row)
            found.append(
                Form(
                    record["id"],
                    every,
                    _seen(record["id"], form, every),
                    () if neural is None else tuple(neural[number].tolist()),
                    label,
                    str(entity["role"]) if entity and label != "none" else None,
                )
            )
        for form, label in sorted(_settled(doc).items()):
            truth = label_of(gold.get(squeeze(form)), classes)
            found.append(Form(record["id"], (), (), (), truth, None, settled=label))
    return found


def _settled(doc: Doc) -> dict[str, str]:
    """The forms of hardware that its own rules decide, and their classes."""
    text = text_of(doc)
    mine = (c for c in candidates_of(doc) if c.type == "Hardware")
    return {squeeze(text[c.start : c.end]): "Hardware+" if c.named else "Hardware-" for c in mine}


def _seen(paper: str, form: str, features: tuple[str, ...]) -> tuple[str, ...]:
    """The features that training sees: those of the vocabularies left out of every fifth form."""
    if int(digest(f"{paper} {form}", 8), 16) % 1000 < DROPPED * 1000:
        return (*(f for f in features if not f.startswith(VOCABULARY)), "V:none")
    return features


def _dense(forms: Sequence[Form], width: int) -> Floats:
    """What the neural model says of each form, shape (forms, width)."""
    return np.array([form.neural for form in forms], dtype=np.float64).reshape(len(forms), width)


def _design(forms: Sequence[Form]) -> tuple[Any, list[str]]:
    """Matrix of features and neural values, and the names of the features."""
    counts = Counter(feature for form in forms for feature in form.seen)
    names = sorted(f for f, n in counts.items() if n >= MIN_COUNT)
    index = {name: number for number, name in enumerate(names)}
    columns = [index[f] for form in forms for f in form.seen if f in index]
    row_of = np.repeat(np.arange(len(forms)), [sum(f in index for f in form.seen) for form in forms])
    design = csr_matrix((np.ones(len(columns)), (row_of, columns)), shape=(len(forms), len(index)))
    return hstack([design, _dense(forms, len(forms[0].neural) if forms else 0)]).tocsr(), names


def fit(forms: Sequence[Form], labels: Sequence[str], classes: tuple[str, ...]) -> Decision:
    """Maximum penalised likelihood."""
    design, names = _design(forms)
    target = np.array([classes.index(label) for label in labels], dtype=np.int64)
    one_hot = np.eye(len(classes))[target]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(-1, len(classes))
        scores = design @ weights
        scores -= scores.max(axis=1, keepdims=True)
        probabilities = np.exp(scores)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        value = -np.log(probabilities[np.arange(len(target)), target] + 1e-12).sum() + L2 / 2 * (weights**2).sum()
        gradient = design.T @ (probabilities - one_hot) + L2 * weights
        return float(value), np.asarray(gradient).ravel()

    start = np.zeros(design.shape[1] * len(classes))
    solved = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 250})
    rows = [[round(float(w), 3) for w in row] for row in solved.x.reshape(-1, len(classes))]
    kept = {name: row for name, row in zip(names, rows, strict=False) if max(map(abs, row)) >= 0.02}
    return Decision(classes, kept, rows[len(names) :])


def _fold(form: Form) -> int:
    return int(digest(form.paper, 8), 16) % FOLDS


def cross_validate(forms: Sequence[Form], labels: Sequence[str], classes: tuple[str, ...]) -> Floats:
    """Out-of-fold probabilities of every form."""
    fold = np.array([_fold(form) for form in forms])
    out = np.zeros((len(forms), len(classes)))
    for number in range(FOLDS):
        train = np.flatnonzero(fold != number).tolist()
        test = np.flatnonzero(fold == number).tolist()
        fitted = fit([forms[i] for i in train], [labels[i] for i in train], classes)
        out[test] = fitted.probabilities([forms[i] for i in test])
    return out


@dataclass(frozen=True, slots=True)
class Guesses:
    """What the fitted weights would say of each form, whatever the threshold.

    Attributes:
        labels: Most probable class of the most probable type.
        kinds: That type.
        confidence: Probability of that type.
    """

    labels: NDArray[np.str_]
    kinds: NDArray[np.str_]
    confidence: Floats

    def extended(self, labels: Sequence[str]) -> Guesses:
        """With forms that are decided already."""
        return Guesses(
            np.concatenate([self.labels, np.array(labels, dtype=self.labels.dtype)]),
            np.concatenate([self.kinds, np.array([type_of_class(label) for label in labels], dtype=self.kinds.dtype)]),
            np.concatenate([self.confidence, np.ones(len(labels))]),
        )


def best_guesses(out: Floats, classes: tuple[str, ...]) -> Guesses:
    """The decision rule of ``extractors/cues.py`` without its thresholds."""
    names = np.array(classes[1:])
    kinds = np.array([type_of_class(name) for name in names])
    by_kind = {kind: out[:, 1:][:, kinds == kind].sum(axis=1) for kind in dict.fromkeys(kinds.tolist())}
    total = np.stack(list(by_kind.values()), axis=1)
    winner = np.array(list(by_kind))[total.argmax(axis=1)]
    inside = np.where(kinds[None, :] == winner[:, None], out[:, 1:], -1.0)
    return Guesses(names[inside.argmax(axis=1)], winner, total.max(axis=1))


_GRID = np.round(np.arange(0.2, 0.8, 0.025), 3)


def thresholds(
    labels: Sequence[str], guessed: Guesses, classes: tuple[str, ...], gold: Counter[str]
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """For each class the least probability of its type, and for each type the F1 over names and over all forms.

    Those that make the sum of the two F1 best; of those within 0.003 of the best, the highest.
    """
    truth = np.array(labels)
    chosen: dict[str, float] = {}
    reached = {}
    for kind in dict.fromkeys(type_of_class(name) for name in classes[1:]):
        names = [name for name in classes if type_of_class(name) == kind]
        scored = {
            limits: _two_f1(truth, guessed, kind, dict(zip(names, limits, strict=True)), gold)
            for limits in product(_GRID.tolist(), repeat=len(names))
        }
        best = max(sum(f1) for f1 in scored.values())
        limits = max((sum(limits), limits) for limits, f1 in scored.items() if sum(f1) >= best - 0.003)[1]
        chosen.update(zip(names, limits, strict=True))
        reached[kind] = scored[limits]
    return chosen, reached


def _two_f1(
    truth: NDArray[np.str_], guessed: Guesses, kind: str, limits: Mapping[str, float], gold: Counter[str]
) -> tuple[float, float]:
    """F1 over proper names and over all forms, as ``score.py`` of the gold counts them."""
    taken = np.zeros(len(truth), dtype=bool)
    for name, limit in limits.items():
        taken |= (guessed.labels == name) & (guessed.confidence >= limit)
    mine = np.isin(truth, list(limits))
    total = 2 * float((taken & mine).sum()) / max(1, int(taken.sum()) + sum(gold[name] for name in limits))
    if f"{kind}+" not in limits:
        return total, total
    name = truth == f"{kind}+"
    said = taken & (name | ((guessed.labels == f"{kind}+") & ~mine))
    return 2 * float((taken & name).sum()) / max(1, int(said.sum()) + gold[f"{kind}+"]), total


def calibrate(labels: Sequence[str], guessed: Guesses, chosen: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Slope and offset by type that make the confidence of accepted forms the share of right ones (Platt 1999).

    A form is right if the gold holds it under its type; proper or common noun does not matter here.
    """
    truth = np.array([type_of_class(label) for label in labels])
    accepted = guessed.confidence >= np.array([chosen[name] for name in guessed.labels.tolist()])
    fitted = {}
    for kind in sorted(set(guessed.kinds.tolist())):
        mine = (guessed.kinds == kind) & accepted
        odds = _log_odds(guessed.confidence[mine])
        right = (truth[mine] == kind).astype(float)

        def loss(line: Floats, odds: Floats = odds, right: Floats = right) -> float:
            score = line[0] * odds + line[1]
            # a weak pull towards the identity, for types with few forms
            pull = (line[0] - 1) ** 2 + line[1] ** 2
            return float(np.logaddexp(0, score).sum() - right @ score + pull)

        slope, offset = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
        fitted[kind] = (round(float(slope), 4), round(float(offset), 4))
    return fitted


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))


def fit_votes(
    records: Sequence[Mapping[str, Any]],
    scores: Callable[[str], SpanScores] | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """The content of a ``cues.json``.

    Args:
        records: Annotated papers.
        scores: Paper id -> scores of a neural model that has not seen the paper; None for rules alone.
        report: Called with a line of text on each result.
    """
    classes = NEURAL_CLASSES if scores else CLASSES
    every = forms_of(records, scores, classes)
    forms = [form for form in every if not form.settled]
    settled = [form for form in every if form.settled in classes]
    labels = [form.label for form in forms]
    report(f"{len(forms)} forms of {len(records)} papers")
    gold = Counter(label_of(e, classes) for r in records for e in r["entities"] for _ in set(e["forms"]))
    guessed = best_guesses(cross_validate(forms, labels, classes), classes)
    chosen, reached = thresholds(
        [*labels, *(form.label for form in settled)], guessed.extended([f.settled for f in settled]), classes, gold
    )
    for kind, (names, total) in reached.items():
        limits = ", ".join(f"{name} {limit:.3f}" for name, limit in chosen.items() if type_of_class(name) == kind)
        report(f"{kind:9} cross-validated F1 {names:.3f} over names, {total:.3f} over all; thresholds {limits}")
    roles = {}
    for entity_type, choices in ROLES.items():
        mine = [f for f in forms if type_of_class(f.label) == entity_type and f.role in choices]
        truth = [str(f.role) for f in mine]
        guesses = cross_validate(mine, truth, choices).argmax(axis=1)
        right = sum(choices[guess] == role for guess, role in zip(guesses, truth, strict=True))
        report(f"{entity_type:9} roles {right / max(1, len(mine)):.3f}  n {len(mine)}")
        roles[entity_type] = _plain(fit(mine, truth, choices))
    types = _plain(fit(forms, labels, classes))
    calibration = calibrate(labels, guessed, chosen)
    return {"thresholds": chosen, "calibration": calibration, "types": types, "roles": roles}


def _plain(decision: Decision) -> dict[str, Any]:
    plain: dict[str, Any] = {"classes": decision.classes, "weights": decision.weights}
    return plain | ({"dense": decision.dense} if decision.dense else {})
