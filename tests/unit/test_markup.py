from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.clean import clean_text
from kg.readers.markup import abstract_text, inverted_index_text, plain_text, strip_tags, unescape


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("CO<sub>2</sub> at 10<sup>-3</sup>, 4<sup>th</sup>", "CO₂ at 10⁻³, 4th"),
        ("<p>One.</p><p>Two.</p><br/>Three", "One. Two. Three"),
        ("a <mask> token, <b and c>, x<y and z>w <EOS>", "a <mask> token, <b and c>, x<y and z>w <EOS>"),
        ("<a href=\"x>y\">link</a> <span class='b'>c</span> <i>d</i><wbr>e", "link c de"),
        ("<jats:p>J <jats:italic>i</jats:italic></jats:p><other:p>", "J i <other:p>"),
        ("<jats:unknown>kept</jats:unknown>", "kept"),
        ("<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo></mml:math><tex-math>$y$</tex-math>", "x="),
        (r"<tex-math>\documentclass{x}\begin{document}$$x^2$$\end{document}</tex-math>", "x²"),
        (r"<jats:tex-math>$\alpha$</jats:tex-math>", "α"),
        ("<script>alert(1)</script>a<style>b{}</style>c", "ac"),
        ("<script>never closed <script>a", "never closed a"),
        ("<!-- gone -->a<![CDATA[b]]>", "ab"),
        ("&lt;i&gt;once&lt;/i&gt; &amp;lt;b&amp;gt;twice&amp;lt;/b&amp;gt; &lt;mask&gt;", "once twice <mask>"),
        ("p &lt; 0.05 &amp; q &#233; &#xe9; &eacute;", "p < 0.05 & q é é é"),
        ("R&Dagger &para x", "R&Dagger &para x"),
        ("&#x110000; &#0; &nosuch;", "\ufffd \ufffd &nosuch;"),
    ],
)
def test_tags_and_references(marked: str, text: str) -> None:
    assert plain_text(marked, tags=True) == text


def test_tags_stay_where_none_are_expected() -> None:
    assert plain_text("<i>a</i> &lt;b&gt;") == "<i>a</i> <b>"


def test_soft_hyphens_and_the_breaks_after_them_go() -> None:
    assert plain_text("exam\u00adple and exam\u00ad\n  ple") == "example and example"


def test_the_result_is_normalised() -> None:
    assert plain_text("Cafe\u0301\n\n  now") == "Café now"
    assert plain_text(r"Erd\H{o}s {\it and} 50\% &amp; more", latex=True) == "Erdős and 50% & more"


def test_headings_of_abstracts() -> None:
    marked = (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>We.</jats:p></jats:sec>"
        "<title/><sec><title>Why?</title>Because.</sec>"
    )
    assert abstract_text(marked, tags=True) == "Aim: We. Why? Because."
    assert abstract_text("ABSTRACT: We.") == "We."
    assert abstract_text("AbstractWe.") == "We."
    assert abstract_text("Abstract domains are") == "Abstract domains are"
    assert abstract_text("Abstract Syntax Trees are") == "Abstract Syntax Trees are"
    assert abstract_text("Abstract Deep networks are") == "Deep networks are"
    assert abstract_text("Abstraction is") == "Abstraction is"
    assert abstract_text("") == ""


@pytest.mark.parametrize(
    ("index", "text"),
    [
        ({"learning": [1, 5], "Deep": [0], "is": [2]}, "Deep learning is learning"),
        ({"b": [0], "a": [0]}, "b a"),
        ({"a": [-1], "b": ["x"], "c": [True], "d": None, "e": [10**30]}, "a e"),
        ({}, ""),
    ],
)
def test_inverted_indexes(index: dict[str, Any], text: str) -> None:
    assert inverted_index_text(index) == text


def test_an_inverted_index_of_any_size_is_bounded() -> None:
    assert len(inverted_index_text({"a": list(range(150_000)), "b": list(range(150_000))}).split()) == 100_000


def test_many_unmatched_tags_take_no_quadratic_time() -> None:
    for piece in ("<a ", "<script>", "<", "<a href=", "<a href='", "<!--", "<tex-math>", "&lt;", "<sup>1", "<title>"):
        assert abstract_text(piece * 20_000, tags=True) is not None


TAGS = "< > </ /> <i> </i> <sup>2</sup> <script> </script> <jats:p> <tex-math> </tex-math> <mml:math> <title> </title>"
MARKUP = st.sampled_from([*TAGS.split(), *"&amp; &lt; &gt; &#1; = \" ' a $ \\ {".split(), " "])


@given(st.lists(MARKUP | st.characters(), max_size=30).map("".join), st.booleans(), st.booleans())
def test_any_text_becomes_storable(text: str, latex: bool, tags: bool) -> None:
    for result in (plain_text(text, latex=latex, tags=tags), abstract_text(text, latex=latex, tags=tags)):
        assert clean_text(result) == result


@given(st.text(st.characters(exclude_characters="<&")))
def test_text_without_markup_is_only_cleaned(text: str) -> None:
    assert plain_text(text, tags=True) == plain_text(text)
    assert strip_tags(text.replace("]]>", "")) == text.replace("]]>", "")
    assert unescape(text) == text
