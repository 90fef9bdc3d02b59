"""Names that no vocabulary knows."""

from __future__ import annotations

import pytest

from kg.candidates import Candidate
from kg.extractors.base import TITLE_SEPARATOR, Sentences
from kg.extractors.names import find_names, word_class
from kg.extractors.sentences import sentence_spans
from tests.extraction import texts


def candidates(title: str, abstract: str = "") -> tuple[str, list[Candidate]]:
    text = title + TITLE_SEPARATOR + abstract
    return text, find_names(text, len(title), Sentences(sentence_spans(text)))


def names(title: str, abstract: str = "") -> list[str]:
    text, found = candidates(title, abstract)
    return texts(text, found)


def by_rule(title: str, abstract: str = "") -> dict[str, set[str]]:
    text, found = candidates(title, abstract)
    rules: dict[str, set[str]] = {}
    for candidate in found:
        rules.setdefault(candidate.extractor, set()).add(text[candidate.start : candidate.end])
    return rules


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("SegFormer3D", "coined"),
        ("GaLore", "coined"),
        ("mBERT", "coined"),
        ("t5x", "coined"),
        ("K-FAC", "coined"),
        ("ResNet-50", "coined"),
        ("Vision", "cap"),
        ("Low-Rank", "cap"),
        ("State-of-the-Art", "cap"),
        ("Élan", "cap"),
        ("İstanbul", "cap"),
        ("7B", "version"),
        ("v2.1", "version"),
        ("XL", "version"),
        ("8x7B", "version"),
        ("12", "version"),
        ("2019", "version"),
        ("12,000", "number"),
        ("3.14159", "number"),
        ("86%", "number"),
        ("30fps", "number"),
        ("the", "low"),
        ("naïve", "low"),
        ("x" * 81, "low"),
        ("X" * 81, "low"),
    ],
)
def test_the_shape_of_a_word(word: str, expected: str) -> None:
    assert word_class(word) == expected


def test_what_stands_before_the_colon_of_a_title() -> None:
    assert "FooNet" in by_rule("FooNet: Fast Nets")["names.colon"]
    assert "Deep Foo" in by_rule("Deep Foo - A Study of Nets")["names.colon"]
    assert "Foo" in by_rule("Foo：Nets")["names.colon"]


@pytest.mark.parametrize(
    "title",
    ["", ":", "A: b", "No colon here", "Ends with a colon:", "One two three four five six seven: too long for a name"],
)
def test_titles_without_a_name_before_a_colon(title: str) -> None:
    assert "names.colon" not in by_rule(title)


def test_a_colon_of_the_abstract_is_none_of_the_title() -> None:
    assert "names.colon" not in by_rule("A title", "Foo: bar")


def test_coined_words_of_a_title_take_their_versions_along() -> None:
    assert "FooNet 2" in by_rule("On FooNet 2 and Trees")["names.title"]
    assert "names.title" not in by_rule("On The Learning Of Trees")


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("We train FooNet on it.", "FooNet"),
        ("We train Foo Bar Net on it.", "Foo Bar Net"),
        ("We use Chain of Thought here.", "Chain of Thought"),
        ("We train LLaMA 7B here.", "LLaMA 7B"),
        ("It beats FooNet's loss.", "FooNet"),
        ("It beats FooNet’s loss.", "FooNet"),
        ("Here FooNet-XL+ wins.", "FooNet-XL+"),
        ("We compare FooNet/BarNet here.", "FooNet/BarNet"),
        ("We use ÉlanNet here.", "ÉlanNet"),
        ("(FooNet)", "FooNet"),
        ("“FooNet”", "FooNet"),
    ],
)
def test_runs_of_name_like_words(abstract: str, expected: str) -> None:
    assert expected in names("", abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        "We train it.",
        "However, it works.",
        "Results are good. Experiments follow.",
        "It has 12,000 parts.",
        "7B 8B",
    ],
)
def test_plain_words_are_no_names(abstract: str) -> None:
    assert names("", abstract) == []


def test_a_capital_at_the_beginning_of_a_sentence_is_no_name_alone() -> None:
    assert names("", "It works. Trees grow.") == []
    assert names("", "It works. Trees and Forests grow.") == ["Forests"]


def test_a_name_ends_with_its_sentence() -> None:
    assert "Foo Net" in names("", "We like Foo Net. Bar Net is next.")
    assert not any("." in name for name in names("", "We like Foo Net. Bar Net is next."))


def test_openers_and_generic_heads_are_trimmed() -> None:
    assert names("", "It works. Unlike FooNet DATASET it scales.") == ["FooNet"]


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (
            "We propose a novel sparse attention mechanism that works.",
            {"sparse attention mechanism", "sparse attention"},
        ),
        ("This paper presents the graph matching network for it.", {"graph matching network", "graph matching"}),
        ("We then introduce an efficient, general tree planner.", {"tree planner"}),
        ("The method, called deep foo search, works.", {"deep foo search"}),
    ],
)
def test_what_a_paper_says_it_proposes(abstract: str, expected: set[str]) -> None:
    assert expected <= by_rule("", abstract)["names.proposed"]


@pytest.mark.parametrize("abstract", ["We propose.", "We propose a novel", "We present 3 (three)"])
def test_proposals_without_a_noun_phrase(abstract: str) -> None:
    assert "names.proposed" not in by_rule("", abstract)


def test_a_proposal_is_a_common_noun_and_the_rest_are_proper_names() -> None:
    _, found = candidates("FooNet: Nets", "We propose a sparse tree network with BarNet.")
    assert {c.named for c in found if c.extractor == "names.proposed"} == {False}
    assert all(c.named for c in found if c.extractor == "names.coined")


def test_candidates_are_untyped_and_each_span_is_there_once() -> None:
    _, found = candidates("FooNet: Nets", "We propose FooNet. FooNet wins.")
    assert {c.type for c in found} == {""}
    assert len({(c.start, c.end) for c in found}) == len(found)


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("", ""),
        ("\x00\x1b[31mFooNet", "\u202eBarNet\u200f"),
        ("שלום: עולם", "مرحبا FooNet بالعالم"),
        ("😀: FooNet", "👍🏽 FooNet 😀"),
        ("e\u0301: Net", "Fo\u0301oNet"),
        ("$$$", "$\\mathbf{A}_{i}$ and $F^{*}$"),
        (" : ", " - "),
        ("'", "’s"),
    ],
)
def test_hostile_texts(title: str, abstract: str) -> None:
    text, found = candidates(title, abstract)
    assert all(0 <= c.start < c.end <= len(text) for c in found)


@pytest.mark.parametrize(
    "unit", ["A", "a", "Aa", "aA", "A1", "FooNet ", "FooNet-", "We propose a ", "Foo ", "of Foo ", "$"]
)
def test_a_hundred_kilobytes_take_linear_time(unit: str) -> None:
    candidates("T", "A" + unit * (100_000 // len(unit)))
    candidates("A" + unit * (10_000 // len(unit)), "")


@pytest.mark.parametrize(
    ("abstract", "headed"),
    [
        ("It follows the Gumbel process here.", {"Gumbel process"}),
        ("It needs Fisher's law and the Qux losses.", {"Fisher's law", "Qux losses"}),
        ("We bound it by Foo inequalities.", {"Foo inequalities"}),
        ("The Gumbel processor is not one.", set()),
    ],
)
def test_a_name_with_the_head_behind_it_is_a_candidate_too(abstract: str, headed: set[str]) -> None:
    assert by_rule("", abstract).get("names.headed", set()) == headed


def test_names_that_a_slash_joins_are_candidates_each() -> None:
    assert by_rule("", "We tune FooNet-3/BarLM and the GPU/cpu.")["names.part"] == {"FooNet-3", "BarLM", "GPU"}
    assert "names.part" not in by_rule("", "See https://FooNet/BarLM or A1/B2/C3/D4/E5/F6.")
