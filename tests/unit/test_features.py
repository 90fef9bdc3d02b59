"""What is gathered about the forms of a paper."""

from __future__ import annotations

import pytest

from kg.candidates import Candidate
from kg.extractors.abbreviations import find_abbreviations
from kg.extractors.base import TITLE_SEPARATOR, Sentences
from kg.extractors.features import Form, collect_forms, describe, shape_features
from kg.extractors.sentences import sentence_spans
from kg.vocabulary import Entry

BERT = Entry("Method", "BERT", aliases=("bidirectional encoder",), kind="model")


def mark(
    text: str, form: str, rule: str = "names.coined", type: str = "", entry: Entry | None = None
) -> list[Candidate]:
    """A candidate at each place where the text has the form."""
    found = []
    at = text.find(form)
    while at >= 0:
        found.append(Candidate(type, at, at + len(form), True, 0.3, rule, entry))
        at = text.find(form, at + 1)
    return found


def described(title: str, abstract: str, *forms: str) -> dict[str, list[str]]:
    text = title + TITLE_SEPARATOR + abstract
    candidates = [candidate for form in forms for candidate in mark(text, form)]
    collected = collect_forms(text, candidates, find_abbreviations(text))
    return describe(text, len(title), Sentences(sentence_spans(text)), collected)


def test_forms_are_distinct_and_keep_their_places_in_order() -> None:
    text = "Foo and Bar and Foo"
    forms = collect_forms(text, [*mark(text, "Foo")[::-1], *mark(text, "Bar"), *mark(text, "Foo", "names.cap")], [])
    assert {name: form.spans for name, form in forms.items()} == {"Foo": [(0, 3), (16, 19)], "Bar": [(8, 11)]}
    assert forms["Foo"].rules == {"names.coined", "names.cap"}


def test_what_the_vocabulary_says_of_a_form() -> None:
    text = "BERT"
    known = mark(text, "BERT", "vocabulary.exact", "Method", BERT)
    unsure = mark(text, "BERT", "vocabulary.ambiguous", "Dataset", Entry("Dataset", "BERT"))
    derived = mark(text, "BERT", "vocabulary.derived", "Task")
    form = collect_forms(text, [*known, *unsure, *derived], [])["BERT"]
    assert (form.entries["Method"], form.ambiguous, form.derived) == (BERT, {"Dataset"}, {"Task"})
    features = describe(text, 0, Sentences([(0, 4)]), {"BERT": form})["BERT"]
    assert {"V:Method+", "Vk:Method:model", "V:Dataset+?", "Vd:Task"} <= set(features)


def test_a_form_that_is_no_spelling_of_the_entry_says_so() -> None:
    text = "Bert"
    forms = collect_forms(text, mark(text, "Bert", "vocabulary.exact", "Method", BERT), [])
    assert "Vx:Method" in describe(text, 0, Sentences([(0, 4)]), forms)["Bert"]


def test_acronym_and_long_form_know_each_other() -> None:
    text = "A generative adversarial network (GAN) and a Time-aware Graph (TaG)."
    forms = collect_forms(text, [], find_abbreviations(text))
    assert forms["GAN"].long == "generative adversarial network"
    assert forms["generative adversarial network"].short == "GAN"
    features = describe(text, 0, Sentences(sentence_spans(text)), forms)
    assert {"ab:short", "abh:network", "ab:short:lower", "ab:V:none"} <= set(features["GAN"])
    assert {"ab:long", "ab:long:lower"} <= set(features["generative adversarial network"])
    assert {"ab:long:caps", "ab:of:mixed"} <= set(features["Time-aware Graph"])


def test_candidates_of_white_space_are_passed_over() -> None:
    assert (
        collect_forms("a  b", [Candidate("", 1, 3, True, 0.3, "foreign"), Candidate("", 2, 2, True, 0.3, "x")], [])
        == {}
    )


@pytest.mark.parametrize(
    "form",
    [
        *(
            "a",
            "A",
            "GANs",
            "ViT-L/14",
            "-",
            "--",
            "$x$",
            "😀",
            "İ",
            "İİ x",
            "of the",
            "\x00",
            "x" * 500,
            "שלום",
            "\u202eFoo",
        ),
        *("'s", "A B", "3 D", "e\u0301", "Foo Bar Baz Qux Quux Corge"),
    ],
)
def test_any_form_has_a_shape(form: str) -> None:
    features = shape_features(form)
    assert features
    assert shape_features(form) == features


def test_shapes_tell_forms_apart() -> None:
    assert "acronym:3" in shape_features("GAN")
    assert "acronyms" in shape_features("GANs")
    assert "camel" in shape_features("GaLore")
    assert "digits" in shape_features("ResNet-50")
    assert "lower" in shape_features("dropout")
    assert "lower0" in shape_features("mBERT")
    assert "head:network" in shape_features("neural network")


def test_features_do_not_repeat() -> None:
    for features in described("Foo: Foo", "Foo and Foo use Foo. Foo.", "Foo").values():
        assert len(features) == len(set(features))


def test_the_words_beside_a_form_are_those_of_its_sentence() -> None:
    features = described("", "It beats all. FooNet wins. They train it.", "FooNet")["FooNet"]
    assert {"L:^", "R:wins"} <= set(features)
    assert not any("beats" in f or "train" in f for f in features)


def test_a_form_of_the_title_is_marked() -> None:
    features = described("FooNet: a data set", "FooNet is new.", "FooNet")["FooNet"]
    assert {"title", "title+"} <= set(features)
    assert not {"title", "title+"} & set(described("Nets", "FooNet is new.", "FooNet")["FooNet"])


def test_what_stands_before_the_colon_of_a_title() -> None:
    def colon(title: str, abstract: str) -> set[str]:
        text = title + TITLE_SEPARATOR + abstract
        forms = collect_forms(text, [Candidate("", 0, 6, True, 0.3, "names.colon")], [])
        return {f for f in describe(text, 6, Sentences(sentence_spans(text)), forms)["FooNet"] if "colon" in f}

    assert "colon:other" in colon("FooNet: Nets", "It is new.")
    assert "colon+" in colon("FooNet: Nets", "FooNet is new.")


def test_the_acronym_that_opens_a_title_may_be_spelt_out_later() -> None:
    features = described("FON: Nets", "We propose Fast Ordered Nets (FON).", "FON")["FON"]
    assert "colon+" in features


def test_members_of_an_enumeration_share_what_stands_around_it() -> None:
    features = described("", "We test on Foo, Bar, and Baz with care.", "Foo", "Bar", "Baz")
    shared = [f for f in features["Bar"] if f.startswith("E")]
    assert "list" in features["Bar"]
    assert shared
    assert all(set(shared) <= set(features[form]) for form in ("Foo", "Baz"))
    assert "list" not in described("", "We test Foo and see Bar.", "Foo", "Bar")["Foo"]


def test_a_form_within_a_longer_one_is_told_from_one_alone() -> None:
    assert "inside:all" in described("", "We use Foo Bar here.", "Foo Bar", "Bar")["Bar"]
    assert "inside:some" in described("", "We use Foo Bar here. Then Bar is gone.", "Foo Bar", "Bar")["Bar"]


def test_the_place_in_the_abstract_counts() -> None:
    abstract = "Foo opens it. We use Bar early on here. Some more words follow there. At last we use Baz and Foo."
    features = described("A title", abstract, "Foo", "Bar", "Baz")
    assert any(f.startswith("S:first") for f in features["Foo"])
    assert any(f.startswith("S:last") for f in features["Baz"])


def test_the_order_of_features_is_fixed() -> None:
    first = described("FooNet: Nets", "FooNet and BarNet train on Baz.", "FooNet", "BarNet", "Baz")
    assert described("FooNet: Nets", "FooNet and BarNet train on Baz.", "FooNet", "BarNet", "Baz") == first


def test_an_empty_text_has_no_features() -> None:
    assert describe("", 0, Sentences([(0, 0)]), {}) == {}


def test_a_form_starts_empty() -> None:
    assert Form("Foo") == Form("Foo", [], {}, set(), set(), set(), "", "")
