#!/usr/bin/env python3
r"""Fit the weights of ``extractors/cues.json`` on the training papers.

    python benchmarks/fit_cues.py ../shared/gold/train.jsonl -o extractors/cues.json \
        --labels benchmarks/labels/corpus-labels.jsonl --corpus ../shared/corpus/conference-papers.jsonl.gz

Multinomial logistic regression with an L2 penalty over the features of ``extractors/features.py``; a fifth of the
vocabulary features is left out at random (by a digest, so the same every time) so that the surroundings learn to carry
a name that no vocabulary knows. Thresholds are those with the best F1 in five-fold cross-validation. Needs scipy; takes
about a minute.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from kg.extractors.base import TITLE_SEPARATOR
from kg.extractors.cues import CLASSES, ROLES, typed_features
from kg.extractors.features import shape_features
from kg.extractors.pipeline import COMPONENTS, create_pipeline
from kg.ids import digest

MIN_COUNT = 4
L2 = 2.0
DROPPED = 0.2
FOLDS = 5
VOCABULARY = ("V:", "Vk:", "Vx:", "Vd:", "ab:V", "src:vocabulary")
WHOLE_PAPER = ("none",)


@dataclass(frozen=True)
class Example:
    """A form of a training paper: its features, class and role."""

    paper: str
    form: str
    features: tuple[str, ...]
    label: str
    role: str | None


def squeeze(text: str) -> str:
    return " ".join(text.split())


def label_of(entity: dict[str, Any] | None) -> str:
    """The class of a gold entity, "none" for what the model does not decide about."""
    if entity is None:
        return "none"
    name = entity["type"] + ("+" if entity["named"] else "-")
    return name if name in CLASSES else entity["type"] if entity["type"] in CLASSES else "none"


def gold_papers(gold: Path, labels: Path | None, corpus: Path | None) -> list[dict[str, Any]]:
    """Annotated papers: those of a gold file, and stand-off labels joined to the texts of the corpus."""
    papers = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    if labels and corpus:
        marked = {r["id"]: r["entities"] for r in map(json.loads, labels.read_text(encoding="utf-8").splitlines())}
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            texts = {r["id"]: r for r in map(json.loads, lines) if r["id"] in marked}
        papers += [texts[paper] | {"entities": entities} for paper, entities in sorted(marked.items())]
    return papers


def examples(papers: list[dict[str, Any]]) -> list[Example]:
    """One example a distinct form of each paper."""
    nlp = create_pipeline(c for c in COMPONENTS if c not in ("kg_cues", "kg_results"))
    found = []
    for paper in papers:
        doc = nlp.make_doc(paper["title"] + TITLE_SEPARATOR + paper["abstract"])
        doc._.kg_title_end = len(paper["title"])
        for _, component in nlp.pipeline:
            doc = component(doc)
        gold = {squeeze(form): entity for entity in reversed(paper["entities"]) for form in entity["forms"]}
        for form, features in typed_features(doc)[1].items():
            entity = gold.get(squeeze(form))
            label = label_of(entity)
            role = entity["role"] if entity and label != "none" else None
            found.append(Example(paper["id"], form, (*shape_features(form), *features), label, role))
    return found


def seen_in_training(example: Example) -> tuple[str, ...]:
    """The features of an example, those of the vocabularies left out of every fifth."""
    if int(digest(f"{example.paper} {example.form}", 8), 16) % 1000 < DROPPED * 1000:
        return (*(f for f in example.features if not f.startswith(VOCABULARY)), "V:none")
    return example.features


def fit(rows: list[tuple[str, ...]], labels: list[str], classes: tuple[str, ...]) -> dict[str, list[float]]:
    """Feature -> one weight a class."""
    counts = Counter(feature for row in rows for feature in row)
    index = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= MIN_COUNT))}
    columns = [index[f] for row in rows for f in row if f in index]
    lengths = [sum(f in index for f in row) for row in rows]
    row_of = np.repeat(np.arange(len(rows)), lengths)
    design = csr_matrix((np.ones(len(columns)), (row_of, columns)), shape=(len(rows), len(index)))
    target = np.array([classes.index(label) for label in labels])
    one_hot = np.eye(len(classes))[target]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(len(index), len(classes))
        scores = design @ weights
        scores -= scores.max(axis=1, keepdims=True)
        probabilities = np.exp(scores)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        value = -np.log(probabilities[np.arange(len(rows)), target] + 1e-12).sum() + L2 / 2 * (weights**2).sum()
        gradient = design.T @ (probabilities - one_hot) + L2 * weights
        return float(value), np.asarray(gradient).ravel()

    start = np.zeros(len(index) * len(classes))
    solved = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 250})
    weights = solved.x.reshape(len(index), len(classes))
    return {f: [round(float(w), 3) for w in weights[i]] for f, i in index.items() if np.abs(weights[i]).max() >= 0.02}


def probabilities(rows: list[tuple[str, ...]], weights: dict[str, list[float]], size: int) -> NDArray[np.float64]:
    zero = np.zeros(size)
    scores = np.array([sum((np.array(weights[f]) for f in row if f in weights), zero) for row in rows])
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def cross_validate(found: list[Example]) -> NDArray[np.float64]:
    """Out-of-fold class probabilities of every example."""
    fold = np.array([int(digest(e.paper, 8), 16) % FOLDS for e in found])
    out = np.zeros((len(found), len(CLASSES)))
    for number in range(FOLDS):
        train = [e for e, f in zip(found, fold, strict=True) if f != number]
        weights = fit([seen_in_training(e) for e in train], [e.label for e in train], CLASSES)
        test = [e.features for e, f in zip(found, fold, strict=True) if f == number]
        out[fold == number] = probabilities(test, weights, len(CLASSES))
    return out


def role_accuracy(found: list[Example], entity_type: str, roles: tuple[str, ...]) -> float:
    """Cross-validated share of right roles among the true forms of a type."""
    mine = [e for e in found if e.label.rstrip("+-") == entity_type and e.role in roles]
    right = 0
    for number in range(FOLDS):
        inside = [int(digest(e.paper, 8), 16) % FOLDS == number for e in mine]
        train = [e for e, held in zip(mine, inside, strict=True) if not held]
        test = [e for e, held in zip(mine, inside, strict=True) if held]
        weights = fit([seen_in_training(e) for e in train], [str(e.role) for e in train], roles)
        guesses = probabilities([e.features for e in test], weights, len(roles)).argmax(axis=1)
        right += sum(roles[guess] == e.role for guess, e in zip(guesses, test, strict=True))
    return right / max(1, len(mine))


def gold_counts(papers: list[dict[str, Any]]) -> Counter[str]:
    """Distinct gold forms of each class, those that no rule proposes included."""
    return Counter(label_of(e) for paper in papers for e in paper["entities"] for _ in set(e["forms"]))


def thresholds(found: list[Example], out: NDArray[np.float64], gold: Counter[str]) -> dict[str, float]:
    """For each class the highest probability from which on F1 is within 0.003 of its best."""
    labels = np.array([e.label for e in found])
    chosen = {}
    for number, name in enumerate(CLASSES[1:], 1):
        truth = labels == name
        winner = out[:, 1:].argmax(axis=1) + 1 == number
        scores = {}
        for threshold in np.arange(0.2, 0.7, 0.025):
            predicted = winner & (out[:, number] >= threshold)
            scores[round(float(threshold), 3)] = 2 * (predicted & truth).sum() / max(1, predicted.sum() + gold[name])
        best = max(scores.values())
        chosen[name] = max(t for t, score in scores.items() if score >= best - 0.003)
        print(f"{name:9} threshold {chosen[name]:.3f}  F1 {scores[chosen[name]]:.3f}  gold forms {gold[name]}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--labels", type=Path, help="stand-off labels of corpus papers, as in benchmarks/labels")
    parser.add_argument("--corpus", type=Path, help="the corpus that they refer to")
    arguments = parser.parse_args()
    papers = gold_papers(arguments.gold, arguments.labels, arguments.corpus)
    found = examples(papers)
    print(f"{len(found)} forms of {len({e.paper for e in found})} papers")
    chosen = thresholds(found, cross_validate(found), gold_counts(papers))
    rows = [seen_in_training(e) for e in found]
    result: dict[str, Any] = {
        "thresholds": chosen,
        "types": {"classes": CLASSES, "weights": fit(rows, [e.label for e in found], CLASSES)},
        "roles": {},
    }
    for entity_type, roles in ROLES.items():
        mine = [e for e in found if e.label.rstrip("+-") == entity_type and e.role in roles]
        print(f"{entity_type:9} roles {role_accuracy(found, entity_type, roles):.3f}  n {len(mine)}")
        weights = fit([seen_in_training(e) for e in mine], [str(e.role) for e in mine], roles)
        result["roles"][entity_type] = {"classes": roles, "weights": weights}
    arguments.output.write_text(
        json.dumps(result, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
