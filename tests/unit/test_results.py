"""Values of metrics."""

from __future__ import annotations

import pytest
import spacy

from kg.candidates import Candidate
from kg.extractors.results import add_values, find_value


def value(text: str, metric: str) -> str | None:
    start = text.index(metric)
    return find_value(text, start, start + len(metric), (0, len(text)))


@pytest.mark.parametrize(
    ("text", "metric", "expected"),
    [
        ("It reaches 28.4 BLEU on it.", "BLEU", "28.4"),
        ("It has an accuracy of 86.2% here.", "accuracy", "86.2%"),
        ("It has an accuracy of 86.2\\% here.", "accuracy", "86.2\\%"),
        ("an FID of 2.3", "FID", "2.3"),
        ("a FID score of 2.3 is", "FID", "2.3"),
        ("accuracy (93.1%) is good", "accuracy", "93.1%"),
        ("F1: 0.91", "F1", "0.91"),
        ("latency is only 3 ms", "latency", "3 ms"),
        ("a 3.5x speedup", "speedup", "3.5x"),
        ("12% absolute WER", "WER", "12%"),
        ("accuracy by up to 4.5 points", "accuracy", "4.5 points"),
        ("perplexity of 1,024.5 on it", "perplexity", "1,024.5"),
        ("accuracy on ImageNet of 80.1%", "accuracy", "80.1%"),
        ("gains of +2.1 BLEU", "BLEU", "+2.1"),
    ],
)
def test_a_value_beside_a_metric(text: str, metric: str, expected: str) -> None:
    assert value(text, metric) == expected


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("BLEU", "BLEU"),
        ("BLEU is a measure", "BLEU"),
        ("accuracy of ResNet-50", "accuracy"),
        ("GPT-4 accuracy", "accuracy"),
        ("v1.2.3 accuracy", "accuracy"),
        ("accuracy of 3D models", "accuracy"),
    ],
)
def test_no_value_beside_a_metric(text: str, metric: str) -> None:
    assert value(text, metric) is None


def test_a_value_is_not_taken_from_another_sentence() -> None:
    text = "We gain 3.1. BLEU is up. 4.2 more."
    assert find_value(text, 13, 17, (13, 24)) is None


def test_only_metrics_get_values() -> None:
    doc = spacy.blank("en")("It reaches 28.4 BLEU with 3.1 BERT.")
    metric = Candidate("Metric", 16, 20, False, 0.9, "test")
    method = Candidate("Method", 30, 34, True, 0.9, "test")
    doc._.kg_mentions = [metric, method]
    add_values(doc)
    assert (metric.attributes, method.attributes) == ({"value": "28.4"}, {})


def test_a_document_without_decisions_is_left_alone() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_results")
    assert nlp("28.4 BLEU")._.kg_mentions is None


@pytest.mark.parametrize("filler", ["the ", "Foo ", "1,", "3.", "as low as ", "("])
def test_long_surroundings_take_no_time(filler: str) -> None:
    value("BLEU " + filler * 20_000, "BLEU")
    value(filler * 20_000 + "BLEU", "BLEU")
