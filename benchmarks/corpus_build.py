#!/usr/bin/env python3
"""A whole corpus into one workspace: papers per second by stage, memory, growth, reruns, questions.

    python benchmarks/corpus_build.py ../shared/corpus/conference-papers.jsonl.gz --sizes 5000,20000,87063 -o scratch

For each size, in a process of its own: ``kg.pipeline.build`` of the first papers, with its stages timed (reading,
extracting, assembling, publishing) and the peak memory of this process and of its largest child. Then, on the largest
workspace, one rerun with nothing new, one with 1 new paper and one with 1,000 (papers of the corpus beyond the size,
else copies under other titles), and three questions in Cypher, the median of five answers each. Results are JSON Lines
on standard output; the table on standard error can be put into docs/explanation/performance.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

QUESTIONS = {
    "most used datasets": (
        "MATCH (p:Paper)-[:TRAINS_ON|EVALUATES_ON]->(d:Dataset) "
        "RETURN d.name, count(*) AS papers ORDER BY papers DESC, d.name LIMIT 10"
    ),
    "methods used with one dataset": (
        "MATCH (d:Dataset {id: $dataset})<-[:TRAINS_ON|EVALUATES_ON]-(p:Paper)-[:USES]->(m:Method) "
        "RETURN m.name, count(*) AS papers ORDER BY papers DESC, m.name LIMIT 10"
    ),
    "two-hop co-use": (
        "MATCH (a:Dataset {id: $dataset})<-[:TRAINS_ON|EVALUATES_ON]-(:Paper)-[:USES]->(:Method)"
        "<-[:USES]-(:Paper)-[:TRAINS_ON|EVALUATES_ON]->(b:Dataset) WHERE b.id <> $dataset "
        "RETURN b.name, count(*) AS paths ORDER BY paths DESC, b.name LIMIT 10"
    ),
}
_TOP = "MATCH (:Paper)-[:TRAINS_ON|EVALUATES_ON]->(d:Dataset) RETURN d.id, count(*) AS n ORDER BY n DESC, d.id LIMIT 1"
_ROUNDS = 5


def peak(who: int = resource.RUSAGE_SELF) -> float:
    """Most memory until now, in MB: of this process, or of its largest child."""
    return resource.getrusage(who).ru_maxrss / 1024


class Stopwatch:
    """Seconds by stage, and the most memory of this process until its end; a stage lasts until the next one begins."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks_mb: dict[str, float] = {}
        self._name, self._since = "starting", time.perf_counter()

    def __call__(self, name: str, total: int) -> Callable[[int], None]:
        """Begin a stage."""
        self.stop()
        self._name = name
        return lambda count: None

    def stop(self) -> None:
        """End the stage that runs."""
        now = time.perf_counter()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self.peaks_mb[self._name] = peak()
        self._since = now


def build(workspace: Path, papers: Path, workers: int, *, use_model: bool) -> dict[str, Any]:
    """Build in this process; gives what was measured."""
    from kg.config import Config
    from kg.pipeline import build as run
    from kg.workspace import Workspace

    config = Config(workers=workers, model=None if use_model else "none")
    watch = Stopwatch()
    started = time.perf_counter()
    report = run(Workspace(workspace), [str(papers)], config, on_reject=lambda reject: None, on_stage=watch)
    watch.stop()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "stages": watch.seconds,
        "peaks_mb": watch.peaks_mb,
        "peak_mb": peak(),
        "peak_worker_mb": peak(resource.RUSAGE_CHILDREN),
        "records": report.added.records,
        "extracted": report.extracted,
        "counts": report.manifest["counts"],
    }


def records(corpus: Path) -> Iterator[str]:
    """The lines of the corpus, then the same papers again under other names."""
    opened = gzip.open if corpus.suffix == ".gz" else open
    again = 0
    while True:
        with opened(corpus, "rt", encoding="utf-8") as lines:
            for line in lines:
                if not again:
                    yield line
                    continue
                record = json.loads(line)
                kept = {key: record[key] for key in ("abstract", "authors", "date") if key in record}
                yield json.dumps({**kept, "title": f"{record['title']} ({again})"}, ensure_ascii=False) + "\n"
        again += 1


def write_part(corpus: Path, start: int, count: int, path: Path) -> Path:
    """Some papers of the corpus as a file."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(islice(records(corpus), start, start + count))
    return path


def ask(workspace: Path) -> dict[str, float]:
    """Median seconds of each question."""
    from kg.workspace import Workspace

    medians = {}
    with Workspace(workspace).engine() as engine:
        dataset = engine.query(_TOP).rows[0][0]
        for name, query in QUESTIONS.items():
            parameters = {"dataset": dataset} if "$dataset" in query else {}
            times = []
            for _ in range(_ROUNDS):
                started = time.perf_counter()
                engine.query(query, parameters, timeout_s=600)
                times.append(time.perf_counter() - started)
            medians[name] = statistics.median(times)
    return medians


def slope(points: list[tuple[int, float]]) -> float:
    """Slope of log time over log size: least squares."""
    xs, ys = [math.log(size) for size, _ in points], [math.log(seconds) for _, seconds in points]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def in_process(arguments: argparse.Namespace, workspace: Path, papers: Path) -> dict[str, Any]:
    """A build in a process of its own, so that its memory is its own."""
    command = [
        sys.executable,
        __file__,
        str(papers),
        "--one",
        "-o",
        str(workspace),
        "--workers",
        str(arguments.workers),
    ]
    if not arguments.model:
        command.append("--no-model")
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def row(name: str, found: dict[str, Any]) -> None:
    """One measurement: JSON on standard output, a line of a table on standard error."""
    sys.stdout.write(json.dumps({"what": name, **found}) + "\n")
    sys.stdout.flush()
    stages = found["stages"]
    papers = found["counts"]["papers"]
    times = "  ".join(f"{stage} {seconds:.1f} s" for stage, seconds in stages.items())
    extracting = f"{found['peaks_mb']['extracting']:.0f} MB extracting, " if "extracting" in stages else ""
    memory = f"{extracting}{found['peak_mb']:.0f} MB in all, workers {found['peak_worker_mb']:.0f} MB"
    sys.stderr.write(f"{name:<16} {papers:>7} papers  {found['seconds']:.1f} s  {times}  {memory}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", default="5000,20000,87063")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for workspaces; must not exist")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-model", dest="model", action="store_false")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        found = build(arguments.output, arguments.corpus, arguments.workers, use_model=arguments.model)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    arguments.output.mkdir(parents=True)
    sizes = sorted(int(size) for size in arguments.sizes.split(","))
    whole: list[dict[str, Any]] = []
    for size in sizes:
        papers = write_part(arguments.corpus, 0, size, arguments.output / f"{size}.jsonl")
        whole.append(in_process(arguments, arguments.output / str(size), papers))
        row(f"build {size}", whole[-1])
    if len(sizes) > 1:
        for stage in ("extracting", "assembling", "all"):
            points = [
                (n, w["seconds"] if stage == "all" else w["stages"][stage]) for n, w in zip(sizes, whole, strict=True)
            ]
            sys.stderr.write(f"slope of log time over log size, {stage}: {slope(points):.3f}\n")
    without = whole[-1]["seconds"] - whole[-1]["stages"]["extracting"]
    target = arguments.output / str(sizes[-1])
    at = sizes[-1]
    for count in (0, 1, 1000):
        papers = write_part(arguments.corpus, at, count, arguments.output / f"new-{count}.jsonl")
        if count == 0:
            papers = arguments.output / f"{sizes[-1]}.jsonl"
        found = in_process(arguments, target, papers)
        row(f"rerun {count} new", found)
        rest = found["seconds"] - found["stages"].get("extracting", 0.0)
        sys.stderr.write(
            f"  {found['seconds'] / without:.1%} of the full build without its extraction ({without:.1f} s), "
            f"{rest / without:.1%} without extraction here too\n"
        )
        at += count
    for name, seconds in ask(target).items():
        sys.stderr.write(f"{name}: {seconds * 1000:.0f} ms\n")
        sys.stdout.write(json.dumps({"what": name, "seconds": seconds}) + "\n")
    size_on_disk = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    sys.stderr.write(
        f"workspace on disk: {size_on_disk / 1e6:.0f} MB, free {shutil.disk_usage(target).free / 1e9:.0f} GB\n"
    )


if __name__ == "__main__":
    main()
