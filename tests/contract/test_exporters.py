"""What every registered exporter must do: write what it is given, read it back equal, and obey no text in it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from kg.errors import ServiceError, UsageError
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.protocols import Exporter
from kg.registry import EXPORTERS
from tests.graphs import sample_graph

HOSTILE = (
    "quote ' and \" and `",
    "back\\slash \\n \\u0041 \\",
    "line\nbreak\r\n\ttab",
    "nul \x00 and bell \x07 and escape \x1b[31m",
    "emoji 🧪👩‍🔬 astral 𝒳",
    "\u202eright to left\u202c \u05d0\u05d1 \u0627\u0644",
    "separators \u2028 \u2029 \x85",
    "'}) DETACH DELETE n //",
    "$name {name} ${name} %s {{x}}",
    "<script>alert(1)</script> & <!-- ]]> -->",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "x" * 100_000,
    "",
    " ",
    "null",
)


def hostile_graph() -> KnowledgeGraph:
    """Hostile texts in every place that can hold one."""
    graph = KnowledgeGraph()
    for number, text in enumerate(HOSTILE):
        graph.add_entity(
            Entity(
                id=f"title:{number} {text}",
                type="Paper",
                name=text,
                aliases=(text, "plain"),
                kind=text,
                properties={"title": text, "year": 2024, "keywords": (text, ""), "links": (text,), "venue": text},
            )
        )
        graph.add_entity(Entity(id=f"metric:{number} {text}", type="Metric", name=text, named=False))
        evidence = Evidence(
            sentence=text,
            text=text,
            field="abstract",
            start=0,
            end=len(text),
            extractor=text,
            confidence=0.1 + 0.2,
            attributes={"value": text, text: 1, "count": 3, "flag": True, "ratio": 1.0},
        )
        graph.add_relation(
            Relation(
                source=f"title:{number} {text}",
                type="REPORTS",
                target=f"metric:{number} {text}",
                confidence=1e-12,
                properties={"value": text},
                evidence=(evidence, evidence.model_copy(update={"field": "title", "attributes": {}})),
            )
        )
    return graph


def graphs() -> list[Any]:
    return [
        pytest.param(KnowledgeGraph, id="empty"),
        pytest.param(sample_graph, id="sample"),
        pytest.param(hostile_graph, id="hostile"),
    ]


class OneExtension:
    """An exporter with one of its extensions."""

    def __init__(self, exporter: Exporter, extension: str) -> None:
        self.name, self.description = exporter.name, exporter.description
        self.extensions: tuple[str, ...] = (extension,)
        self.write, self.read_back = exporter.write, exporter.read_back


CASES = [(name, extension) for name in EXPORTERS.names() for extension in EXPORTERS.get(name).extensions]


@pytest.fixture(params=CASES, ids="".join)
def exporter(request: pytest.FixtureRequest) -> Exporter:
    name, extension = request.param
    return OneExtension(EXPORTERS.get(name), extension)


def target(exporter: Exporter, folder: Path) -> Path:
    return folder / f"graph{exporter.extensions[0]}"


def test_an_exporter_says_what_it_is(exporter: Exporter) -> None:
    assert isinstance(exporter, Exporter)
    assert exporter.name in EXPORTERS.names()
    assert exporter.description
    assert "\n" not in exporter.description
    assert all(extension.startswith(".") for extension in exporter.extensions)


@pytest.mark.parametrize("make", graphs())
def test_what_is_read_back_equals_what_was_written(exporter: Exporter, make: Any, tmp_path: Path) -> None:
    graph = make()
    exporter.write(graph, target(exporter, tmp_path))
    assert exporter.read_back(target(exporter, tmp_path)) == graph


@pytest.mark.parametrize("make", graphs())
def test_equal_graphs_give_equal_bytes(exporter: Exporter, make: Any, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    graph = make()
    backwards = KnowledgeGraph(reversed(list(graph.entities())), reversed(list(graph.relations())))
    for folder, written in ((first, graph), (second, backwards)):
        folder.mkdir()
        exporter.write(written, target(exporter, folder))
    assert target(exporter, first).read_bytes() == target(exporter, second).read_bytes()


def test_a_second_export_replaces_the_first_and_leaves_nothing_else(exporter: Exporter, tmp_path: Path) -> None:
    path = target(exporter, tmp_path)
    exporter.write(hostile_graph(), path)
    exporter.write(sample_graph(), path)
    assert exporter.read_back(path) == sample_graph()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_full_disk_is_one_clear_line(exporter: Exporter) -> None:
    with pytest.raises(ServiceError, match="No space left on device") as caught:
        exporter.write(hostile_graph(), Path("/dev/full"))
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_one_clear_line(exporter: Exporter, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="No such file"):
        exporter.write(sample_graph(), target(exporter, tmp_path / "missing"))


def test_a_failed_export_leaves_the_old_file(exporter: Exporter, tmp_path: Path) -> None:
    path = target(exporter, tmp_path)
    exporter.write(sample_graph(), path)
    before = path.read_bytes()

    class Broken(KnowledgeGraph):
        def relations(self, type: str | None = None) -> Any:
            raise ServiceError("broken")

    with pytest.raises(ServiceError, match="broken"):
        exporter.write(Broken(sample_graph().entities()), path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_reading_back_what_is_no_export_is_one_clear_line(exporter: Exporter, tmp_path: Path) -> None:
    path = target(exporter, tmp_path)
    path.write_bytes(b"\xff\xfe nothing of the kind\n")
    with pytest.raises(UsageError) as caught:
        exporter.read_back(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError):
        exporter.read_back(tmp_path / "missing")


# The canonical export in particular


def test_canonical_lines_are_entities_then_relations_each_sorted_with_sorted_keys(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    EXPORTERS.get("jsonl").write(sample_graph(), path)
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    entities = [line for line in lines if line.startswith('{"aliases":')]
    assert lines[: len(entities)] == entities
    assert all(line.startswith('{"confidence":') for line in lines[len(entities) :])
    assert len(lines) == len(sample_graph()) + sample_graph().relation_count


def test_canonical_lines_hold_no_other_line_end(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    EXPORTERS.get("jsonl").write(hostile_graph(), path)
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) == text.count("\n")


def test_a_gzipped_export_has_no_time_and_no_name_in_it(tmp_path: Path) -> None:
    first, second, plain = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz", tmp_path / "c.jsonl"
    exporter = EXPORTERS.get("jsonl")
    for path in (first, second, plain):
        exporter.write(sample_graph(), path)
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()) == plain.read_bytes()
    assert exporter.read_back(first) == sample_graph()


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", "{}", '{"confidence":1.0}', '{"aliases":[],"id":"x","name":"x","type":"Nothing"}', ""]
)
def test_a_damaged_line_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(f'{{"aliases":[],"id":"metric:x","name":"x","type":"Metric"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"g\.jsonl:2: "):
        EXPORTERS.get("jsonl").read_back(path)


def test_a_truncated_gzip_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl.gz"
    EXPORTERS.get("jsonl").write(sample_graph(), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UsageError, match="cannot read"):
        EXPORTERS.get("jsonl").read_back(path)
