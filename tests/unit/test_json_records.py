from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.readers.json_records import JSON, JSONL, JsonLinesReader, JsonReader
from kg.readers.streams import FileInput
from tests.reading import read_file

Reader = JsonReader | JsonLinesReader


def parsed(tmp_path: Path, text: str | bytes, reader: Reader = JSON) -> tuple[list[str], list[tuple[int | None, str]]]:
    path = tmp_path / "records"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    papers, errors = read_file(path, reader)
    return [paper.title for paper in papers], errors


def test_the_json_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "papers.json", JSON)
    assert not errors
    assert [(p.id, p.authors, p.arxiv_id, p.date) for p in papers] == [
        ("H-1", ("Maja Lind", "Ben Okafor"), "2401.01234", "2024-01-02"),
        ("H-2", (), None, "2022"),
    ]


def test_the_jsonl_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "papers.jsonl", JSONL)
    assert not errors
    assert [(p.id, p.venue, p.sources[0].position) for p in papers] == [
        ("rust-1", None, 1),
        ("rust-2", "Journal of Hulls", 2),
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('[{"title": "One"}, {"title": "Two"}]', ["One", "Two"]),
        ('{"papers": [{"title": "One"}, {"title": "Two"}]}', ["One", "Two"]),
        (
            '{"count": 2, "meta": {"pages": [1]}, "ids": [1, 2], "none": [], "results": [{"title": "One"}], "next": 7}',
            ["One"],
        ),
        ('{"authors": [{"name": "A"}], "title": "One"}', ["One"]),
        ('{"title": "One", "figures": [{"title": "A figure"}], "parts": [{"title": "A part"}]}', ["One"]),
        ('{"title": "One"}\n{"title": "Two"}', ["One", "Two"]),
        ('\ufeff[{"title": "One"}]', ["One"]),
        ('{"": 5, "title": "One"}', ["One"]),
        ("[]", []),
        ("", []),
        (" \n", []),
    ],
)
def test_records_are_found_in_arrays_and_objects(tmp_path: Path, text: str, titles: list[str]) -> None:
    assert parsed(tmp_path, text) == (titles, [])


def test_records_that_span_chunks_are_read(tmp_path: Path) -> None:
    records = [{"title": f"Paper {i}", "abstract": 'quote " and brace } ' * 50, "n": i} for i in range(3000)]
    for text in (json.dumps(records), json.dumps({"found": len(records), "papers": records}, indent=1)):
        titles, errors = parsed(tmp_path, text)
        assert not errors
        assert titles == [f"Paper {i}" for i in range(3000)]


def test_one_record_longer_than_a_chunk_is_read(tmp_path: Path) -> None:
    text = json.dumps([{"title": "One", "text": "x" * 1_000_000}, {"title": "Two"}])
    assert parsed(tmp_path, text) == (["One", "Two"], [])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"title": "abc, "abstract": "x"}', "Expecting ',' delimiter"),
        ('{"title": x}', "Expecting value"),
        ('{"title": "a" "b"}', "Expecting ',' delimiter"),
        ('{title: "a"}', "Expecting property name"),
        ('{"title": "a", "b": [1, 2}', "Expecting ',' delimiter"),
        ("seven", "Expecting value"),
        ("7", "not a JSON object"),
        ('["title"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"title": "\x01"}', "Invalid control character"),
        ('{"title": "x", "n": ' + "9" * 5000 + "}", "a number is too long"),
        ('{"title": "x", "n": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_a_broken_record_costs_itself_alone(tmp_path: Path, broken: str, reason: str) -> None:
    titles, errors = parsed(tmp_path, f'[{{"title": "One"}}, {broken}, {{"title": "Three"}}, {{"title": "Four"}}]')
    assert titles == ["One", "Three", "Four"]
    ((position, why),) = errors
    assert position == 2
    assert reason in why


def test_bytes_that_are_no_utf8_cost_their_record(tmp_path: Path) -> None:
    assert parsed(tmp_path, b'[{"title": "Caf\xe9"}, {"title": "Two"}]') == (["Two"], [(1, "not UTF-8")])
    assert parsed(tmp_path, b'{"title": "Caf\xe9"}\n{"title": "Two"}', JSONL) == (["Two"], [(1, "not UTF-8")])


@pytest.mark.parametrize(
    ("text", "titles", "reason"),
    [
        ('[{"title": "One"}, {"title": "Tw', ["One"], "ends within a record"),
        ('[{"title": "One"}', ["One"], "ends within its array"),
        ('[{"title": "One"}] trailing', ["One"], "starts with"),
        ('{"papers": [{"title": "One"}], "x"', ["One"], "a key and a colon"),
        ('{"papers": [{"title": "One"}], "x": 1', ["One"], "ends within"),
        ('{"a": 1, 2: 3}', [], "a key and a colon"),
        ("7", [], "starts with"),
        ('{"a": [', [], "ends within"),
        ('{"a":', [], "ends within a record"),
        ('[{"title": "One"}, {"x": "' + "y" * (1 << 20) + '"', ["One"], "ends within a record"),
        ('[{"title": "One"}, {"x": "' + "y" * (1 << 23) + '"}]', ["One"], "a record of more than"),
        ("{" + ",".join(f'"{i}": "{"y" * 1_000_000}"' for i in range(6)) + "}", [], "an object of more than"),
        ('{"x": nope}', [], "Expecting value"),
    ],
)
def test_what_cannot_be_read_on_is_told_after_what_could(
    tmp_path: Path, text: str, titles: list[str], reason: str
) -> None:
    found, errors = parsed(tmp_path, text)
    assert found == titles
    assert reason in errors[-1][1]


def test_lines_cost_themselves_alone(tmp_path: Path) -> None:
    lines = [
        '{"title": "One"}',
        "",
        '{"title": "Tw',
        "[1]",
        '{"title": "x", "n": ' + "9" * 5000 + "}",
        "[" * 100_000,
        "x" * ((1 << 22) + 1),
        '{"title": "half \\ud83d of a pair"}\r',
    ]
    titles, errors = parsed(tmp_path, "\n".join(lines), JSONL)
    assert titles == ["One", "half \ufffd of a pair"]
    assert [position for position, _ in errors] == [3, 4, 5, 6, 7]
    assert "Unterminated string starting at at character 11" in errors[0][1]


@pytest.mark.parametrize(
    ("name", "text", "best"),
    [
        ("x", '[{"title": "One"}]', "json"),
        ("x", '{"papers": [{"title": "One"}]}', "json"),
        ("x", '{\n "papers": [\n{"title": "One"}\n]\n}', "json"),
        ("x", '{"title": "One"}\n{"title": "Two"}\n', "jsonl"),
        ("x", '{"title": "One"}', "jsonl"),
        ("x", '{"headline": "One"}\n{"headline": "Two"}\n', "jsonl"),
        ("x", '{"headline": "One"}', "json"),
        ("x", '{"title": "Broken\n{"title": "Two"}\n', "jsonl"),
        ("x.jsonl", '{"title": "Broken', "jsonl"),
        ("x", "[1, 2]", None),
        ("x", "[", "json"),
        ("x", "{x}", None),
        ("x", "Dear {title}", None),
        ("x", "", None),
    ],
)
def test_content_tells_arrays_from_lines(tmp_path: Path, name: str, text: str, best: str | None) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with FileInput(str(tmp_path / name)) as source:
        scores = {reader.sniff(source): reader.name for reader in (JSON, JSONL)}
    assert (scores[max(scores)] if max(scores) else None) == best


def test_white_space_of_any_length_may_stand_between(tmp_path: Path) -> None:
    gap = " " * 600_000
    assert parsed(tmp_path, f'{gap}{{"papers":{gap}[{gap}{{"title": "One"}}{gap},{gap}{{"title":{gap}"Two"}}]}}') == (
        ["One", "Two"],
        [],
    )
