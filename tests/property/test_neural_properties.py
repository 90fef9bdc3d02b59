"""The neural component says the same of a text whatever stands beside it, in whatever order, batch or process."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from random import Random

import numpy as np
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.config import Config
from kg.extractors.base import candidates_of
from kg.extractors.neural_runtime import SpanScores, best_spans
from kg.model import Paper
from kg.pipeline import extract
from tests.extraction import extractor

PARTS = [
    "We propose FooNet", "FooNet (FN)", "on BarBank", "Qwen2.5-VL-7B", "outperforms", "8 A100 GPUs", "A*", "C++",
    "which is trained on", "accuracy of 81.2%", ". ", "; ", ", ", "\n\n", "é", "İ", "😀👍🏽", "שלום", "数据集", "\x00",
    "\u202e", "e\u0301", "_x_", "(((", "<b>", "x" * 120, "-" * 40,
]  # fmt: skip
texts = st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=150
)
bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@lru_cache(maxsize=1)
def pipeline() -> Language:
    nlp = spacy.blank("en")
    for name in ("kg_sentences", "kg_abbreviations", "kg_names", "kg_neural"):
        nlp.add_pipe(name)
    return nlp


def scores_of(doc: Doc) -> SpanScores:
    scores: SpanScores = doc._.kg_span_scores
    return scores


def same(a: Doc, b: Doc) -> bool:
    one, other = scores_of(a), scores_of(b)
    return (
        one.spans == other.spans
        and bool((one.classes == other.classes).all())
        and bool((one.roles == other.roles).all())
        and candidates_of(a) == candidates_of(b)
        and [(s.start_char, s.end_char, s.label_) for s in a.spans["kg_neural"]]
        == [(s.start_char, s.end_char, s.label_) for s in b.spans["kg_neural"]]
    )


@bounded
@given(texts)
def test_spans_and_probabilities_are_well_formed(text: str) -> None:
    doc = pipeline()(text)
    scores = scores_of(doc)
    assert len(scores.classes) == len(scores.roles) == len(scores.spans)
    for start, end in scores.spans:
        assert 0 <= start < end <= len(text)
        assert text[start].isalnum()
        assert start == 0 or not (text[start - 1].isalnum())
        assert end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
    if scores.spans:
        assert np.isfinite(scores.classes).all()
        assert np.allclose(np.exp(scores.classes).sum(axis=1), 1, atol=1e-4)
        assert np.allclose(np.exp(scores.roles).sum(axis=1), 1, atol=1e-4)
    for (before, _, _), (after, _, _) in pairwise(best_spans(scores)):
        assert before[1] <= after[0]
    ours: list[Candidate] = [c for c in candidates_of(doc) if c.extractor == "neural"]
    assert all((c.start, c.end) in scores.spans for c in ours)


@bounded
@given(st.lists(texts, min_size=1, max_size=5), st.integers(1, 4), st.randoms(use_true_random=False))
def test_batch_and_order_change_nothing(some: list[str], size: int, random: Random) -> None:
    nlp = pipeline()
    alone = [nlp(text) for text in some]
    order = list(range(len(some)))
    random.shuffle(order)
    for number, doc in zip(order, nlp.pipe([some[i] for i in order], batch_size=size), strict=True):
        assert same(doc, alone[number])


def test_processes_change_nothing() -> None:
    some = [" ".join(PARTS[i : i + 9]) for i in range(6)]
    nlp = pipeline()
    alone = [nlp(text) for text in some]
    for doc, expected in zip(nlp.pipe(some, n_process=2, batch_size=2), alone, strict=True):
        assert same(doc, expected)


def test_extraction_with_the_model_is_the_same_in_one_process_and_in_two() -> None:
    papers = [
        Paper(id=f"title:{n}", title=" ".join(PARTS[n % 9 : n % 9 + 3]), abstract=" ".join(PARTS[: 5 + n % 20]))
        for n in range(24)
    ]
    assert extractor()._nlp.has_pipe("kg_neural")
    one = list(extract(papers, Config(workers=1)))
    two = list(extract(papers[::-1], Config(workers=2, batch_size=2)))
    assert one == two[::-1]
