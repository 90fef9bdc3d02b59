"""The saved questions: one answer in SPARQL, in Cypher, and computed with NetworkX."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docs.generate import build_graph
from kg.cli.sparql import table_of
from kg.embedded import EmbeddedGraph
from kg.exporters.neo4j_browser import saved_queries
from kg.sparql.engine import Question
from kg.sparql.negotiation import TSV
from kg.sparql.questions import SavedQuestion, saved_questions
from kg.sparql.store import store_of
from kg.sparql.worker import Worker
from kg.workspace import Workspace
from tests.neo4j.answers import ANSWERS, into, named, of_type, out

QUESTIONS = saved_questions()
CYPHER = {query.name[:2]: query for query in saved_queries()}


@dataclass
class Asked:
    """The graph of the seed papers, three ways."""

    worker: Worker
    cypher: EmbeddedGraph
    networkx: Any


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    workspace = Workspace(Path(build_graph(tmp_path_factory.mktemp("seeds"))))
    with store_of(workspace) as store, Worker(store) as worker, workspace.engine() as cypher:
        yield Asked(worker, cypher, workspace.graph().to_networkx())


def used_datasets(g: Any, p: dict[str, Any]) -> list[list[Any]]:
    counts: Counter[str] = Counter()
    for dataset in of_type(g, "Dataset"):
        counts[g.nodes[dataset]["name"]] += len({paper for paper, _ in into(g, dataset, "EVALUATES_ON", "TRAINS_ON")})
    return [[name, count] for name, count in counts.items() if count >= p["at_least"]]


def papers_of_year(g: Any, p: dict[str, Any]) -> list[list[Any]]:
    papers = {paper for task in named(g, "Task", p["task_name"]) for paper, _ in into(g, task, "ADDRESSES")}
    return [[sum((g.nodes[paper].get("date") or "").startswith(p["year_text"]) for paper in papers)]]


def tasks_with_repository(g: Any, p: dict[str, Any]) -> list[list[Any]]:
    counts: Counter[str] = Counter()
    for task in of_type(g, "Task"):
        papers = [paper for paper, _ in into(g, task, "ADDRESSES") if out(g, paper, "HAS_CODE")]
        counts[g.nodes[task]["name"]] += len(papers)
    return [[name, count] for name, count in counts.items() if count >= p["at_least"]]


# In the terms of Linked Papers With Code; they have no saved query in Cypher.
OTHERS: dict[str, tuple[Callable[[Any, dict[str, Any]], list[list[Any]]], str]] = {
    "21": (
        used_datasets,
        "MATCH (p:Paper)-[:EVALUATES_ON|TRAINS_ON]->(d:Dataset) WITH d.name AS name, count(DISTINCT p) AS n "
        "WHERE n >= $at_least RETURN name, n",
    ),
    "22": (
        papers_of_year,
        "MATCH (p:Paper)-[:ADDRESSES]->(t:Task {name: $task_name}) WHERE p.date STARTS WITH $year_text "
        "RETURN count(DISTINCT p)",
    ),
    "23": (
        tasks_with_repository,
        "MATCH (t:Task)<-[:ADDRESSES]-(p:Paper)-[:HAS_CODE]->() WITH t.name AS name, count(DISTINCT p) AS n "
        "WHERE n >= $at_least RETURN name, n",
    ),
}


def in_order(rows: list[list[Any]]) -> list[str]:
    return sorted(json.dumps(row, ensure_ascii=False) for row in rows)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_saved_question_has_one_answer_in_sparql_cypher_and_networkx(question: SavedQuestion, seeds: Asked) -> None:
    asked = Question(question.sparql, rows=TSV, parameters=question.params)
    _, rows = table_of(seeds.worker.ask(asked, 20).body)
    assert rows, "an example that finds nothing shows nothing"
    number = question.name[:2]
    if number in CYPHER:
        query = CYPHER[number]
        assert (question.title, list(question.params.values())) == (query.title, list(query.params.values()))
        assert question.name == query.name
        assert rows == seeds.cypher.query(query.embedded, query.params).rows
        assert in_order(rows) == in_order(ANSWERS[number](seeds.networkx, query.params))
    else:
        compute, cypher = OTHERS[number]
        used = {name: value for name, value in question.params.items() if f"${name}" in cypher}
        assert in_order(rows) == in_order(seeds.cypher.query(cypher, used).rows)
        assert in_order(rows) == in_order(compute(seeds.networkx, question.params))


def test_there_are_at_least_ten_questions_that_declare_their_prefixes() -> None:
    import pyoxigraph

    from kg.sparql.check import with_parameters

    assert len(QUESTIONS) >= 10
    assert {question.name[:2] for question in QUESTIONS} - CYPHER.keys() == OTHERS.keys()
    for question in QUESTIONS:
        terms = dict.fromkeys(question.params, '"x"')
        pyoxigraph.Store().query(with_parameters(question.sparql, terms))
        assert question.description.endswith(".")
