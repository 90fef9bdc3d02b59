"""``kg train``, end to end on papers written for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.cli.train import train
from tests.training import PAPERS, tiny_encoder, write

KG = (sys.executable, "-c", "from kg.cli.main import main; main()")
EPOCHS = ("--layers", "1", "--epochs", "12", "--rate", "2e-3", "--folds", "2")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(train, [str(argument) for argument in arguments], standalone_mode=False)


def message(*arguments: object) -> str:
    """The one line that the command ends with."""
    done = subprocess.run(
        [*KG, "train", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("gold") / "gold.jsonl", PAPERS)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def trained(gold: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("trained") / "model"
    return folder, call(gold, "-o", folder, "--base", base, *EPOCHS)


def test_papers_become_a_model_folder(trained: tuple[Path, Result], base: Path) -> None:
    folder, result = trained
    assert result.exception is None, result.output
    assert result.stdout == ""
    assert "full: epoch 12 of 12" in result.stderr
    names = {path.name for path in folder.iterdir()}
    assert names == {"README.md", "checkpoints", "cues.json", "model.json", "model.onnx", "tokenizer.json"}
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert (card["papers"], card["layers"], card["base"]) == (12, 1, base.name)
    assert card["command"] == (
        f"kg train gold.jsonl --output model --base {base.name} --layers 1 --epochs 12 --folds 2 --rate 0.002"
    )
    assert card["command"] in (folder / "README.md").read_text(encoding="utf-8")


def test_the_model_is_one_that_extraction_takes(trained: tuple[Path, Result], gold: Path) -> None:
    command = ["extract", "--format", "jsonl", "--model", str(trained[0]), str(gold)]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["paper_id"] for record in records] == [paper["id"] for paper in PAPERS]
    assert any(record["mentions"] for record in records)
    alone = CliRunner().invoke(cli, [*command[:3], "--no-model", str(gold)])
    assert alone.exit_code == 0
    assert alone.stdout != result.stdout


def test_a_second_call_takes_what_is_done(trained: tuple[Path, Result], gold: Path, base: Path) -> None:
    folder = trained[0]
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    result = call(gold, "-o", folder, "--base", base, *EPOCHS)
    assert "full: taken from" in result.stderr
    assert "epoch" not in result.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_the_model_is_tried_on_papers_that_it_was_not_trained_on(
    trained: tuple[Path, Result], gold: Path, base: Path, tmp_path: Path
) -> None:
    dev = write(tmp_path / "dev.jsonl", [PAPERS[0] | {"id": "title:other"}])
    result = call(gold, "--dev", dev, "-o", trained[0], "--base", base, *EPOCHS)
    assert result.exception is None, result.output
    assert "expected calibration error" in result.stdout
    assert result.stdout.count("Method") == 1
    card = (trained[0] / "README.md").read_text(encoding="utf-8")
    assert "on the 1 papers of `dev.jsonl`" in card
    said = next(line for line in result.stdout.splitlines() if line.startswith("core")).split()
    row = next(line for line in card.splitlines() if line.startswith("| core")).split("|")
    assert [row[2].strip(), row[3].strip()] == [said[3], said[4]]


def test_without_a_model_only_the_weights_of_the_rules_are_fitted(gold: Path, tmp_path: Path) -> None:
    result = call(gold, "-o", tmp_path / "weights", "--no-model")
    assert result.exception is None
    assert [path.name for path in (tmp_path / "weights").iterdir()] == ["cues.json"]
    assert "dense" not in json.loads((tmp_path / "weights" / "cues.json").read_text(encoding="utf-8"))["types"]


def test_stand_off_labels_are_trained_on_with_their_texts(gold: Path, tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.jsonl", [{"id": p["id"], "entities": p["entities"]} for p in PAPERS])
    joined = call(labels, "--texts", gold, "-o", tmp_path / "joined", "--no-model")
    assert joined.exception is None
    call(gold, "-o", tmp_path / "whole", "--no-model")
    assert (tmp_path / "joined" / "cues.json").read_bytes() == (tmp_path / "whole" / "cues.json").read_bytes()
    assert "say where the texts are with --texts" in message(labels, "-o", tmp_path / "none", "--no-model")


def test_a_paper_is_either_trained_or_tested_on(gold: Path, tmp_path: Path) -> None:
    dev = write(tmp_path / "dev.jsonl", [PAPERS[4], PAPERS[3] | {"id": "other"}])
    said = message(gold, "--dev", dev, "-o", tmp_path / "model")
    assert said.count("\n") == 1
    assert f"1 papers are in GOLD and in --dev, first {PAPERS[4]['id']}" in said
    assert not (tmp_path / "model").exists()


def test_no_papers_are_no_model(tmp_path: Path) -> None:
    assert "no papers in" in message(write(tmp_path / "empty.jsonl", []), "-o", tmp_path / "model")


def test_an_unknown_encoder_is_told(gold: Path, tmp_path: Path) -> None:
    assert "no encoder nothing: give a folder" in message(gold, "--base", "nothing", "-o", tmp_path / "model")


@pytest.mark.parametrize(("package", "options"), [("torch", ()), ("scipy", ("--no-model",))])
def test_a_missing_extra_is_told_in_one_line(
    gold: Path, tmp_path: Path, package: str, options: tuple[str, ...]
) -> None:
    """The package is made unimportable, as if it were not installed."""
    stub = tmp_path / package
    stub.mkdir()
    (stub / "__init__.py").write_text(
        f"raise ModuleNotFoundError(\"No module named '{package}'\", name='{package}')\n", encoding="utf-8"
    )
    done = subprocess.run(
        [*KG, "train", str(gold), "-o", str(tmp_path / "model"), *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"{package} is not installed; get it with: pip install 'paper-kg[train]'" in done.stderr
