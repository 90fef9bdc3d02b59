#!/usr/bin/env python3
"""Papers per second of the extraction pipeline, against a bare spaCy pipeline over the same papers in the same run.

    python benchmarks/throughput.py ../shared/corpus/conference-papers.jsonl.gz --papers 20000

Three ways, each in a process of its own, in turn, ``--rounds`` times; medians count, ratios are taken round by round:

    bare   spaCy's blank("en") with its sentencizer, through ``nlp.pipe``
    one    ``kg.pipeline.extract`` with one process: text in, finished JSON records out
    two    the same with two processes, their start included

The clock runs from papers in memory to results in memory; peak memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kg.model import Paper

WAYS = ("bare", "one", "two")


def papers(corpus: Path, count: int) -> list[Paper]:
    """The first ``count`` papers with an abstract."""

    def read() -> Iterator[Paper]:
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if record["abstract"]:
                    yield Paper(id=record["id"], title=record["title"], abstract=record["abstract"])

    return [paper for paper, _ in zip(read(), range(count), strict=False)]


def run_bare(work: list[Paper]) -> int:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return sum(1 for _ in nlp.pipe((f"{p.title}\n\n{p.abstract}" for p in work), batch_size=64))


def run_kg(work: list[Paper], workers: int) -> int:
    from kg.config import Config
    from kg.pipeline import extract

    return sum(1 for _ in extract(work, Config(workers=workers)))


def measure(way: str, corpus: Path, count: int) -> None:
    """Run one way in this process and print seconds and peak memory as JSON."""
    import spacy  # noqa: F401 - its import is not part of any way

    work = papers(corpus, count)
    start = time.perf_counter()
    done = run_bare(work) if way == "bare" else run_kg(work, WAYS.index(way))
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"papers": done, "seconds": seconds, "peak_mb": peak / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        measure(arguments.way, arguments.corpus, arguments.papers)
        return
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    peaks: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(arguments.rounds):
        for way in WAYS:
            command = [sys.executable, __file__, str(arguments.corpus), "--papers", str(arguments.papers), "--way", way]
            result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            rates[way].append(result["papers"] / result["seconds"])
            peaks[way].append(result["peak_mb"])
    for way in WAYS:
        print(f"{way:5} {statistics.median(rates[way]):8,.0f} papers/s   peak {max(peaks[way]):6,.0f} MB")
    for name, above, below in (("one / bare", "one", "bare"), ("two / one", "two", "one")):
        ratios = [a / b for a, b in zip(rates[above], rates[below], strict=True)]
        print(f"{name:10} {statistics.median(ratios):.3f}   (rounds: {', '.join(f'{r:.3f}' for r in ratios)})")


if __name__ == "__main__":
    main()
