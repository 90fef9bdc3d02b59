#!/usr/bin/env python3
r"""Train on SciER's train set alone, and score entities on another of its sets: exact boundaries and type.

    python benchmarks/scier.py ../shared/benchmarks/scier/train.jsonl ../shared/benchmarks/scier/dev.jsonl \
        -o /tmp/scier --layers 6 --epochs 8

SciER (Zhang et al., EMNLP 2024): datasets, methods and tasks in the full texts of 106 papers. GPL-3.0: neither its data
nor the weights trained on it are part of the package. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from kg.extractors.base import TITLE_SEPARATOR, type_of_class
from kg.extractors.neural_runtime import best_spans
from kg.training.data import CLASSES, examples
from kg.training.loop import Settings, units
from kg.training.run import Plan, Trainer, find_base, paper_scores

CHUNK_WORDS = 220
Sentence = tuple[str, list[tuple[int, int, str]]]
"""Text and its entities: offsets and type."""


def sentences_of_train(record: dict[str, Any]) -> Sentence:
    """A sentence and its entities, given as surface forms, one entry an occurrence."""
    text = str(record["sentence"])
    padded = f" {text} "
    taken = bytearray(len(padded))
    spans = []
    for form, kind in sorted(record["ner"], key=lambda pair: -len(pair[0])):
        at = padded.find(f" {form} ")
        while at >= 0 and any(taken[at + 1 : at + 1 + len(form)]):
            at = padded.find(f" {form} ", at + 1)
        if at >= 0:
            taken[at + 1 : at + 1 + len(form)] = b"\1" * len(form)
            spans.append((at, at + len(form), kind))
    return text, sorted(spans)


def sentences_of_document(record: dict[str, Any]) -> Iterator[Sentence]:
    """The sentences of a document whose entities are given by token numbers of the document."""
    first = 0
    for tokens, entities in zip(record["sentences"], record["ner"], strict=True):
        starts = [sum(len(t) + 1 for t in tokens[:n]) for n in range(len(tokens))]
        ends = [start + len(token) for start, token in zip(starts, tokens, strict=True)]
        yield " ".join(tokens), sorted((starts[a - first], ends[b - first], kind) for a, b, kind in entities)
        first += len(tokens)


def documents(path: Path) -> Iterator[tuple[str, list[Sentence]]]:
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for name, group in groupby(records, key=lambda record: str(record["doc_id"])):
        sentences: list[Sentence] = []
        for record in group:
            if "sentence" in record:
                sentences.append(sentences_of_train(record))
            else:
                sentences += sentences_of_document(record)
        yield name, sentences


def chunks(path: Path) -> Iterator[dict[str, Any]]:
    """Neighbouring sentences as one text of some 220 words, so that an acronym stands beside its long form."""
    for name, sentences in documents(path):
        number, text = 0, ""
        spans: list[tuple[int, int, str]] = []
        for sentence, entities in sentences:
            if text and len(text.split()) + len(sentence.split()) > CHUNK_WORDS:
                yield {"id": f"{name}-{number}", "abstract": text, "spans": spans}
                number, text, spans = number + 1, "", []
            start = len(text) + len(TITLE_SEPARATOR) if text else 0
            text = text + TITLE_SEPARATOR + sentence if text else sentence
            spans += [(start + a, start + b, kind) for a, b, kind in entities]
        yield {"id": f"{name}-{number}", "abstract": text, "spans": spans}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--base", default="all-MiniLM-L6-v2")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-4)
    arguments = parser.parse_args()
    settings = Settings(epochs=arguments.epochs, rate=arguments.rate)
    plan = Plan(find_base(arguments.base), arguments.layers, settings=settings)
    trainer = Trainer(examples(list(chunks(arguments.train))), plan, arguments.output, print)
    model = trainer.model("scier", lambda example: True)
    tested = list(chunks(arguments.test))
    gold = {record["id"]: set(record["spans"]) for record in tested}
    counts: Counter[tuple[str, str]] = Counter()
    for name, scores in paper_scores(model, units(examples(tested), trainer.pieces, trainer.pieces.special)):
        found = {(*span, type_of_class(CLASSES[kind])) for span, kind, _ in best_spans(scores)}
        for what, spans in (("right", found & gold[name]), ("found", found), ("gold", gold[name])):
            counts.update((what, span[2]) for span in spans)
            counts[what, "all"] += len(spans)
    for kind in ("all", "Method", "Dataset", "Task"):
        right, found_, gold_ = (counts[what, kind] for what in ("right", "found", "gold"))
        f1 = 2 * right / max(1, found_ + gold_)
        print(f"{kind:8} P {right / max(1, found_):.4f} R {right / max(1, gold_):.4f} F1 {f1:.4f} n {gold_}")


if __name__ == "__main__":
    main()
