"""The workspace under what befalls real processes: kill -9, two builders, a read-only folder, a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest

from kg.assemble import assemble
from kg.errors import WorkspaceError
from kg.ids import paper_id
from kg.model import Paper
from kg.workspace import Workspace
from tests.conftest import ROOT
from tests.graphs import FINGERPRINT, ITEMS, VOCABULARY, extraction, sample_graph

PREAMBLE = """
import os, sys, time
from kg.assemble import assemble
from kg.model import Paper
from kg.ids import paper_id
from kg.workspace import Workspace
from tests.graphs import FINGERPRINT, ITEMS, VOCABULARY, extraction
folder = sys.argv[1]
papers = [Paper(id=paper_id(f"Paper {n}"), title=f"Paper {n}") for n in range(3000)]
def say(word):
    print(word, flush=True)
"""
SLOW_EXTRACTION = """
def found(workspace):
    for number, paper in enumerate(workspace.pending(FINGERPRINT)):
        if number == 2500:
            say("ready")
            time.sleep(60)
        yield extraction(paper)
with Workspace(folder).lock() as workspace:
    workspace.add_papers(papers)
    workspace.add_extractions(found(workspace))
"""
SLOW_PUBLICATION = """
import kg.publication
real = kg.publication.write_database
def slow(graph, path):
    real(graph, path)
    say("ready")
    time.sleep(60)
kg.publication.write_database = slow
with Workspace(folder).lock() as workspace:
    workspace.add_papers(papers)
    workspace.add_extractions(extraction(paper) for paper in workspace.pending(FINGERPRINT))
    workspace.publish(assemble(workspace.items(FINGERPRINT), VOCABULARY), {"fingerprint": FINGERPRINT})
"""
HOLD = """
with Workspace(folder).lock():
    say("ready")
    time.sleep(60)
"""
BUILD = """
from kg.errors import KgError
try:
    with Workspace(folder).lock() as workspace:
        workspace.add_papers(papers)
        workspace.add_extractions(extraction(paper) for paper in workspace.pending(FINGERPRINT))
        workspace.publish(assemble(workspace.items(FINGERPRINT), VOCABULARY), {"fingerprint": FINGERPRINT})
except KgError as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(error.exit_code)
"""


def start(script: str, folder: Path, *, before: str = "") -> subprocess.Popen[str]:
    code = dedent(before + PREAMBLE + script)
    # A process without rights or without disk could not write its coverage either.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def finish(script: str, folder: Path, *, before: str = "") -> tuple[int, str]:
    process = start(script, folder, before=before)
    output, _ = process.communicate(timeout=120)
    return process.returncode, output.strip()


def published(folder: Path) -> Workspace:
    workspace = Workspace(folder)
    with workspace.lock():
        workspace.add_papers(paper for paper, _ in ITEMS)
        workspace.add_extractions(found for _, found in ITEMS)
        workspace.publish(assemble(workspace.items(FINGERPRINT), VOCABULARY), {"fingerprint": FINGERPRINT})
    return workspace


def test_a_build_killed_during_extraction_goes_on_where_it_stopped(tmp_path: Path) -> None:
    process = start(SLOW_EXTRACTION, tmp_path)
    wait_until_ready(process)
    kill(process)
    workspace = Workspace(tmp_path)
    assert workspace.paper_count == 3000
    assert 0 < workspace.pending_count(FINGERPRINT) <= 1000
    assert finish(BUILD, tmp_path) == (0, "")
    assert workspace.pending_count(FINGERPRINT) == 0
    assert len(workspace.graph()) == 3000


def test_a_build_killed_while_it_publishes_leaves_the_old_graph_and_can_be_repeated(tmp_path: Path) -> None:
    workspace = published(tmp_path)
    process = start(SLOW_PUBLICATION, tmp_path)
    wait_until_ready(process)
    kill(process)
    assert workspace.graph() == sample_graph()
    with workspace.engine() as engine:
        assert engine.query("MATCH (p:Paper) RETURN count(*)").rows == [[3]]
    assert finish(BUILD, tmp_path) == (0, "")
    assert len(list(workspace.graph().entities("Paper"))) == 3003
    assert len(list((tmp_path / "builds").iterdir())) == 1


def test_a_second_builder_is_refused_while_the_first_runs_and_not_after_it_was_killed(tmp_path: Path) -> None:
    process = start(HOLD, tmp_path)
    wait_until_ready(process)
    with pytest.raises(WorkspaceError, match=f"in use by process {process.pid}:"):
        Workspace(tmp_path).lock().__enter__()
    kill(process)
    with Workspace(tmp_path).lock():
        pass


def test_many_readers_see_a_whole_graph_while_builds_replace_each_other(tmp_path: Path) -> None:
    workspace = published(tmp_path)
    process = start(BUILD, tmp_path)
    sizes = set()
    while process.poll() is None:
        sizes.add(len(workspace.graph()))
        with workspace.engine() as engine:
            sizes.add(engine.query("MATCH (n) RETURN count(*)").rows[0][0])
        time.sleep(0.01)
    process.communicate()
    assert process.returncode == 0
    assert sizes <= {len(sample_graph()), len(sample_graph()) + 3000}


# Root is bound by no permission, so the script gives up its rights once it has read all modules that it needs.
AS_NOBODY = """
read = lambda: (len(Workspace(folder).graph()), Workspace(folder).engine().query("MATCH (n) RETURN count(*)").rows)
read()
if os.geteuid() == 0:
    os.setuid(65534)
"""


def set_modes(folder: Path, of_folders: int, of_files: int) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(of_folders if path.is_dir() else of_files)


def test_a_read_only_folder_can_be_read_and_not_built_in() -> None:
    with TemporaryDirectory() as folder:
        workspace = published(Path(folder))
        set_modes(Path(folder), 0o555, 0o444)
        try:
            size = len(sample_graph())
            read = "print(read(), Workspace(folder).pending_count(FINGERPRINT))"
            assert finish(AS_NOBODY + read, Path(folder)) == (0, f"({size}, [[{size}]]) 0")
            code, message = finish(AS_NOBODY + BUILD, Path(folder))
            assert (code, message) == (3, f"ServiceError: cannot write in {folder}: Permission denied")
        finally:
            set_modes(Path(folder), 0o755, 0o644)
        assert workspace.graph() == sample_graph()


@pytest.mark.parametrize("limit", [50_000, 400_000])
def test_a_full_disk_is_one_clear_line_and_keeps_the_published_graph(limit: int, tmp_path: Path) -> None:
    workspace = published(tmp_path)
    full = f"""
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    """
    code, message = finish(BUILD, tmp_path, before=dedent(full))
    assert code == 3, message
    assert message.startswith("ServiceError: cannot ")
    assert "\n" not in message
    assert workspace.graph() == sample_graph()
    assert finish(BUILD, tmp_path) == (0, "")


PUBLISH = """
from kg.errors import KgError
try:
    with Workspace(folder).lock() as workspace:
        workspace.publish_papers(FINGERPRINT, VOCABULARY, {})
except KgError as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("papers", [20, 1500], ids=["brought up to date", "made whole"])
@pytest.mark.parametrize("limit", [1_000, 100_000, 300_000])
def test_a_disk_that_is_full_when_publishing_is_one_clear_line(limit: int, papers: int, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    made = [Paper(id=paper_id(f"Paper {n}"), title=f"Paper {n}", abstract="Text. " * 60) for n in range(1500 + papers)]
    with workspace.lock():
        for part in (made[:1500], made[1500:]):
            workspace.add_papers(part)
            workspace.add_extractions(extraction(paper) for paper in part)
            if part is not made[1500:]:
                workspace.publish_papers(FINGERPRINT, VOCABULARY, {})
    before = workspace.manifest()
    full = f"""
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    """
    code, message = finish(PUBLISH, tmp_path, before=dedent(full))
    assert (code, message.startswith("ServiceError: cannot "), "\n" in message) == (3, True, False), message
    assert workspace.manifest() == before
    assert [path.name for path in (tmp_path / "builds").iterdir()] == [workspace.build_name]
    assert finish(PUBLISH, tmp_path) == (0, "")
    assert workspace.manifest()["counts"]["entities"] == {"Paper": 1500 + papers}
