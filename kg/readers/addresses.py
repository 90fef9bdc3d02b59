"""The organisation in a postal address, as affiliations are written: "Dept. of X, University of Y, City, Country."."""

from __future__ import annotations

import re

from kg.readers.clean import clean_text

__all__ = ["organizations_of"]

_EMAIL = re.compile(
    r"(?:[Ee]lectronic [Aa]ddress|[Ee]-?mail)\s*:?\s*|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,6}\.?"
)
_NUMBER = re.compile(r"^(?:\[?\d{1,2}\]?[.)]?\s+|[a-z]\)\s*)(?=[A-Z])")
_MARK = re.compile(r"^\d{1,2}(?=[A-Z][a-z])")
# From what stands for itself to what is mostly part of something larger.
_RANKS = tuple(
    re.compile(rf"\b(?:{words})", re.IGNORECASE)
    for words in (
        r"universi|univ\.|uni\b|hochschule|polytech|politecnic|politechnika|école|ecole|eth\b|epfl\b|mit\b|caltech\b",
        r"institut|college|academ|akadem|cnrs\b|inserm\b|csic\b|google|microsoft|ibm\b|inc\.?$|ltd\.?$|gmbh\b|corp\b",
        r"hospital|clinic|klinik|hôpital|ospedale|foundation|council|agency|ministry|company",
        r"cent(?:er|re|ro)\b|laborator|labs?\b|observator|museum|society|school\b",
    )
)
_PARTS_OF = re.compile(
    r"^(?:the )?(?:dep(?:artmen)?t|division|div\.|section|unit\b|faculty|school of|college of|chair|group|program)",
    re.IGNORECASE,
)
_MOST = 50
_LONGEST = 150


def organizations_of(address: str) -> list[str]:
    """The organisations of an affiliation, several of which semicolons part; what looks like none is left out.

    >>> organizations_of("1 Dept. of Oak, University of Ash, Elm, Norway. Electronic address: a@ash.example.")
    ['University of Ash']
    """
    found = (_organization(part) for part in address.split(";")[:_MOST])
    return list(dict.fromkeys(name for name in found if name))


def _organization(address: str) -> str:
    text = clean_text(_EMAIL.sub("", address)).strip(" .,")
    text = _MARK.sub("", _NUMBER.sub("", text))
    parts = [part for raw in text.split(",") if (part := raw.strip(" .")) and len(part) <= _LONGEST]
    for rank in _RANKS:
        named = [part for part in parts if rank.search(part)]
        if whole := [part for part in named if not _PARTS_OF.match(part)]:
            return whole[0]
    return parts[0] if len(parts) == 1 and not _PARTS_OF.match(parts[0]) and not parts[0].isdigit() else ""
