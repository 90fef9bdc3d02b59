#!/usr/bin/env python3
"""How fast is a graph written as RDF, in how much memory, and how does rdflib compare on the same statements?

    python benchmarks/rdf_export.py FOLDER [FOLDER ...] [--rdflib] [--evidence none]

For each workspace: one process a format, with wall clock time, statements a second by it, the CPU time of the whole
process (which other programs on the machine disturb less) and peak memory. With --rdflib also rdflib's own
serialisation of the same graph, its loading counted for both ways: rdflib parses our N-Triples, we read graph.jsonl.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def ours(folder: Path, target: Path, evidence: str) -> dict[str, float]:
    from kg.exporters.rdf import Options, groups_of_file, write_rdf
    from kg.workspace import Workspace

    start = time.perf_counter()
    with Workspace(folder).open_graph() as source:
        write_rdf(groups_of_file(source), target, Options(evidence=evidence, run="benchmark"))
    return {"seconds": time.perf_counter() - start}


def rdflib(ntriples: Path, target: Path) -> dict[str, float]:
    from rdflib import Graph

    start = time.perf_counter()
    graph = Graph().parse(ntriples, format="nt")
    loaded = time.perf_counter()
    graph.serialize(target, format={".nt": "nt", ".ttl": "turtle"}[target.suffix], encoding="utf-8")
    done = time.perf_counter()
    return {"loading": loaded - start, "seconds": done - start}


def measured(*arguments: str) -> dict[str, float]:
    """The figures of a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--child", *arguments], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def child(what: str, *arguments: str) -> None:
    if what == "ours":
        found = ours(Path(arguments[0]), Path(arguments[1]), arguments[2])
    else:
        found = rdflib(Path(arguments[0]), Path(arguments[1]))
    found["cpu"] = time.process_time()
    found["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def count(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def report(name: str, statements: int, figures: dict[str, float]) -> None:
    rate = statements / figures["seconds"] / 1e6
    print(
        f"{name:34} {statements:>12,} {figures['seconds']:8.2f} s {rate:6.2f} M/s, "
        f"CPU {figures['cpu']:7.2f} s, {figures['mb']:5.0f} MB",
        flush=True,
    )


def compare(folder: Path, scratch: Path, evidence: str, with_rdflib: bool) -> None:
    print(f"{folder.name}, evidence {evidence}")
    ntriples = scratch / "graph.nt"
    first = measured("ours", str(folder), str(ntriples), evidence)
    statements = count(ntriples)
    report("  N-Triples", statements, first)
    for suffix, name in (
        (".nq", "N-Quads"),
        (".ttl", "Turtle"),
        (".trig", "TriG"),
        (".jsonld", "JSON-LD"),
        (".rdf", "RDF/XML"),
    ):
        figures = measured("ours", str(folder), str(scratch / f"graph{suffix}"), evidence)
        report(f"  {name}", statements, figures)
        if suffix == ".ttl":
            turtle = figures
    if with_rdflib:
        for suffix, mine in ((".nt", first), (".ttl", turtle)):
            figures = measured("rdflib", str(ntriples), str(scratch / f"rdflib{suffix}"))
            report(f"  rdflib {suffix} (loading {figures['loading']:.0f} s)", statements, figures)
            print(f"    {figures['seconds'] / mine['seconds']:.1f} times our time")


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--rdflib", action="store_true")
    parser.add_argument("--evidence", default="full", choices=("none", "annotation", "full"))
    arguments = parser.parse_args()
    for folder in arguments.folders:
        with tempfile.TemporaryDirectory() as scratch:
            compare(folder, Path(scratch), arguments.evidence, arguments.rdflib)


if __name__ == "__main__":
    main()
