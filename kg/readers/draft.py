"""What the readers of the big scholarly formats share: people, organisations and ids to a bounded ``Paper``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg.errors import RecordError
from kg.ids import arxiv_id_of, doi_of, paper_id
from kg.model import Paper, Source
from kg.readers.clean import has_bad_bytes
from kg.readers.dates import day_of, iso_date
from kg.readers.records import LONGEST_ABSTRACT, LONGEST_TITLE
from kg.readers.registered import IDENTIFIER, orcid_of, ror_of

__all__ = ["Draft", "Organization", "Person", "date_of_parts", "earliest_of_arxiv", "orcid_of", "ror_of"]

_ARXIV_DOI = "10.48550/arxiv."
_ARXIV_MONTH = re.compile(r"(?:^|/)(?P<y>\d\d)(?P<m>0[1-9]|1[0-2])(?:\.\d{4,5}|\d{3})$")
_LONGEST_NAME = 300
_MOST_VALUES = 20_000


@dataclass(slots=True)
class Organization:
    """An organisation, with its ROR id where the record has one."""

    name: str
    ror: str | None = None


@dataclass(slots=True)
class Person:
    """An author, given name first."""

    name: str
    orcid: str | None = None
    organizations: list[Organization] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A paper in the making: every text is cleaned plain text already, see ``kg.readers.markup``.

    Attributes:
        identifiers: ``openalex:W1``, ``s2:123``, ``pmid:1`` ...; the first one is the paper's id where it has neither
            arXiv id nor DOI.
    """

    title: str
    abstract: str = ""
    date: str | None = None
    people: Sequence[Person] = ()
    organizations: Sequence[Organization] = ()
    venue: str = ""
    doi: str | None = None
    arxiv_id: str | None = None
    links: Iterable[str] = ()
    keywords: Iterable[str] = ()
    upvotes: int | None = None
    identifiers: Sequence[str] = ()
    author_count: int | None = None

    def paper(self, source: Source) -> Paper:
        """The paper.

        Raises:
            RecordError: if there is no title (nor an abstract that an identifier belongs to), or it or the abstract is
                too long to be one, or not UTF-8.
        """
        position = source.position
        identifiers = [found for found in self.identifiers[:_MOST_VALUES] if IDENTIFIER.fullmatch(found)]
        _check("title", self.title, LONGEST_TITLE, position)
        _check("abstract", self.abstract, LONGEST_ABSTRACT, position)
        if not self.title and not (self.abstract and identifiers):
            raise RecordError("no title", position)
        doi = doi_of(self.doi)
        arxiv_id = arxiv_id_of(self.arxiv_id)
        if not arxiv_id and doi and doi.startswith(_ARXIV_DOI):
            arxiv_id = arxiv_id_of(doi.removeprefix(_ARXIV_DOI))
        people = _people(self.people)
        organizations = _organizations([*self.organizations, *(o for person in people for o in person.organizations)])
        own_id = identifiers[0] if identifiers and not (arxiv_id or doi) else None
        return Paper(
            id=own_id or paper_id(self.title, arxiv_id=arxiv_id, doi=doi),
            title=self.title,
            abstract=self.abstract,
            date=self.date,
            authors=tuple(dict.fromkeys(person.name for person in people)),
            author_count=self.author_count or len(people) or None,
            organizations=tuple(sorted(organizations)),
            venue=_short(self.venue) or None,
            doi=doi,
            arxiv_id=arxiv_id,
            links=tuple(sorted(set(self.links))),
            keywords=tuple(sorted({word for word in self.keywords if _short(word)})),
            upvotes=self.upvotes,
            orcids={person.name: person.orcid for person in people if person.orcid},
            rors={name: ror for name, ror in sorted(organizations.items()) if ror},
            identifiers=tuple(sorted(set(identifiers))),
            sources=(source,),
        )


def _check(what: str, text: str, longest: int, position: int) -> None:
    if has_bad_bytes(text):
        raise RecordError(f"{what} is not UTF-8", position)
    if len(text) > longest:
        raise RecordError(f"{what} has {len(text)} characters; more than {longest} is no {what}", position)


def _short(text: str) -> str:
    """The text, unless it is too long for a name."""
    return text if len(text) <= _LONGEST_NAME else ""


def _people(people: Sequence[Person]) -> list[Person]:
    """With names, each name once; the ORCID of a name that two people of one paper share is nobody's."""
    found: dict[str, Person] = {}
    several: set[str] = set()
    for person in people[:_MOST_VALUES]:
        if not _short(person.name):
            continue
        first = found.setdefault(person.name, person)
        if first is not person:
            several.add(person.name)
            first.organizations.extend(person.organizations)
    for name in several:
        found[name].orcid = None
    return list(found.values())


def _organizations(organizations: Sequence[Organization]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for organization in organizations[:_MOST_VALUES]:
        if _short(organization.name):
            found[organization.name] = found.get(organization.name) or organization.ror
    return found


def date_of_parts(parts: Sequence[object]) -> str | None:
    """ISO date of year, month and day, as far as they are numbers of a calendar.

    >>> date_of_parts([2024, 5]), date_of_parts(["2024", "05", "17"]), date_of_parts([2024, 13]), date_of_parts([None])
    ('2024-05', '2024-05-17', '2024', None)
    """
    numbers: list[int] = []
    for part in parts[:3]:
        text = str(part) if isinstance(part, str | int) and not isinstance(part, bool) else ""
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            break
        numbers.append(int(text))
    if not numbers or iso_date(str(numbers[0])) is None:
        return None
    year, month, day = [*numbers, 0, 0][:3]
    if not 1 <= month <= 12:
        return str(year)
    return f"{year}-{month:02d}-{day:02d}" if day and day_of(year, month, day) else f"{year}-{month:02d}"


def earliest_of_arxiv(date: str | None, arxiv_id: str | None) -> str | None:
    """The date of a paper's first version: the month in its arXiv id where the date stated is of a later one.

    >>> earliest_of_arxiv("2026-08-30", "1601.04794"), earliest_of_arxiv("2016-01-19", "1601.04794")
    ('2016-01', '2016-01-19')
    """
    match = _ARXIV_MONTH.search(arxiv_id) if arxiv_id else None
    if match is None:
        return date
    month = f"{'19' if match['y'] > '90' else '20'}{match['y']}-{match['m']}"
    return month if not date or date[:7] > month else date
