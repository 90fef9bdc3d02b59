from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.diff import Change, diff
from kg.errors import UsageError, WorkspaceError
from kg.exporters.jsonl import EXPORTER, line_of, lines_of
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.workspace import Workspace
from tests.graphs import sample_graph


def evidence(start: int, confidence: float = 0.5) -> Evidence:
    return Evidence(
        sentence="A B C.",
        text="A",
        field="title",
        start=start,
        end=start + 1,
        extractor="test",
        confidence=confidence,
    )


PAPER = Entity(id="p", type="Paper", name="T", properties={"title": "T", "year": 2024})
METHOD = Entity(id="method:m", type="Method", name="M")
OTHER = Entity(id="method:n", type="Method", name="N\x1b[31m")
USES = Relation(source="p", type="USES", target="method:m", confidence=0.5, evidence=(evidence(0), evidence(2)))
OLD = KnowledgeGraph([PAPER, METHOD], [USES])
NEW = KnowledgeGraph(
    [PAPER.model_copy(update={"properties": {"title": "T", "year": 2025}}), METHOD, OTHER],
    [
        USES.model_copy(update={"confidence": 0.7, "evidence": (evidence(2, 0.7), evidence(4))}),
        Relation(source="p", type="USES", target="method:n", evidence=(evidence(6),)),
    ],
)


def written(folder: Path, name: str, graph: KnowledgeGraph) -> str:
    EXPORTER.write(graph, folder / name)
    return str(folder / name)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    return written(tmp_path, "old.jsonl", OLD), written(tmp_path, "new.jsonl.gz", NEW)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diff", *arguments])


def test_every_kind_of_change_is_named_once(files: tuple[str, str]) -> None:
    uses = {"source": "p", "target": "method:m"}
    new_uses = {"source": "p", "target": "method:n"}
    added = {"id": "method:n", "name": "N\x1b[31m"}
    assert list(diff(*files)) == [
        Change("added", "entity", "Method", added),
        Change("changed", "paper", "Paper", {"id": "p", "name": "T"}, {"year": (2024, 2025)}),
        Change("changed", "relation", "USES", uses, {"confidence": (0.5, 0.7)}),
        Change("removed", "evidence", "USES", uses, evidence=evidence(0).model_dump()),
        Change("changed", "evidence", "USES", uses, {"confidence": (0.5, 0.7)}, evidence(2, 0.7).model_dump()),
        Change("added", "evidence", "USES", uses, evidence=evidence(4).model_dump()),
        Change("added", "relation", "USES", new_uses),
        Change("added", "evidence", "USES", new_uses, evidence=evidence(6).model_dump()),
    ]


def test_the_other_way_round_what_came_is_what_went(files: tuple[str, str]) -> None:
    def signs(changes: list[Change], turn: dict[str, str]) -> list[tuple[str, str, str]]:
        return sorted((turn.get(c.change, c.change), c.what, json.dumps(c.ids)) for c in changes)

    there, back = list(diff(*files)), list(diff(*reversed(files)))
    assert signs(there, {}) == signs(back, {"added": "removed", "removed": "added"})


def test_a_graph_is_no_different_from_itself(tmp_path: Path) -> None:
    file = written(tmp_path, "graph.jsonl", sample_graph())
    workspace = Workspace(tmp_path / "graph")
    with workspace.lock():
        workspace.publish(sample_graph(), {"fingerprint": "f"})
    assert list(diff(file, str(workspace.folder))) == []
    assert run(file, str(workspace.folder)).output == "no difference\n"


def test_against_an_empty_graph_everything_is_new(tmp_path: Path) -> None:
    empty, full = written(tmp_path, "empty.jsonl", KnowledgeGraph()), written(tmp_path, "full.jsonl", sample_graph())
    changes = list(diff(empty, full))
    assert {change.change for change in changes} == {"added"}
    graph = sample_graph()
    assert sum(change.what != "evidence" for change in changes) == len(graph) + graph.relation_count
    assert len(changes) == len(list(diff(full, empty)))


def test_what_is_no_sorted_export_is_refused_with_the_line(tmp_path: Path) -> None:
    good = written(tmp_path, "good.jsonl", sample_graph())
    lines = list(lines_of(sample_graph()))
    cases = {
        "unsorted": ("".join(reversed(lines)), ":2: not sorted"),
        "foreign": ('{"a": 1}\n', ":1: not a line"),
        "torn": (lines[0][:-20] + "\n", ":1: not a line"),
        "torn edge": ('{"confidence":1.0,"evidence":[],"source":"a","target', ":1: not a line"),
    }
    for name, (text, complaint) in cases.items():
        bad = tmp_path / f"{name}.jsonl"
        bad.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=complaint):
            list(diff(good, str(bad)))
    with pytest.raises(WorkspaceError, match="not a workspace"):
        list(diff(good, str(tmp_path)))
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress("".join(lines).encode())[:-40])
    with pytest.raises(UsageError, match="cannot read"):
        list(diff(good, str(packed)))


def test_ids_with_signs_of_json_are_read_whole(tmp_path: Path) -> None:
    odd = ['a"b', "a\\b", 'a","source":"b', "a\u2028b", '"id":"']
    papers = [Entity(id=f"p{text}", type="Paper", name=text, aliases=(text, '"id":"x"')) for text in odd]
    edges = [Relation(source=paper.id, type="USES", target="method:m") for paper in papers]
    graph = KnowledgeGraph([*papers, METHOD], edges)
    changes = list(diff(written(tmp_path, "a.jsonl", KnowledgeGraph([METHOD])), written(tmp_path, "b.jsonl", graph)))
    assert sorted(c.ids["id"] for c in changes if c.what == "paper") == sorted(paper.id for paper in papers)
    assert sorted(c.ids["source"] for c in changes if c.what == "relation") == sorted(paper.id for paper in papers)
    assert line_of(papers[0]).count("\n") == 1


def test_the_table_counts_and_names_the_first_changes(files: tuple[str, str]) -> None:
    result = run(*files)
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["what", "type", "added", "removed", "changed"],
        ["paper", "Paper", "0", "0", "1"],
        ["entity", "Method", "1", "0", "0"],
        ["relation", "USES", "1", "0", "1"],
        ["evidence", "USES", "2", "1", "1"],
        [],
        ["+", "Method", "method:n", "N\\x1b[31m"],
        ["~", "Paper", "p", "T", "year"],
        ["~", "USES", "p", "->", "method:m", "confidence"],
        ["+", "USES", "p", "->", "method:n"],
    ]
    short = run(*files, "--limit", "1")
    assert short.stderr == "... and 3 more (--limit, or --format jsonl)\n"
    assert "method:m" not in short.stdout
    assert "+" not in run(*files, "--limit", "0").stdout


def test_json_lines_have_every_change(files: tuple[str, str]) -> None:
    result = run(*files, "--format", "jsonl")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert records == [json.loads(json.dumps(change.record())) for change in diff(*files)]
    assert records[1] == {
        "change": "changed",
        "what": "paper",
        "type": "Paper",
        "id": "p",
        "name": "T",
        "fields": {"year": [2024, 2025]},
    }
