"""SPARQL without a network: what is refused, what is answered, and what a process does that answers."""

from __future__ import annotations

import gc
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError, QueryError, ServiceError, UsageError, WorkspaceError
from kg.exporters.rdf_terms import DEFAULT_BASE
from kg.graph import KnowledgeGraph
from kg.model import Entity
from kg.sparql.check import RefusedError, check_query, with_parameters
from kg.sparql.engine import (
    _PIECE,
    Answer,
    Description,
    Head,
    NotAcceptableError,
    Question,
    _Body,
    open_store,
    short_iri,
    write_answer,
)
from kg.sparql.live import LiveGraph
from kg.sparql.negotiation import CSV, GRAPHS, JSON, JSON_LD, NTRIPLES, RDF_XML, ROWS, TSV, TURTLE, XML, choose
from kg.sparql.store import store_of
from kg.sparql.tsv import Iri, lines_of, read_rows
from kg.sparql.worker import BusyError, Pool, TimeLimitError, Worker, serve_pipe
from kg.workspace import Workspace
from tests.served import make_store, publish

SLOW = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(9)) + " }"
DATA = """@prefix e: <http://e/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
e:a skos:prefLabel "A" ; e:p e:b , "x", 5 . e:b skos:prefLabel "B" ; e:p e:a .
GRAPH e:g1 { e:a e:p "one" } GRAPH e:g2 { e:a e:p "two" }"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(
        tmp_path_factory.mktemp("store") / "s", DATA + "".join(f'e:n{i} e:q "{i}" .\n' for i in range(300))
    )


@pytest.fixture(scope="module")
def worker(store: Path) -> Iterator[Worker]:
    with Worker(store) as started:
        yield started


# What is refused


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE?x { ?s ?p ?o } }",
        "SELECT * {?s ?p 'x'SERVICE<http://127.0.0.1:9/>{} }",
        "SELECT * { ?s ?p '#' SERVICE <http://127.0.0.1:9/> {} }",
        "SELECT * { <a#b> ?p ?o . SERVICE <http://127.0.0.1:9/> {} }",
        "SELECT * { S\\u0045RVICE <http://127.0.0.1:9/> {} }",
        "SELECT * { \\U00000053ERVICE <http://127.0.0.1:9/> {} }",
        "SELECT * { ?s ?p '\\u0027 SERVICE <http://127.0.0.1:9/> {} #' }",
        "SELECT * { ?s ?p ?o FILTER(?o <5) SERVICE <http://127.0.0.1:9/> {} FILTER(?o> 4) }",
        "SELECT * { ?s ?p '''it's ''' . SERVICE <http://127.0.0.1:9/> {} }",
        "SELECT * { { SELECT * { SERVICE <http://127.0.0.1:9/> {} } } }",
        "INSERT DATA { <http://e/a> <http://e/p> 1 }",
        "PREFIX x: <http://x/> # a comment\nBASE <http://e/> DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:9/>",
        "clear all",
        "WITH <http://e/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "ASK " + "{" * 101 + "}" * 101,
        "ASK {} #" + "x" * 1_000_000,
    ],
)
def test_what_is_no_question_to_this_graph_is_refused(query: str) -> None:
    with pytest.raises(RefusedError):
        check_query(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'SERVICE <http://x/> {}' } # SERVICE",
        "PREFIX service: <http://x/SERVICE/> SELECT * { service:SERVICE ?p service:insert . ex:a-SERVICE ?q $SERVICE }",
        'SELECT * { ?s ?p """a "quoted" SERVICE""" , "it is \\" SERVICE" }',
        "SELECT * { ?add ?p ?o . ?load ?copy <http://x/INSERT> }",
        "ASK " + "{" * 100 + "}" * 100,
        "",
    ],
)
def test_words_within_names_texts_and_comments_are_none(query: str) -> None:
    check_query(query)


@given(st.text(alphabet="SERVICE service<>{}'\"\\#?:u0045 \n"))
def test_the_check_ends_with_any_text(text: str) -> None:
    try:
        check_query(text)
    except RefusedError:
        assert "service" in text.lower() or "\\" in text


def test_a_parameter_stands_for_dollar_names_alone() -> None:
    query = "SELECT ?a { ?a <http://x/$a> $a , '$a' , $b } # $a"
    assert with_parameters(query, {"a": '"1"'}) == "SELECT ?a { ?a <http://x/$a> \"1\" , '$a' , $b } # $a"
    assert with_parameters(query, {}) == query


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_parameter_stays_one_text(store_text: str) -> None:
    import pyoxigraph

    term = str(pyoxigraph.Literal(store_text))
    (found,) = pyoxigraph.Store().query(with_parameters("SELECT ?x { BIND($v AS ?x) }", {"v": term}))  # type: ignore[misc]
    assert found["x"].value == store_text


# Media types


@pytest.mark.parametrize(
    ("accept", "rows", "graph"),
    [
        (None, JSON, TURTLE),
        ("", JSON, TURTLE),
        ("*/*", JSON, TURTLE),
        ("application/sparql-results+xml", XML, None),
        ("text/csv;q=0.5, text/tab-separated-values", TSV, None),
        ("text/*;q=0.3, text/csv", CSV, TURTLE),
        ("application/json", JSON, JSON_LD),
        ("application/rdf+xml, */*;q=0.1", JSON, RDF_XML),
        ("text/turtle;q=0, application/n-triples", None, NTRIPLES),
        ("image/png", None, None),
        ("text/csv;q=nonsense", None, None),
        ("TEXT/CSV; charset=utf-8; q=1", CSV, None),
    ],
)
def test_accept_decides_the_media_type(accept: str | None, rows: str | None, graph: str | None) -> None:
    assert choose(accept, ROWS) == rows
    assert choose(accept, GRAPHS) == graph


@given(st.text(alphabet="text/csv*;q=01., "))
def test_any_accept_header_is_understood(accept: str) -> None:
    assert choose(accept, ROWS) in {None, *ROWS.values()}


# Answers


def test_an_answer_comes_in_each_media_type(worker: Worker) -> None:
    query = "SELECT ?o { <http://e/a> <http://e/p> ?o FILTER(isNumeric(?o)) }"
    found = {media: worker.ask(Question(query, rows=media), 10) for media in set(ROWS.values())}
    assert json.loads(found[JSON].body)["results"]["bindings"][0]["o"]["value"] == "5"
    assert found[CSV].body == b"o\r\n5\r\n"
    assert b"<binding" in found[XML].body
    assert found[TSV].body == b"?o\n5\n"
    graphs = {media: worker.ask(Question("DESCRIBE <http://e/b>", graph=media), 10) for media in set(GRAPHS.values())}
    assert all(b"B" in made.body and made.kind == "graph" for made in graphs.values())
    assert worker.ask(Question("ASK {}"), 10) == Answer("boolean", JSON, b'{"head":{},"boolean":true}')


def test_prefixes_of_the_export_are_known_and_a_base_resolves(worker: Worker) -> None:
    assert b"true" in worker.ask(Question('ASK { <a> skos:prefLabel "A" }', base="http://e/"), 10).body


def test_parameters_are_texts_numbers_iris_and_lists(worker: Worker) -> None:
    query = "ASK { VALUES ?node { $nodes } ?node skos:prefLabel $name ; <http://e/p> $number }"
    given_: dict[str, object] = {"nodes": ["<http://e/a>", "<http://e/b>"], "name": "A", "number": 5}
    assert b"true" in worker.ask(Question(query, parameters=given_), 10).body  # type: ignore[arg-type]
    with pytest.raises(QueryError):
        worker.ask(Question("ASK { $a ?p ?o }", parameters={"a": "<http://e/a> } INSERT {>"}), 10)


def test_the_dataset_can_be_narrowed_to_graphs(worker: Worker) -> None:
    def texts(query: str, default: tuple[str, ...], named: tuple[str, ...]) -> set[str]:
        found = json.loads(worker.ask(Question(query, default_graphs=default, named_graphs=named), 10).body)
        return {row["o"]["value"] for row in found["results"]["bindings"]}

    one, two = "http://e/g1", "http://e/g2"
    assert texts("SELECT ?o { <http://e/a> <http://e/p> ?o }", (one, two), ()) == {"one", "two"}
    assert texts("SELECT ?o { ?s ?p ?o }", (), (one,)) == set()
    assert texts("SELECT ?o { GRAPH ?g { ?s ?p ?o } }", (), (one,)) == {"one"}
    with pytest.raises(QueryError):
        worker.ask(Question("ASK {}", default_graphs=("no iri",)), 10)


@pytest.mark.parametrize(
    ("query", "error", "text"),
    [
        ("SELECT", QueryError, "1:7"),
        ("SELECT * { ?s ?p ", QueryError, "expected"),
        ("SELECT * { unknown:a ?p ?o }", QueryError, "1:"),
        ("INSERT DATA { <http://e/a> <http://e/p> 1 }", RefusedError, "only read"),
        ("ASK {} ; CLEAR ALL", QueryError, "1:"),
    ],
)
def test_a_wrong_query_is_one_short_line(query: str, error: type[KgError], text: str, worker: Worker) -> None:
    with pytest.raises(error, match=text) as caught:
        worker.ask(Question(query), 10)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_an_answer_without_an_accepted_media_type_says_so(worker: Worker) -> None:
    with pytest.raises(NotAcceptableError, match="table"):
        worker.ask(Question("SELECT * {}", rows=None), 10)
    with pytest.raises(NotAcceptableError, match="yes or no"):
        worker.ask(Question("ASK {}", rows=None), 10)
    with pytest.raises(NotAcceptableError, match="graph"):
        worker.ask(Question("DESCRIBE <http://e/a>", graph=None), 10)


def test_an_answer_that_is_too_large_is_refused(worker: Worker) -> None:
    with pytest.raises(RefusedError, match="1,000 bytes"):
        worker.ask(Question("SELECT * { ?s ?p ?o . ?a ?b ?c }", max_bytes=1000), 10)
    with pytest.raises(RefusedError, match="LIMIT"):
        worker.ask(Question("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", max_bytes=1000), 10)


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe"])
def test_no_invalid_xml_is_written(character: str, tmp_path: Path) -> None:
    import pyoxigraph as ox

    opened = ox.Store(str(tmp_path / "s"))
    opened.add(ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p"), ox.Literal(f"x{character}")))
    for asked in (
        Question("SELECT ?o { ?s ?p ?o }", rows=XML),
        Question("DESCRIBE <http://e/a>", graph=RDF_XML),
        Description("http://e/a", RDF_XML),
    ):
        with pytest.raises(QueryError, match="control character"):
            write_answer(opened, asked, lambda part: None)
    parts: list[Head | bytes] = []
    write_answer(opened, Question("SELECT ?o { ?s ?p ?o }"), parts.append)
    assert isinstance(parts[1], bytes)
    assert json.loads(parts[1])["results"]["bindings"][0]["o"]["value"] == f"x{character}"


def test_invalid_xml_far_down_ends_the_answer_there(tmp_path: Path) -> None:
    import pyoxigraph as ox

    opened = ox.Store(str(tmp_path / "s"))
    node = ox.NamedNode("http://e/a")
    opened.extend(ox.Quad(node, node, ox.Literal(f"{number:05}" + "x" * 90)) for number in range(2000))
    opened.add(ox.Quad(node, node, ox.Literal("z\x01")))
    parts: list[Head | bytes] = []
    with pytest.raises(NotAcceptableError):
        write_answer(opened, Question("SELECT ?o { ?s ?p ?o } ORDER BY ?o", rows=XML), parts.append)
    assert parts[0] == Head("rows", XML)
    assert len(parts) > 2


def test_a_forbidden_character_that_is_cut_in_two_is_found() -> None:
    body = _Body(Head("rows", XML), 1 << 20, lambda part: None)
    body.write(b"x" * _PIECE + b"&#x")
    body.write(b"1;")
    with pytest.raises(NotAcceptableError):
        body.end()


# Large answers


LARGE = "SELECT ?a ?c { ?a <http://e/q> ?b . ?c <http://e/q> ?d }"


def test_a_large_answer_comes_in_pieces(worker: Worker) -> None:
    asked = Question(LARGE, rows=TSV)
    with worker.stream(asked, 20) as stream:
        assert (stream.kind, stream.media_type) == ("rows", TSV)
        pieces = list(stream.pieces)
        assert stream.is_complete
    assert len(pieces) > 10
    assert b"".join(pieces) == worker.ask(asked, 20).body


def test_an_empty_answer_has_no_pieces_and_the_next_question_its_own(worker: Worker) -> None:
    for _ in range(2):
        assert worker.ask(Question("DESCRIBE <http://e/nothing>"), 20).body == b""
        assert worker.ask(Question("ASK {}"), 20).kind == "boolean"


def test_who_leaves_early_ends_the_process_and_the_next_question_is_answered(store: Path) -> None:
    pool = Pool(store, 1)
    with pool.stream(Question(LARGE), 20) as stream:
        assert next(stream.pieces)
    assert pool.ask(Question("ASK {}"), 20).kind == "boolean"
    pool.close()


def test_an_answer_that_gets_too_large_ends_there_and_the_process_stays(worker: Worker) -> None:
    got = []
    with pytest.raises(RefusedError, match="200,000"), worker.stream(Question(LARGE, max_bytes=200_000), 20) as stream:
        for piece in stream.pieces:
            got.append(piece)
    assert 100_000 < sum(map(len, got)) <= 200_000
    assert worker.is_alive
    assert worker.ask(Question("ASK {}"), 20).kind == "boolean"


def test_the_time_that_the_reader_takes_does_not_count(store: Path) -> None:
    asked = Question(LARGE + " LIMIT 10000", rows=TSV)
    with Worker(store) as one, one.stream(asked, 1.5) as stream:
        size = 0
        for number, piece in enumerate(stream.pieces):
            if number in (1, 2):
                time.sleep(1)
            size += len(piece)
    assert size > 300_000


def test_a_worker_that_is_out_of_step_is_ended(store: Path) -> None:
    with Worker(store) as one:
        one._pipe.send((Question("ASK {}"), 5.0))
        one._pipe.poll(5)
        one._pipe.recv()
        with pytest.raises(ServiceError, match="out of step"):
            one.ask(Question("ASK {}"), 5)
        assert not one.is_alive


# Rows as TSV


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5, unique=True))
def test_texts_come_back_from_tsv(texts: list[str]) -> None:
    import pyoxigraph as ox

    opened = ox.Store()
    node = ox.NamedNode("http://e/a")
    opened.extend(ox.Quad(node, node, ox.Literal(text)) for text in texts)
    parts: list[Head | bytes] = []
    write_answer(opened, Question("SELECT ?o ?s ?none { ?s ?p ?o }", rows=TSV), parts.append)
    data = b"".join(part for part in parts if isinstance(part, bytes))
    columns, rows = read_rows(lines_of(data[at : at + 3] for at in range(0, len(data), 3)))
    found = list(rows)
    assert columns == ["o", "s", "none"]
    assert sorted(str(row[0]) for row in found) == sorted(texts)
    assert all(row[1:] == ["http://e/a", None] and isinstance(row[1], Iri) for row in found)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"x"@en', "x"),
        ('"5"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>', 5),
        ('"x"^^<http://www.w3.org/2001/XMLSchema#integer>', "x"),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#boolean>', True),
        ('"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>', "2024"),
        ('"\\u00e9\\U0001F9EA\\t"', "é🧪\t"),
        ("1.5", 1.5),
        ("1E2", 100.0),
        ("false", False),
        ("_:b", "_:b"),
        ("<<( <http://e/a> <http://e/a> 1 )>>", "<<( <http://e/a> <http://e/a> 1 )>>"),
    ],
)
def test_a_cell_of_tsv_becomes_a_plain_value(cell: str, value: object) -> None:
    assert list(read_rows(iter(["?x", cell]))[1]) == [[value]]


def test_an_empty_result_in_tsv_has_no_rows() -> None:
    assert [list(part) for part in read_rows(iter([]))] == [[], []]
    assert [list(part) for part in read_rows(iter(["?x"]))] == [["x"], []]


def test_a_description_holds_both_directions_and_names(worker: Worker) -> None:
    found = worker.ask(Description("http://e/a", NTRIPLES), 10).body.decode().splitlines()
    assert '<http://e/b> <http://www.w3.org/2004/02/skos/core#prefLabel> "B" .' in found
    assert "<http://e/b> <http://e/p> <http://e/a> ." in found
    assert "<http://e/a> <http://e/p> <http://e/b> ." in found
    page = json.loads(worker.ask(Description("http://e/a", JSON), 10).body)
    assert page["names"] == {"http://e/a": "A", "http://e/b": "B"}
    assert ["http://e/a", "http://e/p", "x", False] in page["rows"]
    assert worker.ask(Description("http://e/nothing", NTRIPLES), 10).body == b""


def test_known_namespaces_are_shortened() -> None:
    assert short_iri("https://w3id.org/paper-kg#uses") == "kg:uses"
    assert short_iri("http://e/a") == "http://e/a"


# Processes


def test_a_query_over_its_time_ends_with_its_process_and_the_next_is_answered(store: Path) -> None:
    pool = Pool(store, 1)
    start = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"longer than 0\.3 s"):
        pool.ask(Question(SLOW), 0.3)
    assert time.monotonic() - start < 3
    assert pool.ask(Question("ASK {}"), 10).kind == "boolean"
    pool.close()


def test_a_query_that_kills_the_engine_is_an_error_and_the_next_is_answered(store: Path) -> None:
    pool = Pool(store, 1)
    with pytest.raises(ServiceError, match="died of the query"):
        pool.ask(Question("ASK { FILTER(" + "!" * 300_000 + "true) }"), 20)
    assert pool.ask(Question("ASK {}"), 10).kind == "boolean"
    pool.close()


def test_a_query_that_takes_too_much_memory_is_an_error(store: Path) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"
    with Worker(store, 200 << 20) as small, pytest.raises(ServiceError, match="memory"):
        small.ask(Question(query), 60)


def test_a_worker_that_was_killed_says_so(store: Path) -> None:
    with Worker(store) as one:
        one._process.kill()
        one._process.join()
        with pytest.raises(ServiceError, match="died"):
            one.ask(Question("ASK {}"), 5)
        assert not one.is_alive


def test_who_finds_no_free_process_is_told_to_come_back(store: Path) -> None:
    pool = Pool(store, 1)

    def ask_slowly() -> None:
        with pytest.raises(TimeLimitError):
            pool.ask(Question(SLOW), 1.0)

    slow = threading.Thread(target=ask_slowly)
    slow.start()
    time.sleep(0.2)
    with pytest.raises(BusyError):
        pool.ask(Question("ASK {}"), 5, wait_s=0.1)
    slow.join()
    pool.close()


def test_processes_are_started_when_they_are_needed(store: Path) -> None:
    pool = Pool(store, 3)
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(pool.ask(Question("ASK {}"), 20, 20))) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 9
    pool.close()


def test_a_folder_that_is_no_store_is_one_line(tmp_path: Path) -> None:
    for make in (open_store, Worker):
        with pytest.raises(ServiceError, match="cannot open") as caught:
            make(tmp_path / "nothing")
        assert "\n" not in str(caught.value)
    gc.collect()


def test_a_worker_ends_when_the_other_end_of_its_pipe_is_closed(store: Path) -> None:
    from multiprocessing import get_context

    context = get_context("spawn")
    mine, other = context.Pipe()
    process = context.Process(target=serve_pipe, args=(other, str(store), 1 << 32))
    process.start()
    other.close()
    mine.recv()
    mine.send(("nonsense", 5.0))
    assert isinstance(mine.recv(), QueryError)  # one that nobody foresaw ends no process
    mine.close()
    process.join(10)
    assert process.exitcode == 0


# Stores of workspaces


def names(path: Path) -> set[str]:
    with Worker(path) as one:
        found = json.loads(one.ask(Question("SELECT ?n { ?s a kg:Method ; skos:prefLabel ?n }"), 10).body)
    return {row["n"]["value"] for row in found["results"]["bindings"]}


def test_a_store_is_made_once_for_each_base_and_goes_with_its_build(tmp_path: Path) -> None:
    workspace = publish(tmp_path / "w")
    made: list[str] = []
    with store_of(workspace, on_make=lambda: made.append("first")) as first:
        assert "FooNet" in names(first)
    with store_of(workspace, on_make=lambda: made.append("again")) as again:
        assert again == first
    with store_of(workspace, "https://example.org/kg", on_make=lambda: made.append("other")) as other:
        assert other != first
    assert made == ["first", "other"]
    assert not list(first.parent.glob(".new-*"))
    publish(tmp_path / "w", KnowledgeGraph([Entity(id="method:x", type="Method", name="X")]))
    assert not first.exists()
    with store_of(workspace) as new:
        assert names(new) == {"X"}


def test_a_wrong_base_or_workspace_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="base"), store_of(publish(tmp_path / "w"), "nonsense"):
        raise AssertionError
    with pytest.raises(WorkspaceError), store_of(Workspace(tmp_path / "none")):
        raise AssertionError


def test_two_that_make_the_same_store_share_one(tmp_path: Path) -> None:
    workspace = publish(tmp_path / "w")

    def make(path: Path) -> None:
        path.mkdir()
        (path / "mine").touch()
        other = path.parent.parent / path.name
        other.mkdir()
        (other / "theirs").touch()

    found = workspace.derived("rdf-x", make)
    assert found is not None
    assert [entry.name for entry in found.iterdir()] == ["theirs"]


class ReadOnly(Workspace):
    """As if the folder could not be written: the tests may run as root, who can write anywhere."""

    def derived(self, name: str, make: Callable[[Path], None]) -> None:
        return None


def test_where_the_workspace_cannot_be_written_the_store_is_temporary(tmp_path: Path) -> None:
    workspace = ReadOnly(publish(tmp_path / "w").folder)
    with store_of(workspace) as path:
        assert "FooNet" in names(path)
    assert not path.exists()


def test_a_full_disk_while_a_store_is_made_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    from kg.sparql.store import write_store

    workspace = publish(tmp_path / "w")
    (tmp_path / "taken").write_text("")
    with pytest.raises(ServiceError, match="cannot write") as caught:
        write_store(workspace, DEFAULT_BASE, tmp_path / "taken" / "store")
    assert "\n" not in str(caught.value)
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError, match="cannot write"):
        write_store(workspace, DEFAULT_BASE, tmp_path / "file")


def test_another_build_is_taken_up_while_questions_are_answered(tmp_path: Path) -> None:
    workspace = publish(tmp_path / "w")
    live = LiveGraph(workspace, DEFAULT_BASE, 1)
    count = Question("SELECT (COUNT(*) AS ?n) { ?s a kg:Method }", rows=CSV)
    assert live.counts()["Paper"] == 3
    before, build = live.ask(count, 10).body, live.build
    publish(tmp_path / "w", KnowledgeGraph([Entity(id="method:x", type="Method", name="X")]))
    deadline = time.monotonic() + 20
    while live.ask(count, 10).body == before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert live.ask(count, 10).body == b"n\r\n1\r\n"
    assert live.build != build
    os.unlink(workspace.folder / "CURRENT")  # half gone: the graph that is open stays
    time.sleep(1.1)
    for _ in range(3):
        assert live.ask(count, 10).body == b"n\r\n1\r\n"
        time.sleep(0.2)
    live.close()
