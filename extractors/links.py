"""Code, model, data and project links: GitHub, GitLab, Hugging Face, arXiv, DOI and other web pages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import Component, add_candidates, text_of

__all__ = ["find_links"]

_URL = re.compile(
    r"https?://[^\s<>\"'{}|\\^`]+"
    r"|(?<![\w/.@-])(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|hf\.co|bitbucket\.org)/[^\s<>\"'{}|\\^`]+"
    r"|\barXiv:\s?\d{4}\.\d{4,5}(?:v\d+)?"
    r"|\bdoi:\s?10\.\d{4,9}/[^\s<>\"']+",
    re.IGNORECASE,
)
_HOSTS = {
    "github.com": "github",
    "gist.github.com": "github",
    "gitlab.com": "gitlab",
    "huggingface.co": "huggingface",
    "hf.co": "huggingface",
    "bitbucket.org": "bitbucket",
    "codeberg.org": "codeberg",
    "zenodo.org": "zenodo",
    "kaggle.com": "kaggle",
    "anonymous.4open.science": "anonymous",
    "arxiv.org": "arxiv",
    "doi.org": "doi",
    "dx.doi.org": "doi",
}
_SIGNS = ("://", ".com/", ".co/", ".org/", "arxiv:", "doi:")
_PAGES = ("arxiv", "doi", "project")
_MAX_URL = 300


def _trimmed(url: str) -> str:
    """A URL without the punctuation of the sentence around it."""
    url = url.rstrip(".,;:!?*_'\"’”)]")
    if url.count("(") > url.count(")"):
        url += ")"
    return url


def _address(url: str) -> tuple[str, str]:
    """Absolute URL and kind of a link as written."""
    lower = url.lower()
    if lower.startswith("arxiv:"):
        return "https://arxiv.org/abs/" + url[6:].strip(), "arxiv"
    if lower.startswith("doi:"):
        return "https://doi.org/" + url[4:].strip(), "doi"
    absolute = url if "://" in url else "https://" + url
    try:
        host = (urlsplit(absolute).hostname or "").removeprefix("www.")
    except ValueError:
        return absolute, "project"
    if host.startswith("gitlab.") or ".gitlab." in host:
        return absolute, "gitlab"
    return absolute, _HOSTS.get(host, "project")


def find_links(text: str) -> list[Candidate]:
    """Links of a text as ``Repository`` candidates with attributes ``url`` and ``kind``."""
    lower = text.lower()
    if not any(sign in lower for sign in _SIGNS):
        return []
    found = []
    for match in _URL.finditer(text):
        written = _trimmed(match[0])
        if len(written) > _MAX_URL:
            continue
        url, kind = _address(written)
        found.append(
            Candidate(
                "Repository",
                match.start(),
                match.start() + len(written),
                named=True,
                confidence=0.99,
                extractor="links",
                role="page" if kind in _PAGES else "code",
                attributes={"url": url, "kind": kind},
            )
        )
    return found


@Language.factory("kg_links", assigns=["doc._.kg_candidates"])
def create_links(nlp: Language, name: str) -> Component:
    """Component that finds links."""

    def find(doc: Doc) -> Doc:
        return add_candidates(doc, find_links(text_of(doc)))

    return find
