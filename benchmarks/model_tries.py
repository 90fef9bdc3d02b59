#!/usr/bin/env python3
r"""Ways to train the span model, compared on papers that none of them was trained on.

    python benchmarks/model_tries.py ../shared/gold/train.jsonl benchmarks/labels/corpus-labels.jsonl \
        --texts ../shared/corpus/conference-papers.jsonl.gz --dev ../shared/gold/dev.jsonl -o /tmp/tries \
        --tries baseline seed two-seeds class-weights six-layers self-training distilling

Each is trained without one third of the annotated papers and writes its own mentions, as ``kg extract`` writes them,
for that third (``TRY.held.jsonl``) and for the development papers (``TRY.dev.jsonl``). A line a try and part goes to
standard output: F1 of core proper names, of all core forms, of core entities; share of right roles. The third is larger
than the development papers (411 against 80), so that less of a difference is chance.
A model that was trained before is taken from its checkpoint. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from learning_curve import prediction

from kg.evaluate import figures, gold_paper, guesses_of, matched
from kg.extractors.neural_input import CLASSES
from kg.extractors.neural_runtime import SpanScores
from kg.training.data import Example, examples, read_annotated
from kg.training.loop import Settings, Unit, score, train, units
from kg.training.model import SpanModel, load_encoder
from kg.training.run import Plan, Trainer, find_base, fold_of, paper_scores

FOLDS = 3
ENTITY_WEIGHT = 2.0
Scores = dict[str, SpanScores]


class Tries:
    """One try a method; what two tries need is made once."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.output: Path = arguments.output
        self.corpus: Path = arguments.texts
        self.unlabelled: int = arguments.unlabelled
        settings = Settings(epochs=arguments.epochs, rate=arguments.rate)
        self.plan = Plan(find_base(arguments.base), 4, settings=settings)
        self.records = read_annotated(arguments.gold, arguments.texts)
        self.dev = read_annotated([arguments.dev])
        self.found = examples(self.records)
        self.trainer = Trainer(self.found, self.plan, self.output / "checkpoints", self.report)
        self.kept = [unit for unit in self.trainer.units if fold_of(unit.example.id, FOLDS)]
        held = [unit for unit in self.trainer.units if not fold_of(unit.example.id, FOLDS)]
        self.parts = {"held": held, "dev": self._units(examples(self.dev))}

    def report(self, line: str) -> None:
        """Say a line at once."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def _units(self, found: Sequence[Example]) -> list[Unit]:
        return units(found, self.trainer.pieces, self.trainer.pieces.special)

    def _trained(self, name: str, plan: Plan, found: Sequence[Unit]) -> SpanModel:
        path = self.output / "checkpoints" / f"{name}.pt"
        torch.manual_seed(plan.settings.seed)
        model = SpanModel(load_encoder(plan.base, plan.layers))
        if path.is_file():
            model.load_state_dict(torch.load(path, weights_only=True))
            return model
        train(model, found, plan.settings, lambda epoch, loss, _: self.report(f"  {name} {epoch + 1}: {loss:.2f}"))
        torch.save(model.state_dict(), path)
        return model

    def _scores(self, *models: SpanModel) -> dict[str, Scores]:
        """Scores by part and paper; of several models, the mean of their probabilities."""
        return {
            part: _mean([dict(paper_scores(model, found)) for model in models]) for part, found in self.parts.items()
        }

    def _baseline(self) -> SpanModel:
        return self._trained("baseline", self.plan, self.kept)

    def _seed(self) -> SpanModel:
        return self._trained("seed", replace(self.plan, settings=replace(self.plan.settings, seed=1)), self.kept)

    def baseline(self) -> dict[str, Scores]:
        """What ships, without a third of its papers."""
        return self._scores(self._baseline())

    def seed(self) -> dict[str, Scores]:
        """Another seed of the same: what a difference by chance looks like."""
        return self._scores(self._seed())

    def two_seeds(self) -> dict[str, Scores]:
        """Both models vote."""
        return self._scores(self._baseline(), self._seed())

    def class_weights(self) -> dict[str, Scores]:
        """A missed entity weighs twice as much as an invented one."""
        weighed = [replace(unit, soft=_one_hot(unit.classes, ENTITY_WEIGHT)) for unit in self.kept]
        return self._scores(self._trained("class-weights", self.plan, weighed))

    def six_layers(self) -> dict[str, Scores]:
        """All layers of the encoder."""
        return self._scores(self._trained("six-layers", replace(self.plan, layers=6), self.kept))

    def self_training(self) -> dict[str, Scores]:
        """The baseline labels further papers softly; a model learns from both."""
        return self._scores(self._taught("self-training", [self._baseline()]))

    def distilling(self) -> dict[str, Scores]:
        """Two models label further papers softly; one model learns from both."""
        return self._scores(self._taught("distilling", [self._baseline(), self._seed()]))

    def _taught(self, name: str, teachers: Sequence[SpanModel]) -> SpanModel:
        further = self._units(examples(self._further()))
        said = [
            np.stack(all_said).mean(0) for all_said in zip(*(_probabilities(t, further) for t in teachers), strict=True)
        ]
        nothing = [np.full(len(unit.first), -1) for unit in further]
        taught = [replace(u, soft=s, roles=n) for u, s, n in zip(further, said, nothing, strict=True)]
        gold = [replace(unit, soft=_one_hot(unit.classes, 1.0)) for unit in self.kept]
        return self._trained(name, self.plan, [*gold, *taught])

    def _further(self) -> list[dict[str, Any]]:
        """Every fortieth paper of the corpus that nobody annotated."""
        known = {record["id"] for record in self.records} | {record["id"] for record in self.dev}
        with gzip.open(self.corpus, "rt", encoding="utf-8") as lines:
            papers = (json.loads(line) for line in islice(lines, 0, None, 40))
            new = (p | {"entities": []} for p in papers if p["id"] not in known and p.get("abstract"))
            return list(islice(new, self.unlabelled))

    def judge(self, name: str, scores: Mapping[str, Scores]) -> None:
        """Write the mentions of a try and say its figures."""
        records = {"held": self.records, "dev": self.dev}
        for part, found in self.parts.items():
            once = {unit.example.id: unit.example for unit in found}
            said = [prediction(example, scores[part][name]) for name, example in once.items()]
            path = self.output / f"{name}.{part}.jsonl"
            path.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in said), encoding="utf-8")
            asked = {p["paper_id"] for p in said}
            papers = [gold_paper(record) for record in records[part] if record["id"] in asked]
            core = figures([(p, g or []) for p, g in matched(papers, (guesses_of(p) for p in said))])["core"]
            row = [core["named"]["f1"], core["all"]["f1"], core["ent"]["f1"], core["role"]]
            self.report(f"{name:<16} {part:<5} " + "  ".join(f"{figure:.3f}" for figure in row))


def _one_hot(classes: Any, weight: float) -> Any:
    """One row a span; the rows of entities are as large as they weigh."""
    rows = np.eye(len(CLASSES), dtype=np.float32)[classes]
    rows[classes > 0] *= weight
    return rows


def _probabilities(model: SpanModel, found: Sequence[Unit]) -> list[Any]:
    logits = [scores[:, : len(CLASSES)] for scores in score(model, found)]
    exps = [np.exp(row - row.max(1, keepdims=True)) for row in logits]
    return [row / row.sum(1, keepdims=True) for row in exps]


def _mean(found: Sequence[Scores]) -> Scores:
    if len(found) == 1:
        return found[0]
    means = {}
    for name, first in found[0].items():
        classes, roles = (
            np.log(np.mean([np.exp(getattr(scores[name], field)) for scores in found], axis=0))
            for field in ("classes", "roles")
        )
        means[name] = SpanScores(first.spans, classes, roles)
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--base", default="all-MiniLM-L6-v2")
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--unlabelled", type=int, default=800, help="papers that teachers label")
    parser.add_argument("--tries", nargs="+", default=["baseline"])
    arguments = parser.parse_args()
    tries = Tries(arguments)
    for name in arguments.tries:
        tries.judge(name, getattr(tries, name.replace("-", "_"))())


if __name__ == "__main__":
    main()
