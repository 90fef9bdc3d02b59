"""The exported model says what the torch model says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.errors import ConfigError
from kg.extractors import neural_runtime
from kg.extractors.neural_runtime import SpanModel, SpanScores
from kg.training.data import CLASSES, ROLES, write_json
from tests.training import export, loop, tiny_encoder, trained_examples
from tests.training import run as runs


class Trained:
    """A trained model, and the papers as it sees them."""

    def __init__(self, folder: Path) -> None:
        self.base = tiny_encoder(folder / "encoder")
        plan = runs.Plan(self.base, 2, settings=loop.Settings(epochs=8, rate=2e-3, batch=4))
        self.examples = trained_examples()
        trainer = runs.Trainer(self.examples, plan, folder / "checkpoints", print)
        self.model = trainer.model("full", lambda example: True)
        self.scores = dict(runs.paper_scores(self.model, trainer.units))

    def folder(self, path: Path, *, small: bool) -> Path:
        path.mkdir(exist_ok=True)
        export.export_onnx(self.model, path / "model.onnx", small=small)
        (path / "tokenizer.json").write_bytes((self.base / "tokenizer.json").read_bytes())
        write_json(path / "model.json", {"classes": CLASSES, "roles": ROLES, "window": loop.WINDOW})
        return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("trained"))


def exported(trained: Trained, folder: Path) -> dict[str, SpanScores]:
    runtime = SpanModel(folder)
    return {example.id: runtime.score(example.text) for example in trained.examples}


def test_the_whole_model_agrees_to_four_digits(trained: Trained, tmp_path: Path) -> None:
    found = exported(trained, trained.folder(tmp_path / "whole", small=False))
    for paper, scores in trained.scores.items():
        assert found[paper].spans == scores.spans
        assert np.allclose(found[paper].classes, scores.classes, atol=1e-4)
        assert np.allclose(found[paper].roles, scores.roles, atol=1e-4)


def test_the_model_in_eight_bits_is_near_and_smaller(trained: Trained, tmp_path: Path) -> None:
    small = trained.folder(tmp_path / "small", small=True)
    found = exported(trained, small)
    ours = np.concatenate([np.exp(found[paper].classes) for paper in trained.scores])
    theirs = np.concatenate([np.exp(scores.classes) for scores in trained.scores.values()])
    assert np.abs(ours - theirs).mean() < 0.01
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean() > 0.98
    whole = trained.folder(tmp_path / "whole", small=False)
    assert (small / "model.onnx").stat().st_size < (whole / "model.onnx").stat().st_size


def test_a_text_has_the_same_scores_each_time(trained: Trained, tmp_path: Path) -> None:
    runtime = SpanModel(trained.folder(tmp_path / "small", small=True))
    first = runtime.score(trained.examples[0].text)
    for example in trained.examples:
        runtime.score(example.text)
    again = runtime.score(trained.examples[0].text)
    assert (first.classes == again.classes).all()
    assert (first.roles == again.roles).all()


def test_a_text_longer_than_the_window_is_scored_to_its_end(trained: Trained, tmp_path: Path) -> None:
    from kg.extractors.neural_input import as_text

    runtime = SpanModel(trained.folder(tmp_path / "small", small=True))
    text = "We propose FooNet for sorting. " * 100
    found = runtime.score(as_text(text, 0, [(at, at + 30) for at in range(0, len(text), 31)], (), ()))
    assert max(end for _, end in found.spans) == len(text) - 2
    assert len({start // 31 for start, _ in found.spans}) == 100


def test_a_model_of_other_features_is_refused(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = trained.folder(tmp_path / "small", small=True)
    monkeypatch.setattr(neural_runtime, "FEATURES", 7)
    with pytest.raises(ConfigError, match=r"model\.onnx was made by another version; train it anew"):
        SpanModel(folder)
