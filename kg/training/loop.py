"""Batches, the loss, and the training loop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from kg.extractors.neural_input import Floats, Ints, Vote, Window, feature_rows, span_grid, windows
from kg.training.data import CLASSES, ROLES, Example
from kg.training.model import Batch, Pieces, SpanModel

__all__ = ["Settings", "Unit", "collate", "score", "train", "units"]

WINDOW = 512


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes:
        epochs: Passes over the examples.
        batch: Windows a step.
        rate: Peak learning rate of the encoder; the head learns ten times faster, at most 1e-3.
        hidden: Share of the votes that are hidden in each pass, so that the words around a name learn to carry it.
        seed: Of order and initial values.
    """

    epochs: int = 12
    batch: int = 8
    rate: float = 1e-4
    hidden: float = 0.25
    role_weight: float = 0.5
    seed: int = 0
    average_from: float = 0.6


@dataclass(frozen=True, slots=True)
class Unit:
    """One window of one example, ready for batches."""

    example: Example
    window: Window
    first: Ints
    last: Ints
    classes: Ints
    roles: Ints
    soft: Floats | None = field(default=None)


def units(found: Sequence[Example], pieces_of: Pieces, special: tuple[int, int]) -> list[Unit]:
    """The windows of examples with the labels of their spans."""
    out = []
    for example in found:
        label = {(first, last): (kind, role) for first, last, kind, role in example.labels}
        for window in windows(example.text, pieces_of, special, WINDOW):
            first, last = span_grid(example.text, window)
            known = [label.get(pair, (0, -1)) for pair in zip(first.tolist(), last.tolist(), strict=True)]
            marks = np.array(known, dtype=np.int64).reshape(-1, 2)
            out.append(Unit(example, window, first, last, marks[:, 0], marks[:, 1]))
    return out


def _keep(rng: random.Random, hidden: float) -> Callable[[Vote], bool]:
    chosen: dict[str, bool] = {}

    def keep(vote: Vote) -> bool:
        if vote.form not in chosen:
            chosen[vote.form] = rng.random() >= hidden
        return chosen[vote.form]

    return keep


def collate(batch: Sequence[Unit], rng: random.Random | None = None, hidden: float = 0.0) -> Batch:
    """Put units side by side; with ``rng``, votes are hidden at random."""
    longest = max(len(unit.window.pieces) for unit in batch)
    pieces = np.zeros((len(batch), longest), dtype=np.int64)
    mask = np.zeros((len(batch), longest), dtype=np.int64)
    features = np.zeros((len(batch), longest, 0), dtype=np.float32)
    rows, starts, ends = [], [], []
    for number, unit in enumerate(batch):
        window = unit.window
        pieces[number, : len(window.pieces)] = window.pieces
        mask[number, : len(window.pieces)] = 1
        of_words = feature_rows(unit.example.text, _keep(rng, hidden)) if rng else feature_rows(unit.example.text)
        padded = np.zeros((longest, of_words.shape[1]), dtype=np.float32)
        at = np.flatnonzero(window.word_of >= 0)
        padded[at] = of_words[window.first + window.word_of[at]]
        rows.append(padded)
        starts.append(number * longest + window.starts[unit.first - window.first])
        ends.append(number * longest + window.ends[unit.last - window.first])
    features = np.stack(rows)
    join = np.concatenate
    return Batch(
        torch.from_numpy(pieces),
        torch.from_numpy(mask),
        torch.from_numpy(features),
        torch.from_numpy(join(starts)),
        torch.from_numpy(join(ends)),
        torch.from_numpy(join([unit.last - unit.first for unit in batch])),
        torch.from_numpy(join([unit.classes for unit in batch])),
        torch.from_numpy(join([unit.roles for unit in batch])),
    )


def batches(found: Sequence[Unit], size: int, rng: random.Random) -> Iterator[list[Unit]]:
    """All units once, in random order, those of a batch of similar length."""
    order = list(found)
    rng.shuffle(order)
    chunk = size * 16
    groups = []
    for begin in range(0, len(order), chunk):
        near = sorted(order[begin : begin + chunk], key=lambda unit: len(unit.window.pieces))
        groups += [near[i : i + size] for i in range(0, len(near), size)]
    rng.shuffle(groups)
    yield from groups


def loss_of(scores: Tensor, batch: Batch, settings: Settings, soft: Tensor | None = None) -> Tensor:
    """Cross-entropy over the classes of all spans and over the roles of true ones, per true span."""
    classes = scores[:, : len(CLASSES)]
    true = max(1, int((batch.classes > 0).sum()))
    if soft is None:
        loss = functional.cross_entropy(classes, batch.classes, reduction="sum") / true
    else:
        loss = -(soft * functional.log_softmax(classes, dim=1)).sum() / max(1.0, float((1 - soft[:, 0]).sum()))
    known = batch.roles >= 0
    if bool(known.any()):
        roles = functional.cross_entropy(scores[known, len(CLASSES) :], batch.roles[known])
        loss = loss + settings.role_weight * roles
    return loss


def train(
    model: SpanModel,
    found: Sequence[Unit],
    settings: Settings,
    on_epoch: Callable[[int, float, SpanModel], None] | None = None,
) -> None:
    """Fit the model in place; its last weights are the mean of those after each late step (Izmailov et al. 2018)."""
    rng = random.Random(settings.seed)  # noqa: S311 - order of examples
    torch.manual_seed(settings.seed)
    head = [p for n, p in model.named_parameters() if not n.startswith("encoder.")]
    body = [p for n, p in model.named_parameters() if n.startswith("encoder.") and p.requires_grad]
    groups = [
        {"params": body, "lr": settings.rate, "weight_decay": 0.01},
        {"params": head, "lr": min(1e-3, 10 * settings.rate), "weight_decay": 0.01},
    ]
    steps = settings.epochs * -(-len(found) // settings.batch)
    optimizer = torch.optim.AdamW(groups)
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.02, (steps - step) / max(1, steps - warm)))
    )
    averages = cast("Any", torch.optim.swa_utils)
    averaged = averages.AveragedModel(model, multi_avg_fn=averages.get_ema_multi_avg_fn(0.995))
    step = 0
    for epoch in range(settings.epochs):
        model.train()
        total = 0.0
        for group in batches(found, settings.batch, rng):
            batch = collate(group, rng, settings.hidden)
            soft = _soft(group)
            loss = loss_of(model(batch), batch, settings, soft)
            cast("Any", loss).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += float(loss.detach())
            step += 1
            if step >= settings.average_from * steps:
                averaged.update_parameters(model)
        if on_epoch:
            on_epoch(epoch, total * settings.batch / len(found), model)
    model.load_state_dict(averaged.module.state_dict())


def _soft(group: Sequence[Unit]) -> Tensor | None:
    if group[0].soft is None:
        return None
    return torch.from_numpy(np.concatenate([unit.soft for unit in group if unit.soft is not None]))


@torch.inference_mode()
def score(model: SpanModel, found: Sequence[Unit], batch: int = 16) -> list[Floats]:
    """Scores of the spans of each unit, (spans, classes + roles)."""
    model.eval()
    order = sorted(range(len(found)), key=lambda i: len(found[i].window.pieces))
    out: list[Floats] = [np.zeros((0, len(CLASSES) + len(ROLES)), dtype=np.float32)] * len(found)
    for begin in range(0, len(order), batch):
        numbers = order[begin : begin + batch]
        scores = model(collate([found[i] for i in numbers])).numpy()
        place = 0
        for i in numbers:
            out[i] = scores[place : place + len(found[i].first)]
            place += len(found[i].first)
    return out
