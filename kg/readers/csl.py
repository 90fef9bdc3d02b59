"""CSL-JSON of Zotero, Pandoc, Mendeley and doi.org: an array of items, ``{"items": [...]}``, or an item a line.

Format: https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json and
https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html (the tags that titles may have, and the lines
``variable: value`` that a note may start with).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.errors import RecordError
from kg.ids import arxiv_id_of
from kg.model import Paper, Source
from kg.readers.acl import anthology_id
from kg.readers.addresses import organizations_of
from kg.readers.clean import clean_text
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person, date_of_parts, orcid_of
from kg.readers.json_values import JsonFormat, items, objects, string, within
from kg.readers.lists import split_links, split_terms
from kg.readers.markup import abstract_text, plain_text

__all__ = ["READER"]

_TYPE = re.compile(r'"type"\s*:\s*"([a-z_-]{3,30})"')
_TYPES = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset "
    "document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation "
    "manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical "
    "personal_communication post post-weblog regulation report review review-book software song speech standard thesis "
    "treaty webpage".split()
)
# No other format has these.
_OWN_TYPES = frozenset(
    "article-journal article-magazine article-newspaper paper-conference post-weblog entry-encyclopedia legal_case "
    "motion_picture review-book".split()
)
_OWN_KEYS = frozenset(("container-title", "date-parts", "citation-key", "container-title-short", "event-title"))
_NO_PAPERS = frozenset(
    "bill broadcast collection dataset event figure graphic hearing legal_case legislation map motion_picture "
    "musical_score patent performance periodical regulation song treaty".split()
)
_NOTED = re.compile(r"^\s*(?P<key>DOI|PMID|PMCID|arXiv|issued|event-title)\s*:\s*(?P<value>\S.*)$", re.I | re.M)
_PMC = re.compile(r"(?:PMC)?(\d{1,12})", re.IGNORECASE)
_ARXIV_PLACES = ("number", "archive_location", "archive-location", "publisher", "container-title", "note", "genre")


def _recognise(keys: set[str], head: str) -> bool:
    types = set(_TYPE.findall(head))
    if "title" not in keys or not types & _TYPES:
        return False
    return bool(types & _OWN_TYPES) or len(keys & _OWN_KEYS) > 1 or {"date-parts", "issued"} <= keys


def _convert(item: dict[str, Any], source: Source) -> Paper:
    kind = string(item.get("type"))
    if kind in _NO_PAPERS:
        raise RecordError(f"a {kind.replace('_', ' ')}, which is no paper")
    noted = _noted(item)
    links = split_links(string(item.get("URL")))
    doi = string(item.get("DOI")) or noted.get("doi") or next((url for url in links if "doi.org/10." in url), None)
    return Draft(
        title=plain_text(string(item.get("title")), latex=True, tags=True),
        abstract=abstract_text(string(item.get("abstract")), latex=True, tags=True),
        date=_date(item, noted),
        people=[person for author in objects(item.get("author")) for person in _person(author)],
        venue=_venue(item),
        doi=doi,
        arxiv_id=_arxiv_id(item, noted, links),
        links=links,
        keywords=_keywords(item),
        identifiers=list(_identifiers(item, noted, [*links, doi or ""])),
    ).paper(source)


READER = JsonFormat(
    "csl",
    "CSL-JSON: references of Zotero, Pandoc and Mendeley",
    (".json",),
    recognise=_recognise,
    convert=_convert,
    arrays=frozenset(("items", "references")),
)


def _noted(item: dict[str, Any]) -> dict[str, str]:
    """Variables written into the note, for which the program that made the file has no field."""
    note = string(item.get("note"))[:5000]
    return {match["key"].lower(): match["value"].strip() for match in _NOTED.finditer(note)}


def _venue(item: dict[str, Any]) -> str:
    texts = (plain_text(string(item.get(key)), tags=True) for key in ("container-title", "event-title", "event"))
    return next((text for text in texts if text), "")


def _date(item: dict[str, Any], noted: dict[str, str]) -> str | None:
    for key in ("issued", "original-date", "available-date", "submitted"):
        value = item.get(key)
        first = next((part for part in items(within(value, "date-parts")) if isinstance(part, list)), None)
        found = date_of_parts(first) if first else None
        texts = [value, within(value, "raw"), within(value, "literal")]
        found = found or next((date for text in texts if (date := iso_date(string(text).split("/")[0]))), None)
        if found:
            return found
    return iso_date(noted.get("issued", ""))


def _person(author: dict[str, Any]) -> Iterator[Person]:
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    name = " ".join(text for part in parts if (text := string(author.get(part)))) or string(author.get("literal"))
    name = plain_text(name, latex=True)
    if name:
        places = objects(author.get("affiliation")) or [{"name": author.get("affiliation")}]
        found = [place for where in places for place in organizations_of(string(where.get("name")))]
        yield Person(name, orcid_of(author.get("ORCID")), [Organization(place) for place in found])


def _keywords(item: dict[str, Any]) -> list[str]:
    words = split_terms(plain_text(string(item.get("keyword")), tags=True))
    return words + [word for text in items(item.get("categories")) if (word := clean_text(string(text)))]


def _arxiv_id(item: dict[str, Any], noted: dict[str, str], links: list[str]) -> str | None:
    if found := arxiv_id_of(noted.get("arxiv")):
        return found
    in_arxiv = "arxiv" in string(item.get("archive")).lower()
    for key in _ARXIV_PLACES:
        text = string(item.get(key))
        if (in_arxiv or "arxiv" in text.lower()) and (found := arxiv_id_of(text)):
            return found
    return next((found for link in links if "arxiv.org/" in link and (found := arxiv_id_of(link))), None)


def _identifiers(item: dict[str, Any], noted: dict[str, str], addresses: list[str]) -> Iterator[str]:
    yield from [f"acl:{own}" for text in addresses if (own := anthology_id(text))][:1]
    pmid = (string(item.get("PMID")) or noted.get("pmid", "")).strip()
    if pmid.isascii() and pmid.isdigit():
        yield f"pmid:{pmid}"
    if match := _PMC.fullmatch((string(item.get("PMCID")) or noted.get("pmcid", "")).strip()):
        yield f"pmcid:PMC{match[1]}"
