"""What is sure enough of extractions, graphs and exports."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli.main import cli
from kg.confidence import sure_lines, sure_mentions
from kg.errors import ServiceError, WorkspaceError
from kg.exporters.jsonl import EXPORTER, lines_of
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Extraction, Mention, Relation
from kg.workspace import Workspace

TEXTS = (
    {"id": "p1", "title": "BarNet: Deep Qux Nets", "abstract": "We train BarNet on ImageNet with two A100 GPUs."},
    {
        "id": "p2",
        "title": "A study of Frobel",
        "abstract": "We compare ResNet-50, Zorbel and FooNet on CIFAR-10.",
        "authors": ["Ada B. Example"],
        "organizations": ["Example Lab"],
    },
)


def mention(confidence: float, start: int = 0) -> Mention:
    return Mention(
        type="Method",
        text="FooNet",
        field="title",
        start=start,
        end=start + 6,
        entity="method:foonet",
        name="FooNet",
        named=True,
        role="used",
        confidence=confidence,
        extractor="names",
        sentence=(0, 6),
    )


def evidence(confidence: float, **attributes: Any) -> Evidence:
    return Evidence(
        sentence="On FooNet.\u2028",
        text="FooNet",
        field="abstract",
        start=3,
        end=9,
        extractor="names",
        confidence=confidence,
        attributes=attributes,
    )


def sample() -> KnowledgeGraph:
    graph = KnowledgeGraph()
    for name, label in (
        ("p1", "Paper"),
        ("p2", "Paper"),
        ("author:a", "Author"),
        ("method:foo", "Method"),
        ("method:foo-2", "Method"),
        ("hardware:a100", "Hardware"),
        ("hardware:a100-80gb", "Hardware"),
        ("org:nvidia", "Organization"),
    ):
        graph.add_entity(Entity(id=name, type=label, name=name))
    graph.add_relation(Relation(source="p1", type="AUTHORED_BY", target="author:a"))
    graph.add_relation(Relation(source="method:foo-2", type="VARIANT_OF", target="method:foo"))
    graph.add_relation(Relation(source="hardware:a100-80gb", type="VARIANT_OF", target="hardware:a100"))
    graph.add_relation(Relation(source="hardware:a100", type="MADE_BY", target="org:nvidia", confidence=0.8))
    graph.add_relation(
        Relation(source="p1", type="USES", target="method:foo-2", confidence=0.5, evidence=(evidence(0.5),))
    )
    graph.add_relation(
        Relation(
            source="p2",
            type="RUNS_ON",
            target="hardware:a100-80gb",
            confidence=0.9,
            properties={"count": 64},
            evidence=(evidence(0.4, count=64), evidence(0.9, count=2), evidence(0.7)),
        )
    )
    return graph


def at_least(graph: KnowledgeGraph, least: float) -> KnowledgeGraph:
    with sure_lines(BytesIO("".join(lines_of(graph)).encode()), least) as lines:
        return EXPORTER.read_lines(lines, Path("graph.jsonl"))


def test_mentions_that_are_not_sure_enough_are_left_out() -> None:
    extraction = Extraction(paper_id="p", fingerprint="f", mentions=(mention(0.4), mention(0.5, 9), mention(0.9, 19)))
    assert [m.confidence for m in sure_mentions(extraction, 0.5).mentions] == [0.5, 0.9]
    assert sure_mentions(extraction, 0.4) is extraction


def test_an_edge_has_what_its_sure_evidence_leaves_it() -> None:
    [edge] = [r for r in at_least(sample(), 0.7).relations() if r.type == "RUNS_ON"]
    assert [piece.confidence for piece in edge.evidence] == [0.9, 0.7]
    assert (edge.confidence, edge.properties) == (0.9, {"count": 2})


def test_a_value_is_that_of_the_first_sure_evidence() -> None:
    graph = sample()
    graph.add_entity(Entity(id="metric:f1", type="Metric", name="F1"))
    pieces = (evidence(0.4, value="81"), evidence(0.9, value="82"))
    graph.add_relation(
        Relation(
            source="p1", type="REPORTS", target="metric:f1", confidence=0.9, properties={"value": "81"}, evidence=pieces
        )
    )
    [edge] = [r for r in at_least(graph, 0.5).relations() if r.type == "REPORTS"]
    assert edge.properties == {"value": "82"}


def test_entities_that_no_paper_speaks_of_go_with_their_edges() -> None:
    kept = at_least(sample(), 0.7)
    assert {e.id for e in kept.entities()} == {
        "p1",
        "p2",
        "author:a",
        "hardware:a100",
        "hardware:a100-80gb",
        "org:nvidia",
    }
    assert {r.type for r in kept.relations()} == {"AUTHORED_BY", "VARIANT_OF", "MADE_BY", "RUNS_ON"}


def test_papers_and_what_readers_gave_stay_whatever_is_asked() -> None:
    kept = at_least(sample(), 1.0)
    assert {e.id for e in kept.entities()} == {"p1", "p2", "author:a"}
    assert [r.type for r in kept.relations()] == ["AUTHORED_BY"]


def test_nothing_changes_where_all_is_sure_enough() -> None:
    assert list(lines_of(at_least(sample(), 0.4))) == list(lines_of(sample()))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 4), st.lists(st.sampled_from([0.2, 0.5, 0.8, 1.0]))), max_size=9
    ),
    st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    st.sampled_from([0.2, 0.5, 0.8, 1.0]),
)
def test_asking_for_more_keeps_less_and_asking_twice_changes_nothing(
    edges: list[tuple[int, int, list[float]]], low: float, high: float
) -> None:
    graph = KnowledgeGraph()
    for number in range(4):
        graph.add_entity(Entity(id=f"p{number}", type="Paper", name="P"))
    for number in range(5):
        graph.add_entity(Entity(id=f"method:m{number}", type="Method", name="M"))
    for paper, method, pieces in {(p, m): (p, m, c) for p, m, c in edges}.values():
        found = tuple(evidence(confidence) for confidence in pieces)
        sure = max(pieces, default=1.0)
        graph.add_relation(
            Relation(source=f"p{paper}", type="USES", target=f"method:m{method}", confidence=sure, evidence=found)
        )
    low, high = sorted((low, high))
    some, few = at_least(graph, low), at_least(graph, high)
    assert list(lines_of(at_least(some, high))) == list(lines_of(few))
    assert list(lines_of(at_least(some, low))) == list(lines_of(some))
    for entity in few.entities():
        assert entity.type == "Paper" or any(r.target == entity.id for r in few.relations())


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("papers") / "papers.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in TEXTS), encoding="utf-8")
    return str(path)


def confidences(records: str) -> list[float]:
    return [m["confidence"] for line in records.splitlines() for m in json.loads(line)["mentions"]]


def test_kg_extract_writes_what_is_sure_enough(papers: str) -> None:
    everything = confidences(run("extract", papers, "--no-model", "--workers", "1"))
    some = confidences(run("extract", papers, "--no-model", "--workers", "1", "--min-confidence", "0.9"))
    assert some == [c for c in everything if c >= 0.9]
    assert 0 < len(some) < len(everything)


def test_kg_extract_shows_what_is_sure_enough() -> None:
    assert "method:resnet50" in run("extract", "--text", "We use ResNet-50.", "--no-model", "--min-confidence", "0.5")
    assert "method:resnet50" not in run("extract", "--text", "We use ResNet-50.", "--no-model", "--min-confidence", "1")


def test_kg_evaluate_counts_what_is_sure_enough(tmp_path: Path) -> None:
    gold, found = tmp_path / "gold", tmp_path / "found"
    entity = {"type": "Method", "forms": ["Foo"], "named": True, "role": "used"}
    gold.write_text(json.dumps({"id": "1", "title": "T", "entities": [entity]}))
    found.write_text(json.dumps({"id": "1", "mentions": [{"type": "Method", "text": "Foo", "confidence": 0.5}]}))
    arguments = ("evaluate", str(gold), "--predictions", str(found), "--format", "json", "--min-confidence")
    assert json.loads(run(*arguments, "0.5"))["core"]["named"]["r"] == 1.0
    assert json.loads(run(*arguments, "0.6"))["core"]["named"]["r"] == 0.0


def build(papers: str, folder: Path, *more: str) -> str:
    return run("build", papers, "-o", str(folder), "--no-model", "--workers", "1", *more)


def lines(folder: Path) -> bytes:
    with Workspace(folder).open_graph() as source:
        return source.read()


def test_kg_build_publishes_what_is_sure_enough_without_extracting_again(papers: str, tmp_path: Path) -> None:
    folder = tmp_path / "g"
    build(papers, folder)
    whole = lines(folder)
    assert "min_confidence" not in Workspace(folder).manifest()
    report = build(papers, folder, "--min-confidence", "0.9")
    assert "(nothing new)" in report
    assert "(unchanged)" not in report
    assert Workspace(folder).manifest()["min_confidence"] == 0.9
    sure = lines(folder)
    assert len(sure) < len(whole)
    assert all(r.confidence >= 0.9 for r in Workspace(folder).graph().relations())
    assert any(r.type == "AUTHORED_BY" for r in Workspace(folder).graph().relations())
    assert "(unchanged)" in build(papers, folder, "--min-confidence", "0.9")
    build(papers, tmp_path / "fresh", "--min-confidence", "0.9")
    assert lines(tmp_path / "fresh") == sure
    build(papers, folder)
    assert lines(folder) == whole


def test_papers_that_come_later_are_sure_enough_too(papers: str, tmp_path: Path) -> None:
    first = tmp_path / "first.jsonl"
    first.write_text(json.dumps(TEXTS[0]) + "\n", encoding="utf-8")
    build(str(first), tmp_path / "g", "--min-confidence", "0.9")
    build(papers, tmp_path / "g", "--min-confidence", "0.9")
    build(papers, tmp_path / "fresh", "--min-confidence", "0.9")
    assert lines(tmp_path / "g") == lines(tmp_path / "fresh")


def test_exports_hold_the_entities_of_a_build_that_asks_for_as_much(papers: str, tmp_path: Path) -> None:
    build(papers, tmp_path / "all")
    build(papers, tmp_path / "sure", "--min-confidence", "0.9")
    target = tmp_path / "sure.jsonl"
    run("export", "jsonl", str(tmp_path / "all"), "-o", str(target), "--min-confidence", "0.9")
    exported, built = EXPORTER.read_back(target), Workspace(tmp_path / "sure").graph()
    assert [e.id for e in exported.entities()] == [e.id for e in built.entities()]
    assert [(r.source, r.target) for r in exported.relations()] == [(r.source, r.target) for r in built.relations()]


def test_every_export_can_be_asked_for_what_is_sure_enough(papers: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "g")
    build(papers, Path(folder))
    run("export", "rdf", folder, "-o", str(tmp_path / "all.nt"))
    run("export", "rdf", folder, "-o", str(tmp_path / "sure.nt"), "--min-confidence", "0.99")
    assert (tmp_path / "sure.nt").stat().st_size < (tmp_path / "all.nt").stat().st_size
    run("export", "neo4j-admin", folder, "-o", str(tmp_path / "admin"), "--min-confidence", "0.99")
    assert "--min-confidence" in run("export", "neo4j", "--help")


def test_a_damaged_graph_and_a_full_disk_are_told(papers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "g"
    build(papers, folder)
    with monkeypatch.context() as changed:
        changed.setattr("tempfile.tempdir", str(tmp_path / "missing"))
        with pytest.raises(ServiceError, match="cannot write a temporary file"):
            Workspace(folder).open_graph(0.5)
    [graph] = folder.glob("builds/*/graph.jsonl")
    graph.write_text('{"name":"x"}\n')
    with pytest.raises(WorkspaceError, match="is damaged"):
        Workspace(folder).graph(0.5)
