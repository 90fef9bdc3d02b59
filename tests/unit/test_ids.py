"""Names to ids."""

from __future__ import annotations

import doctest
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.ids
from kg.ids import arxiv_id_of, digest, doi_of, entity_id, link_key, paper_id, slug, title_key

names = st.text(max_size=40) | st.from_regex(r"\A[A-Za-z]{1,8}[ -]?[A-Za-z0-9+#*.]{0,8}s?\Z")


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(kg.ids).failed == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ResNet-50", "resnet-50"),
        ("  ViT-L/14 ", "vit-l-14"),
        ("A* search", "a-star-search"),
        ("C#", "c-sharp"),
        ("Q&A", "q-and-a"),
        ("R@1", "r-at-1"),
        ("ＢＥＲＴ", "bert"),
        ("ﬁne-tuning", "fine-tuning"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("Poke\u0301mon", "pokémon"),
        ("हिन्दी", "हिन्दी"),
        ("数据集", "数据集"),
        ("snake_case", "snake-case"),
        ("1️⃣", "1"),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize("name", ["", " ", "---", "😀", "\x00", "\u202e", "\ud800", "\u0301"])
def test_a_name_without_letters_gets_a_digest(name: str) -> None:
    assert slug(name).startswith("x")
    assert len(slug(name)) == 13


@pytest.mark.parametrize(
    ("one", "other"), [("C", "C++"), ("C", "C#"), ("RRT", "RRT*"), ("कि", "का"), ("x", "x̂"), ("😀", "😁")]
)
def test_names_that_must_stay_apart(one: str, other: str) -> None:
    assert slug(one) != slug(other)
    assert entity_id("Method", one) != entity_id("Method", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ResNet-50", "ResNet50"),
        ("ResNet-50", "resnet-50s"),
        ("GAN", "GANs"),
        ("Vision Transformer", "vision transformers"),
        ("Policy", "policies"),
        ("Gaussian process", "Gaussian processes"),
        ("surrogate loss", "surrogate losses"),
        ("digital camera", "digital cameras"),
        ("covariance matrix", "Covariance matrices"),
        ("probabilistic approach", "probabilistic approaches"),
        ("cache", "caches"),
    ],
)
def test_names_that_are_one_entity(one: str, other: str) -> None:
    assert entity_id("Method", one) == entity_id("Method", other)


@pytest.mark.parametrize(
    "name", ["k-means", "series", "bias", "loss", "robotics", "corpus", "analysis", "chaos", "GPS", "is"]
)
def test_an_s_that_is_no_plural_stays(name: str) -> None:
    assert link_key(name) == name.lower().replace("-", "")


def test_link_keys_join_more_than_ids_do() -> None:
    assert link_key("Foo Net") == link_key("FooNet")
    assert entity_id("Method", "Foo Net") != entity_id("Method", "FooNet")


def test_types_part_ids() -> None:
    assert entity_id("Method", "YOLO") == "method:yolo"
    assert entity_id("Dataset", "YOLO") == "dataset:yolo"


@given(names)
def test_ids_are_printable_and_have_no_white_space(name: str) -> None:
    for text in (slug(name), link_key(name)):
        assert text
        assert not any(c.isspace() or unicodedata.category(c) in ("Cc", "Cs") for c in text)


@given(names)
def test_a_slug_is_its_own_slug(name: str) -> None:
    assert slug(slug(name)) == slug(name)


@given(names)
def test_case_and_composition_do_not_count(name: str) -> None:
    for same in (unicodedata.normalize("NFD", name), unicodedata.normalize("NFC", name)):
        if any(c.isalnum() for c in name):
            assert slug(same) == slug(name)
    if name.isascii() and any(c.isalnum() for c in name):
        assert slug(name.upper()) == slug(name)


def test_ids_are_the_same_in_every_process() -> None:
    code = "from kg.ids import *\nprint(ascii([slug('Pokémon 2'), entity_id('Method', 'ResNet-50s'), digest('é')]))"
    out = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "7")
    }
    assert len(out) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2401.00001", "2401.00001"),
        ("arXiv:2401.00001v3", "2401.00001"),
        ("https://arxiv.org/abs/1706.03762v5", "1706.03762"),
        ("https://arxiv.org/pdf/hep-th/9901001v1", "hep-th/9901001"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("2401.000012", None),
        ("12401.00001", None),
        ("version 3.14", None),
        ("", None),
        (None, None),
    ],
)
def test_arxiv_ids(text: str | None, expected: str | None) -> None:
    assert arxiv_id_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1234/Ab.C", "10.1234/ab.c"),
        ("https://doi.org/10.1234/abc).", "10.1234/abc"),
        ('see "10.1234/abc"', "10.1234/abc"),
        ("10.12/abc", None),
        ("", None),
        (None, None),
    ],
)
def test_dois(text: str | None, expected: str | None) -> None:
    assert doi_of(text) == expected


def test_the_id_of_a_paper_prefers_arxiv_to_doi_to_title() -> None:
    assert paper_id("A", arxiv_id="2401.00001", doi="10.1/x") == "arxiv:2401.00001"
    assert paper_id("A", doi="10.1234/x") == "doi:10.1234/x"
    assert paper_id("A Title!") == paper_id("a title") != paper_id("another title")


def test_titles_of_signs_alone_have_keys() -> None:
    assert title_key("???") == "???"
    assert title_key(" !! ") != title_key("??")


def test_digests() -> None:
    assert digest("a") == "ca978112ca1bbdca"
    assert len(digest("\ud800", 8)) == 8
