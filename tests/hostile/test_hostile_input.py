"""No input stops a build, fills the memory or takes for ever; what is lost of it is told, and the rest is there."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from kg.errors import UsageError
from kg.readers.inputs import read_inputs
from kg.registry import READERS
from kg.rejects import Reject
from tests.hostile.catalogue import CATALOGUE, HEAVY, LIGHT
from tests.hostile.reading import Outcome, assert_as_expected, lay_out, read, shown, workspace_for
from tests.hostile.sample import Sample

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 400 << 20
SECONDS = 30
"""CPU time that any one sample may take; all but a handful take a hundredth of it."""


def named(samples: tuple[Sample, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", samples, ids=lambda sample: sample.name)


@pytest.fixture(autouse=True)
def impatience() -> Iterator[None]:
    """A reader that does not come back fails its test, not the run."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"more than {SECONDS} seconds of CPU")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def test_the_catalogue_holds_all_kinds_for_all_formats() -> None:
    assert len(CATALOGUE) >= 200
    assert max(Counter(sample.name for sample in CATALOGUE).values()) == 1
    assert {sample.name.split(":")[0] for sample in CATALOGUE} >= set(READERS.names())


@named(LIGHT)
def test_what_cannot_be_read_is_told_and_the_rest_is_there(sample: Sample, tmp_path: Path) -> None:
    path = lay_out(sample, tmp_path / "in")
    before = sorted(os.listdir(tmp_path / "in"))
    outcome = read(tmp_path / "in", workspace_for(sample, tmp_path / "workspace"))
    assert_as_expected(sample, path, outcome)
    assert sorted(os.listdir(tmp_path / "in")) == before
    assert {entry.name for entry in tmp_path.iterdir()} <= {"in", "workspace"}  # nothing got out of an archive


STREAMS = tuple(sample for sample in LIGHT if isinstance(sample.content, bytes))[::7]


@named(STREAMS)
def test_standard_input_is_told_like_a_file(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(sample.content, bytes)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sample.content)))
    rejects: list[Reject] = []
    try:
        titles = {paper.title for paper in read_inputs(["-"], on_reject=rejects.append)}
    except UsageError:  # what is named and cannot be told is a wrong call
        assert not sample.kept and sample.lost
        return
    if any("no known format" in lost.reason and not lost.member for lost in sample.lost):
        return  # of what is named, less is asked than of what lies in a folder
    assert [reject.position for reject in rejects] == [lost.at for lost in sample.lost]
    assert sample.kept is None or titles == set(sample.kept)


# --- what is made to fill memory and time


class Child:
    """A process to read such samples in."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.child"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def read(self, folder: Path) -> tuple[Outcome, int, float]:
        """What comes out of a folder, and the memory and the time that it took."""
        print(json.dumps([str(folder), ""]), file=self._pipe(self._process.stdin), flush=True)
        answer = self._pipe(self._process.stdout).readline()
        assert answer, "the process died"
        outcome, peak, seconds = json.loads(answer)
        outcome["rejects"] = [tuple(reject) for reject in outcome["rejects"]]
        return Outcome(**outcome), peak, seconds

    def close(self) -> None:
        self._pipe(self._process.stdin).close()
        self._process.wait(60)
        self._pipe(self._process.stdout).close()


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    process = Child()
    yield process
    process.close()


@named(HEAVY)
def test_bombs_and_endless_lines_take_bounded_memory(sample: Sample, child: Child, tmp_path: Path) -> None:
    path = lay_out(sample, tmp_path / "in")
    outcome, peak, seconds = child.read(tmp_path / "in")
    path.unlink()
    assert_as_expected(sample, path, outcome)
    assert peak < MOST_MEMORY, f"{peak >> 20} MB"
    assert seconds < SECONDS


# --- the whole catalogue in one build


def build(folder: Path, *inputs: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("kg")), "build", *map(str, inputs), "-o", str(folder), "--no-model"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=300)


def counts(output: str) -> dict[str, int]:
    line = re.search(r"read +(.*)", output)
    assert line, output
    return {what: int(number.replace(",", "")) for number, what in re.findall(r"(\d[\d,]*) (\w+)", line[1])}


def test_one_build_takes_the_whole_catalogue(tmp_path: Path) -> None:
    for number, sample in enumerate(LIGHT):
        lay_out(sample, tmp_path / "in" / f"{number:04}")
    built = build(tmp_path / "workspace", tmp_path / "in")
    assert built.returncode == 1, built.stderr
    assert "Traceback" not in built.stderr and "\x1b" not in built.stderr + built.stdout
    told = counts(built.stdout)
    assert told["records"] == told["new"] + told["merged"] + told["known"] + told["rejected"]
    with (tmp_path / "workspace" / "rejects.jsonl").open(encoding="utf-8", newline="\n") as lines:
        rejects = [json.loads(line) for line in lines]
    assert told["rejected"] == len(rejects) == sum(len(sample.lost) for sample in LIGHT)
    start = len(shown(tmp_path / "in")) + 1
    by_sample = Counter(int(reject["file"][start : start + 4]) for reject in rejects)
    assert by_sample == {number: len(sample.lost) for number, sample in enumerate(LIGHT) if sample.lost}


def test_a_build_that_loses_nothing_exits_with_0(tmp_path: Path) -> None:
    harmless = [sample for sample in LIGHT if not sample.lost]
    for kind, sample in {sample.kind: sample for sample in harmless}.items():
        lay_out(sample, tmp_path / "in" / kind)
    built = build(tmp_path / "workspace", tmp_path / "in")
    assert (built.returncode, built.stderr) == (0, "")
    assert counts(built.stdout)["rejected"] == 0


def test_what_is_named_and_in_no_known_format_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    path = tmp_path / "x\x1b[2J\ny.json"
    path.write_bytes(bytes(range(256)))
    built = build(tmp_path / "workspace", path)
    assert built.returncode == 2
    assert built.stderr.count("\n") == 1 and "\x1b" not in built.stderr
    assert "no known format" in built.stderr
