"""Acronyms and their long forms."""

from __future__ import annotations

import pytest
import spacy

from kg.extractors.abbreviations import abbreviations_of, find_abbreviations


def pairs(text: str) -> list[tuple[str, str]]:
    return [(text[slice(*found.short)], text[slice(*found.long)]) for found in find_abbreviations(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("A convolutional neural network (CNN) is used.", "CNN", "convolutional neural network"),
        ("Generative adversarial networks (GANs) are used.", "GANs", "Generative adversarial networks"),
        ("We propose Gradient Low-Rank Projection (GaLore).", "GaLore", "Gradient Low-Rank Projection"),
        ("the new Time-aware Graph Net (T-GN) works", "T-GN", "Time-aware Graph Net"),
        ("Named entity recognition ( NER ) is hard.", "NER", "Named entity recognition"),
        ("Stochastic gradient descent (SGD, for short) works.", "SGD", "Stochastic gradient descent"),
        ("Named entity recognition (“NER”) is hard.", "NER", "Named entity recognition"),
        ("image-to-text translation (I2T) works", "I2T", "image-to-text translation"),
        ("On the Long Range Arena (LRA) benchmark", "LRA", "Long Range Arena"),
        ("We use a big net (ABN).", "ABN", "big net"),
        ("On self-supervised learning (SSL)", "SSL", "self-supervised learning"),
        ("With word error rate\n(WER) we measure.", "WER", "word error rate"),
    ],
)
def test_a_long_form_before_its_acronym(text: str, short: str, long: str) -> None:
    assert pairs(text) == [(short, long)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We propose DRAM (Dynamic Routing of Attention Maps).", "DRAM", "Dynamic Routing of Attention Maps"),
        ("CNNs (convolutional neural networks) are used.", "CNNs", "convolutional neural networks"),
        ("We use LoRA (low-rank adaptation) here.", "LoRA", "low-rank adaptation"),
    ],
)
def test_an_acronym_before_its_long_form(text: str, short: str, long: str) -> None:
    assert pairs(text) == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "()",
        "( )",
        "(a)",
        "We test it (see below).",
        "Two of them (2019) exist.",
        "It is good (Section 3).",
        "It works well (BLEU).",
        "A model (ABC) without those letters",
        "Our method. (OM) stands alone",
        "the accuracy (in percent) of it",
        "the set (A, B and C) of it",
        "the model GPT (a large one) of it",
        "foo (FOO)",
        "unclosed convolutional neural network (CNN",
        "İstanbul neural network (INN)",
        "(" + "very " * 30 + "long)",
    ],
)
def test_what_defines_no_acronym(text: str) -> None:
    assert pairs(text) == []


def test_a_sentence_end_cuts_the_long_form() -> None:
    assert pairs("We ran. Deep belief net (DBN) won.") == [("DBN", "Deep belief net")]
    assert pairs("Deep trees are old. Belief net (DBN) won.") == []


def test_title_and_abstract_make_no_long_form_together() -> None:
    assert pairs("On Large Language\n\nModels (LLM) and more") == []
    assert pairs("A note (large\n\nlanguage) model") == []


def test_several_definitions_in_order() -> None:
    text = "Named entity recognition (NER) and part-of-speech tagging (PoS) for machine translation (MT)."
    assert [short for short, _ in pairs(text)] == ["NER", "MT"] or [short for short, _ in pairs(text)] == [
        "NER",
        "PoS",
        "MT",
    ]


def test_hostile_brackets_take_linear_time() -> None:
    assert pairs("(" + " " * 100_000 + "x") == []
    assert pairs("(" * 50_000 + ")" * 50_000) == []
    assert len(find_abbreviations("neural network (NN) " * 5000)) == 5000


def test_the_component_and_the_look_up_agree() -> None:
    nlp = spacy.blank("en")
    text = "A recurrent neural network (RNN) is used."
    without = abbreviations_of(nlp(text))
    nlp.add_pipe("kg_abbreviations")
    assert abbreviations_of(nlp(text)) == without != []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("TRON: Tree Ranking Over Networks for Search", ("TRON", "Tree Ranking Over Networks")),
        ("GoLM: Growing of Language Models", ("GoLM", "Growing of Language Models")),
        ("TRON: a tree ranking", None),
        ("TRON: Sparse Nets for Search", None),
        ("TRON: Trees. Ranking Over Networks", None),
        ("Tron: Ends", None),
    ],
)
def test_a_title_spells_out_the_name_before_its_colon(title: str, expected: tuple[str, str] | None) -> None:
    assert pairs(f"{title}\n\nText.") == ([expected] if expected else [])


def test_a_text_without_a_title_spells_out_nothing() -> None:
    assert pairs("TRON: Tree Ranking Over Networks for Search") == []
