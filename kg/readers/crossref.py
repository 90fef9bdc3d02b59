"""Works of Crossref: JSON Lines, dumps (``{"items": [...]}``) and answers of the API (``{"message": ...}``).

Format: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md,
https://www.crossref.org/documentation/retrieve-metadata/rest-api/ and, for abstracts,
https://jats.nlm.nih.gov/archiving/tag-library/. What is taken: the first title with its subtitle, the abstract without
its JATS tags and its heading, authors with ORCID and affiliations with ROR, the container (or event, or posting
institution) as venue, the earliest of the dates of publication, subjects, and the arXiv id of a linked preprint.

Rejected, with the reason: retracted works, notices of retraction and correction, and what is no paper (journals,
issues, volumes, proceedings as a whole, data sets, components, grants, peer reviews). A work without an abstract is
kept for its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.readers.clean import clean_text
from kg.readers.draft import Draft, Organization, Person, date_of_parts, orcid_of, ror_of
from kg.readers.json_values import JsonFormat, items, objects, string, within
from kg.readers.markup import abstract_text, plain_text

__all__ = ["READER"]

_NO_PAPERS = frozenset(
    "journal journal-issue journal-volume proceedings proceedings-series book-series book-set report-series "
    "report-component standard-series component grant dataset database peer-review".split()
)
_OF_CROSSREF = frozenset(
    ("reference-count", "references-count", "is-referenced-by-count", "indexed", "deposited", "member", "prefix")
)
_DATES = ("issued", "published", "published-online", "published-print", "posted", "created")
_UPDATES = ("retraction", "withdrawal", "removal", "correction", "corrigendum", "erratum", "expression_of_concern")
_RETRACTED = re.compile(r"(?:retracted(?: article| paper)?|withdrawn|removed)\s*[:\-–—]", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_PREPRINT = ("has-preprint", "is-preprint-of", "is-version-of", "has-version", "is-same-as")


def _recognise(keys: set[str], head: str) -> bool:
    return "DOI" in keys and len(keys & _OF_CROSSREF) > 1


def _convert(work: dict[str, Any], source: Source) -> Paper:
    title = _title(work)
    _refuse_no_paper(work, title)
    return Draft(
        title=title,
        abstract=abstract_text(_first(work.get("abstract")), latex=True, tags=True),
        date=_date(work),
        people=[person for author in objects(work.get("author")) for person in _person(author)],
        venue=_venue(work),
        doi=string(work.get("DOI")),
        arxiv_id=_arxiv_id(work),
        keywords=[plain_text(string(word), tags=True) for word in items(work.get("subject"))],
    ).paper(source)


def _first(value: object) -> str:
    """The first text of a list that holds one, or a text."""
    return next((text for item in items(value) if (text := string(item).strip())), string(value))


def _title(work: dict[str, Any]) -> str:
    title = plain_text(_first(work.get("title")), latex=True, tags=True)
    subtitle = plain_text(_first(work.get("subtitle")), latex=True, tags=True)
    if not title or not subtitle or subtitle.casefold() in title.casefold():
        return title or subtitle
    return f"{title.rstrip(':')}: {subtitle}" if title[-1] not in "?!" else f"{title} {subtitle}"


def _refuse_no_paper(work: dict[str, Any], title: str) -> None:
    kind = string(work.get("type"))
    if kind in _NO_PAPERS:
        raise RecordError(f"not a paper: Crossref type {kind}")
    for update in objects(work.get("update-to")):
        if update.get("type") in _UPDATES:
            raise RecordError(f"a notice of {update['type']} of {clean_text(string(update.get('DOI')))[:100]}")
    retracted = any(update.get("type") in ("retraction", "withdrawal") for update in objects(work.get("updated-by")))
    if retracted or _RETRACTED.match(title):
        raise RecordError("a retracted work")


def _date(work: dict[str, Any]) -> str | None:
    """The first date that is one: ``issued`` is the earliest publication, ``created`` only that of the record."""
    for key in _DATES:
        parts = items(within(work, key, "date-parts"))
        if parts and (date := date_of_parts(items(parts[0]))):
            return date
    return None


def _person(author: dict[str, Any]) -> Iterator[Person]:
    parts = [string(author.get(key)) for key in ("given", "family", "suffix")]
    name = plain_text(" ".join(part for part in parts if part) or string(author.get("name")), latex=True, tags=True)
    if name:
        organizations = [found for item in objects(author.get("affiliation")) for found in _organization(item)]
        yield Person(name, orcid_of(author.get("ORCID")), organizations)


def _organization(affiliation: dict[str, Any]) -> Iterator[Organization]:
    if name := plain_text(string(affiliation.get("name")), latex=True, tags=True):
        rors = (ror_of(entry.get("id")) for entry in objects(affiliation.get("id")))
        yield Organization(name, next((ror for ror in rors if ror), None))


def _venue(work: dict[str, Any]) -> str:
    places = [work.get("container-title"), within(work, "event", "name"), work.get("event")]
    places += [item.get("name") for item in objects(work.get("institution"))]
    return next((name for place in places if (name := plain_text(_first(place), latex=True, tags=True))), "")


def _arxiv_id(work: dict[str, Any]) -> str:
    for key in _PREPRINT:
        for relation in objects(within(work, "relation", key)):
            if string(relation.get("id-type")).lower() == "arxiv":
                return string(relation.get("id"))
            _, is_arxiv, found = string(relation.get("id")).lower().partition(_ARXIV_DOI)
            if is_arxiv:
                return found
    return ""


READER = JsonFormat(
    "crossref",
    "works of Crossref: JSON Lines, a dump, or an answer of the API",
    (".jsonl", ".json"),
    recognise=_recognise,
    convert=_convert,
    arrays=frozenset(("items",)),
    wrappers=frozenset(("message",)),
    sure=0.98,  # Crossref gives CSL-JSON too: with the fields of its own
)
