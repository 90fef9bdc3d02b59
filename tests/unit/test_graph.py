"""KnowledgeGraph."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from kg.errors import UsageError
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from tests.graphs import sample_graph

PAPER = Entity(id="arxiv:1", type="Paper", name="A paper", properties={"year": 2024})
METHOD = Entity(id="method:foo", type="Method", name="Foo", aliases=("FOO",), kind="model")
DATASET = Entity(id="dataset:bar", type="Dataset", name="Bar")
EVIDENCE = Evidence(sentence="Foo is new.", text="Foo", field="abstract", start=0, end=3, extractor="x", confidence=0.9)
INTRODUCES = Relation(source="arxiv:1", type="INTRODUCES", target="method:foo", confidence=0.9, evidence=(EVIDENCE,))
USES = Relation(source="arxiv:1", type="USES", target="method:foo")


def small() -> KnowledgeGraph:
    return KnowledgeGraph([PAPER, METHOD, DATASET], [USES, INTRODUCES])


def test_a_new_graph_is_empty() -> None:
    graph = KnowledgeGraph()
    assert (len(graph), graph.relation_count, list(graph.entities()), list(graph.relations())) == (0, 0, [], [])


def test_what_was_added_is_there() -> None:
    graph = small()
    assert (len(graph), graph.relation_count) == (3, 2)
    assert graph.get("method:foo") == METHOD
    assert "method:foo" in graph
    assert graph.get("method:nope") is None
    assert "method:nope" not in graph
    assert repr(graph) == "KnowledgeGraph(3 entities, 2 relations)"


def test_iteration_is_sorted_and_can_be_limited_to_a_type() -> None:
    graph = small()
    assert [e.id for e in graph.entities()] == ["arxiv:1", "dataset:bar", "method:foo"]
    assert list(graph.entities("Method")) == [METHOD]
    assert list(graph.relations()) == [INTRODUCES, USES]
    assert list(graph.relations("USES")) == [USES]
    assert list(graph.relations("NONSENSE")) == []


def test_parallel_edges_of_different_types_stay_apart() -> None:
    assert list(small().relations_of("method:foo")) == [INTRODUCES, USES]
    assert list(small().relations_of("arxiv:1")) == [INTRODUCES, USES]
    assert list(small().relations_of("dataset:bar")) == []
    assert list(small().relations_of("method:nope")) == []


def test_adding_again_replaces() -> None:
    graph = small()
    graph.add_entity(METHOD.model_copy(update={"name": "Foo 2"}))
    graph.add_relation(USES.model_copy(update={"confidence": 0.5}))
    assert (len(graph), graph.relation_count) == (3, 2)
    assert [r.confidence for r in graph.relations("USES")] == [0.5]
    assert graph.get("method:foo") != METHOD


@pytest.mark.parametrize(
    ("relation", "message"),
    [
        (Relation(source="arxiv:1", type="LIKES", target="method:foo"), "unknown relation type 'LIKES'"),
        (Relation(source="arxiv:2", type="USES", target="method:foo"), "'arxiv:2', which the graph does not have"),
        (Relation(source="arxiv:1", type="USES", target="method:x"), "'method:x', which the graph does not have"),
        (Relation(source="arxiv:1", type="USES", target="dataset:bar"), "cannot end at 'dataset:bar', a Dataset"),
        (Relation(source="method:foo", type="USES", target="method:foo"), "cannot end at 'method:foo', a Method"),
    ],
)
def test_edges_that_the_schema_does_not_know_are_refused(relation: Relation, message: str) -> None:
    graph = small()
    with pytest.raises(UsageError, match=message):
        graph.add_relation(relation)
    assert graph == small()


def test_nodes_that_the_schema_does_not_know_are_refused() -> None:
    with pytest.raises(UsageError, match="unknown entity type 'Person' of 'person:x'"):
        KnowledgeGraph([Entity(id="person:x", type="Person", name="X")])


def test_equality_is_of_content_not_of_order() -> None:
    assert KnowledgeGraph([DATASET, METHOD, PAPER], [INTRODUCES, USES]) == small()
    assert KnowledgeGraph([METHOD, PAPER], [INTRODUCES, USES]) != small()
    assert KnowledgeGraph([DATASET, METHOD, PAPER], [USES]) != small()
    assert small() != "a graph"
    with pytest.raises(TypeError):
        hash(small())


def test_order_of_insertion_does_not_show() -> None:
    entities, relations = list(sample_graph().entities()), list(sample_graph().relations())
    shuffled = random.Random(1)
    shuffled.shuffle(entities)
    shuffled.shuffle(relations)
    again = KnowledgeGraph(entities, relations)
    assert list(again.entities()) == list(sample_graph().entities())
    assert list(again.relations()) == list(sample_graph().relations())


def test_networkx_gets_plain_attributes() -> None:
    graph = small().to_networkx()
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.nodes["arxiv:1"] == {
        "type": "Paper",
        "name": "A paper",
        "aliases": (),
        "named": True,
        "kind": None,
        "year": 2024,
    }
    edge = graph.edges["arxiv:1", "method:foo", "INTRODUCES"]
    assert (edge["type"], edge["confidence"], edge["evidence"][0]["text"]) == ("INTRODUCES", 0.9, "Foo")


def test_the_networkx_graph_is_a_copy() -> None:
    graph = small()
    graph.to_networkx().remove_node("method:foo")
    assert graph == small()


def test_the_networkx_graph_of_all_types() -> None:
    graph = sample_graph()
    plain = graph.to_networkx()
    assert (plain.number_of_nodes(), plain.number_of_edges()) == (len(graph), graph.relation_count)
