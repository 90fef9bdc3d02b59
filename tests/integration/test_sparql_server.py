"""``kg serve``: real clients, the W3C's protocol tests, limits, linked data, and the command as a process."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import httpx
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from kg.exporters.rdf_terms import Minter
from kg.graph import KnowledgeGraph
from kg.model import Entity, Relation
from kg.server.app import Limits, create_app
from kg.sparql.live import LiveGraph
from kg.sparql.worker import Pool
from tests.graphs import sample_graph
from tests.served import PoolSource, make_store, publish, served

# rdflib reads JSON-LD with a class of its own that it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
NASTY = "<script>alert(1)</script> & \" ' `"
STRANGE = (
    "method:../../etc/passwd",
    "method:a b%2Fc?d#e",
    "method:ü😀\u202e",
    "method:..",
    "method:.",
    "method:a.ttl",
    'method:"><svg onload=alert(1)>',
    "no prefix at all",
    "method:x\x00y\r\nLocation: http://evil/",
)


def hostile() -> KnowledgeGraph:
    sample = sample_graph()
    more = [Entity(id=entity_id, type="Method", name=f"{NASTY} {number}") for number, entity_id in enumerate(STRANGE)]
    paper = Entity(id="paper 1/2", type="Paper", name=NASTY, properties={"title": NASTY, "links": ("javascript:x",)})
    return KnowledgeGraph(
        [*sample.entities(), *more, paper],
        [*sample.relations(), *(Relation(source=paper.id, type="USES", target=one.id) for one in more)],
    )


@dataclass
class Running:
    """A server of the sample graph with hostile texts, and an HTTP client that follows no redirect."""

    base: str
    http: httpx.Client

    @property
    def endpoint(self) -> str:
        return f"{self.base}sparql"

    def ask(self, query: str, accept: str = "*/*", **more: Any) -> httpx.Response:
        return self.http.get(self.endpoint, params={"query": query, **more}, headers={"Accept": accept})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    workspace = publish(tmp_path_factory.mktemp("served") / "graph", hostile())
    sock = socket.create_server(("127.0.0.1", 0))
    live = LiveGraph(workspace, f"http://127.0.0.1:{sock.getsockname()[1]}/")
    limits = Limits(time_s=2, result_bytes=200_000, body_bytes=10_000, wait_s=5)
    with served(create_app(live, limits), sock) as base, httpx.Client(timeout=20) as client:
        yield Running(base, client)
    live.close()


# Real clients


def test_rdflib_asks_and_iterates(running: Running) -> None:
    graph = rdflib.Graph(SPARQLStore(running.endpoint))
    kg = rdflib.Namespace("https://w3id.org/paper-kg#")
    skos = rdflib.SKOS
    found = graph.query("SELECT ?m { ?m a kg:Method ; skos:prefLabel 'ResNet-50' }", initNs={"kg": kg, "skos": skos})
    (method,) = [row[0] for row in found]  # type: ignore[index]
    assert method == rdflib.URIRef(f"{running.base}method/resnet50")
    assert (method, rdflib.RDF.type, kg.Method) in graph
    assert len(graph) > 100
    assert {str(o) for o in graph.objects(method, skos.prefLabel)} == {"ResNet-50"}
    assert graph.query("ASK { ?s ?p ?o }").askAnswer
    made = graph.query(f"CONSTRUCT {{ ?s a ?t }} WHERE {{ <{method}> a ?t BIND(<{method}> AS ?s) }}")
    assert made.graph is not None
    assert (method, rdflib.RDF.type, kg.Method) in made.graph
    assert len(list(graph.triples((None, kg.uses, None)))) == len(set(graph.subject_objects(kg.uses)))


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store_uses_each_method(method: Any, running: Running) -> None:
    store = SPARQLStore(running.endpoint, method=method)
    assert [str(row[0]) for row in store.query("SELECT (1 AS ?x) {}")] == ["1"]  # type: ignore[index]


def test_rdflib_store_is_told_that_a_query_is_refused(running: Running) -> None:
    with pytest.raises(ValueError, match="something wrong"):
        SPARQLStore(running.endpoint).query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


@pytest.mark.parametrize("by", ["GET", "form", "direct"])
def test_sparqlwrapper_reads_every_format(by: str, running: Running) -> None:
    wrapper = SPARQLWrapper(running.endpoint)
    if by != "GET":
        wrapper.setMethod(POST)
    if by == "direct":
        wrapper.setRequestMethod(POSTDIRECTLY)
    wrapper.setQuery('SELECT ?m { ?m <http://www.w3.org/2004/02/skos/core#prefLabel> "ResNet-50" }')
    for kind in (JSON, XML, CSV):
        wrapper.setReturnFormat(kind)
        converted: Any = wrapper.queryAndConvert()
        if kind == JSON:
            assert converted["results"]["bindings"][0]["m"]["value"] == f"{running.base}method/resnet50"
        else:
            text = converted.toxml() if kind == XML else converted.decode()
            assert f"{running.base}method/resnet50" in text
    wrapper.setQuery(f"DESCRIBE <{running.base}method/resnet50>")
    for kind in (RDFXML, TURTLE, N3, JSONLD):
        wrapper.setReturnFormat(kind)
        assert b"ResNet-50" in wrapper.query().response.read()


def test_sparqlwrapper_is_told_what_is_wrong(running: Running) -> None:
    wrapper = SPARQLWrapper(running.endpoint)
    wrapper.setQuery("SELECT * { ?s ?p")
    with pytest.raises(QueryBadFormed, match="expected"):
        wrapper.query()
    wrapper.setMethod(POST)
    wrapper.setQuery("DELETE WHERE { ?s ?p ?o }")
    with pytest.raises(Exception, match="403"):
        wrapper.query()


# The W3C's tests of the protocol: https://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/

D = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
DOCUMENTS = "".join(
    f"GRAPH <{D.format(n)}> {{ <{D.format(n)}> a <http://xmlns.com/foaf/0.1/Document> }}\n" for n in (1, 2, 3)
)


@pytest.fixture(scope="module")
def w3c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of the three graphs that the tests need."""
    pool = Pool(make_store(tmp_path_factory.mktemp("w3c") / "store", DOCUMENTS), 1)
    sock = socket.create_server(("127.0.0.1", 0))
    source = PoolSource(pool, f"http://127.0.0.1:{sock.getsockname()[1]}/")
    with served(create_app(source, origins=()), sock) as base, httpx.Client(timeout=20) as client:
        yield Running(base, client)
    pool.close()


FORM, DIRECT, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
RESULTS = {"application/sparql-results+xml", "application/sparql-results+json"}
GRAPHS = {"application/rdf+xml", "text/turtle"}


def request(
    w3c: Running, method: str, *, parameters: Any = (), kind: str | None = None, body: bytes = b""
) -> httpx.Response:
    return w3c.http.request(
        method,
        w3c.endpoint + ("/" if method == "POST" else ""),
        params=httpx.QueryParams(parameters),
        content=body,
        headers={"Content-Type": kind} if kind else {},
    )


@pytest.mark.parametrize(
    ("method", "more"),
    [
        pytest.param("PUT", {"parameters": [("query", "ASK {}")]}, id="bad_query_method"),
        pytest.param("GET", {"parameters": [("query", "ASK {}"), ("query", "SELECT * {}")]}, id="bad_multiple_queries"),
        pytest.param("POST", {"kind": "text/plain", "body": b"ASK {}"}, id="bad_query_wrong_media_type"),
        pytest.param("POST", {"body": b"query=ASK%20%7B%7D"}, id="bad_query_missing_form_type"),
        pytest.param("POST", {"body": b"ASK {}"}, id="bad_query_missing_direct_type"),
        pytest.param(
            "POST", {"kind": f"{DIRECT}; charset=UTF-16", "body": "ASK {}".encode("utf-16")}, id="bad_query_non_utf8"
        ),
        pytest.param("POST", {"kind": DIRECT, "body": "ASK {}".encode("utf-16")}, id="bad_query_non_utf8_unsaid"),
        pytest.param("GET", {"parameters": [("query", "ASK {")]}, id="bad_query_syntax"),
        pytest.param("GET", {"parameters": [("update", "CLEAR ALL")]}, id="bad_update_get"),
        pytest.param(
            "POST", {"kind": FORM, "body": b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT"}, id="bad_multiple_updates"
        ),
        pytest.param("POST", {"kind": "text/plain", "body": b"CLEAR NAMED"}, id="bad_update_wrong_media_type"),
        pytest.param("POST", {"body": b"update=CLEAR%20NAMED"}, id="bad_update_missing_form_type"),
        pytest.param(
            "POST",
            {"kind": f"{UPDATE}; charset=UTF-16", "body": "CLEAR NAMED".encode("utf-16")},
            id="bad_update_non_utf8",
        ),
        pytest.param("POST", {"kind": FORM, "body": b"update=CLEAR%20XYZ"}, id="bad_update_syntax"),
        # Of the tests that expect an update to work, this server must refuse all.
        pytest.param("POST", {"kind": UPDATE, "body": b"CLEAR ALL"}, id="update_post_direct"),
        pytest.param("POST", {"kind": FORM, "body": b"update=CLEAR%20ALL"}, id="update_post_form"),
        pytest.param("POST", {"kind": DIRECT, "body": b"CLEAR ALL"}, id="update_as_query"),
        pytest.param("POST", {"kind": FORM, "body": b""}, id="no_query"),
        pytest.param("POST", {"kind": FORM, "body": b"query=%FF"}, id="query_not_utf8_in_percent_encoding"),
    ],
)
def test_w3c_bad_requests_get_4xx_and_one_line(method: str, more: dict[str, Any], w3c: Running) -> None:
    got = request(w3c, method, **more)
    assert 400 <= got.status_code < 500
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.text.count("\n") == 1
    assert request(w3c, "GET", parameters=[("query", "ASK { GRAPH ?g { ?s ?p ?o } }")]).json()["boolean"] is True


TWO = f"<{D.format(1)}> a ?type . <{D.format(2)}> a ?type"
TWO_NAMED = f"GRAPH ?g1 {{ <{D.format(1)}> a ?type }} GRAPH ?g2 {{ <{D.format(2)}> a ?type }}"
DEFAULTS = [("default-graph-uri", D.format(n)) for n in (1, 2)]
NAMED = [("named-graph-uri", D.format(n)) for n in (1, 2)]


@pytest.mark.parametrize(
    ("method", "more", "kinds"),
    [
        pytest.param("GET", {"parameters": [("query", "ASK {}")]}, RESULTS, id="query_get"),
        pytest.param("POST", {"kind": FORM, "body": b"query=ASK%20%7B%7D"}, RESULTS, id="query_post_form"),
        pytest.param("POST", {"kind": DIRECT, "body": b"ASK {}"}, RESULTS, id="query_post_direct"),
        pytest.param(
            "POST",
            {"kind": DIRECT, "parameters": DEFAULTS[:1], "body": f"ASK {{ <{D.format(1)}> ?p ?o }}".encode()},
            RESULTS,
            id="query_dataset_default_graph",
        ),
        pytest.param(
            "GET",
            {"parameters": [("query", f"ASK {{ {TWO} }}"), *DEFAULTS]},
            RESULTS,
            id="query_dataset_default_graphs_get",
        ),
        pytest.param(
            "POST",
            {"kind": DIRECT, "parameters": DEFAULTS, "body": f"ASK {{ {TWO} }}".encode()},
            RESULTS,
            id="query_dataset_default_graphs_post",
        ),
        pytest.param(
            "GET",
            {"parameters": [("query", f"ASK {{ {TWO_NAMED} }}"), *NAMED]},
            RESULTS,
            id="query_dataset_named_graphs_get",
        ),
        pytest.param(
            "POST",
            {"kind": DIRECT, "parameters": NAMED, "body": b"ASK { GRAPH ?g { ?s ?p ?o } }"},
            RESULTS,
            id="query_dataset_named_graphs_post",
        ),
        pytest.param(
            "POST",
            {"kind": FORM, "body": urlencode([("query", f"ASK {{ {TWO} }}"), *DEFAULTS]).encode()},
            RESULTS,
            id="query_dataset_in_a_form",
        ),
        pytest.param(
            "POST",
            {
                "kind": DIRECT,
                "parameters": [("default-graph-uri", D.format(2))],
                "body": f"ASK FROM <{D.format(1)}> {{ <{D.format(2)}> ?p ?o }}".encode(),
            },
            RESULTS,
            id="query_multiple_dataset",
        ),
        pytest.param(
            "POST",
            {"kind": DIRECT, "body": b"DESCRIBE <http://example.org/>"},
            GRAPHS,
            id="query_content_type_describe",
        ),
        pytest.param(
            "POST",
            {"kind": DIRECT, "body": b"CONSTRUCT { <s> <p> 1 } WHERE {}"},
            GRAPHS,
            id="query_content_type_construct",
        ),
        pytest.param(
            "POST",
            {"kind": DIRECT, "body": b"SELECT (1 AS ?value) {}"},
            RESULTS | {"text/csv", "text/tab-separated-values"},
            id="query_content_type_select",
        ),
    ],
)
def test_w3c_queries_are_answered(method: str, more: dict[str, Any], kinds: set[str], w3c: Running) -> None:
    got = request(w3c, method, **more)
    assert got.status_code == 200
    assert got.headers["content-type"].partition(";")[0] in kinds
    if b"ASK" in more.get("body", b"") or (
        "parameters" in more and dict(more["parameters"]).get("query", "").startswith("ASK")
    ):
        assert got.json()["boolean"] is True


def test_w3c_query_dataset_full(w3c: Running) -> None:
    parameters = [("default-graph-uri", D.format(3)), *NAMED]
    body = b"SELECT ?g ?x ?s { ?x ?y ?o GRAPH ?g { ?s ?p ?o } }"
    rows = request(w3c, "POST", kind=DIRECT, parameters=parameters, body=body).json()["results"]["bindings"]
    assert {(r["g"]["value"], r["x"]["value"], r["s"]["value"]) for r in rows} == {
        (D.format(n), D.format(3), D.format(n)) for n in (1, 2)
    }


SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"]
)
def test_w3c_service_description(accept: str, w3c: Running) -> None:
    got = w3c.http.get(w3c.endpoint, headers={"Accept": accept})
    assert got.headers["content-type"].startswith(accept)
    graph = rdflib.Graph().parse(data=got.text, format=accept, publicID=w3c.endpoint)
    (service,) = graph.subjects(rdflib.RDF.type, rdflib.URIRef(SD + "Service"))
    assert graph.value(service, rdflib.URIRef(SD + "endpoint")) == rdflib.URIRef(w3c.endpoint)
    assert (service, rdflib.URIRef(SD + "supportedLanguage"), rdflib.URIRef(SD + "SPARQL11Query")) in graph


# Negotiation and CORS


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("application/sparql-results+xml, */*;q=0.1", "application/sparql-results+xml"),
        ("application/json", "application/sparql-results+json"),
    ],
)
def test_the_accept_header_decides(accept: str, kind: str, running: Running) -> None:
    got = running.ask("SELECT (1 AS ?x) {}", accept)
    assert got.headers["content-type"] == kind
    assert "Accept" in got.headers["vary"]


def test_what_no_one_can_write_is_406(running: Running) -> None:
    assert running.ask("SELECT (1 AS ?x) {}", "image/png").status_code == 406
    assert running.ask("DESCRIBE <http://e/>", "text/csv").status_code == 406
    for path in ("method/foonet", ".well-known/void", "sparql"):
        assert running.http.get(running.base + path, headers={"Accept": "image/png"}).status_code == 406


def test_scripts_of_other_sites_may_read_answers_unless_told_otherwise(running: Running, w3c: Running) -> None:
    headers = {"Origin": "https://example.org"}
    got = running.http.get(running.endpoint, params={"query": "ASK {}"}, headers=headers)
    assert got.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in got.headers
    asked = {**headers, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert running.http.options(running.endpoint, headers=asked).status_code == 200
    refused = w3c.http.get(w3c.endpoint, params={"query": "ASK {}"}, headers=headers)
    assert "access-control-allow-origin" not in refused.headers


# Limits


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?l", 503, "longer than 2 s"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", 403, "larger than 200,000 bytes"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", 403, "SERVICE is refused"),
        ("ASK " + "{" * 200 + "}" * 200, 403, "nested"),
        ("SELECT * { ?a ?b ?c . FILTER(no:such(?a)) }", 400, "1:"),
    ],
)
def test_what_costs_too_much_is_refused_in_one_line(query: str, status: int, text: str, running: Running) -> None:
    got = running.ask(query)
    assert (got.status_code, text in got.text, got.text.count("\n")) == (status, True, 1)
    assert running.ask("ASK {}").json()["boolean"] is True


LARGE = "SELECT ?a ?c { ?a <http://e/q> ?b . ?c <http://e/q> ?d }"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with one process, and answers of up to 8 MB."""
    data = "".join(f'<http://e/n{n}> <http://e/q> "{n}" .\n' for n in range(300))
    pool = Pool(make_store(tmp_path_factory.mktemp("large") / "store", data), 1)
    sock = socket.create_server(("127.0.0.1", 0))
    source = PoolSource(pool, f"http://127.0.0.1:{sock.getsockname()[1]}/")
    limits = Limits(time_s=6, result_bytes=8_000_000, wait_s=10)
    with served(create_app(source, limits), sock) as base, httpx.Client(timeout=20) as client:
        yield Running(base, client)
    pool.close()


@pytest.mark.parametrize("accept", ["text/csv", "text/tab-separated-values"])
def test_a_large_answer_is_sent_as_it_comes(accept: str, large: Running) -> None:
    got = large.ask(LARGE, accept)
    assert got.headers["transfer-encoding"] == "chunked"
    assert got.headers["content-type"] == f"{accept}; charset=utf-8"
    assert "Accept" in got.headers["vary"]
    assert got.text.count("\n") == 300 * 300 + 1
    assert "content-length" in large.ask("SELECT * { ?a ?b ?c } LIMIT 5", accept).headers


def test_an_answer_that_gets_too_large_is_cut_off_so_that_the_client_sees_it(large: Running) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        large.ask(LARGE, "application/sparql-results+xml")
    assert large.ask("ASK {}").json()["boolean"] is True


def test_a_client_that_does_not_read_gives_the_process_free(large: Running) -> None:
    with socket.create_connection(("127.0.0.1", int(large.base.split(":")[2][:-1]))) as idle:
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        path = f"/sparql?query={quote(LARGE, safe='')}"
        idle.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        time.sleep(0.5)
        assert large.ask("ASK {}").json()["boolean"] is True


def test_a_client_that_goes_away_gives_the_process_free(large: Running) -> None:
    with large.http.stream("GET", large.endpoint, params={"query": LARGE}, headers={"Accept": "text/csv"}) as got:
        assert next(got.iter_bytes())
    assert large.ask("ASK {}").json()["boolean"] is True


def test_a_body_that_is_too_large_is_refused_with_and_without_its_length(running: Running) -> None:
    big = b"query=" + b"x" * 20_000
    headers = {"Content-Type": FORM}
    assert running.http.post(running.endpoint, content=big, headers=headers).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 1000

    assert running.http.post(running.endpoint, content=pieces(), headers=headers).status_code == 413
    assert running.ask("ASK {}").status_code == 200


def test_a_line_that_is_too_long_is_refused(running: Running) -> None:
    assert raw_get(running, running.base + "x" * 60_000, "*/*").status_code == 414
    assert raw_get(running, f"{running.endpoint}?query=" + "x" * 60_000, "*/*").status_code == 414
    many = "&".join(f"a{n}=1" for n in range(500))
    assert running.http.get(f"{running.endpoint}?{many}").status_code == 400


def test_more_requests_than_processes_wait_or_are_turned_away(tmp_path: Path) -> None:
    pool = Pool(make_store(tmp_path / "store", DOCUMENTS), 1)
    sock = socket.create_server(("127.0.0.1", 0))
    source = PoolSource(pool, f"http://127.0.0.1:{sock.getsockname()[1]}/")
    slow = "SELECT * { " + " ".join(f"GRAPH ?g{n} {{ ?a{n} ?b{n} ?c{n} }}" for n in range(40)) + " } ORDER BY ?a0"
    limits = Limits(time_s=1.5, wait_s=0.2, waiting=3)
    statuses: list[int] = []
    with served(create_app(source, limits), sock) as base:

        def ask() -> None:
            got = httpx.get(f"{base}sparql", params={"query": slow}, timeout=20)
            statuses.append(got.status_code)
            if "busy" in got.text or "too many" in got.text:
                assert got.headers["retry-after"] == "10"

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [503] * 6
        assert httpx.get(f"{base}sparql", params={"query": "ASK {}"}).status_code == 200
    pool.close()


# Linked data


def follow(running: Running, iri: str, accept: str) -> httpx.Response:
    """What an IRI leads to, by one redirect at most."""
    first = raw_get(running, iri, accept)
    if first.status_code != 303:
        return first
    return raw_get(running, urljoin(iri, first.headers["location"]), accept)


def raw_get(running: Running, iri: str, accept: str) -> httpx.Response:
    """GET without any normalisation of the path."""
    connection = http.client.HTTPConnection("127.0.0.1", int(running.base.rsplit(":", 1)[1].strip("/")), timeout=20)
    connection.request("GET", iri.removeprefix(running.base.rstrip("/")), headers={"Accept": accept})
    got = connection.getresponse()
    found = httpx.Response(got.status, headers=got.getheaders(), content=got.read())
    connection.close()
    return found


FORMATS = {
    "text/turtle": ("ttl", "turtle"),
    "application/n-triples": ("nt", "nt"),
    "application/ld+json": ("jsonld", "json-ld"),
    "application/rdf+xml": ("rdf", "xml"),
}


@pytest.mark.parametrize("accept", FORMATS)
def test_an_entity_answers_with_data_by_a_303(accept: str, running: Running) -> None:
    suffix, parser = FORMATS[accept]
    iri = f"{running.base}method/resnet50"
    first = raw_get(running, iri, accept)
    assert first.status_code == 303
    assert urljoin(iri, first.headers["location"]) == f"{running.base}data/method/resnet50.{suffix}"
    assert "Accept" in first.headers["vary"]
    got = follow(running, iri, accept)
    assert got.headers["content-type"].partition(";")[0] == accept
    graph = rdflib.Graph().parse(data=got.content, format=parser)
    assert (rdflib.URIRef(iri), rdflib.SKOS.prefLabel, rdflib.Literal("ResNet-50")) in graph


def test_an_entity_answers_with_a_page_by_a_303(running: Running) -> None:
    iri = f"{running.base}method/resnet50"
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert urljoin(iri, raw_get(running, iri, browser).headers["location"]) == f"{running.base}page/method/resnet50"
    page = follow(running, iri, browser)
    assert page.status_code == 200
    assert "<h1" in page.text
    assert "ResNet-50" in page.text
    links = re.findall(r'href="([^"]+)"', page.text)
    assert links
    for link in links:
        where = urljoin(f"{running.base}page/method/resnet50", link)
        if where.startswith(running.base):
            assert raw_get(running, where, browser).status_code in (200, 303), link


@pytest.mark.parametrize("entity_id", STRANGE)
def test_every_minted_iri_answers_and_no_text_is_obeyed(entity_id: str, running: Running) -> None:
    iri = Minter(running.base).entity(entity_id)
    page = follow(running, iri, "text/html")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<svg" not in page.text
    assert "&lt;script&gt;" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for accept, (_, parser) in FORMATS.items():
        got = follow(running, iri, accept)
        if "\x00" in entity_id and parser == "xml":
            assert got.status_code == 406  # XML has no way to write it
            continue
        assert got.status_code == 200, (accept, got.text)
        if accept in ("application/ld+json", "application/n-triples"):
            assert len(rdflib.Graph().parse(data=got.content, format=parser)) > 3


def test_papers_with_an_iri_of_doi_or_arxiv_are_described_under_resource(running: Running) -> None:
    for iri in ("https://arxiv.org/abs/2401.00001", "https://doi.org/10.1234/second"):
        where = f"{running.base}resource?iri={quote(iri, safe='')}"
        got = raw_get(running, where, "text/turtle")
        assert (rdflib.URIRef(iri), rdflib.RDF.type, None) in rdflib.Graph().parse(data=got.content, format="turtle")
        assert iri in raw_get(running, where, "text/html").text
    assert raw_get(running, f"{running.base}resource?iri=http://e/none", "text/html").status_code == 404
    assert raw_get(running, f"{running.base}resource?iri=%3E%20INSERT", "text/html").status_code == 404
    assert raw_get(running, f"{running.base}resource", "text/html").status_code == 400


def test_no_link_leads_to_a_script(running: Running) -> None:
    page = follow(running, Minter(running.base).paper("paper 1/2"), "text/html")
    assert page.status_code == 200
    assert "javascript:x" in page.text
    assert 'href="javascript' not in page.text


def test_what_the_graph_does_not_know_is_404(running: Running) -> None:
    for path in (
        "nothing",
        "method/nothing",
        "page/method/nothing",
        "data/method/nothing.ttl",
        "data/method/resnet50.exe",
    ):
        assert raw_get(running, running.base + path, "*/*").status_code == 404
    assert raw_get(running, f"{running.base}method/%FF%FE", "*/*").status_code == 404
    assert raw_get(running, f"{running.base}../../etc/passwd", "*/*").status_code == 404


def test_a_spelling_of_an_iri_that_means_the_same_is_found(running: Running) -> None:
    assert raw_get(running, f"{running.base}method/%72esnet50", "text/turtle").status_code == 303


def test_head_is_get_without_a_body(running: Running) -> None:
    got = running.http.head(f"{running.base}data/method/resnet50.ttl")
    assert (got.status_code, got.content) == (200, b"")
    assert running.http.head(running.endpoint, params={"query": "ASK {}"}).status_code == 200


def test_void_describes_the_dataset_with_true_counts(running: Running) -> None:
    got = running.http.get(f"{running.base}.well-known/void", headers={"Accept": "application/rdf+xml"})
    graph = rdflib.Graph().parse(data=got.text, format="xml")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    (dataset,) = graph.subjects(rdflib.RDF.type, void.Dataset)
    count = running.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text.split()[1]
    assert str(graph.value(dataset, void.triples)) == count
    assert str(graph.value(dataset, void.entities)) == str(len(hostile()))
    assert graph.value(dataset, void.sparqlEndpoint) == rdflib.URIRef(running.endpoint)
    assert len(list(graph.objects(dataset, void.propertyPartition))) > 10
    assert running.http.get(f"{running.base}.well-known/void").text.count("void:Dataset ;") == 1


def test_people_find_a_home_page_and_a_form(running: Running) -> None:
    home = running.http.get(running.base, headers={"Accept": "text/html"})
    assert "Method" in home.text
    assert 'action="sparql"' in home.text
    assert 'action="sparql"' in running.http.get(running.endpoint, headers={"Accept": "text/html"}).text
    assert "void:Dataset" in running.http.get(running.base, headers={"Accept": "text/turtle"}).text
    query = re.search(r"<textarea[^>]*>(.*?)</textarea>", home.text, re.DOTALL)
    assert query is not None
    assert running.ask(query[1]).status_code == 200


# The command


def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """``kg serve`` as a process, and the address that it tells."""
    command = [str(Path(sys.executable).with_name("kg")), "serve", *arguments, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+/(?= )", line)
    assert found, (line, process.communicate())
    return process, found[0]


def children(process: subprocess.Popen[str]) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_command_serves_until_it_is_told_to_end(sign: signal.Signals, code: int, tmp_path: Path) -> None:
    process, base = start(str(publish(tmp_path / "graph").folder))
    assert base.startswith("http://127.0.0.1:")
    assert httpx.get(f"{base}sparql", params={"query": "ASK { ?s a kg:Method }"}).json()["boolean"] is True
    assert (
        httpx.get(f"{base}method/resnet50", headers={"Accept": "text/turtle"}, follow_redirects=True).status_code == 200
    )
    workers = children(process)
    process.send_signal(sign)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in errors
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_no_process_stays_when_the_server_is_killed(tmp_path: Path) -> None:
    process, base = start(str(publish(tmp_path / "graph").folder), "--host", "::1")
    assert base.startswith("http://[::1]:")
    assert httpx.get(f"{base}sparql", params={"query": "ASK {}"}).json()["boolean"] is True
    workers = children(process)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    folder = str(publish(tmp_path / "graph").folder)
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError('gone', name='starlette')\n")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("kg")), "serve", folder],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "paper-kg[serve]" in done.stderr


def test_who_listens_beyond_this_machine_is_told_so(tmp_path: Path) -> None:
    process, _ = start(str(publish(tmp_path / "graph").folder), "--host", "0.0.0.0", "--cors", "none")
    process.terminate()
    assert "Anyone who reaches 0.0.0.0" in process.communicate(timeout=20)[1]
