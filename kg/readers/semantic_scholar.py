"""Papers of Semantic Scholar: JSON Lines of the datasets (``papers``, ``abstracts``), and answers of the API.

Format: https://api.semanticscholar.org/api-docs/datasets and https://api.semanticscholar.org/api-docs/graph; the
datasets write the API's keys in lower case. What is taken: ``externalIds``, authors with ORCID and affiliations where
asked for, venue, fields of study. The one-sentence summary (``tldr``) is a machine's: left out.

A line of the ``abstracts`` dataset has no title: it is a paper without one, which the line of ``papers`` with the same
corpus id completes. Rejected, with the reason: ids the API did not know (``null``), and data sets. A paper without an
abstract is kept for its title.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person, orcid_of
from kg.readers.json_values import JsonFormat, items, objects, string, within
from kg.readers.markup import abstract_text, plain_text

__all__ = ["READER"]

_CURIES = {"acl": "acl", "dblp": "dblp", "mag": "mag", "pubmed": "pmid", "pubmedcentral": "pmcid", "corpusid": "s2"}
_HELD_PAPERS = ("citingpaper", "citedpaper")


def _recognise(keys: set[str], head: str) -> bool:
    if "corpusid" in keys:
        return bool(keys & {"externalids", "openaccessinfo", "s2fieldsofstudy"})
    api = {"externalIds", "s2FieldsOfStudy", "corpusId", "tldr", "citationCount", "fieldsOfStudy", "publicationVenue"}
    return "paperId" in keys and bool(keys & api)


def _lower(value: object) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def _convert(record: dict[str, Any], source: Source) -> Paper:
    record = _lower(record)
    for key in _HELD_PAPERS:  # of a list of citations or references
        record = _lower(record.get(key)) or record
    if items(record.get("publicationtypes")) == ["Dataset"]:
        raise RecordError("not a paper: a data set")
    external = _lower(record.get("externalids")) or _lower(within(record, "openaccessinfo", "externalids"))
    return Draft(
        title=plain_text(string(record.get("title")), latex=True, tags=True),
        abstract=abstract_text(string(record.get("abstract")), latex=True, tags=True),
        date=iso_date(string(record.get("publicationdate"))) or iso_date(string(record.get("year"))),
        people=[person for author in objects(record.get("authors")) for person in _person(author)],
        venue=plain_text(_venue(record), tags=True),
        doi=string(external.get("doi")),
        arxiv_id=string(external.get("arxiv")),
        keywords=_keywords(record),
        identifiers=list(dict.fromkeys(_identifiers(record, external))),
    ).paper(source)


def _person(author: dict[str, Any]) -> Iterator[Person]:
    if name := plain_text(string(author.get("name")), latex=True, tags=True):
        orcid = within(_lower(author.get("externalids") or author.get("externalIds")), "orcid")
        if isinstance(orcid, list):
            orcid = orcid[0] if orcid else None
        affiliations = [plain_text(string(item), tags=True) for item in items(author.get("affiliations"))]
        yield Person(name, orcid_of(orcid), [Organization(found) for found in affiliations if found])


def _venue(record: dict[str, Any]) -> str:
    for value in (within(record, "publicationvenue", "name"), record.get("venue"), within(record, "journal", "name")):
        if name := string(value):
            return "" if name.casefold() == "arxiv.org" else name
    return ""


def _identifiers(record: dict[str, Any], external: dict[str, Any]) -> Iterator[str]:
    for value in (record.get("corpusid"), record.get("paperid")):
        if text := string(value):
            yield f"s2:{text}"
    for key, prefix in _CURIES.items():
        text = string(external.get(key)).strip()
        if text:
            yield f"{prefix}:PMC{text.upper().removeprefix('PMC')}" if prefix == "pmcid" else f"{prefix}:{text}"


def _keywords(record: dict[str, Any]) -> Iterator[str]:
    yield from (plain_text(string(field)) for field in items(record.get("fieldsofstudy")))
    yield from (plain_text(string(field.get("category"))) for field in objects(record.get("s2fieldsofstudy")))


READER = JsonFormat(
    "semantic-scholar",
    "papers of Semantic Scholar: JSON Lines of the datasets, or an answer of the API",
    (".jsonl", ".json"),
    recognise=_recognise,
    convert=_convert,
    arrays=frozenset(("data", "recommendedPapers", "papers")),
)
