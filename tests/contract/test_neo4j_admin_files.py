"""What the contract asks of every exporter, of the bulk files for Neo4j: what is read back equals what was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import UsageError
from kg.exporters.neo4j_admin import MARK, lines_of_graph, write_import_files
from kg.exporters.neo4j_admin_read import read_import_files
from kg.graph import KnowledgeGraph
from kg.model import Entity
from tests.contract.test_exporters import graphs
from tests.graphs import sample_graph


def written(graph: KnowledgeGraph, folder: Path) -> Path:
    write_import_files(lines_of_graph(graph), folder / "files")
    return folder / "files"


@pytest.mark.parametrize("make", graphs())
def test_what_is_read_back_equals_what_was_written(make: Any, tmp_path: Path) -> None:
    assert read_import_files(written(make(), tmp_path)) == make()


def test_ids_too_long_for_an_index_come_back_whole(tmp_path: Path) -> None:
    graph = sample_graph()
    graph.add_entity(Entity(id="author:" + "x" * 3000, type="Author", name="X", kind=""))
    assert read_import_files(written(graph, tmp_path)) == graph


def test_a_list_without_items_comes_back_absent(tmp_path: Path) -> None:
    def paper(**properties: Any) -> KnowledgeGraph:
        return KnowledgeGraph([Entity(id="p", type="Paper", name="P", properties=properties)])

    found = read_import_files(written(paper(keywords=(), links=("a", "")), tmp_path))
    assert found == paper(links=("a", ""))


def test_reading_back_what_is_no_export_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no bulk export") as caught:
        read_import_files(tmp_path)
    assert "\n" not in str(caught.value)
    folder = written(sample_graph(), tmp_path)
    (folder / "Paper.csv").write_text('"half')
    with pytest.raises(UsageError, match=r"Paper\.csv is damaged at character 0"):
        read_import_files(folder)
    described = json.loads((folder / MARK).read_text())
    (folder / MARK).write_text(json.dumps({**described, "nodes": {"../Paper": 1}}))
    with pytest.raises(UsageError, match="unknown type"):
        read_import_files(folder)
