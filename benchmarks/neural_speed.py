#!/usr/bin/env python3
r"""Papers per second of ``kg extract`` with the neural model, against a BERT-base encoder in torch, in the same run.

    python benchmarks/neural_speed.py ../shared/seeds ../shared/gold/train.jsonl --papers 2000 --torch-papers 96

    bert    an encoder of BERT-base's size (12 layers, 768 wide, random weights), torch in fp32 on all cores, texts
            cut into the same word pieces and sorted by length, at each of several batch sizes; the best one counts.
            This is the size of SciBERT, on which extractors of this kind are built; heads and decoding are not counted.
    model   ``kg.pipeline.extract`` with the model that ships: text in, finished JSON records out, one process a core
    rules   the same without the model

The papers of the inputs are repeated until there are enough. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from itertools import cycle, islice

from kg.model import Paper

BATCHES = (1, 8, 32)


def papers(inputs: list[str], count: int) -> list[Paper]:
    """Papers with abstracts, repeated under other ids until there are enough."""
    from kg.readers.inputs import read_inputs

    found = [p for p in read_inputs(inputs, on_reject=lambda reject: None) if p.abstract]
    return [p.model_copy(update={"id": f"{p.id}#{n}"}) for n, p in enumerate(islice(cycle(found), count))]


def extract_rate(work: list[Paper], model: str | None) -> float:
    from kg.config import Config
    from kg.pipeline import extract

    start = time.perf_counter()
    done = sum(1 for _ in extract(work, Config(model=model, workers=os.cpu_count() or 1)))
    return done / (time.perf_counter() - start)


def bert_rate(work: list[Paper], batch: int) -> float:
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    from kg.config import MODEL
    from kg.extractors.neural_runtime import WordPieces

    pieces = WordPieces(Tokenizer.from_file(str(MODEL / "tokenizer.json")))
    texts = sorted(
        ([i for word in f"{p.title} {p.abstract}".split() for i in pieces(word)][:512] for p in work), key=len
    )
    encoder = BertModel(BertConfig())
    encoder.train(False)
    with torch.inference_mode():
        start = time.perf_counter()
        for begin in range(0, len(texts), batch):
            chunk = texts[begin : begin + batch]
            longest = max(map(len, chunk))
            ids = torch.tensor([row + [0] * (longest - len(row)) for row in chunk])
            encoder(ids, attention_mask=(ids > 0).long())
    return len(texts) / (time.perf_counter() - start)


def measure(way: str, inputs: list[str], count: int) -> float:
    if way.startswith("bert"):
        return bert_rate(papers(inputs, count), int(way.removeprefix("bert")))
    return extract_rate(papers(inputs, count), "none" if way == "rules" else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--torch-papers", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(measure(arguments.way, arguments.inputs, arguments.papers)))
        return
    ways = [*(f"bert{batch}" for batch in BATCHES), "model", "rules"]
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in ways:
            count = arguments.torch_papers if way.startswith("bert") else arguments.papers
            command = [sys.executable, __file__, *arguments.inputs, "--papers", str(count), "--way", way]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rates[way].append(float(json.loads(output.splitlines()[-1])))
    for way in ways:
        print(f"{way:7} {statistics.median(rates[way]):8.1f} papers/s   {[round(r, 1) for r in rates[way]]}")
    bests = [max(rates[f"bert{b}"][n] for b in BATCHES) for n in range(arguments.rounds)]
    ratios = [m / b for m, b in zip(rates["model"], bests, strict=True)]
    print(f"model / bert at its best {statistics.median(ratios):.1f}   {[round(r, 1) for r in ratios]}")


if __name__ == "__main__":
    main()
