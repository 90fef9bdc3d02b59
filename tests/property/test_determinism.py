"""The canonical export of a build is the same to the byte, whatever the order, batches, processes and hash seeds."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.assemble import assemble
from kg.cli.main import cli
from kg.exporters.jsonl import lines_of
from kg.pipeline import extractions
from kg.readers.inputs import read_inputs
from kg.vocabulary import SEEDS, load_vocabulary

LINES = (SEEDS / "papers.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[::4][:60]

Write = Callable[[Sequence[str]], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes lines to a file of its own; gives its name."""
    numbers = iter(range(1000))

    def to_file(lines: Sequence[str]) -> str:
        path = tmp_path / f"papers-{next(numbers)}.jsonl"
        path.write_text("".join(lines), encoding="utf-8")
        return str(path)

    return to_file


def kg(*args: str) -> None:
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 0, result.output


def exported(folder: Path, *inputs: str, batch: int = 256, workers: int = 1) -> bytes:
    """The canonical export of a build."""
    folder.mkdir()
    (folder / "kg.toml").write_text(f"batch_size = {batch}\nworkers = {workers}\n")
    kg("build", *inputs, "-o", str(folder / "graph"), "--config", str(folder / "kg.toml"))
    kg("export", "jsonl", str(folder / "graph"), "-o", str(folder / "graph.jsonl"))
    return (folder / "graph.jsonl").read_bytes()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The export of the papers in their order, in one batch and one process."""
    folder = tmp_path_factory.mktemp("expected")
    (folder / "papers.jsonl").write_text("".join(LINES), encoding="utf-8")
    return exported(folder / "build", str(folder / "papers.jsonl"))


def shuffled(seed: int) -> list[str]:
    lines = list(LINES)
    random.Random(seed).shuffle(lines)
    return lines


def test_the_papers_give_a_graph_worth_comparing(expected: bytes) -> None:
    assert len(LINES) == 60
    assert expected.count(b"\n") > 500


@pytest.mark.parametrize(("seed", "batch"), [(1, 1), (2, 7), (3, 256)])
def test_order_and_batches_do_not_matter(tmp_path: Path, write: Write, expected: bytes, seed: int, batch: int) -> None:
    assert exported(tmp_path / "b", write(shuffled(seed)), batch=batch) == expected


@pytest.mark.parametrize(("hash_seed", "workers", "batch"), [("0", 2, 7), ("1", 3, 1), ("2", 1, 256)])
def test_processes_and_hash_seeds_do_not_matter(
    tmp_path: Path, write: Write, expected: bytes, hash_seed: str, workers: int, batch: int
) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.property.test_determinism import exported\n"
        "exported(Path(sys.argv[1]), sys.argv[2], workers=int(sys.argv[3]), batch=int(sys.argv[4]))"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "b"), write(shuffled(4)), str(workers), str(batch)],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=True,
        timeout=120,
    )
    assert (tmp_path / "b" / "graph.jsonl").read_bytes() == expected


def test_duplicates_do_not_matter(tmp_path: Path, write: Write, expected: bytes) -> None:
    twice = write([*shuffled(5), *shuffled(6)[:30]])
    assert exported(tmp_path / "b", twice, write(LINES[:10])) == expected


def test_parts_do_not_matter(tmp_path: Path, write: Write, expected: bytes) -> None:
    parts = [write(shuffled(7)[start::3]) for start in (2, 0, 1)]
    assert exported(tmp_path / "b", *parts) == expected


def test_building_bit_by_bit_does_not_matter(tmp_path: Path, write: Write, expected: bytes) -> None:
    folder = str(tmp_path / "graph")
    for start in (1, 0, 1):
        kg("build", "--workers", "1", write(shuffled(8)[start::2]), "-o", folder)
    kg("export", "jsonl", folder, "-o", str(tmp_path / "out.jsonl"))
    assert (tmp_path / "out.jsonl").read_bytes() == expected


def test_the_library_gives_what_the_command_gives(write: Write, expected: bytes) -> None:
    papers = list(read_inputs([write(shuffled(9))], on_reject=lambda reject: pytest.fail(str(reject))))
    graph = assemble(extractions(papers), load_vocabulary())
    assert "".join(lines_of(graph)).encode() == expected
