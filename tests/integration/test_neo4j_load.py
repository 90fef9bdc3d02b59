"""Loading into a real Neo4j server, and reading back."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import neo4j
import pytest
from click.testing import CliRunner

from kg.cli.main import cli
from kg.errors import ServiceError, UsageError
from kg.exporters import neo4j_connection
from kg.exporters.jsonl import EXPORTER, lines_of
from kg.exporters.neo4j import Lines, LoadReport, Login, load_graph, load_lines, read_graph
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.workspace import Workspace
from tests.contract.test_exporters import hostile_graph
from tests.graphs import sample_graph
from tests.neo4j.server import MARK, JavaServer, Server


class Database:
    """The test server's database, emptied, with a plain way to ask it."""

    def __init__(self, server: Server, driver: neo4j.Driver) -> None:
        self.server = server
        self.driver = driver
        self.login = Login(server.uri, server.password, server.user, patience_s=90.0)

    def ask(self, query: str, **parameters: Any) -> list[list[Any]]:
        return [list(record) for record in self.driver.execute_query(query, parameters).records]

    def content(self) -> tuple[list[Any], list[Any]]:
        """Every node and edge with its properties, internal ids apart."""
        nodes = self.ask(f"MATCH (n) WHERE NOT n:{MARK} RETURN labels(n), properties(n) AS p ORDER BY n.id, labels(n)")
        edges = self.ask("MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id, properties(r) ORDER BY a.id, type(r), b.id")
        return nodes, edges

    def count(self) -> int:
        return int(self.ask(f"MATCH (n) WHERE NOT n:{MARK} RETURN count(n)")[0][0])


@pytest.fixture
def database(neo4j_server: Server) -> Iterator[Database]:
    with neo4j.GraphDatabase.driver(neo4j_server.uri, auth=neo4j_server.auth) as driver:
        driver.execute_query(f"MATCH (n) WHERE NOT n:{MARK} DETACH DELETE n")
        yield Database(neo4j_server, driver)


def lines(graph: KnowledgeGraph) -> Lines:
    return lambda: (line.encode() for line in lines_of(graph))


def many(papers: int) -> KnowledgeGraph:
    """A graph of some size: papers that use ten methods each, with evidence."""
    graph = KnowledgeGraph(
        Entity(id=f"method:m{number}", type="Method", name=f"M{number}", aliases=(f"m-{number}",))
        for number in range(papers)
    )
    for number in range(papers):
        graph.add_entity(Entity(id=f"arxiv:{number:05}", type="Paper", name=f"Paper {number}"))
        for step in range(10):
            text = f"We use M{(number + step * step) % papers}."
            evidence = Evidence(
                sentence=text,
                text=text[7:-1],
                field="abstract",
                start=7,
                end=len(text) - 1,
                extractor="t",
                confidence=0.5,
            )
            graph.add_relation(
                Relation(
                    source=f"arxiv:{number:05}",
                    type="USES",
                    target=f"method:{text[7:-1].lower()}",
                    evidence=(evidence,),
                )
            )
    return graph


def without(graph: KnowledgeGraph, entity_id: str) -> KnowledgeGraph:
    return KnowledgeGraph(
        (entity for entity in graph.entities() if entity.id != entity_id),
        (edge for edge in graph.relations() if entity_id not in (edge.source, edge.target)),
    )


# The same graph comes back


@pytest.mark.parametrize("make", [sample_graph, hostile_graph])
def test_what_is_read_back_equals_what_was_loaded(database: Database, make: Callable[[], KnowledgeGraph]) -> None:
    report = load_graph(make(), database.login)
    assert sum(report.nodes.values()) == len(make())
    assert sum(report.relations.values()) == make().relation_count
    assert read_graph(database.login) == make()


def test_rows_of_any_batch_size_give_the_same_database(database: Database) -> None:
    load_lines(lines(sample_graph()), database.login, batch_rows=1)
    one_by_one = database.content()
    load_lines(lines(KnowledgeGraph()), database.login)
    assert database.count() == 0
    load_lines(lines(sample_graph()), database.login, batch_rows=5000)
    assert database.content() == one_by_one


def test_hostile_text_is_never_obeyed(database: Database) -> None:
    database.ask("CREATE (:Bystander {id: 'there'})")
    name = "`}) DETACH DELETE n //"
    graph = KnowledgeGraph([Entity(id=f"method:{name}", type="Method", name=name, kind="'\"`\\")])
    load_graph(graph, database.login, graph_name=name)
    assert read_graph(database.login, name) == graph
    assert database.ask("MATCH (b:Bystander) RETURN b.id") == [["there"]]


def test_ids_that_no_index_could_hold_are_cut_and_come_back_whole(database: Database) -> None:
    long = "method:" + "ü" * 100_000
    graph = KnowledgeGraph(
        [Entity(id=long, type="Method", name="long"), Entity(id=long + "x", type="Method", name="longer")]
    )
    load_graph(graph, database.login)
    assert read_graph(database.login) == graph
    assert max(len(node[1]["id"]) for node in database.content()[0]) < 300


def test_evidence_can_be_asked_for(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    rows = database.ask(
        "MATCH (p:Paper)-[r:USES|COMPARES_WITH]->(m:Method) UNWIND range(0, size(r.sentences) - 1) AS i "
        "RETURN p.id, m.name, r.texts[i], r.sentences[i], r.start_offsets[i]"
    )
    assert len(rows) == sum(
        len(edge.evidence) for edge in sample_graph().relations() if edge.type in ("USES", "COMPARES_WITH")
    )
    assert all(text in sentence for _, _, text, sentence, _ in rows)


def test_constraints_and_indexes_are_there_and_online(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    states = database.ask("SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'kg_' RETURN name, state")
    assert {state for _, state in states} == {"ONLINE"}
    assert {"kg_names", "kg_paper_id", "kg_method_id"} <= {name for name, _ in states}
    found = database.ask("CALL db.index.fulltext.queryNodes('kg_names', 'residual') YIELD node RETURN node.name")
    assert ["ResNet"] in found  # by its alias


# Again, changed, and beside others


def test_loading_twice_equals_loading_once(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    once = database.content()
    report = load_graph(sample_graph(), database.login)
    assert database.content() == once
    assert (report.retracted_nodes, report.retracted_relations) == (0, 0)


def test_a_changed_graph_updates_and_retracts(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    changed = without(sample_graph(), "metric:accuracy")
    resnet = changed.get("method:resnet50")
    assert resnet is not None
    changed.add_entity(resnet.model_copy(update={"kind": None, "aliases": (), "properties": {"year": 1999}}))
    some = next(changed.relations("USES"))
    changed.add_relation(some.model_copy(update={"evidence": (), "confidence": 0.25}))
    report = load_graph(changed, database.login)
    assert (report.retracted_nodes, report.released_nodes) == (1, 0)
    assert report.retracted_relations == sample_graph().relation_count - changed.relation_count > 0
    assert read_graph(database.login) == changed
    again = database.content()
    load_graph(KnowledgeGraph(), database.login)
    load_graph(changed, database.login)
    assert database.content() == again


def test_what_a_schema_of_before_had_is_retracted(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    database.ask(
        "MATCH (p:Paper {id: 'arxiv:2401.00001'}), (a:Author {graph: 'kg'}) WITH p, a LIMIT 1 "
        "CREATE (p)-[:AT {graph: 'kg'}]->(v:Venue {id: 'venue:x', graph: 'kg'}), (a)-[:KNOWS {graph: 'kg'}]->(p), "
        "(p)-[:LIKES {graph: 'kg'}]->(a), (:Venue {graph: 'theirs'}), "
        "(:Note)-[:ABOUT]->(:Venue {id: 'venue:y', graph: 'kg'})"
    )
    report = load_graph(sample_graph(), database.login)
    assert (report.retracted_nodes, report.retracted_relations, report.released_nodes) == (1, 3, 1)
    assert read_graph(database.login) == sample_graph()
    assert database.ask("MATCH (v:Venue) RETURN v.graph, v.released_from ORDER BY v.graph") == [
        ["theirs", None],
        [None, "kg"],
    ]
    assert database.ask("MATCH ()-[r:AT|KNOWS|LIKES]->() RETURN r") == []


def test_edges_that_somebody_doubled_are_single_after_the_next_load(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    once = database.content()
    database.ask("MATCH (a)-[r:USES]->(b) CREATE (a)-[copy:USES]->(b) SET copy = properties(r)")
    load_graph(sample_graph(), database.login)
    assert database.content() == once


def test_a_list_without_items_is_not_stored_and_comes_back_absent(database: Database) -> None:
    def paper(**properties: Any) -> KnowledgeGraph:
        entity = Entity(id="arxiv:1", type="Paper", name="One", properties={"title": "One", **properties})
        return KnowledgeGraph([entity])

    load_graph(paper(keywords=("a",), links=("b",)), database.login)
    load_graph(paper(keywords=(), links=("b",)), database.login)
    assert read_graph(database.login) == paper(links=("b",))
    assert database.ask("MATCH (p:Paper) RETURN p.keywords, p.aliases") == [[None, None]]


def test_an_edge_alone_is_retracted(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    rest = list(sample_graph().relations())[1:]
    report = load_graph(KnowledgeGraph(sample_graph().entities(), rest), database.login)
    assert (report.retracted_nodes, report.retracted_relations) == (0, 1)
    assert read_graph(database.login) == KnowledgeGraph(sample_graph().entities(), rest)


def test_what_others_have_in_the_database_stays_as_it_is(database: Database) -> None:
    load_graph(sample_graph(), database.login)
    database.ask(
        "CREATE (n:Note {text: 'mine'}), (:Paper {id: 'mine'}), (:Method {id: 'method:theirs', graph: 'theirs'}) "
        "WITH n MATCH (m:Method {id: 'method:resnet50'}), (p:Paper {id: 'arxiv:2401.00001'}) "
        "SET m.my_own = 1 CREATE (n)-[:ABOUT {since: 1}]->(m), (p)-[:COMPARES_WITH {mine: true}]->(m)"
    )
    theirs = "MATCH (a)-[r]->(b) WHERE r.graph IS NULL RETURN type(r), properties(r), b.id, b.my_own ORDER BY type(r)"
    before = database.ask(theirs)
    assert len(before) == 2
    load_graph(sample_graph(), database.login)
    assert database.ask(theirs) == before
    assert read_graph(database.login) == sample_graph()

    report = load_graph(without(sample_graph(), "method:resnet50"), database.login)
    assert (report.released_nodes, report.retracted_nodes) == (1, 0)
    assert database.ask(theirs) == before
    assert read_graph(database.login) == without(sample_graph(), "method:resnet50")

    load_graph(sample_graph(), database.login)  # takes the node back
    assert database.ask(theirs) == before
    assert read_graph(database.login) == sample_graph()
    assert database.ask("MATCH (n) WHERE n.released_from IS NOT NULL RETURN n") == []

    load_graph(KnowledgeGraph(), database.login)
    left = database.ask(f"MATCH (n) WHERE NOT n:{MARK} RETURN coalesce(n.id, n.text) AS id ORDER BY id")
    assert left == [["arxiv:2401.00001"], ["method:resnet50"], ["method:theirs"], ["mine"], ["mine"]]


def test_two_graphs_live_in_one_database(database: Database) -> None:
    other = KnowledgeGraph([Entity(id="method:other", type="Method", name="other")])
    load_graph(sample_graph(), database.login)
    load_graph(other, database.login, "second")
    assert read_graph(database.login) == sample_graph()
    assert read_graph(database.login, "second") == other
    load_graph(KnowledgeGraph(), database.login, "second")
    assert read_graph(database.login) == sample_graph()
    with pytest.raises(UsageError, match=r"holds no graph 'second' .*'kg'"):
        read_graph(database.login, "second")


@pytest.mark.parametrize(("owner", "said"), [("other", "belongs to the graph 'other'"), (None, "belongs to no graph")])
def test_an_id_of_another_graph_is_refused_before_anything_is_written(
    database: Database, owner: str | None, said: str
) -> None:
    database.ask("CREATE (:Method {id: 'method:resnet50', graph: $owner})", owner=owner)
    before = database.content()
    with pytest.raises(UsageError, match=f"Method 'method:resnet50' .*{said}, not to 'kg'"):
        load_graph(sample_graph(), database.login)
    assert database.content() == before


def test_an_id_that_is_taken_during_the_load_is_refused(database: Database) -> None:
    def take(_: str, __: int) -> Callable[[int], None]:
        database.ask("MERGE (m:Method {id: 'method:resnet50'}) SET m.graph = 'other'")
        return lambda _: None

    with pytest.raises(UsageError, match="belongs to the graph 'other'"):
        load_lines(lines(sample_graph()), database.login, on_stage=take)
    assert database.ask("MATCH (m:Method {graph: 'other'}) RETURN properties(m)") == [
        [{"id": "method:resnet50", "graph": "other"}]
    ]


# Reconciling


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ("MATCH (:Paper)-[r:USES]->() WITH r LIMIT 1 DELETE r", "2 USES edges sent, 1 stored"),
        ("MATCH (a:Author) WITH a LIMIT 1 DETACH DELETE a", "3 Author nodes sent, 2 stored"),
        ("MATCH (a:Author) WITH a LIMIT 1 SET a.graph = 'x'", "3 Author nodes sent, 2 stored"),
        (
            "MATCH (a)-[r:USES]->(b) WITH a, b LIMIT 1 CREATE (a)-[:USES {graph: 'kg'}]->(b)",
            "2 USES edges sent, 3 stored",
        ),
    ],
)
def test_a_difference_at_the_end_is_a_named_failure(database: Database, meanwhile: str, said: str) -> None:
    def interfere(name: str, _: int) -> Callable[[int], None]:
        if name == "checking":
            database.ask(meanwhile)
        return lambda _: None

    with pytest.raises(ServiceError, match=said) as caught:
        load_lines(lines(sample_graph()), database.login, on_stage=interfere)
    assert "\n" not in str(caught.value)


def test_stages_count_every_row(database: Database) -> None:
    counted: dict[str, list[int]] = {}
    totals: dict[str, int] = {}

    def stage(name: str, total: int) -> Callable[[int], None]:
        totals[name] = total
        return counted.setdefault(name, []).append

    graph = sample_graph()
    rows = len(graph) + graph.relation_count
    load_lines(lines(graph), database.login, total=rows, on_stage=stage, batch_rows=3)
    assert totals == {"loading": rows, "checking": rows}
    assert {name: sum(counts) for name, counts in counted.items()} == totals


# Killed in the middle


def test_a_server_killed_and_started_again_in_the_middle_ends_with_the_same_graph(database: Database) -> None:
    if not database.server.can_restart:
        pytest.skip("the server of KG_TEST_NEO4J_URI is not ours to kill")
    graph = many(1500)
    underway = Event()
    seen = 0

    def stage(name: str, _: int) -> Callable[[int], None]:
        def count(rows: int) -> None:
            nonlocal seen
            seen += rows
            if name == "loading" and seen > 5000:
                underway.set()

        return count

    def load() -> LoadReport:
        return load_lines(lines(graph), database.login, batch_rows=200, on_stage=stage)

    with ThreadPoolExecutor(1) as pool:  # the server belongs to the thread that starts it
        loading = pool.submit(load)
        assert underway.wait(60)
        database.server.kill()
        assert not loading.done()
        database.server.start()
        report = loading.result(120)
    assert report.relations == {"USES": 15_000}
    assert read_graph(database.login) == graph
    edges = database.ask("MATCH ()-[r]->() RETURN count(r)")
    assert edges == [[15_000]]


def test_a_killed_load_is_finished_by_the_next(database: Database, tmp_path: Path) -> None:
    graph = many(1500)
    file = tmp_path / "g.jsonl"
    EXPORTER.write(graph, file)
    code = (
        "import sys, os; from kg.exporters.neo4j import *\n"
        "login = Login(sys.argv[2], os.environ['NEO4J_PASSWORD'], sys.argv[3])\n"
        "load_lines(lambda: open(sys.argv[1], 'rb'), login, batch_rows=100)\n"
    )
    command = [sys.executable, "-c", code, str(file), database.login.uri, database.login.user]
    child = subprocess.Popen(command, env={**os.environ, "NEO4J_PASSWORD": database.login.password})
    deadline = time.monotonic() + 60
    while database.ask("MATCH (:Paper)-[r]->() RETURN count(r)")[0][0] < 1000:
        assert time.monotonic() < deadline
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    load_graph(graph, database.login)
    assert read_graph(database.login) == graph


def test_a_server_that_stays_away_ends_the_load_in_one_line(tmp_path: Path) -> None:
    server = disposable(tmp_path / "home")
    login = Login(server.uri, server.password, patience_s=2.0)

    def stage(name: str, _: int) -> Callable[[int], None]:
        server.kill()
        return lambda _: None

    with pytest.raises(ServiceError, match=r"no answer from bolt://127\.0\.0\.1:\d+: Connection refused$"):
        load_lines(lines(sample_graph()), login, on_stage=stage)


# Each failure is one line


def disposable(home: Path) -> JavaServer:
    """A started server that a test may break."""
    from tests.maven import UnavailableError

    try:
        server = JavaServer(home)
        server.start()
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Neo4j server: {error}")
    return server


def refused(login: Login) -> str:
    with pytest.raises(ServiceError) as caught:
        load_graph(sample_graph(), login)
    message = str(caught.value)
    assert "\n" not in message
    assert login.password not in message
    return message


def test_a_wrong_password(database: Database) -> None:
    message = refused(replace(database.login, password="wrong-password"))
    assert message == f"{database.login.uri} refuses the user 'neo4j': wrong name or password"


def test_a_missing_database(database: Database) -> None:
    assert refused(replace(database.login, database="nowhere")).endswith("has no database 'nowhere'")


def test_nothing_listens_there(database: Database) -> None:
    assert (
        refused(replace(database.login, uri="bolt://127.0.0.1:1"))
        == "no answer from bolt://127.0.0.1:1: Connection refused"
    )


def test_the_port_of_the_browser(database: Database) -> None:
    if not database.server.http:
        pytest.skip("the HTTP port of KG_TEST_NEO4J_URI is not known")
    uri = database.server.http.replace("http", "bolt")
    assert "this is its port for HTTP" in refused(replace(database.login, uri=uri))


def test_tls_where_the_server_has_none(database: Database) -> None:
    uri = re.sub(r"^\w+", "bolt+s", database.login.uri)
    assert "a server without TLS has an address without +s" in refused(replace(database.login, uri=uri))


@pytest.mark.parametrize("uri", ["", "localhost", "http://127.0.0.1", "bolt://", "bolt://127.0.0.1:port", "file:///x"])
def test_what_is_no_address(uri: str) -> None:
    with pytest.raises(UsageError, match="is no address of a Neo4j server: bolt://HOST:7687"):
        load_graph(sample_graph(), Login(uri, "x"))


def test_a_server_older_than_what_is_supported(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neo4j_connection, "_OLDEST", 9999)  # any server is older
    assert re.search(r"runs Neo4j [\d.]+: Neo4j 9999 or newer is needed$", refused(database.login))


def test_a_full_disk_and_a_read_only_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(home)], capture_output=True, text=True
    )
    if mount.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {mount.stderr.strip()}")
    try:
        server = disposable(home)
        try:
            login = Login(server.uri, server.password, patience_s=20.0)
            rest = shutil.disk_usage(home).free - (2 << 20)
            (home / "filler").write_bytes(bytes(rest))
            with pytest.raises(ServiceError, match="disk of the server is full") as caught:
                load_graph(many(1000), login)
            assert "\n" not in str(caught.value)
            server.kill()
            (home / "filler").unlink()
            server.start()
            load_graph(sample_graph(), login)
            assert read_graph(login) == sample_graph()
            server.halt()
            server.config["server.databases.default_to_read_only"] = "true"
            server.start()
            assert refused(login) == f"the database at {login.uri} is read-only"
        finally:
            server.stop()
    finally:
        subprocess.run(["umount", str(home)], check=True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"nonsense\n", "line 1 is no line of a canonical export"),
        (b"[]\n", "line 1 is no line of a canonical export"),
        (b'{"aliases":[],"id":"x","kind":null,"name":"x","named":true,"properties":{},"type":"Nothing"}\n', "line 1"),
        (
            b'{"aliases":[],"id":"x","kind":null,"name":"x","named":true,"properties":{"a":1},"type":"Task"}\n',
            "no property a",
        ),
        (
            b'{"aliases":[],"id":"task:x","kind":null,"name":"x","named":true,"properties":{"year":1e999},"type":"Task"}\n'
            b'{"confidence":1.0,"evidence":[],"properties":{},"source":"task:x","target":"task:x","type":"USES"}\n',
            "USES cannot lead from Task to Task",
        ),
        (
            b'{"aliases":[],"id":"x","kind":null,"name":"x","named":true,"properties":{"year":%d},"type":"Task"}\n'
            % 2**70,
            "cannot hold a value",
        ),
    ],
)
def test_a_line_that_is_none_is_named(database: Database, line: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_lines(lambda: line.splitlines(keepends=True), database.login)


def test_edges_to_nodes_that_are_not_there_are_noticed(database: Database) -> None:
    line = b'{"confidence":1.0,"evidence":[],"properties":{},"source":"arxiv:1","target":"method:x","type":"USES"}\n'
    with pytest.raises(ServiceError, match="1 USES edges were sent and 0 written"):
        load_lines(lambda: [line], database.login)


def test_a_graph_needs_a_name(database: Database) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        load_graph(sample_graph(), database.login, "")


# The commands


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "graph"
    opened = Workspace(folder)
    with opened.lock():
        opened.publish(sample_graph(), {"fingerprint": "test"})
    return folder


def run(database: Database, *arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner(env={"NEO4J_PASSWORD": database.login.password, **environment}).invoke(
        cli, [*arguments, "--uri", database.login.uri, "--user", database.login.user]
    )
    return result.exit_code, result.output


def test_export_and_import_commands_give_the_same_bytes(database: Database, workspace: Path, tmp_path: Path) -> None:
    code, output = run(database, "export", "neo4j", str(workspace))
    assert code == 0, output
    assert f"holds 'kg': {len(sample_graph())} nodes" in output
    code, output = run(database, "import", "neo4j", "-o", str(tmp_path / "back.jsonl"))
    assert code == 0, output
    assert (tmp_path / "back.jsonl").read_text(encoding="utf-8") == "".join(lines_of(sample_graph()))


def test_the_export_command_says_what_it_deleted(database: Database, workspace: Path) -> None:
    load_graph(KnowledgeGraph([Entity(id=f"task:{n}", type="Task", name=n) for n in "ab"]), database.login)
    database.ask("MATCH (t:Task {id: 'task:a'}) CREATE (:Note)-[:ABOUT]->(t)")
    code, output = run(database, "export", "neo4j", str(workspace))
    assert code == 0
    assert "deleted 1 nodes and 0 edges that are gone; left 1 nodes that are gone" in output


def test_the_password_comes_from_the_variable_that_is_named(database: Database, workspace: Path) -> None:
    code, output = run(database, "export", "neo4j", str(workspace), NEO4J_PASSWORD="")
    assert code == 2
    assert "no password: set NEO4J_PASSWORD" in output
    arguments = ("export", "neo4j", str(workspace), "--password-env", "MY_WORD")
    code, output = run(database, *arguments, NEO4J_PASSWORD="", MY_WORD=database.login.password)
    assert code == 0, output


def test_a_service_that_fails_is_exit_code_3(database: Database, workspace: Path) -> None:
    code, output = run(database, "export", "neo4j", str(workspace), NEO4J_PASSWORD="wrong")
    assert code == 3
    assert output.count("\n") == 1
    assert output.startswith("kg: bolt://")


def test_the_password_is_asked_for_on_a_terminal_and_not_shown(database: Database, workspace: Path) -> None:
    command = [sys.executable, "-c", "from kg.cli.main import main; main()", "export", "neo4j", str(workspace)]
    command += ["--uri", database.login.uri, "--user", database.login.user]
    environment = {name: value for name, value in os.environ.items() if name != "NEO4J_PASSWORD"}
    terminal, keyboard = pty.openpty()
    try:
        child = subprocess.Popen(
            command, stdin=keyboard, stderr=subprocess.PIPE, env=environment, start_new_session=True
        )
        assert child.stderr is not None
        asked = child.stderr.read(len(f"Password of {database.login.user}"))
        assert asked.decode() == f"Password of {database.login.user}"
        time.sleep(0.2)  # until it has taken away the echo, and what was typed before
        os.write(terminal, f"{database.login.password}\n".encode())
        said = child.stderr.read().decode()
        child.stderr.close()
        assert child.wait(60) == 0, said
    finally:
        os.close(terminal)
        os.close(keyboard)
    assert "holds 'kg'" in said
    assert database.login.password not in said
