"""The bulk export, imported by the real ``neo4j-admin`` into a real server, and the saved queries asked there."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
import neo4j.graph
import pytest
import yaml

from docs.generate import build_graph
from kg import load
from kg.embedded import EmbeddedGraph
from kg.embedded_write import write_database
from kg.exporters.neo4j import load_graph, read_graph
from kg.exporters.neo4j_admin import MARK, lines_of_graph, write_import_files
from kg.exporters.neo4j_browser import SavedQuery, saved_queries
from kg.exporters.neo4j_connection import Login
from kg.exporters.neo4j_cypher import FULL_TEXT_INDEX, stored_id
from kg.graph import KnowledgeGraph
from kg.model import Entity, Relation
from kg.schema import NODE_TYPES
from tests.conftest import ROOT
from tests.contract.test_exporters import hostile_graph
from tests.maven import UnavailableError
from tests.neo4j.answers import ANSWERS
from tests.neo4j.server import JavaServer

QUERIES = saved_queries()
NAME = 'our "graph"; `x`'


@dataclass
class Loaded:
    """A graph, the files of its export, and a server that they were imported into."""

    graph: KnowledgeGraph
    files: Path
    server: JavaServer
    driver: neo4j.Driver


def admin_script(server: JavaServer, folder: Path) -> Path:
    """``neo4j-admin`` for the home of a server, as a program."""
    script = folder / "neo4j-admin"
    script.write_text(
        f"#!/bin/sh\nNEO4J_HOME='{server.home}' NEO4J_CONF='{server.home / 'conf'}' exec java -Xmx1g -cp "
        f"'{server._lib}/*' org.neo4j.server.startup.Neo4jAdminCommand \"$@\"\n"
    )
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """The seed papers' graph, and hostile texts in every place that can hold one."""
    seeds, hostile = load(build_graph(tmp_path_factory.mktemp("seeds"))), hostile_graph()
    return KnowledgeGraph([*seeds.entities(), *hostile.entities()], [*seeds.relations(), *hostile.relations()])


@pytest.fixture(scope="module")
def loaded(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("neo4j-admin")
    write_import_files(lines_of_graph(graph), folder / "files", NAME)
    try:
        server = JavaServer(folder / "home")
    except UnavailableError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    server._write_config()
    environment = {**os.environ, "NEO4J_ADMIN": str(admin_script(server, folder))}
    done = subprocess.run([folder / "files" / "import.sh"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    server.start()
    try:
        with neo4j.GraphDatabase.driver(server.uri, auth=server.auth) as driver:
            yield Loaded(graph, folder / "files", server, driver)
    finally:
        server.kill()
        server.stop()


@pytest.fixture(scope="module")
def engine(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedGraph]:
    path = tmp_path_factory.mktemp("embedded") / "graph.lbdb"
    write_database(graph, path)
    with EmbeddedGraph(path) as opened:
        yield opened


# What the server holds


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Properties as the importer stores them: no empty list, nor a list of one empty text."""
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
    return {key: value for key, value in plain.items() if value is not None and value not in ([], [""])}


def expected_node(entity: Entity) -> dict[str, Any]:
    stored = stored_id(entity.id)
    long_id = None if stored == entity.id else entity.id
    fixed = {
        "id": stored,
        "long_id": long_id,
        "name": entity.name,
        "named": entity.named,
        "kind": entity.kind,
        "graph": NAME,
    }
    return without_empty({**fixed, "aliases": entity.aliases, **entity.properties})


def expected_edge(relation: Relation) -> dict[str, Any]:
    pieces = relation.evidence
    return without_empty(
        {
            "graph": NAME,
            "confidence": relation.confidence,
            **relation.properties,
            "sentences": [piece.sentence for piece in pieces],
            "texts": [piece.text for piece in pieces],
            "fields": [piece.field for piece in pieces],
            "start_offsets": [piece.start for piece in pieces],
            "end_offsets": [piece.end for piece in pieces],
            "extractors": [piece.extractor for piece in pieces],
            "confidences": [piece.confidence for piece in pieces],
            "attributes": [json.dumps(piece.attributes, ensure_ascii=False, sort_keys=True) for piece in pieces],
        }
    )


def test_every_node_arrives_with_every_property(loaded: Loaded) -> None:
    records = loaded.driver.execute_query("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties").records
    found = {record["properties"]["id"]: (record["labels"], record["properties"]) for record in records}
    assert len(found) == len(records) == len(loaded.graph)
    for entity in loaded.graph.entities():
        assert found[stored_id(entity.id)] == ([entity.type], expected_node(entity))


def test_every_edge_arrives_with_every_property(loaded: Loaded) -> None:
    records = loaded.driver.execute_query(
        "MATCH (a)-[r]->(b) RETURN a.id AS source, type(r) AS type, b.id AS target, properties(r) AS properties"
    ).records
    found = {(record["source"], record["type"], record["target"]): record["properties"] for record in records}
    assert len(found) == len(records) == loaded.graph.relation_count
    for relation in loaded.graph.relations():
        ends = stored_id(relation.source), stored_id(relation.target)
        assert found[ends[0], relation.type, ends[1]] == expected_edge(relation)


def test_the_schema_file_makes_constraints_and_indexes_any_number_of_times(loaded: Loaded) -> None:
    statements = (loaded.files / "schema.cypher").read_text(encoding="utf-8").split(";\n")
    for statement in 2 * statements[:-1]:
        loaded.driver.execute_query(statement)
    loaded.driver.execute_query("CALL db.awaitIndexes(60)")
    constraints = loaded.driver.execute_query("SHOW CONSTRAINTS YIELD labelsOrTypes, properties").records
    assert sorted(record["labelsOrTypes"][0] for record in constraints) == sorted(NODE_TYPES)
    search = "CALL db.index.fulltext.queryNodes($index, $words) YIELD node RETURN collect(node.name) AS names"
    records = loaded.driver.execute_query(search, index=FULL_TEXT_INDEX, words="ILSVRC").records
    assert "ImageNet" in records[0]["names"]


def test_the_import_refuses_a_database_that_is_not_empty(loaded: Loaded, tmp_path: Path) -> None:
    environment = {**os.environ, "NEO4J_ADMIN": str(admin_script(loaded.server, tmp_path))}
    done = subprocess.run([loaded.files / "import.sh"], env=environment, capture_output=True, text=True)
    assert done.returncode != 0


# The saved queries


def plain(value: Any) -> Any:
    """Nodes as ids, edges as (source, type, target), paths as their nodes: of Neo4j and of the embedded engine."""
    if isinstance(value, neo4j.graph.Node):
        return value["id"]
    if isinstance(value, neo4j.graph.Relationship):
        start, end = value.nodes
        assert start is not None
        assert end is not None
        return [start["id"], value.type, end["id"]]
    if isinstance(value, neo4j.graph.Path):
        return [plain(node) for node in value.nodes]
    return value


def plain_embedded(row: list[Any]) -> list[Any]:
    """The same of the embedded engine; its edges do not name their ends, the nodes beside them do."""
    values: list[Any] = []
    for position, value in enumerate(row):
        if not isinstance(value, dict):
            values.append(value)
        elif "nodes" in value:
            values.append([node["id"] for node in value["nodes"]])
        elif "id" in value:
            values.append(value["id"])
        else:
            before, after = row[position - 1], row[position + 1]
            ends = (before, after) if before["label"] == "Paper" else (after, before)
            values.append([ends[0]["id"], value["label"], ends[1]["id"]])
    return values


def in_order(rows: list[list[Any]]) -> list[str]:
    return sorted(json.dumps(row, ensure_ascii=False) for row in rows)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_saved_query_has_one_answer_in_neo4j_the_embedded_engine_and_networkx(
    query: SavedQuery, loaded: Loaded, engine: EmbeddedGraph
) -> None:
    answer = loaded.driver.execute_query(query.cypher, query.params)
    theirs = [[plain(value) for value in record.values()] for record in answer.records]
    ours = [plain_embedded(row) for row in engine.query(query.embedded, query.params).rows]
    assert theirs, "an example that finds nothing shows nothing"
    assert in_order(theirs) == in_order(ours)
    assert in_order(theirs) == in_order(ANSWERS[query.name[:2]](loaded.graph.to_networkx(), query.params))
    if "ORDER BY" in query.cypher:
        assert theirs == ours


def test_there_are_at_least_twelve_saved_queries_that_say_what_they_answer() -> None:
    assert len(QUERIES) >= 12
    assert len({query.title for query in QUERIES}) == len(QUERIES)
    assert {query.name[:2] for query in QUERIES} == set(ANSWERS)
    assert all(query.title.endswith("?") and query.description.endswith(".") for query in QUERIES)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_neo4j_warns_of_nothing_in_a_saved_query(query: SavedQuery, loaded: Loaded) -> None:
    statuses = loaded.driver.execute_query(f"EXPLAIN {query.cypher}", query.params).summary.gql_status_objects
    assert not [status.status_description for status in statuses if status.raw_severity == "WARNING"]


# Docker Compose


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


def test_the_ports_are_those_of_this_machine_and_the_password_has_no_default() -> None:
    server = compose()["services"]["neo4j"]
    assert all(port.startswith("${NEO4J_BIND:-127.0.0.1}:") for port in server["ports"])
    assert server["environment"]["NEO4J_AUTH"].startswith("neo4j/${NEO4J_PASSWORD:?")
    assert "RETURN 1" in server["healthcheck"]["test"][1]
    assert server["depends_on"]["import"]["condition"] == "service_completed_successfully"


def compose_import(folder: Path, admin: Path) -> subprocess.CompletedProcess[str]:
    """Run what the import service runs, with folders of this machine for those of the container."""
    command = compose()["services"]["import"]["command"][0]
    command = command.replace("/import/graph", str(folder / "files")).replace("/data/", f"{folder / 'home/data'}/")
    environment = {**os.environ, "NEO4J_ADMIN": str(admin)}
    return subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True)


def test_compose_imports_into_an_empty_volume_only(loaded: Loaded, tmp_path: Path) -> None:
    server = JavaServer(tmp_path / "home")
    server._write_config()
    admin = admin_script(server, tmp_path)
    done = compose_import(tmp_path, admin)
    assert done.returncode == 1
    assert "kg export neo4j-admin" in done.stderr
    (tmp_path / "files").symlink_to(loaded.files)
    done = compose_import(tmp_path, admin)
    assert done.returncode == 0, done.stderr
    assert f"{len(loaded.graph)} nodes" in done.stdout
    done = compose_import(tmp_path, admin)
    assert done.returncode == 0
    assert "nothing is imported" in done.stdout


def test_a_failed_import_leaves_the_volume_empty(loaded: Loaded, tmp_path: Path) -> None:
    server = JavaServer(tmp_path / "home")
    server._write_config()
    files = tmp_path / "files"
    subprocess.run(["cp", "-r", loaded.files, files], check=True)
    with (files / "USES.csv").open("ab") as out:
        out.write(b'"no such paper","no such method","kg",1.0,,,,,,,,\n')
    done = compose_import(tmp_path, admin_script(server, tmp_path))
    assert done.returncode == 1
    assert not (tmp_path / "home" / "data" / "databases" / "neo4j").exists()
    assert (files / MARK).exists()


# Last, since it changes what the server holds


def dump(driver: neo4j.Driver) -> list[str]:
    """All that a server holds, in an order of its own."""
    nodes = driver.execute_query("MATCH (n) RETURN labels(n), properties(n)").records
    edges = driver.execute_query("MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id, properties(r)").records
    rows = [[without_empty(v) if isinstance(v, dict) else v for v in record.values()] for record in [*nodes, *edges]]
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def test_an_online_load_ends_with_the_same_as_the_import(loaded: Loaded) -> None:
    imported = dump(loaded.driver)
    login = Login(loaded.server.uri, loaded.server.password)
    assert without_lone_empty(read_graph(login, NAME)) == without_lone_empty(loaded.graph)
    load_graph(loaded.graph, login, NAME)  # onto what was imported
    assert dump(loaded.driver) == imported
    loaded.driver.execute_query("MATCH (n) DETACH DELETE n")
    load_graph(loaded.graph, login, NAME)
    assert dump(loaded.driver) == imported


def without_lone_empty(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The graph with lists of one empty text as the importer leaves them: absent."""

    def mended(entity: Entity) -> Entity:
        properties = {key: value for key, value in entity.properties.items() if value not in ((), ("",))}
        return entity.model_copy(update={"properties": properties})

    return KnowledgeGraph(map(mended, graph.entities()), graph.relations())
