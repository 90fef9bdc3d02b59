"""Marked texts on a terminal and as a page: whatever a paper says is shown, never obeyed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from kg.display import html_page, marked_text
from kg.model import Extraction, Mention, Paper

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m<script>alert(1)</script>\"'&\x00"


def mention(paper: Paper, text: str, type: str = "Method", **options: Any) -> Mention:
    field = "title" if text in paper.title else "abstract"
    start = getattr(paper, field).index(text)
    given: dict[str, Any] = {
        "entity": f"{type.lower()}:x",
        "name": text,
        "named": True,
        "role": "used",
        "confidence": 0.876,
        "extractor": "test",
        "sentence": (0, start + len(text)),
    }
    return Mention(type=type, text=text, field=field, start=start, end=start + len(text), **(given | options))


def extraction(paper: Paper, *mentions: Mention) -> Extraction:
    return Extraction(paper_id=paper.id, fingerprint="x", mentions=mentions)


PAPER = Paper(id="x", title="FooNet: Nets", abstract="FooNet beats BarNet on Baz with tree search.")
BAZ = {"count": 2, "kind": "set", "url": "u", "name": "n"}
FOUND = extraction(
    PAPER,
    mention(PAPER, "FooNet", entity="method:foonet", role="introduced"),
    mention(PAPER, "BarNet", entity="method:barnet", role="compared"),
    mention(
        PAPER, "Baz", "Dataset", entity="dataset:baz", attributes={"count": 2, "kind": "set", "url": "u", "name": "n"}
    ),
    mention(PAPER, "tree search", named=False, entity="method:tree-search"),
)


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def page(*items: tuple[Paper, Extraction]) -> Page:
    parser = Page()
    parser.feed("".join(html_page(items)))
    parser.close()
    return parser


def test_without_colour_mentions_stand_in_brackets() -> None:
    lines = marked_text(PAPER, FOUND, colour=False).split("\n")
    assert lines[0] == "[FooNet|Method]: Nets"
    assert lines[1] == "FooNet beats [BarNet|Method] on [Baz|Dataset] with [tree search|Method]."
    assert "\x1b" not in "".join(lines)


def test_a_table_of_entities_follows_by_type() -> None:
    rows = [line.split() for line in marked_text(PAPER, FOUND, colour=False).split("\n")[2:]]
    assert [row[-1] for row in rows] == ["method:barnet", "method:foonet", "method:tree-search", "dataset:baz"]
    assert rows[3] == "Baz Dataset, used, count 2, kind set 0.88 dataset:baz".split()


def test_with_colour_names_are_filled_and_nouns_underlined() -> None:
    text = marked_text(PAPER, FOUND, colour=True)
    assert "\x1b[34;7mBarNet\x1b[27;39m" in text
    assert "\x1b[32;7mBaz\x1b[27;39m" in text
    assert "\x1b[34;4mtree search\x1b[24;39m" in text
    assert text.startswith("\x1b[1m")


def test_colour_changes_nothing_else() -> None:
    bare = re.sub(r"\x1b\[[\d;]*m", "", marked_text(PAPER, FOUND, colour=True))
    assert bare.split("\n")[1] == PAPER.abstract
    assert bare.split("\n")[2:] == marked_text(PAPER, FOUND, colour=False).split("\n")[2:]


def test_the_surest_mention_of_an_entity_is_in_the_table() -> None:
    sure = mention(PAPER, "FooNet", confidence=0.99, role="compared")
    unsure = mention(PAPER, "BarNet", confidence=0.5)
    for order in ((sure, unsure), (unsure, sure)):
        table = marked_text(PAPER, extraction(PAPER, *order), colour=False)
        assert "0.99" in table
        assert "0.50" not in table


def test_a_paper_without_mentions() -> None:
    assert marked_text(PAPER, extraction(PAPER), colour=False).endswith("(no mentions found)")
    assert "No mentions found." in page((PAPER, extraction(PAPER))).text


def test_an_empty_paper() -> None:
    empty = Paper(id="x", title="")
    assert marked_text(empty, extraction(empty), colour=True) == "  (no mentions found)"
    assert page((empty, extraction(empty))).tags.count("article") == 1


def test_unknown_types_are_shown_too() -> None:
    found = extraction(PAPER, mention(PAPER, "Baz", "Gadget"))
    assert "[Baz|Gadget]" in marked_text(PAPER, found, colour=False)
    assert "\x1b[37;7mBaz" in marked_text(PAPER, found, colour=True)
    assert "Gadget, used" in str(page((PAPER, found)).attributes)


def test_a_mention_within_another_is_passed_over() -> None:
    outer, inner = mention(PAPER, "tree search"), mention(PAPER, "search")
    assert "[tree search|Method]." in marked_text(PAPER, extraction(PAPER, inner, outer), colour=False)


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_gets_no_control_characters_of_a_paper(colour: bool) -> None:
    paper = Paper(id="x", title=HOSTILE, abstract=f"{HOSTILE} and {HOSTILE}")
    found = extraction(
        paper, mention(paper, HOSTILE, entity=HOSTILE, name=HOSTILE, role=HOSTILE, attributes={HOSTILE: HOSTILE})
    )
    shown = marked_text(paper, found, colour=colour)
    own = re.sub(r"\x1b\[[\d;]+m", "", shown)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", own)
    assert "\\x1b]0;owned\\x07" in own


def test_a_page_has_no_tag_or_attribute_of_a_paper() -> None:
    paper = Paper(id="x", title=HOSTILE, abstract=f'"><img src=x onerror=alert(1)> {HOSTILE}')
    quote = '" onmouseover="alert(1)'
    found = extraction(
        paper,
        mention(paper, HOSTILE, entity=quote, name=quote + "'", role=quote, attributes={quote: quote}),
        mention(paper, "src=x", type='Method"><script>'),
    )
    parsed = page((paper, found))
    assert set(parsed.tags) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "article", "mark"
    }  # fmt: skip
    assert {name for tag, name, _ in parsed.attributes if tag == "mark"} == {"data-named", "style", "title"}
    assert "<script>alert(1)</script>" in parsed.text
    assert "<img src=x onerror=alert(1)>" in parsed.text


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    text = "".join(html_page([(PAPER, FOUND)]))
    assert "default-src 'none'" in text
    assert not re.search(r"(?i)(?:src|href)\s*=|<script|url\(|@import", text)


def test_a_page_keeps_the_text_and_tells_about_mentions() -> None:
    parsed = page((PAPER, FOUND), (PAPER, FOUND))
    assert parsed.text.count(PAPER.abstract) == 2
    titles = [value for tag, name, value in parsed.attributes if (tag, name) == ("mark", "title")]
    assert "Baz · Dataset, used, count 2, kind set · confidence 0.88 · dataset:baz" in titles
    named = [value for tag, name, value in parsed.attributes if (tag, name) == ("mark", "data-named")]
    assert named == ["true", "true", "true", "false"] * 2


def test_right_to_left_paragraphs_keep_their_direction() -> None:
    paper = Paper(id="x", title="שלום", abstract="مرحبا Foo")
    assert page((paper, extraction(paper))).attributes.count(("p", "dir", "auto")) == 1


def test_a_page_of_nothing_is_a_page() -> None:
    assert "html" in page().tags
    assert "article" not in page().tags
