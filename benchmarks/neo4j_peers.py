"""The same graph by other tools, each run by the Python of an environment that has it and nothing of ``kg``.

    KG_TEST_NEO4J_JARS=JARS python -m benchmarks.neo4j_peers --graphrag PYTHON --kgx PYTHON [--edges N] GRAPH.jsonl ...
    VENV/bin/python benchmarks/neo4j_peers.py biocypher GRAPH.jsonl FOLDER

The first form starts one server and runs ``kg``, ``graphrag`` and ``kgx`` in turn, each in a process of its own on an
emptied database without indexes: all twice for warming up, then ``--repeat`` times; ``--edges`` takes the first so
many edges with their nodes. One JSON line a run: seconds of the nodes and of the edges (for ``kg`` with reading the
file, and ``check_s`` at the end; constraints and indexes are made before), and the edges that the database counts
afterwards by the seconds of edges, and by all of them.

``graphrag``: ``Neo4jWriter`` of neo4j-graphrag, which calls APOC's procedures. JARS: a folder with apoc-core and
apoc-common 5.26.19 of Maven Central and what they depend on and the server has not (HdrHistogram, RoaringBitmap,
accessors-smart, json-path, json-smart, opencsv). ``kgx``: ``NeoSink``. Its own constraint is refused by Neo4j 5, so it
is made for it; the Biolink model and its prefixes, which it fetches from the web when it starts, are those of the
package biolink-model. ``biocypher``: its writer of files for neo4j-admin. The objects that a peer wants are made before
the clock starts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LISTS = {"sentences": "sentence", "texts": "text", "fields": "field", "start_offsets": "start", "end_offsets": "end"}
LISTS |= {"extractors": "extractor", "confidences": "confidence", "attributes": "attributes"}


def read(path: str) -> tuple[list[Any], list[Any]]:
    """Nodes (id, label, properties) and edges (source, target, type, properties)."""
    nodes, edges = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            value = json.loads(line)
            if "source" not in value:
                own = {name: value[name] for name in ("name", "aliases", "named", "kind")}
                given = {**own, **value["properties"], "graph": "kg"}
                nodes.append((value["id"], value["type"], {k: v for k, v in given.items() if v not in (None, [])}))
                continue
            lists = {
                name: [json.dumps(piece[key]) if key == "attributes" else piece[key] for piece in value["evidence"]]
                for name, key in LISTS.items()
                if value["evidence"]
            }
            given = {"graph": "kg", "confidence": value["confidence"], **value["properties"], **lists}
            edges.append((value["source"], value["target"], value["type"], given))
    return nodes, edges


def kg(path: str, uri: str, node_count: int) -> dict[str, float]:
    from kg.exporters.neo4j import Login

    timed_load = import_module("benchmarks.neo4j_load").timed_load
    with open(path, "rb") as source:
        found: dict[str, float] = timed_load(source, Login(uri, os.environ["NEO4J_PASSWORD"]), node_count)
    return found


def graphrag(nodes: list[Any], edges: list[Any], uri: str) -> dict[str, float]:
    import neo4j

    kg_writer: Any = import_module("neo4j_graphrag.components.kg_writer")
    types: Any = import_module("neo4j_graphrag.components.types")
    graph = types.Neo4jGraph(
        nodes=[types.Neo4jNode(id=i, label=label, properties=p) for i, label, p in nodes],
        relationships=[
            types.Neo4jRelationship(start_node_id=a, end_node_id=b, type=t, properties=p) for a, b, t, p in edges
        ],
    )
    with neo4j.GraphDatabase.driver(uri, auth=("neo4j", os.environ["NEO4J_PASSWORD"])) as driver:
        writer = kg_writer.Neo4jWriter(driver, batch_size=5000)
        write_edges, times = writer._upsert_relationships, [time.perf_counter()]

        def noting_the_first(rows: Any) -> None:
            if len(times) == 1:
                times.append(time.perf_counter())
            write_edges(rows)

        writer._upsert_relationships = noting_the_first
        done = asyncio.run(writer.run(graph))
        times.append(time.perf_counter())
    if done.status != "SUCCESS":
        raise SystemExit(str(done.metadata)[:500])
    return {"nodes_s": times[1] - times[0], "edges_s": times[2] - times[1]}


def kgx(nodes: list[Any], edges: list[Any], uri: str) -> dict[str, float]:
    import neo4j

    _biolink_from_package()
    kgx_sink: Any = import_module("kgx.sink.neo_sink")
    with neo4j.GraphDatabase.driver(uri, auth=("neo4j", os.environ["NEO4J_PASSWORD"])) as driver:
        driver.execute_query(
            f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:`{kgx_sink.DEFAULT_NODE_CATEGORY}`) REQUIRE n.id IS UNIQUE"
        )
    failures: list[str] = []
    owner = SimpleNamespace(log_error=lambda message, **_: failures.append(message))
    sink = kgx_sink.NeoSink(owner, uri, "neo4j", os.environ["NEO4J_PASSWORD"], cache_size=5000)
    records = [{"id": i, "category": [label], **p} for i, label, p in nodes]
    links = [{"subject": a, "object": b, "predicate": t, **p} for a, b, t, p in edges]
    start = time.perf_counter()
    for record in records:
        sink.write_node(record)
    sink._flush_node_cache()
    sink.session.run("RETURN 1").consume()  # after what is under way
    middle = time.perf_counter()
    for link in links:
        sink.write_edge(link)
    sink.finalize()
    sink.session.close()
    end = time.perf_counter()
    if lost := [message for message in failures if "ASSERT" not in message]:
        raise SystemExit(lost[0][:500])
    return {"nodes_s": middle - start, "edges_s": end - middle}


def _biolink_from_package() -> None:
    """Give KGX from a package what it would fetch: the model, and the prefixes of its JSON-LD context."""
    folder = Path(import_module("biolink_model").__path__[0])
    model = str(folder / "schema" / "biolink_model.yaml")
    import_module("bmt.toolkit").Toolkit.__init__.__defaults__ = (model, {"predicate mappings": []})
    prefixes = json.loads((folder / "prefixmaps" / "biolink_model_prefix_map.json").read_text())
    import_module("kgx.config").jsonld_context_map["biolink"] = prefixes


def biocypher(nodes: list[Any], edges: list[Any], folder: str) -> float:
    import yaml

    peer: Any = import_module("biocypher")

    kinds = {"str": "str", "int": "int", "float": "float", "bool": "bool", "list": "str[]"}
    schema: dict[str, Any] = {}
    for what, items in (("node", nodes), ("edge", edges)):
        for *_, label, given in items:
            entry = schema.setdefault(label.lower(), {"represented_as": what, "input_label": label, "properties": {}})
            entry["properties"].update({k: kinds[type(v).__name__] for k, v in given.items()})
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "schema.yaml"), "w") as out:
        yaml.safe_dump(schema, out)
    settings = {"head_ontology": None, "offline": True, "dbms": "neo4j", "strict_mode": False}
    with open(os.path.join(folder, "config.yaml"), "w") as out:
        yaml.safe_dump({"biocypher": settings, "neo4j": {"file_format": "csv"}}, out)
    columns = {label: entry["properties"] for label, entry in schema.items()}
    full = [(i, label, {k: p.get(k) for k in columns[label.lower()]}) for i, label, p in nodes]
    links = [(None, a, b, t, {k: p.get(k) for k in columns[t.lower()]}) for a, b, t, p in edges]
    writer = peer.BioCypher(
        dbms="neo4j",
        offline=True,
        biocypher_config_path=os.path.join(folder, "config.yaml"),
        schema_config_path=os.path.join(folder, "schema.yaml"),
        output_directory=os.path.join(folder, "out"),
    )
    start = time.perf_counter()
    writer.write_nodes(iter(full))
    writer.write_edges(iter(links))
    return time.perf_counter() - start


# All of them on one server


def slice_of(path: str, count: int, target: Path) -> str:
    """The first edges, and the nodes that they join."""
    lines = Path(path).read_bytes().splitlines(keepends=True)
    values = [(line, json.loads(line)) for line in lines]
    taken = [pair for pair in values if "source" in pair[1]][:count]
    ends = {value[end] for _, value in taken for end in ("source", "target")}
    nodes = [line for line, value in values if value.get("id") in ends]
    target.write_bytes(b"".join([*nodes, *(line for line, _ in taken)]))
    return str(target)


def empty(driver: Any) -> None:
    """Take all out of the database, with constraints and indexes."""
    with driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
    for kind, shown in (("CONSTRAINT", "CONSTRAINTS"), ("INDEX", "INDEXES")):
        for record in driver.execute_query(f"SHOW {shown} YIELD name, type WHERE type <> 'LOOKUP'").records:
            driver.execute_query(f"DROP {kind} `{record['name']}`")


def measure(tool: str, python: str, path: str, server: Any) -> dict[str, Any]:
    """One run of a tool on an emptied database."""
    import neo4j

    with neo4j.GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        empty(driver)
        module = ["-m", "benchmarks.neo4j_peers"] if tool == "kg" else [__file__]
        environment = {**os.environ, "NEO4J_PASSWORD": server.password}
        command = [python, *module, tool, path, server.uri]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{tool}: {done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        stored = driver.execute_query("MATCH ()-[r]->() RETURN count(r)").records[0][0]
    seconds = sum(found.get(part, 0) for part in ("nodes_s", "edges_s", "check_s"))
    rates = {"edges_per_s": round(stored / found["edges_s"]), "edges_per_s_in_all": round(stored / seconds)}
    return {**found, "stored": stored, **rates}


def compare(arguments: argparse.Namespace) -> None:
    from tests.neo4j.server import JavaServer

    pythons = {"kg": sys.executable, "graphrag": arguments.graphrag, "kgx": arguments.kgx}
    tools = {tool: python for tool, python in pythons.items() if python}
    server = JavaServer(config={"dbms.security.procedures.unrestricted": "apoc.*"})
    with tempfile.TemporaryDirectory(prefix="kg-peers-") as scratch:
        try:
            server.start()
            graphs = list(arguments.graphs)
            if arguments.edges:
                graphs = [slice_of(path, arguments.edges, Path(scratch, f"{n}.jsonl")) for n, path in enumerate(graphs)]
            for tool, python in [*tools.items(), *tools.items()]:
                measure(tool, python, graphs[0], server)
            for path in graphs:
                for _ in range(arguments.repeat):
                    for tool, python in tools.items():
                        print(json.dumps(measure(tool, python, path, server)), flush=True)
        finally:
            server.stop()


def one(tool: str, path: str, target: str) -> None:
    nodes, edges = read(path)
    row: dict[str, Any] = {"contender": tool, "nodes": len(nodes), "edges": len(edges)}
    if tool == "biocypher":
        seconds = biocypher(nodes, edges, target)
        print(json.dumps({**row, "s": round(seconds, 2), "edges_per_s": round(len(edges) / seconds)}))
        return
    if tool == "kg":
        times = kg(path, target, len(nodes))
    else:
        times = {"graphrag": graphrag, "kgx": kgx}[tool](nodes, edges, target)
    print(json.dumps({**row, **{part: round(seconds, 2) for part, seconds in times.items()}}))


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in ("kg", "graphrag", "kgx", "biocypher"):
        one(*sys.argv[1:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--graphrag", help="Python of an environment with neo4j-graphrag")
    parser.add_argument("--kgx", help="Python of an environment with kgx and biolink-model")
    parser.add_argument("--edges", type=int, help="take so many of a graph's edges")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("graphs", nargs="+")
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
