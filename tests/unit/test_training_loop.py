"""Batches, the loss, and the training loop, on a tiny random encoder."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.errors import UsageError
from kg.extractors.neural_input import FEATURES
from kg.training.data import CLASSES, ROLES
from tests.training import loop, model, tiny_encoder, torch, trained_examples
from tests.training import run as runs

Settings = loop.Settings


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def units(base: Path, tmp_path_factory: pytest.TempPathFactory) -> list[loop.Unit]:
    plan = runs.Plan(base, 2)
    return runs.Trainer(trained_examples(), plan, tmp_path_factory.mktemp("none"), print).units


def fresh(base: Path) -> Any:
    """A new model; ``Any``, since torch says of no part of a module what it is."""
    torch.manual_seed(3)
    return model.SpanModel(model.load_encoder(base, 2), hidden=16)


def test_units_carry_the_labels_of_their_spans(units: list[loop.Unit]) -> None:
    for unit in units:
        known = {(first, last) for first, last, *_ in unit.example.labels}
        marked = {(int(a), int(b)) for a, b, kind in zip(unit.first, unit.last, unit.classes, strict=True) if kind}
        assert marked == known
        assert (unit.roles[unit.classes == 0] == -1).all()


def test_a_batch_points_at_the_pieces_of_each_span(units: list[loop.Unit]) -> None:
    batch = loop.collate(units[:3])
    longest = batch.pieces.shape[1]
    assert batch.features.shape == (3, longest, FEATURES)
    flat = batch.pieces.reshape(-1).numpy()
    place = 0
    for unit in units[:3]:
        for first, last in zip(unit.first.tolist(), unit.last.tolist(), strict=True):
            start, end = int(batch.starts[place]), int(batch.ends[place])
            window = unit.window
            begin, finish = window.starts[first - window.first], window.ends[last - window.first]
            assert flat[start : end + 1].tolist() == window.pieces[begin : finish + 1].tolist()
            assert int(batch.widths[place]) == last - first
            place += 1
    assert place == len(batch.classes)
    assert int(batch.mask.sum()) == sum(len(unit.window.pieces) for unit in units[:3])


def test_votes_are_hidden_by_form(units: list[loop.Unit]) -> None:
    voted = [unit for unit in units if unit.example.text.votes]
    shown = loop.collate(voted[:1]).features
    hidden = loop.collate(voted[:1], random.Random(0), 1.0).features
    kept = loop.collate(voted[:1], random.Random(0), 0.0).features
    assert bool((shown == kept).all())
    assert float(hidden.sum()) < float(shown.sum())


def test_every_unit_is_in_one_batch(units: list[loop.Unit]) -> None:
    groups = list(loop.batches(units, 5, random.Random(1)))
    assert sorted(id(unit) for group in groups for unit in group) == sorted(map(id, units))
    assert max(map(len, groups)) <= 5


def test_padding_changes_no_score(base: Path, units: list[loop.Unit]) -> None:
    fitted = fresh(base)
    by_length = sorted(units, key=lambda unit: len(unit.window.pieces))
    together = loop.score(fitted, [by_length[0], by_length[-1]])[0]
    alone = loop.score(fitted, by_length[:1])[0]
    assert together.shape == (len(by_length[0].first), len(CLASSES) + len(ROLES))
    assert np.allclose(together, alone, atol=1e-4)


def test_scores_come_back_in_the_order_of_the_units(base: Path, units: list[loop.Unit]) -> None:
    fitted = fresh(base)
    scores = loop.score(fitted, units, batch=4)
    again = loop.score(fitted, units[::-1], batch=100)[::-1]
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(scores, again, strict=True))
    assert loop.score(fitted, []) == []


def test_the_loss_goes_down(base: Path, units: list[loop.Unit]) -> None:
    losses: list[float] = []
    fitted = fresh(base)
    loop.train(fitted, units, Settings(epochs=4, rate=1e-3, batch=4), lambda epoch, loss, _: losses.append(loss))
    assert len(losses) == 4
    assert all(after < before for before, after in pairwise(losses))


def test_one_step_is_enough(base: Path, units: list[loop.Unit]) -> None:
    fitted = fresh(base)
    before = fitted.out.weight.detach().clone()
    loop.train(fitted, units[:1], Settings(epochs=1))
    assert not bool((fitted.out.weight == before).all())


def test_the_same_seed_gives_the_same_weights(base: Path, units: list[loop.Unit]) -> None:
    def weights(seed: int) -> dict[str, torch.Tensor]:
        fitted = fresh(base)
        loop.train(fitted, units, Settings(epochs=2, seed=seed))
        return dict(fitted.state_dict())

    first, second, other = weights(1), weights(1), weights(2)
    assert all(bool((first[name] == second[name]).all()) for name in first)
    assert any(bool((first[name] != other[name]).any()) for name in first)


def test_word_embeddings_stay_as_they_are(base: Path, units: list[loop.Unit]) -> None:
    fitted = fresh(base)
    table = fitted.encoder.embeddings.word_embeddings.weight.detach().clone()
    loop.train(fitted, units, Settings(epochs=1))
    assert bool((fitted.encoder.embeddings.word_embeddings.weight == table).all())


def test_probabilities_can_be_learnt_instead_of_labels(base: Path, units: list[loop.Unit]) -> None:
    from dataclasses import replace

    chances = [np.eye(len(CLASSES), dtype=np.float32)[unit.classes] for unit in units]
    soft = [replace(unit, soft=rows) for unit, rows in zip(units, chances, strict=True)]
    hard_model, soft_model = fresh(base), fresh(base)
    loop.train(hard_model, units, Settings(epochs=1))
    loop.train(soft_model, soft, Settings(epochs=1))
    assert torch.allclose(hard_model.out.weight, soft_model.out.weight, atol=1e-4)


def test_products_in_half_precision_have_nearly_the_same_gradients(base: Path, units: list[loop.Unit]) -> None:
    """Whatever this processor has: the halved maps are put in by hand."""
    batch = loop.collate(units[:2])
    gradients = []
    for halved in (False, True):
        fitted: Any = model.whole_precision(fresh(base)).train()
        fitted.dropout.p = 0.0
        for module in fitted.encoder.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        if halved:
            model._halve(fitted.encoder)
        loss: Any = loop.loss_of(fitted(batch), batch, Settings())
        loss.backward()
        gradients.append(fitted.encoder.encoder.layer[0].intermediate.dense.weight.grad)
    cosine = torch.nn.functional.cosine_similarity(gradients[0].flatten(), gradients[1].flatten(), dim=0)
    assert float(cosine) > 0.99


def test_layers_can_be_counted_or_named(base: Path) -> None:
    whole: Any = model.load_encoder(base)
    last: Any = model.load_encoder(base, [1])
    assert len(whole.encoder.layer) == 2
    assert len(last.encoder.layer) == last.config.num_hidden_layers == 1
    name = "attention.self.query.weight"
    assert bool(
        (dict(last.encoder.layer[0].named_parameters())[name] == whole.encoder.layer[1].state_dict()[name]).all()
    )


def test_more_layers_than_there_are_cannot_be_kept(base: Path) -> None:
    with pytest.raises(UsageError, match="has 2 layers, of which 3 cannot be kept"):
        model.load_encoder(base, 3)


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="is no BERT-like encoder") as caught:
        model.load_encoder(tmp_path)
    assert "\n" not in str(caught.value)
