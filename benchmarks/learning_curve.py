#!/usr/bin/env python3
r"""What more annotated papers would give: the span model alone, trained on parts of the papers, scored on others.

    python benchmarks/learning_curve.py ../shared/gold/train.jsonl benchmarks/labels/corpus-labels.jsonl \
        --texts ../shared/corpus/conference-papers.jsonl.gz --dev ../shared/gold/dev.jsonl -o /tmp/curve

Writes ``share-0.25.jsonl`` and so on, predictions as ``kg extract`` writes them, for ``kg evaluate --predictions``. A
smaller part is a part of the larger ones. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kg.extractors.base import type_of_class
from kg.extractors.neural_runtime import SpanScores, best_spans
from kg.training.data import CLASSES, ROLES, Example, chosen_share, examples, read_annotated
from kg.training.loop import Settings, units
from kg.training.run import Plan, Trainer, find_base, paper_scores


def prediction(example: Example, scores: SpanScores) -> dict[str, Any]:
    """The model's own mentions; one form, one entity."""
    mentions = []
    for (start, end), kind, confidence in best_spans(scores):
        form = " ".join(example.text.text[start:end].split())
        role = ROLES[int(scores.roles[scores.spans[start, end]].argmax())]
        label = CLASSES[kind]
        mentions.append(
            {
                "type": type_of_class(label),
                "text": form,
                "named": not label.endswith("-"),
                "role": role,
                "entity": form.lower(),
                "confidence": round(confidence, 4),
            }
        )
    return {"paper_id": example.id, "mentions": mentions}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 1.0])
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--rate", type=float, default=2e-4)
    arguments = parser.parse_args()
    plan = Plan(
        find_base("all-MiniLM-L6-v2"), arguments.layers, settings=Settings(epochs=arguments.epochs, rate=arguments.rate)
    )
    records = read_annotated(arguments.gold, arguments.texts)
    tested = examples(read_annotated([arguments.dev]))
    for share in arguments.shares:
        trainer = Trainer(examples(chosen_share(records, share)), plan, arguments.output / "checkpoints", print)
        model = trainer.model("full", lambda example: True)
        scores = dict(paper_scores(model, units(tested, trainer.pieces, trainer.pieces.special)))
        with open(arguments.output / f"share-{share}.jsonl", "w", encoding="utf-8") as out:
            out.writelines(json.dumps(prediction(e, scores[e.id]), ensure_ascii=False) + "\n" for e in tested)


if __name__ == "__main__":
    main()
