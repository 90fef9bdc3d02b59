"""Sentence boundaries: what ends a sentence in a title or an abstract, and what does not."""

from __future__ import annotations

import pytest
import spacy

from kg.extractors.base import TITLE_SEPARATOR, Sentences, sentences_of, title_end_of
from kg.extractors.sentences import sentence_spans


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We propose Foo. It works.", ["We propose Foo.", "It works."]),
        ("Does it scale? Yes! We show how.", ["Does it scale?", "Yes!", "We show how."]),
        ('They call it "sharp." We disagree.', ['They call it "sharp."', "We disagree."]),
        ("It is fast (see below.) We test it.", ["It is fast (see below.)", "We test it."]),
        ("It works. 3D scenes follow.", ["It works.", "3D scenes follow."]),
        ("It works. pi-calculus lowers it. iOS apps gain.", ["It works. pi-calculus lowers it.", "iOS apps gain."]),
        ("It works.\nThe rest follows.", ["It works.", "The rest follows."]),
        ("It works.\u00a0The rest follows.", ["It works.", "The rest follows."]),
        ("L'été arrive. Été suit.", ["L'été arrive.", "Été suit."]),
    ],
)
def test_a_stop_before_a_capital_or_a_digit_ends_a_sentence(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Large models, e.g. GPT or BERT, are used.",
        "One loss, i.e. Focal Loss, is enough.",
        "Following Smith et al. 2019, we train it.",
        "Work by J. R. Smith is extended.",
        "See Fig. 3 and Eq. 4 for details.",
        "It gains 3.5 points and 0.25 BLEU.",
        "Code is at https://example.org/a.Html and more.",
        "We compare (cf. Sec. 2) both.",
        "Ours vs. ResNet is close.",
        "It has approx. 7B weights.",
        "W.r.t. ImageNet it is better.",
        "A bound of $O(n. K)$ holds.",
        "The map $f(x). G$ is smooth here.",
        "No stop at all",
        "Version 2.0.1 of foo.bar is out",
    ],
)
def test_what_is_no_end_of_a_sentence(text: str) -> None:
    assert split(text) == [text]


def test_et_al_ends_a_sentence_before_a_word_that_opens_one() -> None:
    assert split("We extend Smith et al. We also test.") == ["We extend Smith et al.", "We also test."]


def test_a_single_letter_ends_a_sentence_before_a_word_that_opens_one() -> None:
    assert split("We call the operator P. We bound it.") == ["We call the operator P.", "We bound it."]


def test_money_is_no_mathematics() -> None:
    assert split("It costs \\$5. We pay \\$6.") == ["It costs \\$5.", "We pay \\$6."]
    assert split("It costs $5. We paid nothing else for the whole lot.") == [
        "It costs $5.",
        "We paid nothing else for the whole lot.",
    ]


def test_title_and_abstract_are_parted_without_a_stop() -> None:
    text = "A title without stop" + TITLE_SEPARATOR + "the abstract begins small. Then it goes on."
    assert split(text) == ["A title without stop", "the abstract begins small.", "Then it goes on."]


def test_an_empty_title_or_abstract_makes_no_sentence() -> None:
    assert split(TITLE_SEPARATOR + "Only an abstract.") == ["Only an abstract."]
    assert split("Only a title" + TITLE_SEPARATOR) == ["Only a title"]


@pytest.mark.parametrize("text", ["", " ", TITLE_SEPARATOR, "\n\n\n\n", "\t"])
def test_a_text_without_words_is_one_span(text: str) -> None:
    assert sentence_spans(text) == [(0, len(text))]


def test_white_space_around_sentences_is_outside_of_them() -> None:
    assert split("  First one.   Second one.  ") == ["First one.", "Second one."]


def test_offsets_count_code_points() -> None:
    text = "😀 é e\u0301 works. İt works too."
    assert split(text) == ["😀 é e\u0301 works.", "İt works too."]


def test_right_to_left_text_is_kept_whole_where_there_are_no_capitals() -> None:
    text = "שלום עולם. ועוד משפט"
    assert "".join(split(text)).replace(" ", "") == text.replace(" ", "")


def test_a_hundred_kilobytes_of_sentences() -> None:
    text = "We train it. " * 8000
    assert len(sentence_spans(text)) == 8000


@pytest.mark.parametrize("unit", [". ", "$x. ", '."', "\n", "A. ", ".)"])
def test_a_hundred_kilobytes_of_signs(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    spans = sentence_spans(text)
    assert all(0 <= start <= end <= len(text) for start, end in spans)


def test_the_component_marks_tokens_and_keeps_spans() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_sentences")
    doc = nlp("We use BERT, e.g. Base. It works.")
    assert [sentence.text for sentence in doc.sents] == ["We use BERT, e.g. Base.", "It works."]
    assert sentences_of(doc).spans == [(0, 23), (24, 33)]


@pytest.mark.parametrize("text", ["", "One", " ", "\n\n"])
def test_the_component_takes_documents_of_no_or_one_token(text: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_sentences")
    assert sentences_of(nlp(text)).spans == [(0, len(text))]


def test_without_the_component_spacys_sentences_count_else_the_whole_text() -> None:
    nlp = spacy.blank("en")
    assert sentences_of(nlp("One. Two.")).spans == [(0, 9)]
    nlp.add_pipe("sentencizer")
    assert sentences_of(nlp("One. Two.")).spans == [(0, 4), (5, 9)]


def test_the_sentence_of_an_offset() -> None:
    sentences = Sentences([(2, 5), (6, 9)])
    assert [sentences.at(offset) for offset in (0, 2, 5, 6, 40)] == [(2, 5), (2, 5), (2, 5), (6, 9), (6, 9)]


def test_the_title_ends_at_the_separator() -> None:
    nlp = spacy.blank("en")
    assert title_end_of(nlp("Title" + TITLE_SEPARATOR + "Text.")) == 5
    assert title_end_of(nlp("Text alone.")) == 0
