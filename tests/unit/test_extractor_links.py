"""Links in running text."""

from __future__ import annotations

import pytest

from kg.extractors.links import find_links
from tests.extraction import texts


@pytest.mark.parametrize(
    ("text", "written", "url", "kind", "role"),
    [
        ("Code: https://github.com/a/b.", "https://github.com/a/b", "https://github.com/a/b", "github", "code"),
        ("Code (https://github.com/a/b).", "https://github.com/a/b", "https://github.com/a/b", "github", "code"),
        ('At "https://gitlab.com/a/b",', "https://gitlab.com/a/b", "https://gitlab.com/a/b", "gitlab", "code"),
        ("At github.com/a/b now", "github.com/a/b", "https://github.com/a/b", "github", "code"),
        ("At www.github.com/a/b now", "www.github.com/a/b", "https://www.github.com/a/b", "github", "code"),
        ("At hf.co/org/model!", "hf.co/org/model", "https://hf.co/org/model", "huggingface", "code"),
        ("See arXiv:2401.00001v2.", "arXiv:2401.00001v2", "https://arxiv.org/abs/2401.00001v2", "arxiv", "page"),
        ("See arXiv: 2401.00001", "arXiv: 2401.00001", "https://arxiv.org/abs/2401.00001", "arxiv", "page"),
        ("See doi: 10.1234/ab.c.", "doi: 10.1234/ab.c", "https://doi.org/10.1234/ab.c", "doi", "page"),
        ("Page https://foo.example/x_(y)", "https://foo.example/x_(y)", "https://foo.example/x_(y)", "project", "page"),
        ("{\\url{https://foo.example/p}}", "https://foo.example/p", "https://foo.example/p", "project", "page"),
        ("HTTPS://GitHub.com/A/B", "HTTPS://GitHub.com/A/B", "HTTPS://GitHub.com/A/B", "github", "code"),
        ("😀 é https://github.com/a/b’s", "https://github.com/a/b’s", "https://github.com/a/b’s", "github", "code"),
    ],
)
def test_a_link_is_found_without_the_punctuation_around_it(
    text: str, written: str, url: str, kind: str, role: str
) -> None:
    (link,) = find_links(text)
    assert (text[link.start : link.end], link.attributes, link.role) == (written, {"url": url, "kind": kind}, role)
    assert (link.type, link.named, link.extractor) == ("Repository", True, "links")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No link here.",
        "The ratio is 3:4 and a/b.",
        "Mail to a@github.com/x please.",
        "javascript://alert(1)",
        "ftp://github.example/a",
        "https:// alone",
        "http://localhost/x",
        "http://[::1",
        "notgithub.com/a/b",
        "https://foo.example/" + "x" * 300,
        "file:///etc/passwd://",
    ],
)
def test_what_is_no_link(text: str) -> None:
    assert find_links(text) == []


def test_all_links_of_a_text_in_order() -> None:
    text = "Code https://github.com/a/b, data https://huggingface.co/datasets/c/d; page https://e.example."
    assert texts(text, find_links(text)) == [
        "https://github.com/a/b",
        "https://huggingface.co/datasets/c/d",
        "https://e.example",
    ]


def test_a_hundred_kilobytes_of_links_and_of_one_link() -> None:
    assert len(find_links("https://github.com/a/b " * 4000)) == 4000
    assert find_links("https://github.com/" + "a/" * 50_000) == []
