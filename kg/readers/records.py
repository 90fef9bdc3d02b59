"""A record of named values (a table row, a JSON object) to a ``Paper``: columns found by name, values made storable."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from kg.errors import RecordError, UsageError
from kg.ids import arxiv_id_of, doi_of, paper_id
from kg.model import Paper, Source
from kg.readers.clean import clean_text, has_bad_bytes
from kg.readers.dates import iso_date
from kg.readers.lists import split_authors, split_links, split_terms
from kg.readers.registered import SCHEMES, identifiers_of, orcid_of, ror_of

__all__ = ["FIELDS", "LONGEST_ABSTRACT", "LONGEST_TITLE", "column_key", "columns_for", "has_title", "paper_from"]

# Paper field -> column names that mean it, best first, in the form that column_key() gives.
FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("id", "paperid", "recordid", "identifier", "uid", "key"),
    "title": ("title", "papertitle", "articletitle", "documenttitle", "displayname", "name"),
    "abstract": ("abstract", "summary", "abstractnote", "abstracttext", "paperabstract", "description"),
    "date": (
        "date",
        "published",
        "publicationdate",
        "publisheddate",
        "publishedat",
        "datepublished",
        "submitted",
        "submitteddate",
        "created",
        "year",
        "publicationyear",
        "pubyear",
    ),
    "authors": ("authors", "author", "authornames", "creators", "creator"),
    "author_count": ("authorcount", "numauthors", "nauthors"),
    "organizations": (
        "organizations",
        "organisations",
        "organization",
        "organisation",
        "affiliations",
        "affiliation",
        "institutions",
        "institution",
    ),
    "venue": (
        "venue",
        "journal",
        "booktitle",
        "conference",
        "publicationtitle",
        "containertitle",
        "sourcetitle",
        "publicationname",
        "journalref",
    ),
    "doi": ("doi",),
    "arxiv_id": ("arxivid", "arxiv", "eprint", "arxivnumber", "arxivurl"),
    "links": (
        "links",
        "urls",
        "url",
        "link",
        "pdf",
        "pdfurl",
        "pdflink",
        "homepage",
        "code",
        "codeurl",
        "github",
        "repository",
    ),
    "keywords": ("keywords", "keyword", "authorkeywords", "tags", "subjects", "topics", "categories", "fieldsofstudy"),
    "upvotes": ("upvotes",),
    "orcids": ("orcids", "orcid", "orcidids", "authororcids", "authororcid"),
    "rors": ("rors", "ror", "rorids", "organizationrors", "organisationrors", "institutionrors"),
    "identifiers": ("identifiers", "externalids", *SCHEMES),
}
LONGEST_TITLE = 2_000
LONGEST_ABSTRACT = 200_000
_MOST_VALUES = 20_000
_LONGEST_ID = 500
_MOST_CACHED = 200
_LONGEST_VALUE = 1_000
_STRICT = ("title", "abstract")  # of these a wrong kind of value is an error; elsewhere it counts as absent
_SEPARATED = re.compile(r"[;|,]")
_ARXIV_LINK = re.compile(r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_ONLY_ARXIV = re.compile(r"(?:arxiv:)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.IGNORECASE)


def column_key(name: str) -> str:
    """A column name without case, spaces and signs: ``Paper_Title`` -> ``papertitle``."""
    return "".join(char for char in name.casefold() if char.isalnum())


def columns_for(names: Iterable[str], chosen: Mapping[str, str]) -> dict[str, list[str]]:
    """Paper field -> the columns that hold it, best first.

    Args:
        names: The columns that the input has.
        chosen: Paper field -> column name, from ``--map``; taken as it stands, else by ``column_key``.

    Raises:
        UsageError: if ``chosen`` names an unknown field.
    """
    if unknown := chosen.keys() - FIELDS.keys():
        raise UsageError(f"--map: unknown field {min(unknown)!r}; known: {', '.join(FIELDS)}")
    names = tuple(names)
    find = _columns_for if len(names) <= _MOST_CACHED else _columns_for.__wrapped__
    return find(names, tuple(sorted(chosen.items())))


@lru_cache(maxsize=256)
def _columns_for(names: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    chosen = dict(pairs)
    by_key: dict[str, list[str]] = {}
    for name in names:
        by_key.setdefault(column_key(name), []).append(name)
    found: dict[str, list[str]] = {}
    for field, synonyms in FIELDS.items():
        if field in chosen:
            wanted = chosen[field]
            same_key = by_key.get(column_key(wanted), [])
            found[field] = [wanted] if wanted in same_key else same_key
        else:
            taken = chosen.values()
            found[field] = [name for key in synonyms for name in by_key.get(key, ()) if name not in taken]
    if "title" not in chosen and not has_title(by_key):
        found["title"] = []
    return found


def has_title(names: Iterable[str]) -> bool:
    """Whether one of the columns is a title; "name" is one only beside an abstract, since many things have names."""
    keys = {column_key(name) for name in names}
    return not keys.isdisjoint(FIELDS["title"][:-1]) or ("name" in keys and not keys.isdisjoint(FIELDS["abstract"]))


def paper_from(record: Mapping[str, Any], columns: Mapping[str, list[str]], source: Source) -> Paper:
    """The paper of a record.

    Raises:
        RecordError: if there is no title (nor an id and an abstract beside an empty one), or a value is of the wrong
            kind, too long or not UTF-8.
    """
    get = _Getter(record, columns, source.position)
    title = get.text("title", LONGEST_TITLE)
    own_id = get.text("id", _LONGEST_ID)
    abstract = get.text("abstract", LONGEST_ABSTRACT)
    # a title that is there and empty is the mark of a snippet (a sentence, say), which its own id tells apart
    if not title and not (own_id and abstract and get.is_empty_string("title")):
        raise RecordError("no title", source.position)
    links = get.many("links", split_links)
    doi, arxiv_id = _identifiers(get.text("doi"), get.text("arxiv_id"), own_id, links)
    authors = tuple(get.many("authors", split_authors))
    organizations = tuple(sorted(set(get.many("organizations", split_terms))))
    rors = get.registered("organizations", split_terms, "rors", ror_of)
    return Paper(
        id=own_id or paper_id(title, arxiv_id=arxiv_id, doi=doi),
        title=title,
        abstract=abstract,
        date=get.date(),
        authors=authors,
        author_count=get.count("author_count") or len(authors) or None,
        organizations=organizations,
        venue=get.text("venue") or None,
        doi=doi,
        arxiv_id=arxiv_id,
        links=tuple(sorted(set(links))),
        keywords=tuple(sorted(set(get.many("keywords", split_terms)))),
        upvotes=get.count("upvotes"),
        orcids=get.registered("authors", split_authors, "orcids", orcid_of),
        rors=dict(sorted(rors.items())),
        identifiers=tuple(sorted(set(get.identifiers()))),
        sources=(source,),
    )


def _identifiers(doi: str, arxiv: str, own_id: str, links: list[str]) -> tuple[str | None, str | None]:
    found_doi = doi_of(doi) or doi_of(own_id)
    found = arxiv_id_of(arxiv)
    if not found and found_doi and found_doi.startswith(_ARXIV_DOI):
        found = arxiv_id_of(found_doi.removeprefix(_ARXIV_DOI))
    if not found and _ONLY_ARXIV.fullmatch(own_id):
        found = arxiv_id_of(own_id)
    if not found:
        found = min((i for url in links if _ARXIV_LINK.match(url) and (i := arxiv_id_of(url))), default=None)
    return found_doi, found


class _Getter:
    """Values of one record by paper field."""

    def __init__(self, record: Mapping[str, Any], columns: Mapping[str, list[str]], position: int) -> None:
        self._record = record
        self._columns = columns
        self._position = position

    def _values(self, field: str) -> Iterable[Any]:
        return (value for name in self._columns[field] if (value := self._record.get(name)) not in (None, "", [], {}))

    def _string(self, field: str, value: object, longest: int = _LONGEST_VALUE) -> str:
        """A scalar as clean text; a list gives its first value (as Crossref writes titles), an object its name."""
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = _name_of(value, field)
        if isinstance(value, float):
            value = None if not math.isfinite(value) else int(value) if value.is_integer() else value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            if field in _STRICT and value is not None:
                raise RecordError(f"{field} is a {_kind(value)}, not a text", self._position)
            return ""
        text = str(value)
        if has_bad_bytes(text):
            raise RecordError(f"{field} is not UTF-8", self._position)
        if len(text) > longest:
            raise RecordError(f"{field} has {len(text)} characters; more than {longest} is no {field}", self._position)
        return clean_text(text)

    def text(self, field: str, longest: int = _LONGEST_VALUE) -> str:
        """The first value that is not empty, or an empty string."""
        return next((text for value in self._values(field) if (text := self._string(field, value, longest))), "")

    def is_empty_string(self, field: str) -> bool:
        """Whether the record has the field and leaves it empty, which is more than not having it."""
        return any(self._record.get(name) == "" for name in self._columns[field])

    def date(self) -> str | None:
        """The first date that can be read."""
        texts = (self._string("date", value, _LONGEST_VALUE) for value in self._values("date"))
        return next((date for text in texts if (date := iso_date(text))), None)

    def count(self, field: str) -> int | None:
        """A whole number, or None when there is none."""
        text = self.text(field)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def many(self, field: str, split: Callable[[str], list[str]]) -> list[str]:
        """The values of a list, or of a string that holds one, in order, each once."""
        found: dict[str, None] = {}
        for value in self._values(field):
            items = value if isinstance(value, list) else [value]
            for item in items[:_MOST_VALUES]:
                found.update(dict.fromkeys(self._items(field, item, split, alone=item is value)))
            if found and field != "links":
                break
        return list(found)

    def registered(
        self, field: str, split: Callable[[str], list[str]], column: str, read: Callable[[object], str | None]
    ) -> dict[str, str]:
        """The ids of the names in a list: from its objects, or from a column of as many ids or of ids by name.

        An id that is none counts as absent, and so do two ids of one name.
        """
        pairs = list(self._in_objects(field, split, column))
        if not pairs and not any(True for _ in self._values(column)):
            return {}
        names = self.many(field, split)
        pairs += self._beside(field, split, column, names)
        found: dict[str, set[str]] = {}
        for name, value in pairs:
            if name in names and (registered := read(value)):
                found.setdefault(name, set()).add(registered)
        return {name: min(found[name]) for name in names if len(found.get(name, ())) == 1}

    def _in_objects(self, field: str, split: Callable[[str], list[str]], column: str) -> Iterator[tuple[str, object]]:
        keys = (column[:-1], column[:-1] + "id")
        for value in self._values(field):
            for item in (value if isinstance(value, list) else [value])[:_MOST_VALUES]:
                given = [v for k, v in item.items() if column_key(str(k)) in keys] if isinstance(item, dict) else []
                if given and len(names := self._items(field, item, split, alone=False)) == 1:
                    yield names[0], given[0]

    def _beside(
        self, field: str, split: Callable[[str], list[str]], column: str, names: list[str]
    ) -> Iterator[tuple[str, object]]:
        for value in self._values(column):
            if isinstance(value, dict):
                for name, item in list(value.items())[:_MOST_VALUES]:
                    yield from ((found, item) for found in self._items(field, name, split, alone=False))
                continue
            items = value if isinstance(value, list) else _SEPARATED.split(str(value))
            if len(items) == len(names):
                yield from zip(names, items, strict=True)

    def identifiers(self) -> Iterator[str]:
        """The paper's identifiers at registers other than those of DOIs and arXiv."""
        for name in self._columns["identifiers"]:
            if (value := self._record.get(name)) is not None:
                yield from identifiers_of(value, SCHEMES.get(column_key(name)))

    def _items(self, field: str, item: object, split: Callable[[str], list[str]], *, alone: bool) -> list[str]:
        text = self._string(field, item, LONGEST_ABSTRACT)
        if alone or field == "links":
            return split(text)
        # A list is parted already: "Smith, J." in it is one author, "graphs, trees" one keyword.
        return split(f"{text};") if field == "authors" else [text] if text else []


def _name_of(item: dict[str, Any], field: str) -> object:
    """What an object stands for: its name (its address, for a link), or the parts of a person's name."""
    keys = (
        ("url", "href", "link") if field == "links" else ("name", "display_name", "displayName", "full_name", "value")
    )
    for key in keys:
        if isinstance(item.get(key), str):
            return item[key]
    parts = [item.get(key) for key in ("given", "first", "first_name", "middle", "family", "last", "last_name")]
    name = " ".join(part for part in parts if isinstance(part, str) and part)
    return name or (item if field in _STRICT else None)


def _kind(value: object) -> str:
    return {dict: "JSON object", list: "list", bool: "truth value"}.get(type(value), type(value).__name__)
