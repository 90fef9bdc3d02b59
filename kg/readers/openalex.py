"""Works of OpenAlex: JSON Lines of the snapshot, and answers of the API (``{"meta": ..., "results": [...]}``).

Format: https://docs.openalex.org/api-entities/works/work-object and
https://docs.openalex.org/download-all-data/openalex-snapshot. What is taken: the abstract from
``abstract_inverted_index`` (which may be a string of JSON in exports), authors with ORCID and institutions with ROR
from ``authorships``, the venue from the first location whose source is no repository, topics with their fields (or
concepts, in older works) and keywords. The first of January is OpenAlex's way to write a date of which only the year
is known: it becomes the year.

Rejected, with the reason: retracted works, paratext (covers, tables of contents), and works that are no papers (data
sets, software, grants, errata, peer reviews ...). A work without an abstract is kept for its title.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person, orcid_of, ror_of
from kg.readers.json_values import JsonFormat, items, objects, string, within
from kg.readers.markup import abstract_text, inverted_index_text, plain_text

__all__ = ["READER"]

_NO_PAPERS = frozenset(
    "component database dataset erratum grant image libguides other-component paratext peer-review retraction software "
    "supplementary-materials".split()
)
_LEAST_SCORE = 0.3
_ARXIV = "arxiv.org/"


def _recognise(keys: set[str], head: str) -> bool:
    if "abstract_inverted_index" in keys:
        return True
    return "openalex.org/W" in head and bool(keys & {"authorships", "primary_location", "publication_year"})


def _convert(work: dict[str, Any], source: Source) -> Paper:
    _refuse_no_paper(work)
    title = plain_text(string(work.get("title")) or string(work.get("display_name")), latex=True, tags=True)
    doi, arxiv_id = _ids(work)
    return Draft(
        title=title,
        abstract=_abstract(work),
        date=_date(work),
        people=[person for entry in objects(work.get("authorships")) for person in _person(entry)],
        venue=_venue(work),
        doi=doi,
        arxiv_id=arxiv_id,
        keywords=_keywords(work),
        identifiers=list(_identifiers(work)),
    ).paper(source)


def _refuse_no_paper(work: dict[str, Any]) -> None:
    own_id = string(work.get("id")).rpartition("/")[2]
    if own_id[:1] in ("A", "S", "I", "T", "C", "F", "P") and own_id[1:].isdigit():
        raise RecordError(f"not a work of OpenAlex: {own_id[:40]}")
    kind = string(work.get("type"))
    if work.get("is_retracted") is True:
        raise RecordError("a retracted work")
    if work.get("is_paratext") is True or kind in _NO_PAPERS:
        raise RecordError(f"not a paper: OpenAlex type {kind[:40] or 'paratext'}")


def _abstract(work: dict[str, Any]) -> str:
    index = work.get("abstract_inverted_index")
    if isinstance(index, str) and index.startswith("{"):
        try:
            index = json.loads(index)
        except (ValueError, RecursionError):
            raise RecordError("the inverted index of the abstract is not JSON") from None
    # Older files have it one level deeper.
    nested = within(index, "InvertedIndex")
    index = nested if isinstance(nested, dict) else index
    text = inverted_index_text(index) if isinstance(index, dict) else string(work.get("abstract"))
    return abstract_text(text, latex=True, tags=True)


def _date(work: dict[str, Any]) -> str | None:
    date = iso_date(string(work.get("publication_date")))
    if date and date.endswith("-01-01"):
        date = date[:4]
    return date or iso_date(string(work.get("publication_year")))


def _person(entry: dict[str, Any]) -> Iterator[Person]:
    name = string(within(entry, "author", "display_name")) or string(entry.get("raw_author_name"))
    if name := plain_text(name, latex=True, tags=True):
        yield Person(
            name,
            orcid_of(within(entry, "author", "orcid")),
            [
                Organization(found, ror_of(institution.get("ror")))
                for institution in objects(entry.get("institutions"))
                if (found := plain_text(string(institution.get("display_name"))))
            ],
        )


def _locations(work: dict[str, Any]) -> list[dict[str, Any]]:
    first = work.get("primary_location")
    return [*([first] if isinstance(first, dict) else []), *objects(work.get("locations"))]


def _venue(work: dict[str, Any]) -> str:
    for location in _locations(work):
        name = string(within(location, "source", "display_name"))
        if name and within(location, "source", "type") != "repository":
            return plain_text(name, tags=True)
    return plain_text(string(within(work, "host_venue", "display_name")), tags=True)


def _ids(work: dict[str, Any]) -> tuple[str, str]:
    doi = string(work.get("doi")) or string(within(work, "ids", "doi"))
    for location in _locations(work):
        for key in ("landing_page_url", "pdf_url"):
            url = string(location.get(key))
            if _ARXIV in url.lower():
                return doi, url
    return doi, ""


def _identifiers(work: dict[str, Any]) -> Iterator[str]:
    """``openalex:W1``, ``mag:1``, ``pmid:1``, ``pmcid:PMC1``; the ids are addresses, but for MAG's."""
    for key, value in (("openalex", work.get("id")), *_known(within(work, "ids"))):
        last = string(value).strip().rstrip("/").rpartition("/")[2]
        if key == "openalex":
            last = last.upper()
        elif key == "pmcid" and last.isdigit():
            last = f"PMC{last}"
        if last:
            yield f"{key}:{last}"


def _known(ids: object) -> list[tuple[str, object]]:
    return [(key, ids.get(key)) for key in ("openalex", "mag", "pmid", "pmcid")] if isinstance(ids, dict) else []


def _keywords(work: dict[str, Any]) -> Iterator[str]:
    topics = objects(work.get("topics"))
    for topic in topics:
        yield plain_text(string(topic.get("display_name")))
        yield plain_text(string(within(topic, "field", "display_name")))
    for keyword in items(work.get("keywords")):
        name = within(keyword, "display_name") or within(keyword, "keyword") or keyword
        yield plain_text(string(name))
    for concept in [] if topics else objects(work.get("concepts")):
        score = concept.get("score")
        if not isinstance(score, int | float) or score >= _LEAST_SCORE:
            yield plain_text(string(concept.get("display_name")))


READER = JsonFormat(
    "openalex",
    "works of OpenAlex: JSON Lines of the snapshot, or an answer of the API",
    (".jsonl", ".json"),
    recognise=_recognise,
    convert=_convert,
    arrays=frozenset(("results",)),
)
