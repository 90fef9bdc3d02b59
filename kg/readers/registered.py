"""Ids that registers give out: ORCIDs of people, ROR ids of organisations, identifiers of papers.

What is none (a wrong check digit, a ROR id of nine other signs) is left out: it would join strangers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.people import is_orcid, is_ror
from kg.readers.clean import has_bad_bytes

__all__ = ["IDENTIFIER", "SCHEMES", "identifier_of", "identifiers_of", "orcid_of", "ror_of"]

_ORCID = re.compile(r"(?<!\d)(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])(?![\dXx])", re.ASCII)
_ROR = re.compile(r"(?:^|ror\.org/)(0[a-hj-km-np-tv-z0-9]{6}\d\d)/?$", re.IGNORECASE | re.ASCII)
IDENTIFIER = re.compile(r"[a-z0-9]+:\S{1,300}", re.ASCII)
_SEPARATOR = re.compile(r"[;|,\s]+")
_MOST = 1000
SCHEMES = {
    "openalex": "openalex",
    "openalexid": "openalex",
    "s2": "s2",
    "s2id": "s2",
    "corpusid": "s2",
    "semanticscholar": "s2",
    "semanticscholarid": "s2",
    "acl": "acl",
    "aclid": "acl",
    "aclanthology": "acl",
    "pmid": "pmid",
    "pubmed": "pmid",
    "pubmedid": "pmid",
    "pmcid": "pmcid",
    "pmc": "pmcid",
    "pubmedcentral": "pmcid",
    "dblp": "dblp",
    "mag": "mag",
}
"""How columns and keys name a register, in the form of ``column_key`` -> its name in ``Paper.identifiers``."""
_FORMS = {
    "openalex": re.compile(r"W\d{1,18}", re.ASCII),
    "pmid": re.compile(r"\d{1,9}", re.ASCII),
    "pmcid": re.compile(r"PMC\d{1,9}", re.ASCII),
    "mag": re.compile(r"\d{1,18}", re.ASCII),
}
_ANY = re.compile(r".*")
_NOT_HERE = ("doi", "arxiv")
"""Of these a paper has a field."""


def orcid_of(value: object) -> str | None:
    """The ORCID in a string, bare or a URL; None where there is none or its check digit is wrong.

    >>> orcid_of("https://orcid.org/0000-0002-1825-0097"), orcid_of("0000-0002-1825-0098")
    ('0000-0002-1825-0097', None)
    """
    match = _ORCID.search(value) if isinstance(value, str) else None
    found = match[1].upper() if match else ""
    return found if is_orcid(found) else None


def ror_of(value: object) -> str | None:
    """The ROR id in a string, bare or a URL.

    >>> ror_of("https://ror.org/05dxps055")
    '05dxps055'
    """
    match = _ROR.search(value.strip()) if isinstance(value, str) else None
    found = match[1].lower() if match else ""
    return found if is_ror(found) else None


def identifier_of(scheme: str, value: object) -> str | None:
    """An identifier of a paper as ``scheme:value``; None where it is none.

    >>> identifier_of("openalex", "https://openalex.org/w42"), identifier_of("PMC", 17), identifier_of("pmid", "x")
    ('openalex:W42', 'pmcid:PMC17', None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    name = "".join(char for char in scheme.casefold() if char.isalnum())
    name = SCHEMES.get(name, name)
    text = str(value).strip().rstrip("/")
    if text.lower().startswith(("http://", "https://")):
        text = text.rpartition("/")[2]
    if name == "openalex":
        text = text.upper()
    elif name == "pmcid":
        text = "PMC" + text.upper().removeprefix("PMC")
    whole = f"{name}:{text}"
    is_one = IDENTIFIER.fullmatch(whole) and _FORMS.get(name, _ANY).fullmatch(text)
    return whole if is_one and name not in _NOT_HERE and not has_bad_bytes(text) else None


def identifiers_of(value: object, scheme: str | None) -> Iterator[str]:
    """Identifiers of a paper.

    Args:
        value: An object of register and value, a list or a text of ``scheme:value``; given a scheme, its value.
        scheme: The register, where the name of the column says it.
    """
    if isinstance(value, dict):
        pairs: list[tuple[str, object]] = [(str(key), item) for key, item in list(value.items())[:_MOST]]
    elif scheme:
        pairs = [(scheme, item) for item in (value if isinstance(value, list) else [value])[:_MOST]]
    else:
        pairs = list(_pairs(value))[:_MOST]
    for name, item in pairs:
        if found := identifier_of(name, item):
            yield found


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    for item in value if isinstance(value, list) else [value]:
        for text in _SEPARATOR.split(item) if isinstance(item, str) else ():
            name, colon, rest = text.partition(":")
            if colon:
                yield name, rest
