"""Floors under the quality of extraction, on annotated papers that no rule or weight was made from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg.cli.main import cli

Scores = dict[str, Any]


@pytest.fixture(scope="module")
def score(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scores]:
    """Scores of an annotated file of the shared folder, each computed once."""
    known: dict[str, Scores] = {}

    def of(name: str) -> Scores:
        if name not in known:
            gold = shared / "gold" / name
            found = tmp_path_factory.mktemp("quality") / "found.jsonl"
            done = CliRunner().invoke(
                cli, ["extract", "--format", "jsonl", "--workers", "1", str(gold), "-o", str(found)]
            )
            assert done.exit_code == 0, done.output
            command = [sys.executable, str(shared / "gold" / "score.py"), str(gold), str(found), "--json"]
            known[name] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return known[name]

    return of


@pytest.mark.parametrize(
    ("name", "type", "measure", "floor"),
    [
        ("dev.jsonl", "core", "named", 0.62),
        ("dev.jsonl", "core", "ent", 0.55),
        ("dev.jsonl", "Dataset", "named", 0.70),
        ("hardware-sentences.dev.jsonl", "Hardware", "named", 0.85),
        ("hardware-sentences.dev.jsonl", "Hardware", "all", 0.80),
    ],
)
def test_f1_does_not_fall_under_the_floor(
    score: Callable[[str], Scores], name: str, type: str, measure: str, floor: float
) -> None:
    assert score(name)[type][measure]["f1"] >= floor


def test_every_annotated_paper_is_scored(score: Callable[[str], Scores]) -> None:
    assert score("dev.jsonl")["papers_missing"] == 0
    assert score("hardware-sentences.dev.jsonl")["papers_missing"] == 0
