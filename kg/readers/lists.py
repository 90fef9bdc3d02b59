"""Lists that inputs write as one string: authors, keywords, links."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.readers.clean import clean_text

__all__ = ["split_authors", "split_links", "split_terms"]

_AND = re.compile(r"\s+(?:and|AND|&)\s+|,\s*(?:and|&)\s+")
_ET_AL = re.compile(r"[,;]?\s*(?:and\s+)?(?:\bet al\.?|\bothers|…|\.\.\.)$")
_URL = re.compile(r"https?://[^\s\"'<>|;\\^`{}]+", re.IGNORECASE)
_LONGEST_URL = 2000


def split_authors(text: str) -> list[str]:
    """Names in reading order, given name first.

    >>> split_authors("Knuth, Donald E.; Lamport, Leslie"), split_authors("Ada Lovelace, Alan Turing and Grace Hopper")
    (['Donald E. Knuth', 'Leslie Lamport'], ['Ada Lovelace', 'Alan Turing', 'Grace Hopper'])
    """
    text = _ET_AL.sub("", clean_text(text))
    for sign in ";|":
        if sign in text:
            return _names(text.split(sign))
    parts = _AND.split(text)
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return _names(parts)
    pieces = [piece.strip() for part in parts for piece in part.split(",")]
    if len(pieces) == 2 and len(parts) == 1 and " " not in pieces[0]:
        return _names([text])
    return [piece for piece in pieces if piece]


def _names(parts: Iterable[str]) -> list[str]:
    return [name for part in parts if (name := _given_first(part.strip()))]


def _given_first(name: str) -> str:
    last, comma, first = name.partition(",")
    if not comma or "," in first or not first.strip():
        return name.rstrip(", ")
    return f"{first.strip()} {last.strip()}"


def split_terms(text: str) -> list[str]:
    """Keywords of a string: parted by the first of ``;``, ``|`` and ``,`` that occurs."""
    sign = next((sign for sign in ";|," if sign in text), ";")
    return [term for part in text.split(sign) if (term := clean_text(part))]


def split_links(text: str) -> list[str]:
    """The http(s) addresses of a string; anything else (``javascript:``, file names) is no link."""
    found = (match.rstrip(".,)") for match in _URL.findall(text))
    return [url for url in found if len(url) <= _LONGEST_URL]
