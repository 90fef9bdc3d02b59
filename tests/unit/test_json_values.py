from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.readers.draft import Draft
from kg.readers.json_values import JsonFormat, items, number, objects, string, within
from tests.reading import read_text, sniffed


def convert(record: dict[str, Any], source: Source) -> Paper:
    if record.get("bad"):
        raise RecordError("bad")
    return Draft(string(record.get("title"))).paper(source)


FORMAT = JsonFormat(
    "test",
    "a format",
    (".json",),
    recognise=lambda keys, head: "mark" in keys,
    convert=convert,
    arrays=frozenset(("items", "results")),
    wrappers=frozenset(("message",)),
)


def read(folder: Path, text: str | bytes) -> list[tuple[int | None, str]]:
    papers, errors = read_text(folder, FORMAT, text)
    found: list[tuple[int | None, str]] = [(paper.sources[0].position, paper.title) for paper in papers]
    return sorted(found + errors, key=lambda item: item[0] or 0)


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "A"}\n\n{"title": "B"}\n',
        '{"title": "A"}\n{"title": "B',
        '{"title": "A\n{"title": "B"}',
    ],
)
def test_lines_are_counted_as_lines(tmp_path: Path, text: str) -> None:
    lines = [index for index, line in enumerate(text.split("\n"), 1) if line.strip()]
    assert [position for position, _ in read(tmp_path, text)] == lines


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": "A"}, {"title": "B"}]',
        '{"items": [{"title": "A"}, {"title": "B"}]}',
        '{"meta": {"x": [{"title": "no"}]}, "other": [{"title": "no"}], "results": [{"title": "A"}, {"title": "B"}]}',
        '{"message": {"facets": {}, "items": [{"title": "A"}, {"title": "B"}], "after": 1}, "status": "ok"}',
        '{\n "status": "ok",\n "message": {\n  "items": [\n   {"title": "A"},\n   {"title": "B"}\n]}}',
    ],
)
def test_the_records_of_an_answer_are_numbered(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == [(1, "A"), (2, "B")]


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "A", "parts": [{"title": "no"}]}',
        '{"license": [{"title": "no"}], "title": "A"}',
        '{\n"license": [{"title": "no"}],\n"title": "A"}',
        '{"status": "ok", "message": {"license": [{"title": "no"}], "title": "A"}}',
        '{"message": "text", "items": 5, "title": "A"}',
    ],
)
def test_an_object_that_holds_no_records_is_one(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == [(1, "A")]


def test_an_answer_on_one_long_line_is_read(tmp_path: Path) -> None:
    rows = [{"title": "A", "text": "x" * 70_000}, {"title": "B"}]
    assert read(tmp_path, json.dumps({"meta": {}, "results": rows})) == [(1, "A"), (2, "B")]
    assert read(tmp_path, "".join(json.dumps(row) + "\n" for row in rows)) == [(1, "A"), (2, "B")]


def test_what_is_no_record_is_an_error_of_its_own(tmp_path: Path) -> None:
    text = (
        '{"title": "A"}\n5\n{"bad": 1}\n{"title": "\\udc80"}\n[' + "[" * 100_000 + '\n{"title": ' + "9" * 5000 + "}\n{}"
    )
    assert read(tmp_path, text) == [
        (1, "A"),
        (2, "not a JSON object"),
        (3, "bad"),
        (4, "title is not UTF-8"),
        (5, "not JSON: nested too deeply"),
        (6, "not JSON: a number is too long"),
        (7, "no title"),
    ]
    assert read(tmp_path, b'{"title": "A"}\n{"title": "\xe9"}') == [(1, "A"), (2, "not UTF-8")]
    assert read(tmp_path, '[{"title": "A"}, 5, null]') == [(1, "A"), (2, "not a JSON object"), (3, "not a JSON object")]


def test_a_line_without_end_is_bounded(tmp_path: Path) -> None:
    text = '{"title": "' + "x" * (5 << 20) + '"}\n{"title": "B"}'
    assert read(tmp_path, text) == [(1, "a line of more than 4194304 characters"), (2, "B")]


def test_answers_within_answers_end_with_a_reason(tmp_path: Path) -> None:
    papers, errors = read_text(tmp_path, FORMAT, '{"message": ' * 5_000)
    assert not papers and len(errors) == 1


def test_only_json_with_the_keys_is_recognised(tmp_path: Path) -> None:
    assert sniffed(tmp_path, FORMAT, ' {"mark": 1}') == 0.97
    assert sniffed(tmp_path, FORMAT, '[{"a": {"mark": 1}}]') == 0.97
    assert sniffed(tmp_path, FORMAT, '{"a": "\\"mark\\": 1"}') == 0
    assert sniffed(tmp_path, FORMAT, 'text "mark": 1') == 0
    assert sniffed(tmp_path, FORMAT, "") == 0


def test_values_of_any_kind() -> None:
    values: tuple[object, ...] = ("a", 5, 1.5, True, None, [])
    assert [string(value) for value in values] == ["a", "5", "1.5", "", "", ""]
    assert [number(value) for value in (5, 0, -1, 1 << 40, True, "5", None)] == [5, 0, None, None, None, None, None]
    assert items("abc") == []
    assert objects([{"a": 1}, None, "b"]) == [{"a": 1}]
    assert within({"a": {"b": 1}}, "a", "b") == 1
    assert within({"a": []}, "a", "b") is None
