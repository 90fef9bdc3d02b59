"""A build that is killed at any point ends, when it is run again, with the files of an unbroken one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

POINTS = 50


def test_builds_killed_at_random_points_end_as_an_unbroken_one(tmp_path: Path) -> None:
    # Coverage of a process that is killed all the time costs more than it tells.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", "tests.killed_builds", str(tmp_path), "7", str(POINTS)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == POINTS
    died = [int(code) for *_, code in lines]
    assert set(died) <= {0, signal.SIGKILL}  # one that was to be killed later may have ended before
    assert died.count(signal.SIGKILL) > POINTS * 3 // 4
    assert {(scene, stage) for scene, stage, *_ in lines} == {
        (scene, stage)
        for scene in ("first", "second")
        for stage in ("reading", "extracting", "assembling", "publishing")
    }
