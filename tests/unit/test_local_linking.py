"""The mentions of one paper to canonical entities."""

from __future__ import annotations

from typing import Any

import pytest

from kg.candidates import Candidate
from kg.linking.local import link_candidates
from kg.vocabulary import Entry, Vocabulary

BERT = Entry("Method", "BERT", aliases=("bidirectional encoder representations from transformers",))
CRF = Entry("Method", "CRF", aliases=("conditional random field",))
IMAGENET = Entry("Dataset", "ImageNet")


def linked(*given: tuple[str, str] | tuple[str, str, dict[str, Any]]) -> list[tuple[str, str]]:
    """(id, name) of candidates, each given as type, form, and further arguments of a candidate."""
    text = ""
    candidates = []
    for kind, form, *rest in given:
        options: dict[str, Any] = rest[0] if rest else {}
        start = len(text)
        text += form + ". "
        candidates.append(Candidate(kind, start, start + len(form), True, 0.9, "test", **options))
    return link_candidates(text, candidates)


def test_nothing_links_to_nothing() -> None:
    assert link_candidates("", []) == []


def test_the_vocabulary_names_an_entity() -> None:
    assert linked(("Method", "bert", {"entry": BERT})) == [("method:bert", "BERT")]


def test_spellings_without_an_entry_join_one_that_has_it() -> None:
    assert (
        linked(("Method", "BERT", {"entry": BERT}), ("Method", "BERTs"), ("Method", "BERT model"))
        == [("method:bert", "BERT")] * 3
    )


@pytest.mark.parametrize(
    "forms",
    [
        ("FooNet", "FooNets"),
        ("FooNet", "Foo-Net", "foo net"),
        ("FooNet", "FooNet dataset"),
        ("CIFAR-10", "CIFAR10", "CIFAR 10"),
        ("Pokémon", "POKÉMON"),
    ],
)
def test_case_hyphens_plurals_and_generic_heads_do_not_count(forms: tuple[str, ...]) -> None:
    links = linked(*(("Dataset", form) for form in forms))
    assert len(set(links)) == 1


def test_the_commonest_form_names_an_unknown_entity() -> None:
    assert linked(("Method", "foonet"), ("Method", "FooNet"), ("Method", "FooNet"))[0] == ("method:foonet", "FooNet")


def test_types_are_kept_apart() -> None:
    assert linked(("Method", "Foo"), ("Dataset", "Foo")) == [("method:foo", "Foo"), ("dataset:foo", "Foo")]


def test_an_acronym_and_its_long_form_are_one_entity() -> None:
    group = {"group": "Fast Ordered Net"}
    links = linked(("Method", "Fast Ordered Net", group), ("Method", "FONet", group), ("Method", "FONets", group))
    assert set(links) == {("method:fonet", "FONet")}


def test_an_acronym_that_may_mean_much_leaves_the_name_to_the_long_form() -> None:
    group = {"group": "clever attention pruning"}
    links = linked(("Method", "clever attention pruning", group), ("Method", "CAP", group))
    assert set(links) == {("method:clever-attention-pruning", "clever attention pruning")}


def test_the_plural_of_an_acronym_is_named_in_the_singular() -> None:
    assert linked(("Method", "ABCDEs", {"group": "all bright cats dance early"}))[0][1] == "ABCDE"


def test_the_papers_definition_outranks_the_vocabularys_reading_of_an_acronym() -> None:
    group = {"group": "cascaded reward function"}
    links = linked(("Method", "cascaded reward function", group), ("Method", "CRF", {**group, "entry": CRF}))
    assert set(links) == {("method:cascaded-reward-function", "cascaded reward function")}


def test_the_papers_definition_may_agree_with_the_vocabulary() -> None:
    group = {"group": "conditional random fields"}
    links = linked(("Method", "conditional random fields", group), ("Method", "CRF", {**group, "entry": CRF}))
    assert set(links) == {("method:crf", "CRF")}


def test_of_two_entries_the_commoner_one_names_the_entity() -> None:
    other = Entry("Method", "BERTS")
    one = ("Method", "BERT", {"entry": BERT})
    assert set(linked(one, one, ("Method", "BERTs", {"entry": other}))) == {("method:bert", "BERT")}


def test_the_order_of_mentions_does_not_matter_for_ties() -> None:
    first = linked(("Method", "Foo-Net"), ("Method", "FooNet"))
    assert linked(("Method", "FooNet"), ("Method", "Foo-Net"))[::-1] == first


def test_what_a_component_says_is_the_name_counts() -> None:
    said = {"attributes": {"name": "Jetson Foo"}}
    assert linked(("Hardware", "two Jetson Foo boards", said)) == [("hardware:jetson-foo", "Jetson Foo")]


def test_links_to_one_repository_are_one_entity() -> None:
    def url(address: str) -> tuple[str, str, dict[str, Any]]:
        return ("Repository", address, {"attributes": {"url": address}})

    links = linked(url("https://github.com/A/B"), url("http://www.github.com/a/b/tree/main"))
    assert set(links) == {("repository:github.com/a/b", "github.com/a/b")}


def test_a_repository_without_a_url_is_read_from_the_text() -> None:
    assert linked(("Repository", "https://a.example/b")) == [("repository:a.example/b", "a.example/b")]


def test_a_repository_that_is_no_link_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a web link"):
        linked(("Repository", "no link"))


def test_a_head_alone_is_no_head() -> None:
    assert linked(("Method", "a loss"), ("Dataset", "dataset")) == [
        ("method:a-loss", "a loss"),
        ("dataset:dataset", "dataset"),
    ]


def test_long_chains_of_forms_are_joined() -> None:
    given = [("Method", f"Foo{n}", {"group": f"Foo{n + 1}"}) for n in range(500)]
    assert len(set(linked(*given))) == 1


@pytest.mark.parametrize("form", ["😀", "İ", "e\u0301", "\u202e", "---", "\x00", "שלום"])
def test_any_form_has_an_id(form: str) -> None:
    ((entity, name),) = linked(("Method", form))
    assert entity.startswith("method:")
    assert name == form


KNOWN = Vocabulary(
    [
        Entry("Method", "autoencoder", named=False),
        Entry("Method", "GP-LVM"),
        Entry("Method", "Knowledge Embedding", aliases=("ComplEx",), ambiguous=frozenset({"ComplEx"})),
        Entry("Dataset", "Cityscapes"),
        Entry("Dataset", "MS COCO", aliases=("COCO",)),
    ]
)


def known_link(entity_type: str, form: str, **options: Any) -> str:
    (link, _), *_ = link_candidates(form, [Candidate(entity_type, 0, len(form), True, 0.9, "t", **options)], KNOWN)
    return link


@pytest.mark.parametrize(
    ("entity_type", "form", "expected"),
    [
        ("Method", "auto-encoders", "method:autoencoder"),
        ("Method", "Auto-Encoder network", "method:autoencoder"),
        ("Dataset", "Cityscape", "dataset:cityscapes"),
        ("Dataset", "CITYSCAPES dataset", "dataset:cityscapes"),
        ("Dataset", "COCO", "dataset:ms-coco"),
    ],
)
def test_the_vocabulary_names_other_spellings_that_no_component_matched(
    entity_type: str, form: str, expected: str
) -> None:
    assert known_link(entity_type, form) == expected


@pytest.mark.parametrize(
    ("entity_type", "form"),
    [
        ("Method", "GPLVM"),  # short: an acronym of other things, too
        ("Dataset", "cityscapes"),  # the word, not the name
        ("Method", "Complex"),  # ambiguous
        ("Task", "autoencoder"),  # of another type
        ("Dataset", "Citadel"),
    ],
)
def test_what_the_vocabulary_does_not_surely_mean_stays_apart(entity_type: str, form: str) -> None:
    assert known_link(entity_type, form) not in {entry.id for entry in KNOWN.entries if entry.type == entity_type}


def test_an_acronym_that_the_paper_defines_is_linked_by_its_long_form() -> None:
    assert known_link("Method", "ACE", group="auto-encoders") == "method:autoencoder"
    assert known_link("Dataset", "COCO", group="code conversion corpus") == "dataset:code-conversion-corpus"


@pytest.mark.parametrize(
    "forms",
    [
        ("non-convex optimization", "nonconvex optimization"),
        ("Multi-Camera System", "multicamera systems"),
        ("3-D tracking", "3D tracking"),
        ("Re-Ranking", "reranking"),
    ],
)
def test_a_prefix_with_a_hyphen_is_the_same_word_in_all_papers(forms: tuple[str, ...]) -> None:
    assert len({linked(("Method", form))[0][0] for form in forms}) == 1


def test_the_hyphens_of_data_sets_stay() -> None:
    assert linked(("Dataset", "Re-DocRED")) == [("dataset:re-docred", "Re-DocRED")]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("Bayesian models", "method:bayesian-model"),
        ("Markov network", "method:markov-network"),
        ("Gaussian model", "method:gaussian-model"),
        ("Foo model", "method:foo"),
    ],
)
def test_an_adjective_is_not_left_alone_as_a_name(form: str, expected: str) -> None:
    assert linked(("Method", form))[0][0] == expected
