"""Extraction and build, in this process and in several."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.candidates import Candidate
from kg.config import Config
from kg.errors import ConfigError, ServiceError, VocabularyError
from kg.extractors.base import Sentences
from kg.linking.local import link_candidates
from kg.model import Extraction, Paper
from kg.pipeline import BuildReport, Extractor, _mentions, build, extract, extractions, fingerprint, record_of
from kg.rejects import Reject
from kg.workspace import Workspace
from tests.extraction import extracted, paper

ONE = Config(workers=1)
TWO = Config(workers=2, batch_size=2)

RECORDS = [
    {"id": f"2401.{number:05d}", "title": f"FooNet-{number}: Nets", "abstract": f"We test FooNet-{number} on ImageNet."}
    for number in range(20)
]


def papers(count: int = 20) -> list[Paper]:
    return [Paper(id=f"arxiv:{r['id']}", title=str(r["title"]), abstract=str(r["abstract"])) for r in RECORDS[:count]]


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    return str(path)


def run(folder: Path, *inputs: str, config: Config = ONE, rejects: list[Reject] | None = None) -> BuildReport:
    return build(Workspace(folder), inputs, config, on_reject=(rejects if rejects is not None else []).append)


# fingerprint


def test_the_fingerprint_depends_on_components_and_seeds(tmp_path: Path) -> None:
    (tmp_path / "methods.jsonl").write_text('{"name": "Foo"}\n')
    marks = {fingerprint(c) for c in (Config(), Config(components=("kg_links",)), Config(seeds=tmp_path))}
    assert len(marks) == 3
    before = fingerprint(Config(seeds=tmp_path))
    (tmp_path / "methods.jsonl").write_text('{"name": "Bar"}\n')
    assert fingerprint(Config(seeds=tmp_path)) != before


def test_the_fingerprint_does_not_depend_on_workers_and_batches() -> None:
    assert fingerprint(ONE) == fingerprint(TWO) == fingerprint(Config())


# one process


def test_an_extraction_names_its_paper_and_pipeline() -> None:
    extraction = extracted("FooNet: Nets", "We test FooNet on ImageNet.")
    assert (extraction.paper_id, extraction.fingerprint) == ("title:sample", fingerprint(Config()))
    assert {m.text for m in extraction.mentions} == {"FooNet", "ImageNet"}


def test_an_unknown_component_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"cannot make the pipeline: .*kg_nonsense"):
        Extractor(Config(components=("kg_nonsense",)))


def test_a_pipeline_without_a_decision_finds_nothing() -> None:
    (extraction,) = Extractor(Config(components=("kg_links", "kg_names"))).run(
        [paper("FooNet", "BERT https://a.example")]
    )
    assert extraction.mentions == ()


def test_mentions_of_foreign_components_that_fit_no_field_are_left_out() -> None:
    source = Paper(id="x", title="Foo", abstract="Bar")
    text = "Foo\n\nBar"
    spans = [(0, 3), (0, 8), (2, 6), (3, 5), (4, 8), (5, 8), (5, 9)]
    found = [Candidate("Method", start, end, True, 0.5, "foreign") for start, end in spans]
    kept = _mentions(source, text, Sentences([(0, 3), (5, 8)]), found, link_candidates(text, found))
    assert [(m.field, m.text, m.start, m.end, m.role) for m in kept] == [
        ("title", "Foo", 0, 3, "used"),
        ("abstract", "Bar", 0, 3, "used"),
    ]


def test_a_record_is_one_line_of_json() -> None:
    line = record_of(paper("FooNet: Nets \u2028"), extracted("FooNet: Nets \u2028"))
    record = json.loads(line)
    assert "\n" not in line
    assert (record["paper_id"], record["title"]) == ("title:sample", "FooNet: Nets \u2028")
    (mention,) = record["mentions"]
    assert mention["text"] == "FooNet"
    assert "sentence" not in mention


def test_extractions_go_with_their_papers() -> None:
    items = list(extractions(iter(papers(3))))
    assert [(p.id, e.paper_id) for p, e in items] == [(p.id, p.id) for p in papers(3)]


def test_nothing_in_nothing_out() -> None:
    assert list(extract([], ONE)) == list(extract([], TWO)) == []
    assert list(extractions([])) == []


# several processes


def test_processes_give_the_same_records_in_the_same_order() -> None:
    counted: dict[int, list[int]] = {1: [], 2: []}
    alone = list(extract(papers(), ONE, progress=counted[1].append))
    assert list(extract(papers(), TWO, progress=counted[2].append)) == alone
    assert [json.loads(line)["paper_id"] for line in alone] == [p.id for p in papers()]
    assert sum(counted[1]) == sum(counted[2]) == 20


def test_few_papers_start_no_processes() -> None:
    broken = Config(workers=64, components=("kg_nonsense",))
    with pytest.raises(ConfigError):
        list(extract(papers(3), broken))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_broken_vocabulary_is_said_the_same_way_from_a_worker(tmp_path: Path, workers: int) -> None:
    (tmp_path / "methods.jsonl").write_text("{\n")
    with pytest.raises(VocabularyError, match=r"methods.jsonl:1: not JSON"):
        list(extract(papers(), Config(workers=workers, batch_size=1, seeds=tmp_path)))


def test_a_reader_that_stops_early_stops_the_workers() -> None:
    lines = extract(papers(), TWO)
    assert json.loads(next(lines))["paper_id"] == "arxiv:2401.00000"
    lines.close()  # type: ignore[attr-defined]


def test_a_killed_worker_is_a_service_error() -> None:
    def children() -> list[int]:
        tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def kill() -> None:
        for _ in range(200):
            victims = [pid for pid in children() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
            if len(victims) == TWO.workers:
                os.kill(victims[0], signal.SIGKILL)
                return
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ServiceError, match="a worker process was killed"):
        list(extract(papers(), TWO))
    killer.join()


# build


def test_a_build_reads_extracts_and_publishes(tmp_path: Path, source: str) -> None:
    report = run(tmp_path / "g", source)
    assert (report.added.records, report.rejected, report.extracted, report.published) == (20, 0, 20, True)
    assert report.manifest["counts"]["papers"] == 20
    assert report.manifest["fingerprint"] == fingerprint(ONE)
    (entry,) = report.manifest["inputs"]
    assert (entry["path"], entry["format"], entry["records"], entry["rejected"]) == (source, "jsonl", 20, 0)
    assert len(entry["sha256"]) == 64
    assert entry["bytes"] == Path(source).stat().st_size
    graph = Workspace(tmp_path / "g").graph()
    assert "dataset:imagenet" in graph
    assert len(list(graph.entities("Paper"))) == 20


def test_building_again_does_nothing_new(tmp_path: Path, source: str) -> None:
    first = run(tmp_path / "g", source)
    again = run(tmp_path / "g", source)
    assert (again.added.unchanged, again.extracted, again.published) == (20, 0, False)
    assert again.manifest == first.manifest


def test_more_papers_are_added(tmp_path: Path, source: str) -> None:
    run(tmp_path / "g", source)
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps({"id": "2402.00001", "title": "BarNet", "abstract": "BarNet beats BERT."}) + "\n")
    report = run(tmp_path / "g", str(more))
    assert (report.added.records, report.extracted, report.published) == (1, 1, True)
    assert report.manifest["counts"]["papers"] == 21


def test_another_vocabulary_extracts_anew(tmp_path: Path, source: str) -> None:
    run(tmp_path / "g", source)
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "datasets.jsonl").write_text('{"name": "ImageNet", "kind": "pictures"}\n')
    report = run(tmp_path / "g", source, config=Config(workers=1, seeds=seeds))
    assert (report.extracted, report.published) == (20, True)


def test_processes_build_the_same_graph(tmp_path: Path, source: str) -> None:
    run(tmp_path / "one", source)
    run(tmp_path / "two", source, config=TWO)
    assert Workspace(tmp_path / "one").graph() == Workspace(tmp_path / "two").graph()


def test_what_cannot_be_read_is_counted_by_file(tmp_path: Path, source: str) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "Good"}\n{"title": \n{"abstract": "no title"}\n')
    rejects: list[Reject] = []
    report = run(tmp_path / "g", source, str(bad), rejects=rejects)
    assert (report.added.records, report.rejected, report.published) == (21, 2, True)
    by_path = {entry["path"]: (entry["records"], entry["rejected"]) for entry in report.manifest["inputs"]}
    assert by_path == {source: (20, 0), str(bad): (1, 2)}
    assert [r.file for r in rejects] == [str(bad)] * 2


def test_a_file_of_which_nothing_can_be_read_is_in_the_manifest(tmp_path: Path, source: str) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": \n')
    report = run(tmp_path / "g", source, str(bad))
    assert {e["path"]: e["format"] for e in report.manifest["inputs"]}[str(bad)] is None


def test_the_stages_of_a_build_are_told(tmp_path: Path, source: str) -> None:
    stages: dict[str, int] = {}
    totals: dict[str, int] = {}

    def on_stage(name: str, total: int) -> Callable[[int], None]:
        totals[name] = total
        stages[name] = 0

        def tick(count: int) -> None:
            stages[name] += count

        return tick

    build(Workspace(tmp_path / "g"), [source], ONE, on_reject=lambda _: None, on_stage=on_stage)
    assert stages == {"reading": 20, "extracting": 20, "assembling": 20, "publishing": 0}
    assert totals == {"reading": 0, "extracting": 20, "assembling": 20, "publishing": 0}


def test_a_vocabulary_that_changes_during_a_build_stops_it(tmp_path: Path, source: str) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    config = Config(workers=1, seeds=seeds)

    def on_stage(name: str, total: int) -> Callable[[int], None]:
        if name == "extracting":
            (seeds / "methods.jsonl").write_text('{"name": "New"}\n')
        return lambda _: None

    with pytest.raises(ServiceError, match="changed while papers were extracted; run it again"):
        build(Workspace(tmp_path / "g"), [source], config, on_reject=lambda _: None, on_stage=on_stage)
    assert run(tmp_path / "g", source, config=config).published


def test_papers_without_a_source_are_counted(tmp_path: Path) -> None:
    from kg.pipeline import _Inputs

    inputs = _Inputs(lambda _: None)
    assert list(inputs.counted(papers(2))) == papers(2)
    assert inputs.manifest() == [{"path": "", "format": "", "records": 2, "rejected": 0}]


def test_extractions_survive_json() -> None:
    extraction = extracted("FooNet: Nets", "We train FooNet on 8 A100 GPUs. Code: https://github.com/a/b")
    assert Extraction.model_validate_json(extraction.model_dump_json()) == extraction
