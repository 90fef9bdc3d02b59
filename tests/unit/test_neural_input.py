"""What the neural model sees: words, votes, windows and spans."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.candidates import Candidate
from kg.extractors.neural_input import (
    FEATURES,
    MAX_WIDTH,
    Text,
    Window,
    as_text,
    feature_rows,
    span_grid,
    windows,
)
from kg.extractors.sentences import sentence_spans

SPECIAL = (1, 2)
HOSTILE = [
    "",
    " \n\n ",
    "\x00\x01\x1b[31m \x00",
    "😀👍🏽 GPT😀4",
    "e\u0301" * 50,
    "\u202e\u200f\ufeff",
    "İ ß BERT مرحبا 数据集",
    "A" * 5000,
    "_" * 300,
    "()" * 300,
    "Qwen2.5-VL-7B vs. C++ and A*",
]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300) | st.lists(
    st.sampled_from([*HOSTILE[1:7], "Foo-Net", "Net", "v2.5", ". We ", "C++", " ", "_x_"]), max_size=60
).map("".join)


def plain(text: str, *found: Candidate, title_end: int = 0) -> Text:
    return as_text(text, title_end, sentence_spans(text), found, ())


def words(text: Text) -> list[str]:
    return [text.text[start:end] for start, end in text.words.tolist()]


def pieces_of(word: str) -> Sequence[int]:
    """Two letters a piece."""
    return [ord(letter) for letter in word[::2]]


def forms(text: Text, window: Window) -> set[tuple[int, int]]:
    first, last = span_grid(text, window)
    return set(zip(first.tolist(), last.tolist(), strict=True))


def test_words_are_runs_of_letters_and_digits_or_single_signs() -> None:
    assert words(plain("Qwen2.5-VL-7B (SOTA).")) == ["Qwen2", ".", "5", "-", "VL", "-", "7B", "(", "SOTA", ")", "."]
    assert words(plain("a_b C++")) == ["a", "_", "b", "C", "+", "+"]


def test_shapes_tell_words_apart() -> None:
    text = plain("Title GPT x 7B 42 , GPTs mAP é", title_end=5)
    rows = {word: tuple(row) for word, row in zip(words(text), text.shapes.tolist(), strict=True)}
    assert len(set(rows.values())) == len(rows)
    assert rows["Title"][9] == 1.0
    assert rows["GPT"][9] == 0.0


def test_words_know_their_sentence() -> None:
    text = plain("We use BERT. It is old.")
    assert dict(zip(words(text), text.sentence.tolist(), strict=True)) == {
        "We": 1,
        "use": 1,
        "BERT": 1,
        ".": 2,
        "It": 2,
        "is": 2,
        "old": 2,
    }


def test_candidates_and_abbreviations_become_votes() -> None:
    text = "Fast Net (FN) beats ResNet on a A100."
    at = text.find
    found = [
        Candidate("Method", at("ResNet"), at("ResNet") + 6, True, 0.5, "vocabulary.ambiguous"),
        Candidate("Hardware", at("A100"), at("A100") + 4, True, 0.5, "hardware"),
        Candidate("", 0, 8, True, 0.5, "names.cap"),
        Candidate("Repository", 0, 8, True, 0.5, "links"),  # no type that the model knows
        Candidate("Method", at("Res"), at("Res") + 3, True, 0.5, "names"),  # ends within a word
    ]
    votes = as_text(text, 0, [(0, len(text))], found, [((10, 12), (0, 8))]).votes
    assert [(vote.kind, vote.form, vote.ambiguous) for vote in votes] == [
        ("Method", "ResNet", True),
        ("Hardware", "A100", False),
        ("", "Fast Net", False),
        ("short", "FN", False),
        ("long", "Fast Net", False),
    ]


def test_a_vote_marks_its_first_word_and_the_rest_apart() -> None:
    text = plain("We use Fast Net here", Candidate("Method", 7, 15, True, 0.5, "vocabulary.ambiguous"))
    shown = feature_rows(text)
    hidden = feature_rows(text, lambda vote: vote.form != "Fast Net")
    assert shown.shape == (5, FEATURES)
    marked = [np.flatnonzero(row).tolist() for row in shown - hidden]
    assert marked[0] == marked[1] == marked[4] == []
    assert len(marked[2]) == len(marked[3]) == 2
    assert len({*marked[2], *marked[3]}) == 3  # the last column says of both that they are ambiguous
    assert (hidden[:, : text.shapes.shape[1]] == text.shapes).all()


def test_a_short_text_is_one_window() -> None:
    text = plain("We use BERT.")
    (window,) = windows(text, pieces_of, SPECIAL, 64)
    assert (window.first, window.last) == (0, 4)
    assert window.pieces[[0, -1]].tolist() == list(SPECIAL)
    assert window.word_of.tolist() == [-1, 0, 1, 1, 2, 2, 3, -1]
    assert window.starts.tolist() == [1, 2, 4, 6]
    assert window.ends.tolist() == [1, 3, 5, 6]


def test_a_text_without_words_has_no_window() -> None:
    assert windows(plain(""), pieces_of, SPECIAL, 64) == []
    assert feature_rows(plain("")).shape == (0, FEATURES)


def test_spans_stay_in_their_sentence_and_begin_and_end_with_a_word() -> None:
    text = plain("We use C++ (or A*). It is old.")
    (window,) = windows(text, pieces_of, SPECIAL, 64)
    found = {text.text[text.words[a, 0] : text.words[b, 1]] for a, b in forms(text, window)}
    assert {"We", "We use C++", "C", "C++", "A*", "or A*", "It is old"} <= found
    assert not any(form[0] in "(+*." or form[-1] in "(." for form in found)
    assert not any("It" in form and "A" in form for form in found)


def test_spans_have_at_most_twelve_words() -> None:
    text = plain(" ".join("abcdefghijklmnopqrstuvwxyz"))
    (window,) = windows(text, pieces_of, SPECIAL, 64)
    widths = [last - first + 1 for first, last in forms(text, window)]
    assert max(widths) == MAX_WIDTH
    assert len(widths) == sum(26 - width for width in range(MAX_WIDTH))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("size", [8, 64, 512])
def test_hostile_texts_are_cut_like_others(text: str, size: int) -> None:
    check(plain(text), size)


@settings(max_examples=150)
@given(texts, st.integers(8, 80))
def test_windows_hold_every_word_and_fit_the_encoder(text: str, size: int) -> None:
    check(plain(text), size)


def check(text: Text, size: int) -> None:
    """The promises of windows and spans."""
    found = windows(text, pieces_of, SPECIAL, size)
    assert {word for window in found for word in range(window.first, window.last)} == set(range(len(text.words)))
    for before, after in pairwise(found):
        assert before.first < after.first <= before.last < after.last
    for window in found:
        count = window.last - window.first
        assert len(window.pieces) == len(window.word_of) <= size
        assert len(window.starts) == len(window.ends) == count
        assert (window.word_of[window.starts] == np.arange(count)).all()
        assert (window.word_of[window.ends] == np.arange(count)).all()
        for first, last in forms(text, window):
            assert window.first <= first <= last < window.last
            assert last - first < MAX_WIDTH
            assert text.sentence[first] == text.sentence[last]
            assert text.text[text.words[first, 0]].isalnum()


@settings(max_examples=150)
@given(texts, st.integers(16, 80))
def test_overlap_loses_no_span_that_is_shorter_than_it(text: str, size: int) -> None:
    seen = plain(text)
    found = windows(seen, pieces_of, SPECIAL, size)
    known = {span for window in found for span in forms(seen, window)}
    lengths = [min(len(pieces_of(seen.text[a:b])), size - 2) for a, b in seen.words.tolist()]
    whole = windows(seen, lambda word: [7], SPECIAL, len(lengths) + 2)
    for first, last in forms(seen, whole[0]) if whole else ():
        if sum(lengths[first : last + 1]) <= size // 4:
            assert (first, last) in known


def test_a_text_of_a_hundred_thousand_signs_is_cut_with_overlap() -> None:
    text = plain("We train FooNet on BarBank and beat it. " * 2500)
    found = windows(text, pieces_of, SPECIAL, 512)
    known = {span for window in found for span in forms(text, window)}
    (whole,) = windows(text, pieces_of, SPECIAL, 10**7)
    assert known == forms(text, whole)
    assert len(found) < 1.5 * len(whole.pieces) / 512 + 2
