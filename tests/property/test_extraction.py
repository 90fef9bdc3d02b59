"""Extraction over arbitrary texts: every mention is where it says, none overlap, nothing depends on other papers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.extractors.abbreviations import find_abbreviations
from kg.extractors.results import find_value
from kg.extractors.sentences import sentence_spans
from kg.extractors.vocabulary import matcher_for
from kg.model import Extraction, Paper
from kg.schema import NODE_TYPES
from tests.extraction import extractor

FRAGMENTS = [
    "We propose FooNet", "FooNet", "foonet", "Foo-Net", "FooNets", "(FooNet)", "Fast Ordered Network (FON)",
    "FON", "BERT", "BERT-based", "BERT-XL", "BERTs", "GPT-4", "Adam", "ResNet-50", "ViT-L/14", "ImageNet",
    "ImageNet-R", "CIFAR10", "CIFAR-10", "MS COCO", "MNIST and SVHN", "on the SQuAD dataset",
    "8 NVIDIA A100 GPUs", "an A100 80GB", "two Titan X cards", "a quadruped robot", "LiDAR",
    "accuracy of 81.2%", "28.4 BLEU", "mAP", "3.5x speedup", "image classification", "question answering",
    "reinforcement learning", "https://github.com/a/b", "hf.co/a/b", "arXiv:2401.00001", "$\\mathcal{L}_{x}$",
    "$O(n. k)$", "e.g.", "i.e.", "et al.", "J. Smith", "Fig. 3", "0.5", "12,000", "State-of-the-Art",
    "which outperforms", "trained on", "evaluated on", "compared with", "called", "such as", "However", ",",
    ".", ". ", ": ", "; ", " and ", " or ", "/", "-", "—", "(", ")", "[", "\"", "’s", "'", "\n", "\n\n", "  ",
    "\t", "é", "e\u0301", "İ", "ß", "😀", "👍🏽", "שלום", "مرحبا", "数据集", "\u202e", "\u200b", "\x00",
    "\x1b[31m", "<b>", "&amp;",
]  # fmt: skip

mixtures = st.lists(st.sampled_from(FRAGMENTS), max_size=40).flatmap(
    lambda parts: st.sampled_from(["", " ", " . "]).map(lambda joint: joint.join(parts))
)
arbitrary = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
texts = mixtures | arbitrary
bounded = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def run(*papers: tuple[str, str]) -> list[Extraction]:
    given = [Paper(id=f"title:{number}", title=t, abstract=a) for number, (t, a) in enumerate(papers)]
    return list(extractor().run(given))


@bounded
@given(texts, texts)
def test_every_mention_is_where_it_says_and_none_overlap(title: str, abstract: str) -> None:
    (extraction,) = run((title, abstract))
    fields = {"title": title, "abstract": abstract}
    for mention in extraction.mentions:
        text = fields[mention.field]
        begin, end = mention.sentence
        assert text[mention.start : mention.end] == mention.text
        assert mention.text.strip()
        assert 0 <= begin <= mention.start < mention.end <= len(text)
        assert begin < end <= len(text)
        assert 0 < mention.confidence <= 1
        assert mention.role in NODE_TYPES[mention.type].roles
        assert mention.entity.partition(":")[0] == NODE_TYPES[mention.type].prefix
        assert mention.entity.partition(":")[2]
        assert mention.name
    for field in fields:
        spans = sorted((m.start, m.end) for m in extraction.mentions if m.field == field)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


@bounded
@given(texts, texts, st.lists(st.tuples(texts, texts), max_size=3))
def test_the_same_paper_gives_the_same_mentions_whatever_stands_around_it(
    title: str, abstract: str, others: list[tuple[str, str]]
) -> None:
    (alone,) = run((title, abstract))
    among = run(*others, (title, abstract), *others)[len(others)]
    assert among.mentions == alone.mentions


@bounded
@given(texts)
def test_an_extraction_survives_json(abstract: str) -> None:
    (extraction,) = run(("", abstract))
    assert Extraction.model_validate_json(extraction.model_dump_json()) == extraction


@settings(max_examples=300)
@given(texts)
def test_sentences_are_in_order_and_hold_all_that_is_not_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert spans[-1][1] <= len(text)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@settings(max_examples=300)
@given(texts)
def test_abbreviations_lie_within_the_text(text: str) -> None:
    for found in find_abbreviations(text):
        for start, end in (found.short, found.long):
            assert 0 <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
        assert "\n\n" not in text[slice(*found.long)]


@settings(max_examples=300)
@given(texts, st.integers(0, 200), st.integers(1, 20))
def test_values_come_from_the_text(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    value = find_value(text, start, min(start + length, len(text)), (0, len(text)))
    assert value is None or (value in text and any(c.isdigit() for c in value))


@settings(max_examples=300)
@given(texts)
def test_vocabulary_candidates_lie_within_the_text(text: str) -> None:
    found = matcher_for().find(text)
    assert all(0 <= c.start < c.end <= len(text) and "\n" not in text[c.start : c.end] for c in found)
    assert matcher_for().find(text) == found
