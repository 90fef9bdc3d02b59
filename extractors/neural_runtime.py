"""Runs an exported span model with onnxruntime: texts in, scores of their spans out. No torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kg.errors import ConfigError
from kg.extractors.neural_input import FEATURES, Floats, Ints, Text, Window, feature_rows, span_grid, windows
from kg.extractors.stored import storable

__all__ = ["SpanModel", "SpanScores", "WordPieces", "best_spans", "combine", "load_span_model", "load_tokenizer"]

_MOST_WORDS = 65_536


@dataclass(slots=True)
class SpanScores:
    """What a model thinks of the spans of a text.

    Attributes:
        spans: Offsets -> row.
        classes: Log-probabilities of the classes, shape (spans, classes); column 0 is none.
        roles: Log-probabilities of the roles, shape (spans, roles).
    """

    spans: dict[tuple[int, int], int]
    classes: Floats
    roles: Floats


def best_spans(scores: SpanScores) -> list[tuple[tuple[int, int], int, float]]:
    """The spans that are more likely an entity than none, free of overlaps, the more likely first to be kept.

    Returns:
        Span, number of its class, and probability that it is an entity, in order of place.
    """
    if not scores.spans:
        return []
    spans = list(scores.spans)
    entity = 1 - np.exp(scores.classes[:, 0])
    kind = scores.classes[:, 1:].argmax(axis=1) + 1
    likely = [int(row) for row in np.argsort(-entity, kind="stable") if entity[row] >= 0.5]
    taken = bytearray(max(end for _, end in spans))
    found = []
    for row in likely:
        start, end = spans[row]
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            found.append(((start, end), int(kind[row]), float(entity[row])))
    return sorted(found)


def _stored(scores: SpanScores) -> dict[str, Any]:
    """Arrays go as they are: spaCy's msgpack keeps their shape and every bit."""
    spans = np.array(list(scores.spans), dtype=np.int64).reshape(-1, 2)
    return {"spans": spans, "classes": scores.classes, "roles": scores.roles}


def _restored(*, spans: Ints, classes: Floats, roles: Floats) -> SpanScores:
    numbered = {(start, end): row for row, (start, end) in enumerate(spans.tolist())}
    return SpanScores(numbered, classes, roles)


storable(SpanScores, _stored, _restored)


class SpanModel:
    """An exported model.

    Args:
        folder: What ``kg train`` wrote: ``model.onnx``, ``tokenizer.json``, ``model.json`` and ``cues.json``.
        threads: Threads of onnxruntime.

    Raises:
        ConfigError: if a file is missing or of another version.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        try:
            self.card: dict[str, Any] = json.loads(_text(folder / "model.json"))
            self.classes: tuple[str, ...] = tuple(self.card["classes"])
            self.roles: tuple[str, ...] = tuple(self.card["roles"])
            self._window = int(self.card["window"])
            self._pieces = WordPieces(load_tokenizer(folder / "tokenizer.json"))
            self._session = _session(folder / "model.onnx", threads)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{folder} is no model folder of kg train: {error}") from error
        except (KeyError, TypeError) as error:
            raise ConfigError(f"{folder} is no model folder of kg train: model.json lacks {error}") from error

    def score(self, text: Text) -> SpanScores:
        """Score all spans of a text; one window at a time, so that no text changes the scores of another."""
        features = feature_rows(text)
        parts = []
        for window in windows(text, self._pieces, self._pieces.special, self._window):
            first, last = span_grid(text, window)
            if len(first):
                parts.append((window, first, last, self._run(window, features, first, last)))
        return combine(text, parts, len(self.classes))

    def _run(self, window: Window, features: Floats, first: Ints, last: Ints) -> Floats:
        of_pieces = np.zeros((len(window.pieces), features.shape[1]), dtype=np.float32)
        of_pieces[1:-1] = features[window.first + window.word_of[1:-1]]
        inputs = {
            "pieces": window.pieces[None],
            "features": of_pieces[None],
            "starts": window.starts[first - window.first],
            "ends": window.ends[last - window.first],
            "widths": last - first,
        }
        scores: Floats = self._session.run(None, inputs)[0]
        return scores


def combine(text: Text, parts: Sequence[tuple[Window, Ints, Ints, Floats]], classes: int) -> SpanScores:
    """The scores of a text from those of its windows.

    Where windows overlap, the one that sees more on both sides of a span decides.

    Args:
        text: The text.
        parts: Window, first and last words of its spans, and their scores, shape (spans, classes + roles).
        classes: Number of classes.
    """
    if not parts:
        return SpanScores({}, np.zeros((0, classes), dtype=np.float32), np.zeros((0, 0), dtype=np.float32))
    first, last = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    scores = np.concatenate([part[3] for part in parts])
    if len(parts) > 1:
        margin = np.concatenate([np.minimum(f - w.first, w.last - 1 - e) for w, f, e, _ in parts])
        order = np.lexsort((-margin, last, first))
        same = (np.diff(first[order]) == 0) & (np.diff(last[order]) == 0)
        order = order[np.concatenate([[True], ~same])]
        first, last, scores = first[order], last[order], scores[order]
    spans = zip(text.words[first, 0].tolist(), text.words[last, 1].tolist(), strict=True)
    numbered = {span: row for row, span in enumerate(spans)}
    return SpanScores(numbered, log_softmax(scores[:, :classes]), log_softmax(scores[:, classes:]))


class WordPieces:
    """Word pieces of words; papers share their words, so those of the last 65,536 are kept."""

    def __init__(self, tokenizer: Any) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._known: dict[str, Sequence[int]] = {}
        names = ("[CLS]", "[SEP]", "[UNK]")
        opening, closing, unknown = (tokenizer.token_to_id(name) for name in names)
        if opening is None or closing is None or unknown is None:
            raise ConfigError(f"the tokenizer lacks one of {', '.join(names)}; only BERT-like encoders can be used")
        self.special: tuple[int, int] = (opening, closing)
        self._unknown: Sequence[int] = (unknown,)

    def __call__(self, word: str) -> Sequence[int]:
        """Ids of the pieces of a word, at least one."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _MOST_WORDS:
                self._known.clear()
            found = self._tokenizer.encode(word, add_special_tokens=False).ids or self._unknown
            self._known[word] = found
        return found


def log_softmax(scores: Floats) -> Floats:
    """Log-probabilities of each row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _text(path: Path) -> str:
    """A file's text; an error names the file, not the folder again."""
    if not path.is_file():
        raise FileNotFoundError(f"no file {path.name}")
    return path.read_text(encoding="utf-8")


def load_tokenizer(path: Path) -> Any:
    """The tokenizer of a ``tokenizer.json``.

    Raises:
        OSError: if there is no such file.
        ValueError: if it is none.
    """
    from tokenizers import Tokenizer

    text = _text(path)
    try:
        return Tokenizer.from_str(text)
    except Exception as error:  # the library raises nothing narrower
        raise ValueError(f"{path.name} is no tokenizer ({error})") from error


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if not path.is_file():
        raise FileNotFoundError(f"no file {path.name}")
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no common base but this
        raise ValueError(f"{path.name} cannot be loaded ({str(error).splitlines()[0]})") from error
    shapes = {given.name: given.shape for given in session.get_inputs()}
    if shapes.get("features", [0])[-1] != FEATURES:
        raise ValueError(f"{path.name} was made by another version; train it anew")
    return session


@lru_cache(maxsize=2)
def load_span_model(folder: Path, threads: int = 1) -> SpanModel:
    """Load a model once a process."""
    return SpanModel(folder, threads)
