"""Seed vocabularies: how they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import VocabularyError
from kg.vocabulary import FILES, Entry, Vocabulary, load_vocabulary, read_entries


def entries(tmp_path: Path, content: str | bytes) -> list[tuple[int, Entry]]:
    path = tmp_path / "methods.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_entries(path, "Method"))


def test_a_line_with_all_keys(tmp_path: Path) -> None:
    line: dict[str, Any] = {
        "name": "Foo",
        "aliases": ["Foo Net", "FN"],
        "kind": "model",
        "parent": "Net",
        "year": 2020,
        "home": "https://foo.example",
        "named": True,
        "maker": "Lab",
        "memory_gb": 8,
        "ambiguous": ["FN"],
    }
    ((number, entry),) = entries(tmp_path, json.dumps(line))
    assert number == 1
    assert entry == Entry(
        "Method",
        "Foo",
        ("Foo Net", "FN"),
        "model",
        "Net",
        2020,
        "https://foo.example",
        True,
        "Lab",
        8,
        frozenset({"FN"}),
    )
    assert entry.id == "method:foo"
    assert entry.forms == ("Foo", "Foo Net", "FN")


def test_a_name_is_enough(tmp_path: Path) -> None:
    assert entries(tmp_path, '{"name": "Foo"}') == [(1, Entry("Method", "Foo"))]


def test_empty_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"name": "A"}\r\n\r\n   \n{"name": "B"}'
    assert [(number, entry.name) for number, entry in entries(tmp_path, content)] == [(1, "A"), (4, "B")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        ("[]", "needs a name"),
        ("null", "needs a name"),
        ("{}", "needs a name"),
        ('{"name": ""}', "needs a name"),
        ('{"name": "  "}', "needs a name"),
        ('{"name": 1}', "needs a name"),
        ('{"name": "A", "alias": []}', "unknown key 'alias'"),
        ('{"name": "A", "aliases": "B"}', "aliases is no list"),
        ('{"name": "A", "aliases": [1]}', "aliases holds what is no text"),
        ('{"name": "A", "ambiguous": [["A"]]}', "ambiguous holds what is no text"),
        ('{"name": "A", "named": "yes"}', "named is no bool"),
        ('{"name": "A", "year": true}', "year is no int"),
        ('{"name": "A", "year": "2020"}', "year is no int"),
        ('{"name": "A", "parent": 3}', "parent is no str"),
    ],
)
def test_an_ill_formed_line_names_file_and_line(tmp_path: Path, line: str | bytes, message: str) -> None:
    content = b'{"name": "Good"}\n' + (line if isinstance(line, bytes) else line.encode())
    with pytest.raises(VocabularyError) as caught:
        entries(tmp_path, content)
    assert str(caught.value).startswith("methods.jsonl:2: ")
    assert message in str(caught.value)


def test_a_folder_may_lack_files(tmp_path: Path) -> None:
    (tmp_path / FILES["Task"]).write_text('{"name": "sorting", "named": false}\n')
    vocabulary = Vocabulary.read(tmp_path)
    assert vocabulary.entries == [Entry("Task", "sorting", named=False)]
    assert Vocabulary.read(tmp_path / "nowhere").entries == []


def test_parents_are_of_the_same_type() -> None:
    net, sub = Entry("Method", "Net"), Entry("Method", "Net-2", parent="net")
    orphan, other = Entry("Method", "Sub", parent="Gone"), Entry("Dataset", "Net-2", parent="Net")
    vocabulary = Vocabulary([net, sub, orphan, other])
    assert vocabulary.parent_of(sub) == net
    assert [vocabulary.parent_of(entry) for entry in (net, orphan, other)] == [None, None, None]


def test_the_vocabulary_that_ships_is_read_once() -> None:
    vocabulary = load_vocabulary()
    assert load_vocabulary() is vocabulary
    assert {entry.type for entry in vocabulary.entries} == set(FILES)
    assert vocabulary.by_id["method:bert"].name == "BERT"
