"""Builds that kill themselves; test_killed_builds.py runs this in a process of its own, which forks and has no threads.

    python -m tests.killed_builds FOLDER SEED POINTS

Two scenes: a first build, and a build that adds, changes, removes and prunes papers of a workspace. An unbroken build
of each counts the calls of functions of this package, by stage. Then a build is killed (SIGKILL) at one of these calls,
chosen at random, as many from each stage, every other time a few milliseconds later, within whatever runs then; what is
published must be the old graph or the new one, and the same build again must end with the files of the unbroken one.
Prints a line a point; ends with another code than 0 at the first difference.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import spacy  # noqa: F401 - once, before the forks

import kg.embedded_write
import kg.extractors.pipeline
import kg.pipeline
from kg.config import Config
from kg.errors import WorkspaceError
from kg.workspace import Workspace

PACKAGE = str(Path(kg.pipeline.__file__).parent)
STAGES = {
    "reading": (
        "readers/",
        "extraction_log.py:add_papers",
        "extraction_log.py:_add_record",
        "identity.py",
        "papers.py",
    ),
    "extracting": ("extractors/", "linking/local.py", "extraction_log.py:_store"),
    "assembling": ("assemble.py", "assembly_store.py", "parents.py"),
    "publishing": ("publication.py", "sorted_lines.py", "embedded_write.py", "workspace.py", "exporters/"),
}
SEEDS = {
    "methods.jsonl": [{"name": "ResNet"}, {"name": "ResNet-50", "parent": "ResNet"}, {"name": "FooNet"}],
    "datasets.jsonl": [{"name": "ImageNet"}, {"name": "Cityscapes"}],
    "hardware.jsonl": [{"name": "A100", "maker": "NVIDIA"}],
}


def paper(number: int, version: str = "") -> dict[str, Any]:
    method = ("ResNet-50", "FooNet", "ResNet", "BarNet-2", "BarNet")[number % 5]
    data = ("ImageNet", "Cityscapes")[number % 2]
    return {
        "title": f"{method} study number {number}",
        "abstract": f"We train {method} on {data} with {number + 2} A100 GPUs{version}. It beats FooNet.",
        "doi": f"10.1234/p{number}",
        "authors": [f"Ada Example{number % 4}", "Bo Sample"],
    }


class Scene:
    """A build, what lies there before it, and what lies there after it."""

    def __init__(self, folder: Path, name: str, before: Path | None, papers: list[dict[str, Any]]) -> None:
        self.folder = folder
        self.name = name
        self.before = before
        self.input = folder / f"{name}.jsonl"
        self.input.write_text("".join(json.dumps(record) + "\n" for record in papers), encoding="utf-8")
        self.after = folder / f"{name}-unbroken"
        self.calls: dict[str, list[int]] = {}

    def place(self, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        if self.before is not None:
            shutil.copytree(self.before, target)

    def build(self, target: Path) -> None:
        config = Config(seeds=self.folder / "seeds", workers=1, model="none")
        is_update = self.before is not None
        remove = ["doi:10.1234/p1"] if is_update else []
        kg.pipeline.build(
            Workspace(target), [str(self.input)], config, remove=remove, prune=is_update, on_reject=lambda reject: None
        )


def in_child(action: Callable[[], None]) -> int:
    """Run something in a fork; gives the signal that ended it, 0 where none did."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit("a build failed")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def stage_of(frame: FrameType) -> str | None:
    name = f"{frame.f_code.co_filename.removeprefix(PACKAGE + '/')}:{frame.f_code.co_name}"
    return next((stage for stage, parts in STAGES.items() if name.startswith(parts)), None)


def count(scene: Scene) -> None:
    """Build unbroken, and note the number of each call by stage."""
    calls: dict[str, list[int]] = defaultdict(list)
    number = 0

    def watch(frame: FrameType, event: str, _: Any) -> None:
        nonlocal number
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            number += 1
            stage = stage_of(frame)
            if stage is not None:
                calls[stage].append(number)

    def run() -> None:
        sys.setprofile(watch)
        scene.build(scene.after)
        sys.setprofile(None)
        (scene.folder / "calls.json").write_text(json.dumps(calls), encoding="utf-8")

    scene.place(scene.after)
    in_child(run)
    scene.calls = json.loads((scene.folder / "calls.json").read_text(encoding="utf-8"))


def kill_at(scene: Scene, target: Path, point: int, delay: float) -> None:
    """Build, and die at a call, or so many seconds later."""
    number = 0
    builder = os.getpid()

    def watch(frame: FrameType, event: str, _: Any) -> None:
        nonlocal number
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            number += 1
            if number == point and (delay == 0 or os.fork() == 0):
                if delay:
                    os.closerange(3, 4096)  # a fork holds the lock of the workspace too
                    time.sleep(delay)
                os.kill(builder, signal.SIGKILL)
                os._exit(0)

    sys.setprofile(watch)
    scene.build(target)


def export(folder: Path | None) -> bytes | None:
    if folder is None:
        return None
    try:
        with Workspace(folder).open_graph() as lines:
            return lines.read()
    except WorkspaceError:
        return None


def counts(folder: Path) -> list[list[Any]]:
    with Workspace(folder).engine() as engine:
        nodes = engine.query("MATCH (n) RETURN label(n), count(*), sum(size(n.aliases)) ORDER BY label(n)").rows
        edges = engine.query("MATCH ()-[r]->() RETURN label(r), count(*), sum(size(r.texts)) ORDER BY label(r)").rows
        return [*nodes, *edges]


def looks(folder: Path, scene: Scene) -> None:
    """Check a finished build; in a child, since the engine has threads."""
    manifests = [Workspace(path).manifest() for path in (folder, scene.after)]
    names = [sorted(path.name for path in (place / "builds").iterdir()) for place in (folder, scene.after)]
    if export(folder) != export(scene.after) or manifests[0] != manifests[1] or names[0] != names[1]:
        raise SystemExit("not what the unbroken build gave")
    if counts(folder) != counts(scene.after):
        raise SystemExit("the databases differ")


def main() -> None:
    folder, seed, points = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    (folder / "seeds").mkdir()
    for name, entries in SEEDS.items():
        text = "".join(json.dumps(entry) + "\n" for entry in entries)
        (folder / "seeds" / name).write_text(text, encoding="utf-8")
    first = Scene(folder, "first", None, [paper(n) for n in range(30)])
    count(first)
    later = [paper(n, " twice" if n == 9 else "") for n in range(31) if n not in (5, 6)]
    second = Scene(folder, "second", first.after, later)
    count(second)
    choice = random.Random(seed)
    for number in range(points):
        scene = (first, second)[number % 2]
        stage = list(STAGES)[number // 2 % len(STAGES)]
        point = choice.choice(scene.calls[stage])
        delay = choice.uniform(0, 0.03) if number // 8 % 2 else 0.0
        target = folder / "broken"
        scene.place(target)
        died = in_child(partial(kill_at, scene, target, point, delay))
        left = export(target)
        if left not in (export(scene.before), export(scene.after)):
            raise SystemExit(f"{scene.name} {stage} {point}: what is published is neither the old nor the new graph")
        in_child(partial(scene.build, target))
        in_child(partial(looks, target, scene))
        sys.stdout.write(f"{scene.name} {stage} {point} {died}\n")
        sys.stdout.flush()
    assert threading.active_count() == 1


if __name__ == "__main__":
    main()
