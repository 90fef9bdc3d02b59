#!/usr/bin/env python3
"""How long do the saved SPARQL questions take, in the embedded engine and in rdflib?

    python benchmarks/sparql.py FOLDER [--rounds 5] [--rdflib full|plain] [--limit-s 60] [--param until=2020]

The embedded engine answers as ``kg sparql`` and ``kg serve`` do: a process with a store on disk, asked through a pipe,
the answer written as TSV. Medians of the rounds, and the number of rows.

With --rdflib the same graph is loaded into rdflib in a process of its own. A question that takes longer than the limit
is given up; one that takes a tenth of it is asked once, the others as often as the embedded engine. Where both
answer, the rows must be the same. ``full`` is all of the graph, as quads; ``plain`` is entities and edges without their
evidence, as triples: rdflib needs 1.2 kB a triple, and a large graph with evidence is more than fits. Questions about
evidence are then not asked.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import signal
import statistics
import tempfile
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from kg.cli.sparql import table_of
from kg.sparql.check import with_parameters
from kg.sparql.engine import Question
from kg.sparql.negotiation import TSV
from kg.sparql.questions import SavedQuestion, saved_questions
from kg.sparql.store import store_of
from kg.sparql.worker import Worker
from kg.workspace import Workspace

Rows = list[str]


def in_order(rows: list[list[Any]]) -> Rows:
    return sorted(json.dumps(row, ensure_ascii=False) for row in rows)


def embedded(worker: Worker, question: SavedQuestion, rounds: int, limit_s: float) -> tuple[float, Rows]:
    """Median seconds and the answer."""
    asked = Question(question.sparql, rows=TSV, parameters=question.params, max_bytes=1 << 30)
    seconds = []
    body = b""
    for _ in range(rounds):
        start = time.perf_counter()
        body = worker.ask(asked, limit_s).body
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), in_order(table_of(body)[1])


def terms(params: dict[str, Any]) -> dict[str, str]:
    import rdflib

    def term(value: Any) -> str:
        return " ".join(map(term, value)) if isinstance(value, list) else rdflib.Literal(value).n3()

    return {name: term(value) for name, value in params.items()}


def serve_rdflib(pipe: Connection, quads: str, rounds: int, limit_s: float) -> None:
    """Load, then answer queries until the other end is closed."""
    import rdflib

    def give_up(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    start = time.perf_counter()
    graph: Any = rdflib.Dataset() if quads.endswith(".nq") else rdflib.Graph()
    graph.parse(quads, format="nquads" if quads.endswith(".nq") else "nt")
    pipe.send((time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    while True:
        try:
            query = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        seconds: list[float] = []
        rows: list[list[Any]] = []
        try:
            while len(seconds) < rounds and not (seconds and seconds[0] > limit_s / 10):
                signal.setitimer(signal.ITIMER_REAL, limit_s)
                start = time.perf_counter()
                rows = [[None if v is None else v.toPython() for v in row] for row in graph.query(query)]
                seconds.append(time.perf_counter() - start)
                signal.setitimer(signal.ITIMER_REAL, 0)
        except TimeoutError:
            pipe.send((None, []))
            continue
        plain = [[str(v) if isinstance(v, rdflib.URIRef) else v for v in row] for row in rows]
        pipe.send((statistics.median(seconds), plain))


class Rdflib:
    """rdflib in a process of its own."""

    def __init__(self, quads: Path, rounds: int, limit_s: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        process = context.Process(target=serve_rdflib, args=(other, str(quads), rounds, limit_s), daemon=True)
        process.start()
        self.loading_s, self.peak_mb = self._pipe.recv()

    def ask(self, question: SavedQuestion) -> tuple[float | None, Rows]:
        """Median seconds and the answer; None: given up."""
        self._pipe.send(with_parameters(question.sparql, terms(question.params)))
        seconds, rows = self._pipe.recv()
        return seconds, in_order(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rdflib", choices=("full", "plain"))
    parser.add_argument("--limit-s", type=float, default=60.0)
    parser.add_argument("--param", action="append", default=[], metavar="NAME=JSON", help="instead of an example value")
    arguments = parser.parse_args()
    workspace = Workspace(arguments.folder)
    with tempfile.TemporaryDirectory() as scratch:
        theirs: Rdflib | None = None
        if arguments.rdflib:
            from kg.exporters.rdf import Options, groups_of_file, write_rdf

            quads = Path(scratch) / ("graph.nq" if arguments.rdflib == "full" else "graph.nt")
            options = Options(evidence="full" if arguments.rdflib == "full" else "none")
            with workspace.open_graph() as source:
                write_rdf(groups_of_file(source), quads, options)
            theirs = Rdflib(quads, arguments.rounds, arguments.limit_s)
            print(f"rdflib: loaded in {theirs.loading_s:.1f} s, {theirs.peak_mb:,.0f} MB")
        start = time.perf_counter()
        with store_of(workspace) as store, Worker(store) as worker:
            opened = time.perf_counter() - start
            size = sum(file.stat().st_size for file in store.iterdir()) / 1e6
            print(f"embedded: opened in {opened:.1f} s, store of {size:,.0f} MB")
            print(f"{'question':45} {'rows':>7} {'embedded':>10}" + (f" {'rdflib':>10} {'ratio':>8}" if theirs else ""))
            given = {name: json.loads(value) for name, _, value in (each.partition("=") for each in arguments.param)}
            for saved in saved_questions():
                question = replace(saved, params={name: given.get(name, value) for name, value in saved.params.items()})
                seconds, rows = embedded(worker, question, arguments.rounds, arguments.limit_s)
                line = f"{question.name:45} {len(rows):7,} {seconds * 1000:7.1f} ms"
                if theirs and arguments.rdflib == "plain" and "GRAPH" in question.sparql:
                    line += "  not asked"
                elif theirs:
                    other, other_rows = theirs.ask(question)
                    same = "" if other is None or other_rows == rows else "  DIFFERENT ROWS"
                    told = "   given up" if other is None else f" {other * 1000:7.0f} ms {other / seconds:7.0f}x{same}"
                    line += told
                print(line, flush=True)


if __name__ == "__main__":
    main()
