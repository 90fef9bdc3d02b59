"""The matcher of seed vocabularies, over a small vocabulary of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy

from kg.extractors.base import candidates_of
from kg.extractors.vocabulary import Matcher, matcher_for
from kg.vocabulary import Entry
from tests.extraction import texts

MATCHER = Matcher(
    [
        Entry("Method", "BERT"),
        Entry("Method", "Vision Transformer", aliases=("ViT",)),
        Entry("Method", "Adam", ambiguous=frozenset(("Adam",))),
        Entry("Method", "contrastive learning", named=False),
        Entry("Method", "C++"),
        Entry("Method", "T5"),
        Entry("Method", "GAN", aliases=("generative adversarial network",)),
        Entry("Method", "MAP estimation"),
        Entry("Method", "YOLO"),
        Entry("Dataset", "YOLO"),
        Entry("Dataset", "ImageNet"),
        Entry("Dataset", "ImageNet-R"),
        Entry("Dataset", "ImageNet-1k", aliases=("ImageNet 1K",)),
        Entry("Dataset", "CIFAR-10", aliases=("CIFAR10",)),
        Entry("Dataset", "MS COCO", aliases=("COCO",)),
        Entry("Dataset", "Pokémon"),
        Entry("Dataset", "İzmir"),
        Entry("Metric", "F1", aliases=("F1 score",), named=False),
    ]
)


def found(text: str) -> list[tuple[str, str]]:
    return [(c.type, text[c.start : c.end]) for c in MATCHER.find(text)]


@pytest.mark.parametrize("text", ["CIFAR-10", "CIFAR10", "CIFAR 10", "cifar-10", "CIFAR–10"])
def test_spellings_of_one_name(text: str) -> None:
    (candidate,) = MATCHER.find(f"We use {text} here.")
    assert candidate.entry is not None
    assert (candidate.entry.name, candidate.extractor) == ("CIFAR-10", "vocabulary.exact")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ImageNet results are good", ["ImageNet"]),
        ("ImageNet-R results are good", ["ImageNet-R"]),
        ("ImageNet-1k and ImageNet", ["ImageNet-1k", "ImageNet"]),
        ("ImageNet, CIFAR-10/COCO.", ["ImageNet", "CIFAR-10/COCO", "COCO"]),
        ("Vision Transformers (ViTs)", ["Vision Transformers", "ViTs"]),
        ("vision transformers win", ["vision transformers"]),
        ("GANs and generative adversarial networks", ["GANs", "generative adversarial networks"]),
        ("MS-COCO", ["MS-COCO"]),
        ("C++ code", ["C++"]),
        ("Pokémon cards", ["Pokémon"]),
        ("İİİ ImageNet İ", ["ImageNet"]),
        ("in İzmir today", ["İzmir"]),
        ("😀ImageNet😀", ["ImageNet"]),
        ("e\u0301 ImageNet\u0301", ["ImageNet"]),
        ("\u202eImageNet\u202c", ["ImageNet"]),
        ("\x00ImageNet\x1b[0m", ["ImageNet"]),
        ("“ImageNet”", ["ImageNet"]),
        ("MAP estimation", ["MAP estimation"]),
        ("F1 scores", ["F1 scores"]),
    ],
)
def test_the_longest_name_at_each_place(text: str, expected: list[str]) -> None:
    assert texts(text, MATCHER.find(text)) == expected


@pytest.mark.parametrize("text", ["BERT-based models", "a BERT-like net", "BERT's layers", "BERT."])
def test_a_name_before_a_lower_case_tail_is_a_mention_of_it(text: str) -> None:
    (candidate,) = MATCHER.find(text)
    assert (text[candidate.start : candidate.end], candidate.entry is not None) == ("BERT", True)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("BERT-XL wins", "BERT-XL"),
        ("BERT-Base-v2 wins", "BERT-Base-v2"),
        ("Tiny-ImageNet is small", "Tiny-ImageNet"),
        ("Tiny-ImageNet-C is small", "Tiny-ImageNet-C"),
        ("tiny-ImageNet is small", "ImageNet"),
    ],
)
def test_a_name_within_a_longer_one_gives_that_one_its_type(text: str, whole: str) -> None:
    (candidate,) = MATCHER.find(text)
    assert text[candidate.start : candidate.end] == whole
    assert (candidate.entry is None) == (whole != "ImageNet")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "bert is a name",
        "adam and eve",
        "roBERTa",
        "@BERT",
        "#BERT",
        "_BERT",
        "\\BERT",
        "We like Vision. Transformer blocks follow.",
        "Vision, Transformer",
        "Vision\n\nTransformer",
        "the gan",
        "AdamX",
        "the T 5 road",
        "map estimation",
        "Adam-W",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert MATCHER.find(text) == []


def test_an_ambiguous_name_is_marked() -> None:
    (candidate,) = MATCHER.find("We use Adam here.")
    assert (candidate.extractor, candidate.confidence) == ("vocabulary.ambiguous", 0.5)


def test_a_name_of_two_types_gives_a_candidate_of_each() -> None:
    assert found("YOLO") == [("Method", "YOLO"), ("Dataset", "YOLO")]


def test_an_empty_vocabulary_finds_nothing() -> None:
    assert Matcher([]).find("BERT") == []
    assert Matcher([Entry("Method", "---")]).find("---") == []


@pytest.mark.parametrize("unit", ["BERT ", "BERT-", "BERT, ", "İ", "a-", "ImageNet-BERT-", "\n"])
def test_a_hundred_kilobytes_take_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert all(0 <= c.start < c.end <= len(text) for c in MATCHER.find(text))


def test_what_is_joined_to_a_name_over_a_line_is_no_name() -> None:
    assert MATCHER.find("BERT-" + "x" * 100) != []  # a lower-case tail: BERT and something
    assert MATCHER.find("BERT-" + "X" * 100) == []
    assert MATCHER.find("X" * 100 + "-BERT") == []


def test_the_component_reads_a_folder(tmp_path: Path) -> None:
    (tmp_path / "methods.jsonl").write_text('{"name": "FooNet"}\n', encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_vocabulary", config={"folder": str(tmp_path)})
    doc = nlp("FooNet is not BERT.")
    assert texts(doc.text, candidates_of(doc)) == ["FooNet"]


def test_the_matcher_of_a_folder_is_built_once() -> None:
    assert matcher_for() is matcher_for()


def test_hardware_is_left_to_its_own_component() -> None:
    assert not [c for c in matcher_for().find("We use an NVIDIA A100.") if c.type == "Hardware"]
