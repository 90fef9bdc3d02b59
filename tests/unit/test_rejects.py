from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.rejects import Reject, RejectLog


def test_each_reject_is_a_line_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    path.write_text("of an earlier run")
    with RejectLog(path) as log:
        assert path.read_text() == ""
        log(Reject("a.csv", 7, "no títle"))
        assert "títle" in path.read_text(encoding="utf-8")
        log(Reject("b\udce9.csv", None, "cut off", "B-1"))
    lines = [json.loads(line.replace("\\udce9", "?")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"file": "a.csv", "position": 7, "reason": "no títle", "record": None},
        {"file": "b?.csv", "position": None, "reason": "cut off", "record": "B-1"},
    ]
    assert log.count == 2


def test_without_a_file_rejects_are_counted() -> None:
    with RejectLog() as log:
        log(Reject("a.csv", 7, "no title"))
    assert log.count == 1


def test_a_file_that_cannot_be_written_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write the rejects file"):
        RejectLog(tmp_path / "none" / "rejects.jsonl")
