#!/usr/bin/env python3
"""How fast is a graph written as RDF, in how much memory, and how do others compare on the same graph?

    python benchmarks/rdf_export.py FOLDER [FOLDER ...] [--syntax nt,ttl] [--evidence none] [--rdflib]
        [--kgx PYTHON] [--biocypher PYTHON]

For each workspace: one process a syntax, with wall clock time (the file is on disk when it ends), statements a second
by it, CPU time of the whole process and its threads, and peak memory.

With --rdflib also rdflib's own serialisation of the same graph, its loading counted for both ways: rdflib parses our
N-Triples, we read graph.jsonl. Its file is not forced to disk.

With --kgx or --biocypher also the RDF sink of KGX (N-Triples) or the RDF writer of BioCypher (Turtle), by the Python
of an environment that has them. They get what they can take of the same graph: nodes with name and plain properties,
edges with confidence and their first sentence; what each writes is counted in statements of its own. KGX wants the
Biolink model when it is imported; its environment needs the package biolink-model, since nothing is downloaded here.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SUFFIXES = {"nt": "N-Triples", "nq": "N-Quads", "ttl": "Turtle", "trig": "TriG", "jsonld": "JSON-LD", "rdf": "RDF/XML"}
NAMESPACE = "http://127.0.0.1:8000/"


def ours(source: str, target: str, evidence: str) -> dict[str, float]:
    from kg.exporters.rdf import Options, groups_of_file, write_rdf

    start = time.perf_counter()
    with open(source, "rb") as canonical:
        groups = groups_of_file(canonical, evidence != "none")
        write_rdf(groups, Path(target), Options(evidence=evidence, run="benchmark"))
    return {"seconds": time.perf_counter() - start}


def rdflib(source: str, target: str) -> dict[str, float]:
    from rdflib import Graph

    start = time.perf_counter()
    graph = Graph().parse(source, format="nt")
    loaded = time.perf_counter()
    graph.serialize(target, format={".nt": "nt", ".ttl": "turtle"}[Path(target).suffix], encoding="utf-8")
    return {"loading": loaded - start, "seconds": time.perf_counter() - start}


def records(source: str) -> Iterator[dict[str, Any]]:
    """The lines of graph.jsonl: all entities, then all relations."""
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def first_sentence(relation: dict[str, Any]) -> str:
    return relation["evidence"][0]["sentence"] if relation["evidence"] else ""


class Offline:
    """What KGX would download besides: a map of old predicates, empty here, and prefixes, the few it needs."""

    text = "{}"

    @staticmethod
    def json() -> dict[str, Any]:
        """The prefixes."""
        return {
            "@context": {
                "OBAN": "http://purl.org/oban/",
                "PMID": "http://www.ncbi.nlm.nih.gov/pubmed/",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
                "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
                "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            }
        }


def kgx(source: str, target: str) -> dict[str, float]:
    toolkit: Any = import_module("bmt.toolkit")
    requests: Any = import_module("requests")
    package = find_spec("biolink_model")
    if package is None or package.submodule_search_locations is None:
        raise SystemExit("the environment of KGX lacks the package biolink-model")
    schema = Path(package.submodule_search_locations[0]) / "schema" / "biolink_model.yaml"
    toolkit.Toolkit.__init__.__defaults__ = (str(schema), "")
    requests.get = lambda *_, **__: Offline()
    sinks: Any = import_module("kgx.sink")
    transformer: Any = import_module("kgx.transformer")
    start = time.perf_counter()
    prefixes = {name: f"{NAMESPACE}{name}/" for name in ("method", "dataset", "hardware", "task", "metric", "author")}
    sink = sinks.RdfSink(transformer.Transformer(), target, format="nt")
    sink.prefix_manager.update_prefix_map({**prefixes, "kg": "https://w3id.org/paper-kg#"})
    for record in records(source):
        if "source" not in record:
            plain = {key: value for key, value in record["properties"].items() if value}
            node = {"id": record["id"], "name": record["name"], "category": [f"kg:{record['type']}"], **plain}
            sink.write_node(node)
        else:
            sink.write_edge(
                {
                    "id": f"kg:{record['source']}-{record['type']}-{record['target']}",
                    "subject": record["source"],
                    "predicate": f"kg:{record['type']}",
                    "object": record["target"],
                    "confidence": record["confidence"],
                    "sentence": first_sentence(record),
                }
            )
    sink.finalize()
    return {"seconds": time.perf_counter() - start}


def biocypher(source: str, target: str) -> dict[str, float]:
    create: Any = import_module("biocypher._create")
    deduplicate: Any = import_module("biocypher._deduplicate")
    output: Any = import_module("biocypher.output.write.graph._rdf")

    class Names:
        """What the writer asks its translator, which needs an ontology from the web, for."""

        name_sentence_to_pascal = staticmethod(lambda name: name.title().replace(" ", "").replace("_", ""))

    start = time.perf_counter()
    writer = output._RDFWriter(
        Names(), deduplicate.Deduplicator(), ",", output_directory=target, file_format="turtle", labels_order="Leaves"
    )
    writer.extension = "ttl"
    nodes: dict[str, list[Any]] = {}
    edges: dict[str, list[Any]] = {}
    for record in records(source):
        if "source" not in record:
            plain = {key: value for key, value in record["properties"].items() if value}
            node = create.BioCypherNode(record["id"], record["type"], properties={"title": record["name"], **plain})
            nodes.setdefault(record["type"], []).append(node)
        else:
            values = {"confidence": record["confidence"], "sentence": first_sentence(record)}
            name = f"{record['source']}-{record['type']}-{record['target']}"
            edge = create.BioCypherEdge(record["source"], record["target"], record["type"], name, values)
            edges.setdefault(record["type"], []).append(edge)
    for label, batch in nodes.items():
        writer._write_single_node_list_to_file(batch, label, {}, label)
    for label, batch in edges.items():
        writer._write_single_edge_list_to_file(batch, label, {})
    return {"seconds": time.perf_counter() - start}


CHILDREN: dict[str, Callable[..., dict[str, float]]] = {
    "ours": ours,
    "rdflib": rdflib,
    "kgx": kgx,
    "biocypher": biocypher,
}


def child(what: str, *arguments: str) -> None:
    found = CHILDREN[what](*arguments)
    found["cpu"] = time.process_time()
    found["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def measured(*arguments: str, python: str = sys.executable) -> dict[str, float]:
    """The figures of a process of its own."""
    done = subprocess.run([python, __file__, "--child", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def count(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def statements_in(path: Path) -> int:
    """Statements in a file of N-Triples, or in all Turtle files of a folder."""
    if path.is_file():
        return count(path)
    import pyoxigraph

    return sum(1 for file in path.glob("*.ttl") for _ in pyoxigraph.parse(path=str(file)))


def report(name: str, statements: int, figures: dict[str, float]) -> None:
    rate = statements / figures["seconds"] / 1e6
    print(
        f"{name:34} {statements:>12,} {figures['seconds']:8.2f} s {rate:6.2f} M/s, "
        f"CPU {figures['cpu']:7.2f} s, {figures['mb']:5.0f} MB",
        flush=True,
    )


def compare(folder: Path, scratch: Path, arguments: argparse.Namespace) -> None:
    from kg.workspace import Workspace

    with Workspace(folder).open_graph() as canonical:
        source = str(canonical.name)
    print(f"{folder.name}, evidence {arguments.evidence}", flush=True)
    figures: dict[str, dict[str, float]] = {}
    statements = 0
    for suffix in dict.fromkeys(("nt", *arguments.syntax.split(","))):
        target = scratch / f"graph.{suffix}"
        figures[suffix] = measured("ours", source, str(target), arguments.evidence)
        statements = statements or count(target)
        report(f"  {SUFFIXES[suffix]}", statements, figures[suffix])
        if suffix != "nt":
            target.unlink()
    for suffix in ("nt", "ttl") if arguments.rdflib else ():
        if suffix in figures:
            theirs = measured("rdflib", str(scratch / "graph.nt"), str(scratch / f"rdflib.{suffix}"))
            report(f"  rdflib .{suffix} (loading {theirs['loading']:.0f} s)", statements, theirs)
            print(f"    {theirs['seconds'] / figures[suffix]['seconds']:.1f} times our time", flush=True)
    for tool in ("kgx", "biocypher"):
        if python := getattr(arguments, tool):
            target = scratch / tool
            theirs = measured(tool, source, str(target), python=python)
            report(f"  {tool}", statements_in(target), theirs)


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--syntax", default=",".join(SUFFIXES))
    parser.add_argument("--evidence", default="full", choices=("none", "annotation", "full"))
    parser.add_argument("--rdflib", action="store_true")
    parser.add_argument("--kgx", metavar="PYTHON")
    parser.add_argument("--biocypher", metavar="PYTHON")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        with tempfile.TemporaryDirectory() as scratch:
            compare(folder, Path(scratch), arguments)


if __name__ == "__main__":
    main()
