"""``kg train``."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kg.errors import MissingExtraError, UsageError

__all__ = ["train"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog="Example:  kg train gold.jsonl --dev dev.jsonl --epochs 1 -o my-model")
@click.argument("gold", nargs=-1, required=True, type=_FILE)
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write."
)
@click.option("--texts", type=_FILE, help="Papers (JSON Lines) with the texts of GOLD files that hold labels only.")
@click.option("--dev", type=_FILE, help="Annotated papers to evaluate the model on; never trained on.")
@click.option("--base", default="all-MiniLM-L6-v2", show_default=True, metavar="FOLDER|NAME", help="The encoder.")
@click.option("--layers", default=4, show_default=True, type=click.IntRange(1), help="Layers of the encoder to keep.")
@click.option("--epochs", default=10, show_default=True, type=click.IntRange(1), help="Passes over the papers.")
@click.option("--folds", default=3, show_default=True, type=click.IntRange(2), help="Models for unseen scores.")
@click.option("--rate", default=2e-4, show_default=True, help="Peak learning rate of the encoder.")
@click.option(
    "--share",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of the papers to use, for learning curves.",
)
@click.option("--no-model", is_flag=True, help="Only fit the weights of rules and vocabularies: OUTPUT/cues.json.")
@click.option("--seed", default=0, show_default=True, help="Of the order of the papers and of new weights.")
def train(
    gold: tuple[Path, ...],
    output: Path,
    texts: Path | None,
    dev: Path | None,
    base: str,
    layers: int,
    epochs: int,
    folds: int,
    rate: float,
    share: float,
    no_model: bool,
    seed: int,
) -> None:
    """Train the neural extractor on annotated papers (needs the extra: pip install 'paper-kg[train]').

    GOLD files are JSON Lines: {"id", "title", "abstract", "entities": [{"type", "forms", "named", "role"}]}. Fits a
    model, and the weights of its vote with rules and vocabularies on scores for papers that it has not seen. What is
    done is kept in OUTPUT/checkpoints: run again to go on after a break.
    """
    try:
        records = _records(gold, texts, dev, share)
        if no_model:
            _fit_rules(records, output)
            return
        from kg.training.loop import Settings
        from kg.training.run import Plan, find_base, train_model
    except ImportError as error:
        raise MissingExtraError(str(error.name), "train") from error
    plan = Plan(find_base(base), layers, folds, Settings(epochs=epochs, rate=rate, seed=seed))
    train_model(records, plan, output, _report, command=_command(click.get_current_context()))
    if dev:
        _evaluate(dev, texts, output)


def _records(gold: Sequence[Path], texts: Path | None, dev: Path | None, share: float) -> list[Any]:
    """The papers to train on; none of them may be in ``dev``."""
    from kg.training.data import chosen_share, read_annotated

    records = read_annotated(gold, texts)
    held = {record["id"] for record in read_annotated([dev], texts)} if dev else set()
    if seen := sorted(held & {record["id"] for record in records}):
        raise UsageError(f"{len(seen)} papers are in GOLD and in --dev, first {seen[0]}")
    if not records:
        raise UsageError(f"no papers in {', '.join(map(str, gold))}")
    return chosen_share(records, share)


def _evaluate(dev: Path, texts: Path | None, model: Path) -> None:
    """What ``kg evaluate`` says of the new model, on the screen and in its card."""
    from kg.cli.evaluate import compare, show
    from kg.config import Config
    from kg.training.card import add_scores

    pairs, missing, _ = compare(str(dev), None, str(texts) if texts else None, Config(model=str(model)))
    show(pairs, missing, by="type", calibration=True, output_format="table")
    add_scores(model, pairs, dev.name)


def _fit_rules(records: Sequence[Any], output: Path) -> None:
    from kg.training.data import write_json
    from kg.training.voting import fit_votes

    weights = fit_votes(records, report=_report)
    output.mkdir(parents=True, exist_ok=True)
    write_json(output / "cues.json", weights)


def _report(line: str) -> None:
    click.echo(line, err=True)


def _command(context: click.Context) -> str:
    """What was called, for the model card: folders left out, so that it says nothing of this machine."""
    words = ["kg", "train"]
    for parameter in context.command.params:
        value = context.params[str(parameter.name)]
        if parameter.name == "gold":
            words += [path.name for path in value]
        elif value is not None and value != parameter.get_default(context):
            words += [parameter.opts[-1], Path(str(value)).name]
    return shlex.join(words)
