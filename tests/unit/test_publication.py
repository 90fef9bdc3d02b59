"""Graphs made whole and brought up to date: the database beside the export, and what happens when files are damaged."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kg.embedded_write import wal_of
from kg.exporters.jsonl import line_of
from kg.model import Entity, Evidence, Extraction, Paper, Relation
from kg.workspace import Workspace
from tests.graphs import FINGERPRINT, FIRST, ITEMS, VOCABULARY, extraction, mention

METHODS = ("FooNet", "FooNet-2", "FooNet-2-7B", "Bar", "ResNet-50")
DATASETS = ("ImageNet-1k", "Corpus", "Corpus-100k")
HARDWARE = ("A100", "Board", "Board 2")
NODES = "MATCH (n) RETURN n ORDER BY n.id"
EDGES = "MATCH (a)-[r]->(b) RETURN a.id, r, b.id ORDER BY a.id, label(r), b.id"


def paper(number: int, seed: int = 0) -> tuple[Paper, Extraction]:
    """A paper and what was found in it: the same for the same numbers."""
    choice = random.Random(f"{number} {seed}")
    method, dataset, hardware = (choice.choice(names) for names in (METHODS, DATASETS, HARDWARE))
    made = Paper(
        id=f"p{number:03}",
        title=f"{method} number {number}",
        abstract=f"We train {method} on {dataset} with 4 {hardware}. It is version {seed}.",
        date=f"20{number % 30:02}-01-01",
        authors=(f"Author {number % 7}", "Ada Example"),
    )
    found = extraction(
        made,
        mention(made, "Method", method, choice.choice(("introduced", "used"))),
        mention(made, "Dataset", dataset, "trained"),
        mention(made, "Hardware", hardware, "used", attributes={"count": 4, "vendor": choice.choice(("NVIDIA", "B"))}),
    )
    return made, found


def publish(workspace: Workspace) -> dict[str, Any]:
    return workspace.publish_papers(FINGERPRINT, VOCABULARY, {})


def put(workspace: Workspace, *papers: tuple[Paper, Extraction]) -> dict[str, Any]:
    with workspace.lock():
        workspace.add_papers(made for made, _ in papers)
        workspace.add_extractions(found for _, found in papers)
        return publish(workspace)


def contents(workspace: Workspace) -> tuple[bytes, list[Any], list[Any]]:
    with workspace.engine() as engine, workspace.open_graph() as lines:
        return lines.read(), engine.query(NODES).rows, engine.query(EDGES).rows


def build_of(workspace: Workspace) -> Path:
    return workspace.folder / "builds" / str(workspace.build_name)


@pytest.fixture
def old(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "old")
    put(workspace, *map(paper, range(40)))
    return workspace


def fresh(tmp_path: Path, *papers: tuple[Paper, Extraction]) -> Workspace:
    workspace = Workspace(tmp_path / "fresh")
    put(workspace, *papers)
    return workspace


def test_a_graph_brought_up_to_date_is_the_one_made_whole_in_export_and_database(
    old: Workspace, tmp_path: Path
) -> None:
    base = (build_of(old) / "graph.lbdb").read_bytes()
    with old.lock():
        old.remove(["p003"])
    put(old, paper(40), paper(41))
    assert wal_of(build_of(old) / "graph.lbdb").exists()
    assert (build_of(old) / "graph.lbdb").read_bytes() == base
    with old.lock():
        old.remove(["p007", "p040"])
    put(old, paper(7, seed=1), paper(50))
    kept = [paper(n) for n in (*range(40), 41, 50) if n not in (3, 7)]
    whole = fresh(tmp_path, *kept, paper(7, seed=1))
    assert contents(old) == contents(whole)
    assert old.manifest() == whole.manifest()
    assert not wal_of(build_of(whole) / "graph.lbdb").exists()


def test_the_graph_before_can_be_read_while_the_next_is_made(old: Workspace) -> None:
    with old.engine() as engine:
        put(old, paper(60))
        assert engine.query("MATCH (p:Paper) RETURN count(*)").rows == [[40]]
    with old.engine() as engine:
        assert engine.query("MATCH (p:Paper) RETURN count(*)").rows == [[41]]


def test_many_changes_make_the_database_anew(old: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.publication._LARGEST_WAL", 1)
    put(old, paper(60))
    assert not wal_of(build_of(old) / "graph.lbdb").exists()
    monkeypatch.setattr("kg.publication._MOST_CHANGES", 0)
    put(old, paper(61))
    with old.engine() as engine:
        assert engine.query("MATCH (p:Paper) RETURN count(*)").rows == [[42]]


def test_a_change_that_makes_no_difference_to_the_graph_is_published_too(old: Workspace) -> None:
    before = contents(old)
    made, _ = paper(5)
    with old.lock():
        old.add_papers([made.model_copy(update={"id": "p005", "keywords": ()}), made])
        manifest = publish(old)
    assert contents(old) == before
    assert manifest["counts"]["entities"]["Paper"] == 40


def damage_notes(build: Path) -> None:
    (build / "notes.sqlite").write_bytes(b"no database")


def damage_export(build: Path) -> None:
    (build / "graph.jsonl").write_bytes(b"no export\n" * 5000)


def damage_manifest(build: Path) -> None:
    (build / "manifest.json").write_text('{"format": 1}')


def damage_database(build: Path) -> None:
    (build / "graph.lbdb").unlink()
    (build / "graph.lbdb").write_bytes(b"no database")


def lose_notes(build: Path) -> None:
    (build / "notes.sqlite").unlink()


@pytest.mark.parametrize("damage", [damage_notes, damage_export, damage_manifest, damage_database, lose_notes])
def test_a_damaged_build_is_made_whole_again(damage: Callable[[Path], None], old: Workspace, tmp_path: Path) -> None:
    damage(build_of(old))
    put(old, paper(60))
    assert contents(old) == contents(fresh(tmp_path, *map(paper, (*range(40), 60))))


def test_another_pipeline_makes_the_graph_whole(old: Workspace) -> None:
    with old.lock():
        old.add_extractions(found.model_copy(update={"fingerprint": "next"}) for _, found in map(paper, range(40)))
        old.publish_papers("next", VOCABULARY, {})
    assert old.manifest()["fingerprint"] == "next"


def test_a_graph_in_memory_can_be_followed_by_one_of_papers(tmp_path: Path) -> None:
    from kg.assemble import assemble

    workspace = Workspace(tmp_path / "graph")
    with workspace.lock():
        workspace.add_papers(made for made, _ in ITEMS)
        workspace.add_extractions(found for _, found in ITEMS)
        workspace.publish(assemble(workspace.items(FINGERPRINT), VOCABULARY), {"fingerprint": FINGERPRINT})
    before = contents(workspace)
    with workspace.lock():
        publish(workspace)
    assert contents(workspace) == before
    assert before[1][0][0]["label"] == "Paper" or FIRST.id in {node["id"] for (node,) in before[1]}


def test_the_lines_of_the_export_have_all_fields() -> None:
    import json

    place = {"sentence": "S.", "text": "S", "field": "title", "start": 0, "end": 1, "extractor": "x", "confidence": 0.5}
    evidence = Evidence.model_validate(place)
    relation = Relation(source="p", type="USES", target="method:s", evidence=(evidence,))
    assert json.loads(line_of(relation)) == relation.model_dump(mode="json")
    assert json.loads(line_of(relation))["evidence"][0].keys() == Evidence.model_fields.keys()
    entity = Entity(id="method:s", type="Method", name="S", properties={"b": 1, "a": 2})
    assert json.loads(line_of(entity)) == entity.model_dump(mode="json")
    assert line_of(entity).index('"a"') < line_of(entity).index('"b"')


def test_an_export_of_a_graph_that_is_not_what_was_written_is_refused(old: Workspace, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from kg.cli.main import cli

    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    assert CliRunner().invoke(cli, ["export", "jsonl", str(old.folder), "-o", str(good)]).exit_code == 0
    assert good.read_bytes() == (build_of(old) / "graph.jsonl").read_bytes()
    (build_of(old) / "graph.jsonl").write_bytes(good.read_bytes()[:-100])
    result = CliRunner().invoke(cli, ["export", "jsonl", str(old.folder), "-o", str(bad)])
    assert result.exit_code == 2
    assert "is damaged (graph.jsonl is not what was written): run kg build again" in result.stderr
    assert not bad.exists()


def in_log(workspace: Workspace) -> dict[str, int]:
    """Extractions in the log, by pipeline."""
    with closing(sqlite3.connect(workspace.folder / "log.sqlite")) as log:
        return dict(log.execute("SELECT fingerprint, count(*) FROM extractions GROUP BY fingerprint").fetchall())


def test_the_log_keeps_what_the_last_two_pipelines_found_in_texts_that_papers_have(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "graph")
    papers = [paper(number) for number in range(6)]
    with workspace.lock():
        workspace.add_papers(made for made, _ in papers)
        for fingerprint in ("one", "two", "three"):
            found = [extraction.model_copy(update={"fingerprint": fingerprint}) for _, extraction in papers]
            workspace.add_extractions(found)
            workspace.publish_papers(fingerprint, VOCABULARY, {})
        assert in_log(workspace) == {"two": 6, "three": 6}
        workspace.remove(["p001", "p002"])
        workspace.publish_papers("three", VOCABULARY, {})
    assert in_log(workspace) == {"two": 4, "three": 4}


def test_a_log_that_is_half_empty_becomes_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extraction_log._WORTH_VACUUM", 10)
    workspace = Workspace(tmp_path / "graph")
    put(workspace, *map(paper, range(400)))
    before = (workspace.folder / "log.sqlite").stat().st_size
    with workspace.lock():
        workspace.remove([f"p{number:03}" for number in range(300)])
        publish(workspace)
    assert (workspace.folder / "log.sqlite").stat().st_size < before / 2
    assert workspace.paper_count == 100
    assert workspace.pending_count(FINGERPRINT) == 0


def test_rows_with_long_texts_are_written_in_small_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("_CHARACTERS_IN_MEMORY", 300),
        ("_NODE_BYTES_IN_FILE", 2000),
        ("_RELATION_BYTES_IN_FILE", 2000),
    ):
        monkeypatch.setattr(f"kg.embedded_write.{name}", value)
    in_pieces = Workspace(tmp_path / "pieces")
    put(in_pieces, *map(paper, range(40)))
    monkeypatch.undo()
    assert contents(in_pieces) == contents(fresh(tmp_path, *map(paper, range(40))))


def test_a_name_that_comes_to_mean_somebody_else_takes_its_old_papers_along(old: Workspace, tmp_path: Path) -> None:
    def signed(number: int, **ids: dict[str, str]) -> tuple[Paper, Extraction]:
        made, found = paper(number)
        return made.model_copy(update={"organizations": ("NVIDIA",), **ids}), found

    one = signed(50, orcids={"Author 3": "0000-0002-1825-0097"}, rors={"NVIDIA": "03jdj4y14"})
    other = signed(51, orcids={"Author 3": "0000-0001-5109-3700", "Author 2": "0000-0002-1825-0097"})
    known = list(map(paper, range(40)))
    for step, name in ((one, "one"), (other, "two")):
        step_made = step[0].model_copy(update={"authors": ("Author 3", "Author 2")}), step[1]
        known.append(step_made)
        put(old, step_made)
        assert contents(old) == contents(fresh(tmp_path / name, *known))
    ids = {row[0]["id"] for row in contents(old)[1]}
    assert {"author:author3", "author:orcid-0000-0002-1825-0097", "author:orcid-0000-0001-5109-3700"} <= ids
    assert "organization:ror-03jdj4y14" in ids
    assert "organization:nvidia" not in ids
