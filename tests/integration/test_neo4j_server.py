"""The server that tests get: whose database they may write."""

from __future__ import annotations

from collections.abc import Iterator

import neo4j
import pytest

from tests.maven import UnavailableError
from tests.neo4j.server import MARK, NamedServer, RefusedError, Server, free_ports


@pytest.fixture
def named(neo4j_server: Server, monkeypatch: pytest.MonkeyPatch) -> NamedServer:
    """The session's server as KG_TEST_NEO4J_URI would name it."""
    monkeypatch.setenv("KG_TEST_NEO4J_USER", neo4j_server.user)
    monkeypatch.setenv("KG_TEST_NEO4J_PASSWORD", neo4j_server.password)
    return NamedServer(neo4j_server.uri)


@pytest.fixture
def driver(neo4j_server: Server) -> Iterator[neo4j.Driver]:
    with neo4j.GraphDatabase.driver(neo4j_server.uri, auth=neo4j_server.auth) as opened:
        marked = opened.execute_query(f"MATCH (n:{MARK}) RETURN n").records
        opened.execute_query("MATCH (n) DETACH DELETE n")
        yield opened
        opened.execute_query("MATCH (n) DETACH DELETE n")
        if marked:
            opened.execute_query(f"CREATE (:{MARK})")


def test_an_empty_database_is_taken_and_known_again(named: NamedServer, driver: neo4j.Driver) -> None:
    named.start()
    driver.execute_query("CREATE (:Paper)")
    named.start()
    named.stop()
    assert driver.execute_query("MATCH (n) RETURN n").records == []


def test_a_database_of_others_is_refused_and_not_wiped(named: NamedServer, driver: neo4j.Driver) -> None:
    driver.execute_query("CREATE (:Paper {id: 'theirs'})")
    with pytest.raises(RefusedError, match="holds 1 nodes that are not of these tests"):
        named.start()
    assert driver.execute_query("MATCH (n) RETURN labels(n), n.id").records[0].values() == [["Paper"], "theirs"]


def test_a_named_server_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="KG_TEST_NEO4J_URI"):
        NamedServer(f"bolt://127.0.0.1:{free_ports(1)[0]}").start()
