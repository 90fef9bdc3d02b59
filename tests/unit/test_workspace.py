from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from kg import load
from kg.assemble import assemble
from kg.errors import ServiceError, UsageError, WorkspaceError
from kg.exporters.jsonl import lines_of
from kg.graph import KnowledgeGraph
from kg.ids import paper_id
from kg.model import Paper, Source
from kg.papers import guarded_id
from kg.publication import Counts
from kg.workspace import Workspace
from tests.graphs import EMPTY, FINGERPRINT, FIRST, ITEMS, SECOND, VOCABULARY, extraction, mention, sample_graph

PAPERS = [paper for paper, _ in ITEMS]
MANIFEST = {"fingerprint": FINGERPRINT, "inputs": [], "counts": {"records": 3}}


def publish(workspace: Workspace, fingerprint: str = FINGERPRINT) -> KnowledgeGraph:
    graph = assemble(workspace.items(fingerprint), VOCABULARY)
    workspace.publish(graph, {**MANIFEST, "fingerprint": fingerprint})
    return graph


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with the sample papers extracted and published."""
    made = Workspace(tmp_path / "graph")
    with made.lock():
        made.add_papers(PAPERS)
        made.add_extractions(found for _, found in ITEMS)
        publish(made)
    return made


def record(title: str, **values: object) -> Paper:
    """A record as a reader makes it."""
    doi, arxiv_id = values.get("doi"), values.get("arxiv_id")
    identifier = paper_id(title, arxiv_id=arxiv_id, doi=doi)  # type: ignore[arg-type]
    return Paper.model_validate({"id": identifier, "title": title, **values})


# Papers


def test_records_of_one_paper_become_one_paper(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        added = workspace.add_papers(
            [record("A Title", abstract="Short."), record("a title!", abstract="A longer one."), record("Other")]
        )
        assert (added.records, added.new, added.merged, added.unchanged) == (3, 2, 1, 0)
        assert (workspace.paper_count, workspace.record_count) == (2, 3)
        assert "A longer one." in {paper.abstract for paper in workspace.pending(FINGERPRINT)}


def test_a_record_that_was_there_before_changes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        workspace.add_papers(PAPERS)
        state = workspace.state(FINGERPRINT)
        added = workspace.add_papers([*PAPERS, FIRST])
        assert (added.new, added.merged, added.unchanged) == (0, 0, 4)
        assert workspace.state(FINGERPRINT) == state


def test_a_record_that_belongs_to_two_papers_makes_them_one(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        workspace.add_papers([record("Preprint", arxiv_id="2401.00001"), record("Published", doi="10.1234/x")])
        assert workspace.paper_count == 2
        added = workspace.add_papers([record("Both", arxiv_id="2401.00001", doi="10.1234/x", upvotes=3)])
        assert (added.new, added.merged) == (0, 1)
        (paper,) = workspace.pending(FINGERPRINT)
        assert (paper.id, paper.doi, paper.upvotes) == ("arxiv:2401.00001", "10.1234/x", 3)


def test_a_source_s_own_id_stands_until_another_paper_has_it_too(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        workspace.add_papers([Paper(id="7", title="One")])
        assert [paper.id for paper in workspace.pending(FINGERPRINT)] == ["7"]
        both = [Paper(id="7", title="One"), Paper(id="7", title="Two")]
        workspace.add_papers(both[1:])
        assert {paper.id for paper in workspace.pending(FINGERPRINT)} == set(map(guarded_id, both))
        workspace.add_papers([record("Two", doi="10.1234/two")])
        assert {paper.id for paper in workspace.pending(FINGERPRINT)} == {"7", "doi:10.1234/two"}


@pytest.mark.parametrize("own", ["method:x", "title:made-up", "doi:10.1/x", "paper:1"])
def test_a_source_s_own_id_cannot_pose_as_another_kind_of_id(own: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        workspace.add_papers([Paper(id=own, title="One")])
        assert [paper.id for paper in workspace.pending(FINGERPRINT)] == [paper_id("One")]


# Extractions


def test_papers_are_pending_until_this_pipeline_has_processed_them(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        workspace.add_papers(PAPERS)
        assert [paper.id for paper in workspace.pending(FINGERPRINT)] == sorted(paper.id for paper in PAPERS)
        assert workspace.add_extractions([ITEMS[0][1]]) == 1
        assert workspace.pending_count(FINGERPRINT) == 2
        assert FIRST.id not in {paper.id for paper in workspace.pending(FINGERPRINT)}
        assert workspace.pending_count("another pipeline") == 3
        assert list(workspace.items("another pipeline")) == []


def test_extractions_can_be_added_while_pending_papers_are_read(tmp_path: Path) -> None:
    papers = [record(f"Paper {number}") for number in range(1203)]
    workspace = Workspace(tmp_path)
    with workspace.lock():
        workspace.add_papers(papers)
        assert workspace.add_extractions(extraction(paper) for paper in workspace.pending(FINGERPRINT)) == 1203
        assert workspace.pending_count(FINGERPRINT) == 0
        assert [paper.id for paper, _ in workspace.items(FINGERPRINT)] == sorted(paper.id for paper in papers)


def test_what_was_extracted_before_an_interruption_is_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    def interrupted() -> object:
        yield ITEMS[0][1]
        raise KeyboardInterrupt

    with workspace.lock():
        workspace.add_papers(PAPERS)
        with pytest.raises(KeyboardInterrupt):
            workspace.add_extractions(interrupted())  # type: ignore[arg-type]
    assert workspace.pending_count(FINGERPRINT) == 2
    assert list(workspace.items(FINGERPRINT)) == [ITEMS[0]]


def test_a_paper_whose_text_changed_is_pending_again(workspace: Workspace) -> None:
    with workspace.lock():
        workspace.add_papers([SECOND.model_copy(update={"abstract": SECOND.abstract + " It is fast."})])
        assert [paper.id for paper in workspace.pending(FINGERPRINT)] == [SECOND.id]


def test_a_paper_that_only_got_another_id_is_not_processed_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    paper = record("FooNet for All", abstract="FooNet is new.")
    with workspace.lock():
        workspace.add_papers([paper])
        workspace.add_extractions([extraction(paper, mention(paper, "Method", "FooNet", "introduced"))])
        workspace.add_papers([record("FooNet for All", arxiv_id="2401.00007")])
        assert workspace.pending_count(FINGERPRINT) == 0
        ((merged, found),) = workspace.items(FINGERPRINT)
        assert merged.id == found.paper_id == "arxiv:2401.00007"
        assert len(found.mentions) == 1


def test_an_extraction_of_an_unknown_paper_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock(), pytest.raises(UsageError, match="there is no paper"):
        workspace.add_extractions([extraction(FIRST)])


# Publishing


def test_the_published_graph_is_the_one_that_was_given(workspace: Workspace) -> None:
    assert workspace.graph() == sample_graph()
    assert load(workspace.folder) == sample_graph()
    with workspace.engine() as engine:
        assert engine.query("MATCH (n) RETURN count(*) AS n").rows == [[len(sample_graph())]]


def test_the_manifest_counts_and_names_what_it_was_made_from(workspace: Workspace) -> None:
    manifest = workspace.manifest()
    assert manifest["fingerprint"] == FINGERPRINT
    assert manifest["format"] == 1
    assert manifest["counts"]["records"] == 3
    assert manifest["counts"]["entities"]["Paper"] == 3
    assert manifest["counts"] == {"records": 3, **Counts.of_graph(sample_graph()).for_manifest()}
    assert manifest["graph_digest"].startswith("sha256:")


def test_the_graph_file_is_the_canonical_export(workspace: Workspace) -> None:
    (build,) = (workspace.folder / "builds").iterdir()
    assert (build / "graph.jsonl").read_text(encoding="utf-8") == "".join(lines_of(sample_graph()))
    assert {file.name for file in build.iterdir()} == {"graph.jsonl", "graph.lbdb", "manifest.json"}
    assert build.stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def test_a_second_build_of_the_same_input_is_current(workspace: Workspace) -> None:
    assert workspace.is_current(FINGERPRINT)
    assert not workspace.is_current("another pipeline")
    with workspace.lock():
        workspace.add_papers([record("New")])
        workspace.add_extractions([extraction(record("New"))])
    assert not workspace.is_current(FINGERPRINT)


def test_nothing_published_is_never_current(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.lock():
        assert not workspace.is_current(FINGERPRINT)


def test_a_new_build_replaces_the_old_one_and_a_reader_of_the_old_one_goes_on(workspace: Workspace) -> None:
    old = (workspace.folder / "CURRENT").read_text()
    with workspace.engine() as engine:
        with workspace.lock():
            workspace.add_papers([record("New")])
            workspace.add_extractions([extraction(record("New"))])
            publish(workspace)
        assert engine.query("MATCH (p:Paper) RETURN count(*)").rows == [[3]]
    with workspace.engine() as engine:
        assert engine.query("MATCH (p:Paper) RETURN count(*)").rows == [[4]]
    assert (workspace.folder / "CURRENT").read_text() != old
    assert len(list((workspace.folder / "builds").iterdir())) == 1


def test_publishing_the_same_twice_keeps_the_build(workspace: Workspace) -> None:
    before = (workspace.folder / "CURRENT").read_text()
    with workspace.lock():
        publish(workspace)
    assert (workspace.folder / "CURRENT").read_text() == before
    assert workspace.graph() == sample_graph()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    names: list[str] = []
    for order in (PAPERS, PAPERS[::-1]):
        made = Workspace(tmp_path / str(len(names)))
        with made.lock():
            for paper in order:
                made.add_papers([paper])
            made.add_extractions(found for _, found in reversed(ITEMS))
            publish(made)
        names.append((made.folder / "CURRENT").read_text())
    assert names[0] == names[1]


def test_leftovers_of_a_killed_build_are_removed(workspace: Workspace) -> None:
    leftover = workspace.folder / "builds" / ".new-killed"
    leftover.mkdir()
    (leftover / "graph.jsonl").write_text("half")
    with workspace.lock():
        workspace.add_papers([record("New")])
        publish(workspace)
    assert len(list((workspace.folder / "builds").iterdir())) == 1


def test_a_failed_publication_leaves_the_old_graph(workspace: Workspace) -> None:
    class Broken(KnowledgeGraph):
        def relations(self, type: str | None = None) -> object:  # type: ignore[override]
            raise OSError(28, "No space left on device")

    with workspace.lock(), pytest.raises(ServiceError, match="No space left on device"):
        workspace.publish(Broken(), MANIFEST)
    assert workspace.graph() == sample_graph()
    assert len(list((workspace.folder / "builds").iterdir())) == 1


# Locking


def test_a_second_builder_is_told_who_holds_the_workspace(workspace: Workspace) -> None:
    with workspace.lock(), pytest.raises(WorkspaceError, match=f"in use by process {os.getpid()}"):
        Workspace(workspace.folder).lock().__enter__()
    with Workspace(workspace.folder).lock():
        pass


def test_a_lock_can_be_nested(workspace: Workspace) -> None:
    with workspace.lock(), workspace.lock():
        workspace.add_papers([])
    with pytest.raises(UsageError, match="need its lock"):
        workspace.add_papers([])


def test_reading_needs_no_lock(workspace: Workspace) -> None:
    with workspace.lock():
        assert Workspace(workspace.folder).pending_count(FINGERPRINT) == 0
        assert Workspace(workspace.folder).graph() == sample_graph()


@pytest.mark.parametrize("method", ["add_papers", "add_extractions"])
def test_changes_need_the_lock(method: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="need its lock"):
        getattr(Workspace(tmp_path), method)([])
    with pytest.raises(UsageError, match="need its lock"):
        Workspace(tmp_path).publish(KnowledgeGraph(), MANIFEST)


# Folders that are no workspace, or not any more


def test_a_folder_with_other_files_is_not_taken_for_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(WorkspaceError, match="not empty"):
        Workspace(tmp_path).lock().__enter__()
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("method", ["graph", "manifest", "engine"])
def test_reading_what_is_no_workspace_says_how_to_make_one(method: str, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is not a workspace"):
        getattr(Workspace(tmp_path / "missing"), method)()
    with pytest.raises(WorkspaceError, match="is not a workspace"):
        list(Workspace(tmp_path / "missing").items(FINGERPRINT))
    assert not (tmp_path / "missing").exists()


def test_a_build_that_was_never_finished_says_so(tmp_path: Path) -> None:
    with Workspace(tmp_path).lock():
        pass
    with pytest.raises(WorkspaceError, match="holds no graph yet"):
        Workspace(tmp_path).graph()


@pytest.mark.parametrize("pointer", [b"", b"../../etc\n", b"0123456789abcdef\n", b"\xff\xfe"])
def test_a_corrupt_pointer_is_one_clear_line(pointer: bytes, workspace: Workspace) -> None:
    (workspace.folder / "CURRENT").write_bytes(pointer)
    with pytest.raises(WorkspaceError, match="does not name a build: run kg build again"):
        workspace.graph()
    assert not workspace.is_current(FINGERPRINT)
    with workspace.lock():
        publish(workspace)
    assert workspace.graph() == sample_graph()


@pytest.mark.parametrize(
    ("file", "content", "method"),
    [
        ("graph.jsonl", b"nonsense\n", "graph"),
        ("manifest.json", b"[]", "manifest"),
        ("manifest.json", b"{", "manifest"),
        ("graph.lbdb", b"nonsense" * 1000, "engine"),
    ],
)
def test_a_damaged_build_is_one_clear_line(file: str, content: bytes, method: str, workspace: Workspace) -> None:
    (build,) = (workspace.folder / "builds").iterdir()
    (build / file).write_bytes(content)
    with pytest.raises(WorkspaceError, match="is damaged") as caught:
        getattr(workspace, method)()
    assert "\n" not in str(caught.value)


def test_a_missing_file_of_a_build_is_one_clear_line(workspace: Workspace) -> None:
    (build,) = (workspace.folder / "builds").iterdir()
    for file in build.iterdir():
        file.unlink()
    for method in ("graph", "manifest", "engine"):
        with pytest.raises(WorkspaceError, match="is damaged"):
            getattr(workspace, method)()


def test_a_reader_follows_a_build_that_is_replaced_meanwhile(workspace: Workspace) -> None:
    tries: list[Path] = []

    def read(build: Path) -> str:
        tries.append(build)
        if len(tries) == 1:
            with workspace.lock():
                workspace.add_papers([record("New")])
                workspace.add_extractions([extraction(record("New"))])
                publish(workspace)
            raise FileNotFoundError(build)
        return build.name

    assert workspace._from_build(read) == (workspace.folder / "CURRENT").read_text().strip()
    assert len(tries) == 2


def test_a_reader_gives_up_on_a_workspace_that_is_rebuilt_all_the_time(workspace: Workspace) -> None:
    def read(build: Path) -> None:
        with workspace.lock():
            new = record(f"New {workspace.paper_count}")
            workspace.add_papers([new])
            workspace.add_extractions([extraction(new)])
            publish(workspace)
        raise FileNotFoundError(build)

    with pytest.raises(WorkspaceError, match="is being rebuilt"):
        workspace._from_build(read)


def test_a_log_of_a_newer_version_is_refused(workspace: Workspace) -> None:
    with sqlite3.connect(workspace.folder / "log.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(WorkspaceError, match="update kg"):
        workspace.lock().__enter__()
    with pytest.raises(WorkspaceError, match="update kg"):
        workspace.pending_count(FINGERPRINT)


def test_a_damaged_log_is_one_clear_line(workspace: Workspace) -> None:
    (workspace.folder / "log.sqlite").write_bytes(b"nonsense" * 1000)
    with pytest.raises(WorkspaceError, match=r"log\.sqlite is damaged"):
        workspace.lock().__enter__()


def test_an_empty_log_is_no_workspace_for_readers(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").touch()
    with pytest.raises(WorkspaceError, match="is not a workspace"):
        Workspace(tmp_path).pending_count(FINGERPRINT)
    with Workspace(tmp_path).lock() as workspace:
        assert workspace.paper_count == 0


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError, match="cannot write in"):
        Workspace(tmp_path / "file" / "graph").lock().__enter__()


def test_a_log_that_cannot_be_opened_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").mkdir()
    with pytest.raises(ServiceError, match="cannot use"):
        Workspace(tmp_path).lock().__enter__()


def test_the_extraction_log_outlives_a_failed_transaction(workspace: Workspace) -> None:
    with workspace.lock(), pytest.raises(AttributeError):
        workspace.add_papers([record("New"), None])  # type: ignore[list-item]
    assert workspace.paper_count == 3


def test_sources_of_all_records_are_kept(tmp_path: Path) -> None:
    sources = [Source(path=name, format="csv", position=1) for name in ("a.csv", "b.csv")]
    with Workspace(tmp_path).lock() as workspace:
        workspace.add_papers([EMPTY.model_copy(update={"sources": (source,)}) for source in sources])
        (paper,) = workspace.pending(FINGERPRINT)
        assert paper.sources == tuple(sources)
        assert json.loads(paper.model_dump_json())["sources"][1]["path"] == "b.csv"
