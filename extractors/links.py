"""Code, model, data and project links: GitHub, GitLab, Hugging Face, arXiv, DOI and other web pages."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import Component, add_candidates, text_of
from kg.links import parse_link

__all__ = ["find_links"]

_URL = re.compile(
    r"https?://[^\s<>\"'{}|\\^`]+"
    r"|(?<![\w/.@-])(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|hf\.co|bitbucket\.org)/[^\s<>\"'{}|\\^`]+"
    r"|\barXiv:\s?\d{4}\.\d{4,5}(?:v\d+)?"
    r"|\bdoi:\s?10\.\d{4,9}/[^\s<>\"']+",
    re.IGNORECASE,
)
_SIGNS = ("://", ".com/", ".co/", ".org/", "arxiv:", "doi:")
_MAX_URL = 300


def _trimmed(url: str) -> str:
    """A URL without the punctuation of the sentence around it."""
    url = url.rstrip(".,;:!?*_'\"’”)]")
    if url.count("(") > url.count(")"):
        url += ")"
    return url


def _address(written: str) -> str:
    """The web address that a link stands for."""
    lower = written.lower()
    if lower.startswith("arxiv:"):
        return "https://arxiv.org/abs/" + written[6:].strip()
    if lower.startswith("doi:"):
        return "https://doi.org/" + written[4:].strip()
    return written


def find_links(text: str) -> list[Candidate]:
    """Links of a text as ``Repository`` candidates with attributes ``url`` and ``kind``."""
    lower = text.lower()
    if not any(sign in lower for sign in _SIGNS):
        return []
    found = []
    for match in _URL.finditer(text):
        written = _trimmed(match[0])
        link = parse_link(_address(written)) if len(written) <= _MAX_URL else None
        if link is not None:
            found.append(
                Candidate(
                    "Repository",
                    match.start(),
                    match.start() + len(written),
                    named=True,
                    confidence=0.99,
                    extractor="links",
                    role=link.role,
                    attributes={"url": link.url, "kind": link.kind},
                )
            )
    return found


@Language.factory("kg_links", assigns=["doc._.kg_candidates"])
def create_links(nlp: Language, name: str) -> Component:
    """Component that finds links."""

    def find(doc: Doc) -> Doc:
        return add_candidates(doc, find_links(text_of(doc)))

    return find
