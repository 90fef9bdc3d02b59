"""The same graph by other tools: run with the Python of an environment that has one of them and nothing of ``kg``.

    VENV/bin/python benchmarks/neo4j_peers.py graphrag|kgx GRAPH.jsonl URI      NEO4J_PASSWORD in the environment
    VENV/bin/python benchmarks/neo4j_peers.py biocypher GRAPH.jsonl FOLDER

A server with APOC: its two jars, apoc-core and apoc-common 5.26.19 from Maven Central, in a folder named by
KG_TEST_NEO4J_JARS, then ``make neo4j``. Empty it between the runs.

``graphrag``: ``Neo4jWriter`` of neo4j-graphrag, which calls APOC's procedures. ``kgx``: ``NeoSink``, which fetches the
Biolink model from the web when it starts; its own constraint is refused by Neo4j 5, so that one is made for it.
``biocypher``: its writer of files for neo4j-admin. The objects that each wants are made before the clock starts. One
JSON line: edges and seconds. Only ``biocypher`` has been run to its end yet: the two jars alone did not make APOC's
procedures known to the server, and the machine could not reach the Biolink model.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from importlib import import_module
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


def graphrag(nodes: list[Any], edges: list[Any], uri: str) -> float:
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
        start = time.perf_counter()
        done = asyncio.run(kg_writer.Neo4jWriter(driver, batch_size=5000).run(graph))
        taken = time.perf_counter() - start
    if done.status != "SUCCESS":
        raise SystemExit(str(done.metadata)[:500])
    return taken


def kgx(nodes: list[Any], edges: list[Any], uri: str) -> float:
    import neo4j

    kgx_sink: Any = import_module("kgx.sink.neo_sink")
    with neo4j.GraphDatabase.driver(uri, auth=("neo4j", os.environ["NEO4J_PASSWORD"])) as driver:
        driver.execute_query(
            f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:`{kgx_sink.DEFAULT_NODE_CATEGORY}`) REQUIRE n.id IS UNIQUE"
        )
    owner = SimpleNamespace(log_error=lambda **_: None)
    sink = kgx_sink.NeoSink(owner, uri, "neo4j", os.environ["NEO4J_PASSWORD"], cache_size=5000)
    records = [{"id": i, "category": [label], **p} for i, label, p in nodes]
    links = [{"subject": a, "object": b, "predicate": t, **p} for a, b, t, p in edges]
    start = time.perf_counter()
    for record in records:
        sink.write_node(record)
    for link in links:
        sink.write_edge(link)
    sink.finalize()
    sink.session.close()
    return time.perf_counter() - start


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


def main() -> None:
    tool, path, target = sys.argv[1:]
    nodes, edges = read(path)
    seconds = {"graphrag": graphrag, "kgx": kgx, "biocypher": biocypher}[tool](nodes, edges, target)
    row = {"contender": tool, "nodes": len(nodes), "edges": len(edges), "s": round(seconds, 2)}
    print(json.dumps({**row, "edges_per_s": round(len(edges) / seconds)}))


if __name__ == "__main__":
    main()
