"""What the neural model sees of a text: words, word pieces, shapes, and the votes of rules and vocabularies.

Training (``kg.training``) and the component (``neural.py``) share this module, so that both see the same. A span is a
row of whole words of one sentence; the model scores spans, never pieces of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.candidates import Candidate

__all__ = [
    "CLASSES",
    "FEATURES",
    "MAX_WIDTH",
    "ROLES",
    "Text",
    "Vote",
    "Window",
    "as_text",
    "feature_rows",
    "span_grid",
    "windows",
]

MAX_WIDTH = 12
"""Longest span, in words; "Qwen2.5-VL-7B" has seven."""

CLASSES = (
    "none", "Method+", "Method-", "Dataset+", "Dataset-", "Hardware+", "Hardware-", "Task", "Metric",
)  # fmt: skip
"""What a span can be; + for proper names, - for common nouns."""
ROLES = ("introduced", "used", "compared", "trained", "addressed", "mentioned", "reported")

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_TYPES = ("Method", "Dataset", "Hardware", "Task", "Metric")
_SHAPES = 12
_VOTES = {name: _SHAPES + 2 * number for number, name in enumerate((*_TYPES, "", "short", "long"))}
_AMBIGUOUS = _SHAPES + 2 * len(_VOTES)
FEATURES = _AMBIGUOUS + 1
"""Length of a word's feature vector."""
_SPECIAL = 2
_OVERLAP = 128

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vote:
    """A candidate of another component: words ``first`` to ``last`` (inclusive) may be a ``kind``.

    Attributes:
        kind: Node type, "short" or "long" for the two sides of an abbreviation, empty for a rule that names no type.
        form: The surface form; the votes for one form are left out together in training.
    """

    first: int
    last: int
    kind: str
    ambiguous: bool
    form: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the model sees it.

    Attributes:
        words: Offsets of the words, shape (words, 2).
        sentence: Number of the sentence of each word, shape (words,).
        shapes: Shape features of each word, shape (words, 12).
        votes: What other components think.
    """

    text: str
    words: Ints
    sentence: Ints
    shapes: Floats
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that the encoder takes at once: words ``first`` up to ``last`` (exclusive).

    Attributes:
        pieces: Ids of the word pieces with the special ones around them, shape (pieces,).
        word_of: Word of each piece counted from ``first``, -1 for special pieces, shape (pieces,).
        starts: Index of the first piece of each word, shape (words,).
        ends: Index of the last piece of each word, shape (words,).
    """

    first: int
    last: int
    pieces: Ints
    word_of: Ints
    starts: Ints
    ends: Ints


def _shape(word: str, spaced: bool, in_title: bool) -> tuple[bool, ...]:
    upper, lower = sum(map(str.isupper, word)), sum(map(str.islower, word))
    digits = sum(map(str.isdigit, word))
    return (
        lower == len(word),
        upper == 1 and word[0].isupper() and lower > 0,
        upper > 1 and lower == 0,
        upper == 1 and len(word) == 1,
        upper > 0 and lower > 0 and not (upper == 1 and word[0].isupper()),
        0 < digits < len(word),
        digits == len(word),
        not word[0].isalnum(),
        spaced,
        in_title,
        not word.isascii(),
        len(word) > 1 and upper > 1 and lower > 0 and word.endswith("s") and lower == 1,
    )


def as_text(
    text: str,
    title_end: int,
    sentences: Sequence[tuple[int, int]],
    candidates: Iterable[Candidate],
    abbreviations: Iterable[tuple[tuple[int, int], tuple[int, int]]],
) -> Text:
    """Cut a text into words and gather what is known of them.

    Args:
        text: Title and abstract.
        title_end: Length of the title.
        sentences: Their offsets, in order.
        candidates: What the components before found; those that no word boundary fits are left out.
        abbreviations: Spans of (short form, long form).
    """
    words = [match.span() for match in _WORD.finditer(text)]
    begin = {start: number for number, (start, _) in enumerate(words)}
    finish = {end: number for number, (_, end) in enumerate(words)}
    votes = []
    for start, end, kind, ambiguous in _marks(candidates, abbreviations):
        first, last = begin.get(start), finish.get(end)
        if first is not None and last is not None:
            votes.append(Vote(first, last, kind, ambiguous, text[start:end]))
    starts = np.array([start for start, _ in sentences] or [0])
    offsets = np.array(words, dtype=np.int64).reshape(-1, 2)
    shapes = np.zeros((len(words), _SHAPES), dtype=np.float32)
    for number, (start, end) in enumerate(words):
        spaced = start == 0 or text[start - 1].isspace()
        shapes[number] = _shape(text[start:end], spaced, start < title_end)
    sentence = np.searchsorted(starts, offsets[:, 0], side="right")
    return Text(text, offsets, sentence.astype(np.int64), shapes, tuple(votes))


def _marks(
    candidates: Iterable[Candidate], abbreviations: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterable[tuple[int, int, str, bool]]:
    for candidate in candidates:
        kind = candidate.type if candidate.type in _TYPES else ""
        if candidate.type == kind:
            yield candidate.start, candidate.end, kind, candidate.extractor == "vocabulary.ambiguous"
    for short, long in abbreviations:
        yield (*short, "short", False)
        yield (*long, "long", False)


def feature_rows(text: Text, keep: Callable[[Vote], bool] = lambda vote: True) -> Floats:
    """Feature vectors of the words, shape (words, FEATURES).

    Args:
        text: The text.
        keep: Which votes to show.
    """
    rows = np.zeros((len(text.words), FEATURES), dtype=np.float32)
    rows[:, :_SHAPES] = text.shapes
    for vote in text.votes:
        if keep(vote):
            column = _VOTES[vote.kind]
            rows[vote.first, column] = 1.0
            rows[vote.first + 1 : vote.last + 1, column + 1] = 1.0
            if vote.ambiguous:
                rows[vote.first : vote.last + 1, _AMBIGUOUS] = 1.0
    return rows


def windows(text: Text, pieces_of: Callable[[str], Sequence[int]], special: tuple[int, int], size: int) -> list[Window]:
    """Cut a text into windows of at most ``size`` pieces that overlap, so that nothing is truncated.

    Args:
        text: The text.
        pieces_of: Ids of the pieces of a word.
        special: Ids of the pieces that open and close a window.
        size: Most pieces that the encoder takes.
    """
    pieces = [list(pieces_of(text.text[start:end]))[: size - _SPECIAL] for start, end in text.words.tolist()]
    found = []
    first = 0
    while first < len(pieces):
        last, room = first, size - _SPECIAL
        while last < len(pieces) and len(pieces[last]) <= room:
            room -= len(pieces[last])
            last += 1
        found.append(_window(first, last, pieces[first:last], special))
        if last == len(pieces):
            break
        back = 0
        while last - 1 > first + 1 and back + len(pieces[last - 1]) <= min(_OVERLAP, size // 4):
            last -= 1
            back += len(pieces[last])
        first = last
    return found


def _window(first: int, last: int, pieces: list[list[int]], special: tuple[int, int]) -> Window:
    lengths = np.array([len(row) for row in pieces], dtype=np.int64)
    ends = np.cumsum(lengths)
    ids = [special[0], *(piece for row in pieces for piece in row), special[1]]
    word_of = np.full(len(ids), -1, dtype=np.int64)
    word_of[1:-1] = np.repeat(np.arange(len(pieces)), lengths)
    return Window(first, last, np.array(ids, dtype=np.int64), word_of, ends - lengths + 1, ends)


def span_grid(text: Text, window: Window) -> tuple[Ints, Ints]:
    """First and last words (inclusive, counted in the text) of all spans of a window, shapes (spans,).

    A span lies in one sentence, begins with a letter or digit, and ends with one or with a plus or star.
    """
    count = window.last - window.first
    chars = [text.text[start] for start, _ in text.words[window.first : window.last].tolist()]
    opens = np.array([char.isalnum() for char in chars], dtype=bool)
    closes = np.array([char.isalnum() or char in "+*" for char in chars], dtype=bool)
    first = np.repeat(np.arange(count), MAX_WIDTH)
    last = first + np.tile(np.arange(MAX_WIDTH), count)
    inside = last < count
    first, last = first[inside], last[inside]
    sentence = text.sentence[window.first : window.last]
    fits = opens[first] & closes[last] & (sentence[first] == sentence[last])
    return first[fits] + window.first, last[fits] + window.first
