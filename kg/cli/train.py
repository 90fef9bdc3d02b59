"""``kg train``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.errors import UsageError

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
@click.option("--share", default=1.0, show_default=True, help="Share of the papers to use, for learning curves.")
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
    seed: int,
) -> None:
    """Train the neural extractor on annotated papers (needs the extra: pip install 'paper-kg[train]').

    GOLD files are JSON Lines: {"id", "title", "abstract", "entities": [{"type", "forms", "named", "role"}]}. Fits a
    model, and the weights of its vote with rules and vocabularies on scores for papers that it has not seen. What is
    done is kept in OUTPUT/checkpoints: run again to go on after a break.
    """
    try:
        from kg.training.data import read_annotated
        from kg.training.loop import Settings
        from kg.training.run import Plan, chosen_share, find_base, train_model
    except ImportError as error:
        raise UsageError(f"{error.name} is missing: pip install 'paper-kg[train]'") from error
    plan = Plan(find_base(base), layers, folds, Settings(epochs=epochs, rate=rate, seed=seed))
    records = read_annotated(gold, texts)
    held = {record["id"] for record in read_annotated([dev])} if dev else set()
    if seen := sorted(held & {record["id"] for record in records}):
        raise UsageError(f"{len(seen)} papers are in GOLD and in --dev, first {seen[0]}")
    command = f"kg {click.get_current_context().info_name} " + " ".join(sys.argv[2:])
    train_model(
        chosen_share(records, share), plan, output, lambda line: click.echo(line, err=True), command=command.strip()
    )
