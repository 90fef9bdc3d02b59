"""Every row of docs/reference/cypher.md, run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.embedded import EmbeddedGraph
from kg.embedded_write import write_database
from kg.errors import QueryError
from tests.conftest import ROOT
from tests.graphs import sample_graph

PAGE = (ROOT / "docs" / "reference" / "cypher.md").read_text(encoding="utf-8")
PARAMETERS = {"text": "ResNet50"}


def rows(section: str) -> list[list[str]]:
    """Cells of the table of a section, without their backticks."""
    text = PAGE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [
        [cell.strip().strip("`").replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines
    ]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedGraph]:
    path: Path = tmp_path_factory.mktemp("cypher") / "graph.lbdb"
    write_database(sample_graph(), path)
    with EmbeddedGraph(path) as opened:
        yield opened


@pytest.mark.parametrize(("theirs", "ours"), rows("Not understood"))
def test_what_is_not_understood_has_another_form(theirs: str, ours: str, engine: EmbeddedGraph) -> None:
    with pytest.raises(QueryError) as caught:
        engine.query(theirs, PARAMETERS)
    assert "\n" not in str(caught.value)
    assert engine.query(ours, PARAMETERS).rows


@pytest.mark.parametrize(("query", "theirs", "here", "ours"), rows("Understood, with another answer"))
def test_another_answer_is_as_the_page_says(
    query: str, theirs: str, here: str, ours: str, engine: EmbeddedGraph
) -> None:
    assert theirs != here
    assert engine.query(query).rows == [[json.loads(here)]]
    assert engine.query(ours).rows == [[json.loads(theirs)]]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("MATCH (:Method)<-[r:INTRODUCES]-() RETURN type(r), startNode(r).name, endNode(r).name", None),
        ("RETURN toInteger('12'), toFloat('1.5'), toString(1)", [12, 1.5, "1"]),
        ("RETURN head([1, 2]), last([1, 2]), tail([1, 2, 3])", [1, 2, [2, 3]]),
        ("RETURN split('a,b', ','), isEmpty([]), isEmpty('a')", [["a", "b"], True, False]),
    ],
)
def test_the_names_of_neo4j_that_the_page_promises_are_there(
    query: str, answer: list[object] | None, engine: EmbeddedGraph
) -> None:
    expected = answer or ["INTRODUCES", "FooNet: Residual Networks Revisited", "FooNet"]
    assert engine.query(query).rows == [expected]


def test_the_tables_of_the_page_are_not_empty() -> None:
    assert len(rows("Not understood")) > 25
    assert len(rows("Understood, with another answer")) > 5
