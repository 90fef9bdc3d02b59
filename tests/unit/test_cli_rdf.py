"""``kg export rdf`` and ``kg import rdf``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.exporters.rdf import SYNTAXES
from kg.workspace import Workspace
from tests.contract.test_exporters import hostile_graph
from tests.graphs import FIRST, sample_graph


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "graph"
    with Workspace(folder).lock() as workspace:
        workspace.publish(hostile_graph(), {"fingerprint": "abc"})
    return folder


def kg(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.mark.parametrize("suffix", [*SYNTAXES, ".ttl.gz", ".nq.zst"])
def test_what_was_exported_comes_back_identical(suffix: str, workspace: Path, tmp_path: Path) -> None:
    file, again = tmp_path / f"graph{suffix}", tmp_path / "again"
    assert kg("export", "rdf", workspace, "-o", file).exit_code == 0
    result = kg("import", "rdf", file, "-o", again)
    assert result.exit_code == 0
    assert result.stderr == f"{again}: 32 entities, 16 relations\n"
    with Workspace(workspace).open_graph() as first, Workspace(again).open_graph() as second:
        assert first.read() == second.read()
    assert Workspace(again).manifest()["imported_from"] == file.name


def test_jsonl_instead_of_a_workspace(workspace: Path, tmp_path: Path) -> None:
    file, lines = tmp_path / "graph.ttl", tmp_path / "graph.jsonl"
    kg("export", "rdf", workspace, "-o", file)
    assert kg("import", "rdf", file, "-o", lines).exit_code == 0
    assert lines.read_bytes() == kg("import", "rdf", file, "-o", "-").stdout_bytes
    with Workspace(workspace).open_graph() as canonical:
        assert canonical.read() == lines.read_bytes()


def test_standard_output(workspace: Path, tmp_path: Path) -> None:
    for output, suffix in (("-", ".nt"), ("-.ttl", ".ttl")):
        kg("export", "rdf", workspace, "-o", tmp_path / f"graph{suffix}")
        assert kg("export", "rdf", workspace, "-o", output).stdout_bytes == (tmp_path / f"graph{suffix}").read_bytes()
    assert kg("export", "rdf", workspace, "-o", "-.x").exit_code != 0


def test_options(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.nt"
    kg("export", "rdf", workspace, "-o", file, "--base", "https://example.org/", "--profile", "schema.org")
    text = file.read_text(encoding="utf-8")
    assert "https://example.org/metric/" in text
    assert "https://example.org/run/abc" in text
    assert "linkedpaperswithcode" not in text
    kg("export", "rdf", workspace, "-o", file, "--evidence", "none")
    assert "oa#Annotation" not in file.read_text(encoding="utf-8")
    kg("export", "rdf", workspace, "-o", file, "--statements", "triple-terms")
    assert "<<(" in file.read_text(encoding="utf-8")


def test_a_graph_without_evidence_comes_with_a_word(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.nt"
    kg("export", "rdf", workspace, "-o", file, "--evidence", "none")
    assert "holds no evidence" in kg("import", "rdf", file, "-o", tmp_path / "again").stderr


def test_a_workspace_that_was_built_is_not_overwritten(workspace: Path, tmp_path: Path) -> None:
    file, built = tmp_path / "graph.nt", tmp_path / "built"
    kg("export", "rdf", workspace, "-o", file)
    with Workspace(built).lock() as other:
        other.add_papers([FIRST])
        other.publish(sample_graph(), {"fingerprint": "abc"})
    result = kg("import", "rdf", file, "-o", built)
    assert "built from papers" in result.output
    assert Workspace(built).graph() == sample_graph()


def test_an_import_replaces_an_older_one(workspace: Path, tmp_path: Path) -> None:
    file, again = tmp_path / "graph.nt", tmp_path / "again"
    kg("export", "rdf", workspace, "-o", file)
    kg("import", "rdf", file, "-o", again)
    assert kg("import", "rdf", file, "-o", again).exit_code == 0
    assert Workspace(again).graph() == hostile_graph()
