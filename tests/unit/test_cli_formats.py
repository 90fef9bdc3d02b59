from __future__ import annotations

import json

from click.testing import CliRunner

from kg.cli.main import cli
from kg.registry import READERS


def test_formats_are_listed_as_a_table() -> None:
    result = CliRunner().invoke(cli, ["formats"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == READERS.names()
    assert "Hugging Face" in result.stdout


def test_formats_are_listed_for_programs() -> None:
    result = CliRunner().invoke(cli, ["formats", "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["name"] for row in rows] == READERS.names()
    assert {row["name"]: row["extensions"] for row in rows}["csv"] == [".csv"]
