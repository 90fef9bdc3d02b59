"""The files of the bulk export, and what Neo4j Browser gets; the real import is in tests/integration."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from click.testing import CliRunner

from kg.cli.main import cli
from kg.errors import ServiceError, UsageError
from kg.exporters.neo4j_admin import MARK, lines_of_graph, write_import_files
from kg.exporters.neo4j_browser import guide, saved_queries, style
from kg.exporters.neo4j_browser.serve import browser_server
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES
from kg.workspace import Workspace
from tests.conftest import ROOT
from tests.contract.test_exporters import hostile_graph
from tests.graphs import sample_graph


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    header = (folder / f"{name}.header.csv").read_text(encoding="utf-8").strip().split(",")
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return [dict(zip(header, row, strict=True)) for row in csv.reader(source)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edge(**changed: Any) -> Relation:
    piece = Evidence(
        sentence="We use M.", text="M", field="abstract", start=7, end=8, extractor="names", confidence=0.5
    )
    fields = {"source": "p", "type": "USES", "target": "method:m", "confidence": 0.5, "evidence": (piece,)}
    return Relation.model_validate({**fields, **changed})


def small(*relations: Relation) -> KnowledgeGraph:
    entities = [
        Entity(id="p", type="Paper", name="P", properties={"title": "P", "year": 2024}),
        Entity(id="method:m", type="Method", name="M", kind=""),
        Entity(id="author:a", type="Author", name="A"),
    ]
    return KnowledgeGraph(entities, relations)


def written(graph: KnowledgeGraph, folder: Path) -> Path:
    write_import_files(lines_of_graph(graph), folder / "out")
    return folder / "out"


# Rows


def test_headers_are_typed_and_ids_lie_in_one_space(tmp_path: Path) -> None:
    out = written(small(edge()), tmp_path)
    assert (out / "Paper.header.csv").read_text() == (
        "id:ID(graph),graph:string,long_id:string,name:string,aliases:string[],named:boolean,kind:string,title:string,"
        "abstract:string,date:string,year:long,venue:string,doi:string,arxiv_id:string,author_count:long,upvotes:long,"
        "keywords:string[],links:string[],identifiers:string[],provenance:string[],conflicts:string[]\n"
    )
    assert (out / "USES.header.csv").read_text() == (
        ":START_ID(graph),:END_ID(graph),graph:string,confidence:double,sentences:string[],texts:string[],"
        "fields:string[],start_offsets:long[],end_offsets:long[],extractors:string[],confidences:double[],"
        "attributes:string[]\n"
    )


def test_an_empty_text_is_quoted_and_an_absent_one_is_not(tmp_path: Path) -> None:
    out = written(small(edge()), tmp_path)
    assert (out / "Method.csv").read_text() == '"method:m","kg",,"M",,true,"",,\n'
    assert (out / "Author.csv").read_text() == '"author:a","kg",,"A",,true,,\n'


def test_evidence_lies_in_lists_of_equal_length(tmp_path: Path) -> None:
    piece = edge().evidence[0]
    other = piece.model_copy(update={"sentence": 'A "quoted" one.', "attributes": {"count": 8, "a": "é"}})
    out = written(small(edge(evidence=(piece, piece, other))), tmp_path)
    (row,) = rows(out, "USES")
    assert row["sentences:string[]"] == 'We use M.\x1fWe use M.\x1fA "quoted" one.'
    assert row["start_offsets:long[]"] == "7\x1f7\x1f7"
    assert row["confidences:double[]"] == "0.5\x1f0.5\x1f0.5"
    assert row["attributes:string[]"] == '{}\x1f{}\x1f{"a": "é", "count": 8}'


PIECE = edge().evidence[0]
EDGES = [
    pytest.param(edge(evidence=()), id="no evidence"),
    pytest.param(edge(), id="one piece"),
    pytest.param(edge(evidence=(PIECE, PIECE)), id="two pieces"),
    pytest.param(edge(confidence=1e-7), id="small number"),
    pytest.param(edge(type="AUTHORED_BY", target="author:a", properties={"position": 3}), id="position"),
    pytest.param(edge(type="AUTHORED_BY", target="author:a", evidence=()), id="no position"),
]


@pytest.mark.parametrize("relation", EDGES)
def test_the_short_way_for_plain_lines_and_the_long_way_write_the_same(relation: Relation, tmp_path: Path) -> None:
    """Keys in another order are the same JSON, and never take the short way."""
    graph = small(relation)
    for label, prefix, type in (("Method", "method:0", "USES"), ("Author", "author:0", "AUTHORED_BY")):
        graph.add_entity(Entity(id=prefix, type=label, name="0"))  # sorted first: its edge opens the table
        graph.add_relation(edge(type=type, target=prefix, evidence=()))
    lines = [*lines_of_graph(graph)()]
    turned = [json.dumps(dict(reversed(json.loads(line).items()))).encode() for line in lines]
    for name, source in (("short", lines), ("long", turned)):
        write_import_files(lambda source=source: source, tmp_path / name)  # type: ignore[misc]
    assert contents(tmp_path / "short") == contents(tmp_path / "long")


def test_very_long_ids_are_stored_as_the_online_load_stores_them(tmp_path: Path) -> None:
    long = "author:" + "x" * 3000
    graph = small(edge(), edge(type="AUTHORED_BY", target="author:a", properties={"position": 1}))
    graph.add_entity(Entity(id=long, type="Author", name="X"))
    graph.add_relation(edge(type="AUTHORED_BY", target=long, properties={"position": 2}))
    out = written(graph, tmp_path)
    stored = {row["id:ID(graph)"]: row["long_id:string"] for row in rows(out, "Author")}
    (short,) = (key for key, whole in stored.items() if whole)
    assert stored == {"author:a": "", short: long}
    assert {row[":END_ID(graph)"] for row in rows(out, "AUTHORED_BY")} == {"author:a", short}


def test_a_list_delimiter_that_a_text_holds_is_not_used(tmp_path: Path) -> None:
    graph = small(edge())
    graph.add_entity(Entity(id="author:b", type="Author", name="B", aliases=("a\x1fb", "c\x1e", "\ue000")))
    out = written(graph, tmp_path)
    assert json.loads((out / MARK).read_text())["array_delimiter"] == "U+001D"
    assert rows(out, "Author")[1]["aliases:string[]"] == "a\x1fb\x1dc\x1e\x1d\ue000"
    assert "--array-delimiter=U+001D" in (out / "import.sh").read_text()


def test_texts_that_hold_every_delimiter_are_refused(tmp_path: Path) -> None:
    everything = "".join(map(chr, [*range(0x1C, 0x20), *range(0xE000, 0xE100)]))
    graph = small(edge())
    graph.add_entity(Entity(id="author:b", type="Author", name=everything))
    with pytest.raises(UsageError, match="no list delimiter is left"):
        written(graph, tmp_path)
    assert not list(tmp_path.iterdir())


def test_line_ends_and_long_rows_are_announced_to_the_importer(tmp_path: Path) -> None:
    plain = written(sample_graph(), tmp_path)
    command = json.loads((plain / MARK).read_text())["command"]
    assert "--multiline-fields" not in command
    assert "--read-buffer-size" not in command
    graph = small(edge())
    graph.add_entity(Entity(id="author:b", type="Author", name="x\n" + "y" * 2_000_000))
    command = json.loads((written(graph, tmp_path) / MARK).read_text())["command"]
    assert "--multiline-fields=true" in command
    assert "--read-buffer-size=8388608" in command


@pytest.mark.parametrize(("name", "announced"), [(r"\nu-\rho nets", False), ("a\nb", True), ("a\rb", True)])
def test_only_real_line_ends_are_announced_since_they_slow_the_importer(
    name: str, announced: bool, tmp_path: Path
) -> None:
    graph = small(edge())
    graph.add_entity(Entity(id="author:b", type="Author", name=name))
    assert ("--multiline-fields=true" in (written(graph, tmp_path) / "import.sh").read_text()) is announced


def test_labels_and_types_of_the_command_come_from_the_schema(tmp_path: Path) -> None:
    out = written(hostile_graph(), tmp_path)
    described = json.loads((out / MARK).read_text())
    assert set(described["nodes"]) <= set(NODE_TYPES)
    assert set(described["relationships"]) <= set(RELATION_TYPES)
    assert {path.name.partition(".")[0] for path in out.glob("*.csv")} == {"Paper", "Metric", "REPORTS"}
    script = (out / "import.sh").read_text()
    assert "DETACH" not in script
    assert subprocess.run(["sh", "-n", out / "import.sh"]).returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[]",
        b"{}",
        b'"text"',
        b'{"type":"Nothing","id":"x"}',
        b'{"source":"a","type":"NOTHING","target":"b"}',
        b'{"confidence":1.0,"evidence":[],"properties":{},"source":"p","target":"method:m"}',
        b'{"aliases":[],"id":"a","kind":null,"name":"a","named":true,"properties":{"new":1},"type":"Author"}',
        b'{"confidence":1,"evidence":[],"properties":{"position":1},"source":"a","target":"b","type":"USES"}',
        b'\xff"',
    ],
)
def test_a_line_that_does_not_fit_is_named(line: bytes, tmp_path: Path) -> None:
    lines = [*lines_of_graph(small(edge()))(), line]
    with pytest.raises(UsageError, match=f"line {len(lines)} ") as caught:
        write_import_files(lambda: lines, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


# Large graphs, shared by processes


def author_lines(count: int) -> Iterator[bytes]:
    for number in range(count):
        name = "\\u001f" if number == count - 2 else f"A {number}"
        yield (
            f'{{"aliases":[],"id":"author:{number}","kind":null,"name":"{name}","named":true,"properties":{{}},'
            f'"type":"Author"}}\n'
        ).encode()


def test_any_number_of_processes_writes_the_same(tmp_path: Path) -> None:
    for workers in (1, 2):
        write_import_files(lambda: author_lines(52_000), tmp_path / str(workers), workers=workers)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert json.loads((tmp_path / "2" / MARK).read_text())["nodes"] == {"Author": 52_000}


def test_a_line_that_does_not_fit_is_named_by_the_process_that_reads_it(tmp_path: Path) -> None:
    lines = [*author_lines(43_000), b"nonsense\n", *author_lines(20_000)]
    with pytest.raises(UsageError, match="line 43001 is no line"):
        write_import_files(lambda: lines, tmp_path / "out", workers=2)
    assert not (tmp_path / "out").exists()


def test_a_process_that_dies_is_one_clear_line(tmp_path: Path) -> None:
    def lines() -> Iterator[bytes]:
        for number, line in enumerate(author_lines(200_000)):
            if number == 150_000:
                for child in multiprocessing.active_children():
                    child.kill()
            yield line

    with pytest.raises(ServiceError, match="a process that made rows of CSV died") as caught:
        write_import_files(lines, tmp_path / "out", workers=2)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# The folder


def test_equal_graphs_give_equal_files(tmp_path: Path) -> None:
    graph = sample_graph()
    backwards = KnowledgeGraph(reversed(list(graph.entities())), reversed(list(graph.relations())))
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    assert contents(written(graph, tmp_path / "1")) == contents(written(backwards, tmp_path / "2"))


def test_an_older_export_is_replaced_whole(tmp_path: Path) -> None:
    written(hostile_graph(), tmp_path)
    out = written(small(edge()), tmp_path)
    assert not (out / "REPORTS.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken_and_one_with_other_files_is_not(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    out = written(small(), tmp_path)
    (out / MARK).unlink()
    before = contents(out)
    with pytest.raises(UsageError, match="holds other files"):
        written(small(edge()), tmp_path)
    assert contents(out) == before


def test_a_failed_export_leaves_the_older_one(tmp_path: Path) -> None:
    out = written(small(edge()), tmp_path)
    before = contents(out)

    def broken() -> Iterable[bytes]:
        yield from lines_of_graph(sample_graph())()
        raise ServiceError("broken")

    with pytest.raises(ServiceError, match="broken"):
        write_import_files(broken, out)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_target_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceError, match="cannot write") as caught:
        write_import_files(lines_of_graph(small()), tmp_path / "file" / "out")
    assert "\n" not in str(caught.value)


def test_the_command_streams_the_published_graph(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    with workspace.lock():
        workspace.publish(sample_graph(), {"fingerprint": "f"})
    done = CliRunner().invoke(cli, ["export", "neo4j-admin", str(tmp_path / "w"), "-o", str(tmp_path / "cli")])
    assert done.exit_code == 0, done.output
    assert "import.sh" in done.stderr
    write_import_files(lines_of_graph(sample_graph()), tmp_path / "memory")
    assert contents(tmp_path / "cli") == contents(tmp_path / "memory")
    assert os.access(tmp_path / "cli" / "import.sh", os.X_OK)


# Neo4j Browser


def test_style_names_every_label_of_the_schema() -> None:
    for label in NODE_TYPES:
        assert f"node.{label} {{" in style()
    styled = {line.split(".")[1].split(" ")[0] for line in style().splitlines() if line.startswith("relationship.")}
    assert styled <= set(RELATION_TYPES)


def test_the_guide_lists_every_query_escaped() -> None:
    page = guide()
    assert page.count("<slide ") == len(saved_queries()) + 1
    assert "-[:ADDRESSES]-(p:Paper)" in page
    assert "&lt;-[:ADDRESSES]" in page
    assert "<-[" not in page


def test_exported_queries_set_their_parameters_first(tmp_path: Path) -> None:
    files = sorted((written(small(), tmp_path) / "browser" / "queries").glob("*.cypher"))
    assert len(files) == len(saved_queries())
    text = files[0].read_text()
    assert ':params {task: "object detection", since: 2015};' in text
    assert text.index(":params") < text.index("MATCH")


@pytest.fixture
def address() -> Iterable[str]:
    with browser_server(0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def ask(url: str, method: str = "GET") -> tuple[int, Any, bytes]:
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
        return answer.status, answer.headers, answer.read()


@pytest.mark.parametrize(("path", "text"), [("/style.grass", style), ("/guide.html?x=1", guide)])
def test_the_server_gives_style_and_guide_to_another_origin(path: str, text: Callable[[], str], address: str) -> None:
    status, headers, body = ask(address + path)
    assert (status, body.decode()) == (200, text())
    assert headers["Access-Control-Allow-Origin"] == "*"
    status, headers, body = ask(address + path, "OPTIONS")
    assert (status, body, headers["Access-Control-Allow-Headers"]) == (204, b"", "*")
    assert ask(address + path, "HEAD")[2] == b""


def test_the_server_gives_nothing_else(address: str) -> None:
    with pytest.raises(HTTPError, match="404") as caught:
        ask(f"{address}/../../etc/passwd")
    caught.value.close()


def test_a_port_that_is_taken_is_one_clear_line(address: str) -> None:
    done = CliRunner().invoke(cli, ["neo4j-browser", "--port", address.rsplit(":", 1)[1]])
    assert done.exit_code == 3
    assert "choose another --port" in done.stderr


def test_the_command_says_what_to_type_and_serves_until_interrupted() -> None:
    command = [sys.executable, "-c", "from kg.cli.main import main; main()", "neo4j-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        page = lines[1].split(":style ")[1].strip()
        assert ask(page.replace("localhost", "127.0.0.1"))[2].decode() == style()
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130
    assert "/guide.html" in lines[2]


def test_the_how_to_page_lists_every_question() -> None:
    page = (ROOT / "docs" / "how-to" / "neo4j.md").read_text(encoding="utf-8")
    assert [line[2:] for line in page.splitlines() if line.startswith("- ")] == [q.title for q in saved_queries()]
