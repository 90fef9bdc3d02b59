"""The exported model: its scores put together, kept with documents, and folders that hold none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from kg.config import MODEL, MODEL_FILES
from kg.errors import ConfigError
from kg.extractors import neural_runtime
from kg.extractors.neural_input import as_text, windows
from kg.extractors.neural_runtime import (
    SpanModel,
    SpanScores,
    WordPieces,
    best_spans,
    combine,
    load_span_model,
    load_tokenizer,
    log_softmax,
)

PIECES = ["[CLS]", "[SEP]", "[UNK]", "Foo", "##Net", "use"]


def tokenizer(*pieces: str) -> Tokenizer:
    return Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))


def scores(**entities: float) -> SpanScores:
    """Spans "a_b" with the probability of being an entity of the first of two classes."""
    spans = [(int(a), int(b)) for a, b in (name[1:].split("_") for name in entities)]
    rows = [[1 - p, p * 0.75, p * 0.25] for p in entities.values()]
    classes = np.log(np.array(rows, dtype=np.float32).reshape(-1, 3))
    return SpanScores({span: row for row, span in enumerate(spans)}, classes, classes[:, :2])


def test_word_pieces_are_kept_and_never_none() -> None:
    pieces = WordPieces(tokenizer(*PIECES))
    assert pieces.special == (0, 1)
    assert pieces("FooNet") == [3, 4]
    assert pieces("FooNet") is pieces("FooNet")
    assert list(pieces("😀")) == list(pieces("")) == [2]


def test_word_pieces_are_forgotten_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural_runtime, "_MOST_WORDS", 1)
    pieces = WordPieces(tokenizer(*PIECES))
    assert [list(pieces(word)) for word in ("FooNet", "use", "FooNet")] == [[3, 4], [5], [3, 4]]


def test_a_tokenizer_of_another_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"lacks one of \[CLS\]"):
        WordPieces(tokenizer("[UNK]", "a"))


def test_a_tokenizer_neither_cuts_off_nor_fills_up() -> None:
    given = tokenizer(*PIECES)
    given.enable_truncation(1)
    given.enable_padding(length=9)
    assert WordPieces(given)("FooNet") == [3, 4]


def test_log_softmax_gives_log_probabilities_whatever_the_scores() -> None:
    rows = log_softmax(np.array([[0, 0], [1000, 0], [-1000, -1001]], dtype=np.float32))
    assert np.allclose(np.exp(rows).sum(axis=1), 1)
    assert rows[0].tolist() == pytest.approx([np.log(0.5)] * 2)


def test_where_windows_overlap_the_one_that_sees_more_decides() -> None:
    text = as_text(" ".join("abcdefgh"), 0, [(0, 15)], (), ())
    early, late = windows(text, lambda word: [9], (0, 1), 8)[:2]
    assert (early.first, early.last, late.first, late.last) == (0, 6, 4, 8)
    first = np.array([4, 5])  # "e" is the last but one of the early window, and the first of the late one
    rows = [np.array([[value, 0.0, 0.0]] * 2, dtype=np.float32) for value in (1.0, 2.0)]
    both = [(early, first, first, rows[0]), (late, first, first, rows[1])]
    for parts in (both, both[::-1]):
        found = combine(text, parts, 2)
        by_form = {text.text[a:b]: round(float(found.classes[row, 0]), 4) for (a, b), row in found.spans.items()}
        assert by_form == {
            "e": round(float(log_softmax(rows[0][:, :2])[0, 0]), 4),
            "f": round(float(log_softmax(rows[1][:, :2])[0, 0]), 4),
        }


def test_a_text_without_spans_has_no_scores() -> None:
    found = combine(as_text("", 0, [], (), ()), [], 9)
    assert (found.spans, found.classes.shape, len(found.roles)) == ({}, (0, 9), 0)
    assert best_spans(found) == []


def test_the_more_likely_of_overlapping_spans_is_kept() -> None:
    found = best_spans(scores(s0_5=0.6, s3_8=0.9, s8_9=0.7, s20_30=0.4))
    assert [(span, kind, round(chance, 4)) for span, kind, chance in found] == [((3, 8), 1, 0.9), ((8, 9), 1, 0.7)]


@given(st.dictionaries(st.tuples(st.integers(0, 30), st.integers(1, 9)), st.floats(0.01, 0.99), max_size=20))
def test_best_spans_never_overlap(chances: dict[tuple[int, int], float]) -> None:
    found = best_spans(scores(**{f"s{start}_{start + size}": chance for (start, size), chance in chances.items()}))
    places = [place for (start, end), _, _ in found for place in range(start, end)]
    assert len(places) == len(set(places))
    assert all(chance >= 0.5 for _, _, chance in found)
    assert bool(found) == any(chance > 0.501 for chance in chances.values()) or any(
        0.499 < chance < 0.502 for chance in chances.values()
    )


@pytest.mark.parametrize("kept", [scores(s0_5=0.61234567, s3_8=0.9), scores()])
def test_scores_survive_bytes_and_a_docbin_to_the_last_bit(kept: SpanScores) -> None:
    import kg.extractors.neural  # noqa: F401 - makes the extension

    doc = spacy.blank("en")("One two.")
    doc._.kg_span_scores = kept
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (binned,) = DocBin().from_bytes(packed).get_docs(Vocab())
    for again in (Doc(Vocab()).from_bytes(doc.to_bytes()), binned):
        found: SpanScores = again._.kg_span_scores
        assert found.spans == kept.spans
        assert (found.classes == kept.classes).all()
        assert found.classes.shape == kept.classes.shape
        assert (found.roles == kept.roles).all()


def broken(folder: Path, **files: str) -> Path:
    """A folder with such files, in which an underscore stands for the dot."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return folder


CARD = json.dumps({"classes": ["none"], "roles": ["used"], "window": 512})
TOKENIZER = tokenizer(*PIECES).to_str()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "no file model.json"),
        ({"model_json": "{"}, "Expecting property name"),
        ({"model_json": "[]"}, "model.json lacks"),
        ({"model_json": '{"classes": []}'}, "model.json lacks 'roles'"),
        ({"model_json": CARD}, "no file tokenizer.json"),
        ({"model_json": CARD, "tokenizer_json": "{}"}, "tokenizer.json is no tokenizer"),
        ({"model_json": CARD, "tokenizer_json": TOKENIZER}, "no file model.onnx"),
        ({"model_json": CARD, "tokenizer_json": TOKENIZER, "model_onnx": "?"}, "model.onnx cannot be loaded"),
    ],
)
def test_a_folder_that_holds_no_model_is_told_in_one_line(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    folder = broken(tmp_path, **files)
    with pytest.raises(ConfigError) as caught:
        SpanModel(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder} is no model folder of kg train: ")
    assert reason in message
    assert "\n" not in message


def test_a_missing_tokenizer_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file tokenizer\.json"):
        load_tokenizer(tmp_path / "tokenizer.json")


@pytest.fixture(scope="module")
def shipped() -> SpanModel:
    return load_span_model(MODEL)


def test_the_model_that_ships_is_whole(shipped: SpanModel) -> None:
    from kg.training.data import CLASSES, ROLES

    assert (shipped.classes, shipped.roles) == (CLASSES, ROLES)
    assert all((MODEL / name).is_file() for name in MODEL_FILES)
    assert (MODEL / "model.onnx").stat().st_size < 40_000_000
    assert " /" not in shipped.card["command"]


def test_a_model_is_loaded_once(shipped: SpanModel) -> None:
    assert load_span_model(MODEL) is shipped


def test_a_model_of_other_features_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    monkeypatch.setattr(neural_runtime, "FEATURES", 7)
    with pytest.raises(ConfigError, match=r"model\.onnx was made by another version; train it anew"):
        SpanModel(tmp_path / "model")


def test_a_long_text_is_scored_to_its_end(shipped: SpanModel) -> None:
    sentence = "We train FooNet on BarBank and beat OldNet. "
    text = sentence * 300
    seen = as_text(text, 0, [(at, at + len(sentence)) for at in range(0, len(text), len(sentence))], (), ())
    found = shipped.score(seen)
    names = {text[a:b] for a, b in found.spans}
    assert {"FooNet", "BarBank", "OldNet"} <= names
    assert {a // len(sentence) for a, _ in found.spans} == set(range(300))
    assert np.allclose(np.exp(found.classes).sum(axis=1), 1, atol=1e-4)
    assert np.allclose(np.exp(found.roles).sum(axis=1), 1, atol=1e-4)
