from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.embedded import EmbeddedGraph, _translation, check_query
from kg.embedded_write import write_database
from kg.errors import QueryError, ServiceError, UsageError
from kg.graph import KnowledgeGraph
from kg.model import Entity
from tests.contract.test_exporters import HOSTILE, hostile_graph
from tests.graphs import FIRST, sample_graph


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedGraph]:
    path = tmp_path_factory.mktemp("engine") / "graph.lbdb"
    write_database(sample_graph(), path)
    with EmbeddedGraph(path) as opened:
        yield opened


def test_all_nodes_and_edges_arrive_once(engine: EmbeddedGraph) -> None:
    graph = sample_graph()
    assert engine.query("MATCH (n) RETURN count(*)").rows == [[len(graph)]]
    assert engine.query("MATCH ()-[r]->() RETURN count(*)").rows == [[graph.relation_count]]
    found = engine.query("MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id").rows
    assert sorted(map(tuple, found)) == [(r.source, r.type, r.target) for r in graph.relations()]


def test_nodes_come_with_typed_properties_and_without_internal_numbers(engine: EmbeddedGraph) -> None:
    ((node,),) = engine.query("MATCH (h:Hardware) RETURN h").rows
    assert node == {
        "label": "Hardware",
        "id": "hardware:a100",
        "name": "A100",
        "aliases": ["A100 GPUs", "NVIDIA A100"],
        "named": True,
        "kind": "gpu",
        "memory_gb": 40,
    }


def test_edges_come_with_their_evidence_in_lists(engine: EmbeddedGraph) -> None:
    ((edge,),) = engine.query("MATCH (:Paper {id: $id})-[r:RUNS_ON]->() RETURN r", {"id": FIRST.id}).rows
    assert edge == {
        "label": "RUNS_ON",
        "confidence": 0.9,
        "count": 8,
        "sentences": ["It trains on ImageNet-1k with 8 A100 GPUs."],
        "texts": ["A100 GPUs"],
        "fields": ["abstract"],
        "start_offsets": [80],
        "end_offsets": [89],
        "extractors": ["test"],
        "confidences": [0.9],
        "attributes": ['{"count": 8, "kind": "gpu"}'],
    }


def test_paths_come_as_nodes_and_relations(engine: EmbeddedGraph) -> None:
    ((path,),) = engine.query("MATCH p = (:Method {name: 'FooNet'})<-[:INTRODUCES]-(:Paper) RETURN p").rows
    assert [node["label"] for node in path["nodes"]] == ["Method", "Paper"]
    assert [relation["label"] for relation in path["relations"]] == ["INTRODUCES"]


def test_values_are_plain_python(engine: EmbeddedGraph) -> None:
    query = (
        "RETURN 1 AS a, 1.5 AS b, true AS c, null AS d, 'x' AS e, [1, 2] AS f, {a: 1} AS g, date('2024-01-02') AS h,"
        " sum(2) AS i, 0.0 / 0.0 AS j, cast(1.25 AS DECIMAL(5, 2)) AS k, map(['m'], [2]) AS l"
    )
    result = engine.query(query)
    assert result.columns == list("abcdefghijkl")
    assert result.rows == [[1, 1.5, True, None, "x", [1, 2], {"a": 1}, "2024-01-02", 2, None, 1.25, {"m": 2}]]


@pytest.mark.parametrize("value", ["text", 1, 1.5, True, [1, 2], ["a"], {"a": 1}, "'}) DELETE n //", "nul \x00"])
def test_parameters_arrive_as_they_are(value: Any, engine: EmbeddedGraph) -> None:
    assert engine.query("RETURN $value AS v", {"value": value}).rows == [[value]]


def test_hostile_texts_are_kept_as_they_are(tmp_path: Path) -> None:
    write_database(hostile_graph(), tmp_path / "graph.lbdb")
    with EmbeddedGraph(tmp_path / "graph.lbdb") as engine:
        rows = engine.query(
            "MATCH (p:Paper)-[r:REPORTS]->(m) RETURN p.name, p.aliases[1], r.value, r.sentences[2]"
        ).rows
        assert sorted(map(tuple, rows)) == sorted((text,) * 4 for text in HOSTILE)
        for text in HOSTILE:
            assert engine.query("MATCH (p:Paper) WHERE p.name = $t RETURN count(*)", {"t": text}).rows == [[1]]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("MATCH (m:Method) RETURN m.name, count(*) ORDER BY m.name LIMIT 1", ["m.name", "count(*)"]),
        ("MATCH (m:Method) RETURN DISTINCT m.name AS `the name`, m.kind as kind SKIP 1", ["the name", "kind"]),
        ("RETURN [1, 2][1], {a: 1} // comment, with a comma\n;", ["[1, 2][1]", "{a: 1}"]),
        ("RETURN 1 AS a UNION RETURN 2 AS a", ["a"]),
        ("MATCH (m:Metric) WHERE EXISTS { MATCH (m)<-[]-() } RETURN m.name", ["m.name"]),
        ("MATCH (m:Metric) WITH m RETURN *", ["m"]),
        ("CALL show_tables() RETURN name", ["name"]),
    ],
)
def test_columns_are_named_by_the_text_of_the_query(query: str, columns: list[str], engine: EmbeddedGraph) -> None:
    assert engine.query(query).columns == columns


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("", "is empty"),
        (" ; // nothing\n", "is empty"),
        ("MATCH (n RETURN n", "Parser exception"),
        ("MATCH (n:Nothing) RETURN n", "Nothing does not exist"),
        ("MATCH (n:Method) RETURN n.nothing", "Cannot find property nothing"),
        ("RETURN nothing(1)", "NOTHING does not exist"),
        ("RETURN $nothing", r"uses \$nothing, which is not given: --param nothing=VALUE"),
        ("RETURN 1; RETURN 2", "one query at a time"),
        ("(n)", "not with '\\('"),
        ("SHOW TABLES", "not with 'SHOW'"),
        ("RETURN 'unclosed", "Parser exception"),
    ],
)
def test_a_wrong_query_is_one_clear_line(query: str, complaint: str, engine: EmbeddedGraph) -> None:
    with pytest.raises(QueryError, match=complaint) as caught:
        engine.query(query)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (:Method {id: 'x'})",
        "MATCH (n) DETACH DELETE n",
        "match (n) set n.name = 'x'",
        "MERGE (:Method {id: 'x'})",
        "COPY (MATCH (n) RETURN n.id) TO 'stolen.csv'",
        "MATCH (n) WITH n LOAD FROM '/etc/passwd' RETURN *",
        "LOAD FROM '/etc/passwd' (file_format='csv') RETURN *",
        "EXPORT DATABASE 'stolen'",
        "INSTALL httpfs",
        "/* harmless */ DROP TABLE Method",
        "CALL threads=1",
        "CALL timeout = 0",
        "MATCH (n) CALL project_graph('g', ['Method'], []) RETURN n",
        "EXPLAIN CREATE (:Method {id: 'x'})",
        "RETURN 1 // \n ; DROP TABLE Method",
        "BEGIN TRANSACTION",
        "EXPLAIN DROP TABLE Method",
        "PROFILE",
        "MATCH (n) WHERE n.named LOAD FROM '/etc/passwd' (file_format='csv') RETURN *",
        "MATCH (n:Hardware) WHERE n.memory_gb=40LOAD FROM '/etc/passwd' (file_format='csv') RETURN *",
        "MATCH (n:Hardware) WHERE n.name='A100'LOAD FROM '/etc/passwd' (file_format='csv') RETURN *",
        "MATCH (n:Hardware) WHERE n.memory_gb=40.0e1DELETE n",
        "EXPORT DATABASE 'stolen' (format='csv')",
    ],
)
def test_what_does_more_than_read_is_refused(query: str, engine: EmbeddedGraph) -> None:
    with pytest.raises(QueryError):
        engine.query(query)
    assert not Path("stolen").exists()
    assert not Path("stolen.csv").exists()
    assert engine.query("MATCH (n) RETURN count(*)").rows == [[len(sample_graph())]]


@pytest.mark.parametrize(
    "query",
    [
        "RETURN 'CREATE (n) DELETE n' AS text",
        'RETURN "it \\" SET" AS text',
        "RETURN {set: 1} AS m",
        "WITH {set: 1} AS m RETURN m.set AS s",
        "RETURN 1 AS `delete`",
        "RETURN 1 AS comment, 2 AS begin",
        "MATCH (n:Method) /* SET */ RETURN n.name // DELETE",
        "optional match (n:Method) return n.name;",
        "PROFILE MATCH (n:Method) RETURN n.name",
    ],
)
def test_names_and_texts_that_read_like_writing_are_fine(query: str, engine: EmbeddedGraph) -> None:
    assert engine.query(query).rows


def test_a_parameter_that_the_query_does_not_use_is_ignored() -> None:
    check_query("RETURN '$x' AS text", {})
    check_query("RETURN 1", {"unused": 1})


def test_a_query_that_takes_too_long_ends(engine: EmbeddedGraph) -> None:
    slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)"
    with pytest.raises(ServiceError, match=r"longer than 0\.1 s"):
        engine.query(slow, timeout_s=0.1)
    assert engine.query("RETURN 1").rows == [[1]]


def test_an_engine_failure_is_one_clear_line(engine: EmbeddedGraph) -> None:
    with pytest.raises(QueryError, match="the engine cannot run this query"):
        engine.query("MATCH (m:Method) WHERE any(a IN m.aliases WHERE a = $a) RETURN m", {"a": "x"})


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Buffer manager exception: Unable to allocate memory!", ServiceError),
        ("IO exception: Cannot read from file.", ServiceError),
        ("Binder exception: Variable n is not in scope.", QueryError),
    ],
)
def test_failures_of_memory_and_disk_are_no_fault_of_the_query(message: str, error: type[Exception]) -> None:
    assert type(_translation(message, 1)) is error


def test_a_database_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "it's a \\ graph.lbdb"
    write_database(sample_graph(), path)
    with pytest.raises(UsageError, match="exists"):
        write_database(sample_graph(), path)
    with EmbeddedGraph(path) as first, EmbeddedGraph(path) as second:
        assert first.query("RETURN 1").rows == second.query("RETURN 1").rows
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_an_empty_graph_can_be_asked(tmp_path: Path) -> None:
    write_database(KnowledgeGraph(), tmp_path / "graph.lbdb")
    with EmbeddedGraph(tmp_path / "graph.lbdb") as engine:
        assert engine.query("MATCH (n) RETURN n").rows == []


def test_many_rows_are_written_in_several_files(tmp_path: Path) -> None:
    graph = KnowledgeGraph(Entity(id=f"task:{n}", type="Task", name=str(n)) for n in range(50_001))
    write_database(graph, tmp_path / "graph.lbdb")
    with EmbeddedGraph(tmp_path / "graph.lbdb") as engine:
        assert engine.query("MATCH (t:Task) RETURN count(DISTINCT t.name)").rows == [[50_001]]


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="cannot write"):
        write_database(sample_graph(), tmp_path / "missing" / "graph.lbdb")
    with pytest.raises(ServiceError, match="there is no database"):
        EmbeddedGraph(tmp_path / "missing")


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "graph.lbdb"
    with path.open("w") as out:
        csv.writer(out).writerows([["no", "database"]] * 1000)
    with pytest.raises(ServiceError, match="cannot open") as caught:
        EmbeddedGraph(path)
    assert "\n" not in str(caught.value)
