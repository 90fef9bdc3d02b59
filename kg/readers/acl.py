"""ACL Anthology XML: one collection a file (``data/xml/2020.acl.xml``), volumes with their papers.

Format: https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc and
https://github.com/acl-org/acl-anthology/wiki/XML-Format, both the present one (``collection``) and that of 2019
(``volume`` at the root, year and book title in each paper). Ids: https://aclanthology.org/info/ids/.

The front matter of a volume is no paper and is not counted; the volume's title is the venue of its papers. Papers that
were retracted or removed are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.addresses import organizations_of
from kg.readers.clean import clean_text
from kg.readers.dates import MONTH, iso_date
from kg.readers.draft import Draft, Organization, Person, orcid_of
from kg.readers.lists import split_links
from kg.readers.markup import abstract_text, plain_text
from kg.readers.xml import XmlRecord, inner_text, root_of, xml_records

__all__ = ["READER", "AclReader", "anthology_id"]

_ID = re.compile(r"[A-Z]\d\d-\d{4}|\d{4}\.[a-z0-9_]{1,30}-[a-z0-9_]{1,30}\.\d{1,4}")
_IN_ADDRESS = re.compile(
    rf"(?:aclanthology\.org|aclweb\.org/anthology|aclanthology\.info)/(?:papers/)?(?P<id>{_ID.pattern})"
    r"|10\.(?:18653/v1|3115/v1)/(?P<doi>[a-z0-9_.-]{5,80})",
    re.IGNORECASE,
)
_OLD_COLLECTION = re.compile(r"[A-Z]\d\d")
_MONTH = re.compile(MONTH, re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


def anthology_id(text: str) -> str | None:
    """The ACL Anthology id in an address or a DOI of the Anthology.

    >>> anthology_id("https://aclanthology.org/P19-1001.pdf"), anthology_id("10.18653/v1/2020.acl-main.5")
    ('P19-1001', '2020.acl-main.5')
    """
    match = _IN_ADDRESS.search(text)
    if match is None:
        return None
    found = match["id"] or match["doi"]
    found = found.upper() if found[0].isalpha() else found.lower()
    return found if _ID.fullmatch(found) else None


@dataclass(frozen=True, slots=True)
class _Volume:
    """What the papers of a volume have in common."""

    venue: str = ""
    year: str = ""
    month: str = ""


class AclReader:
    """Reader of the format ``acl``."""

    name = "acl"
    description = "ACL Anthology XML: a collection of volumes with their papers"
    extensions: tuple[str, ...] = (".xml",)

    def sniff(self, source: Input) -> float:
        """Sure of a collection of volumes, or of a volume of papers."""
        head = source.head_text
        root = root_of(head)
        if root is None or root[0] not in ("collection", "volume") or "id" not in root[1]:
            return 0.0
        inside = "<volume" in head or "<event" in head if root[0] == "collection" else "<paper" in head
        return 0.97 if inside else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the paper's number in the file."""
        volume = _Volume()
        others = 0
        try:
            for record in xml_records(source.binary(), ("paper", "meta")):
                if isinstance(record, RecordError):
                    yield RecordError(record.reason, (record.position or 0) - others)
                elif record.element.tag == "meta":
                    others += 1
                    volume = _volume(record)
                else:
                    position = Source(path=source.path, format=self.name, position=record.number - others)
                    try:
                        yield _paper(record, volume, position)
                    except RecordError as error:
                        yield RecordError(error.reason, position.position)
        except RecordError as error:
            raise RecordError(error.reason, max(error.position - others, 1) if error.position else None) from error


READER = AclReader()


def _volume(record: XmlRecord) -> _Volume:
    meta = record.element
    return _Volume(
        venue=_text(meta, "journal-title", "booktitle"),
        year=_text(meta, "year"),
        month=_text(meta, "month"),
    )


def _paper(record: XmlRecord, volume: _Volume, source: Source) -> Paper:
    paper = record.element
    own_id = _own_id(record)
    people = [_person(author) for author in paper.iterfind("author")]
    title = _marked(paper.find("title"))
    if not people and title.startswith("Proceedings of"):
        raise RecordError("the front matter of a volume, which is no paper")
    if paper.find("retracted") is not None or paper.find("removed") is not None:
        raise RecordError("a paper that was retracted or removed")
    collection = record.ancestors[0].get("id", "") if record.ancestors else ""
    abstract = paper.find("abstract")
    return Draft(
        title=title,
        abstract=abstract_text(_raw(abstract), latex=True) if abstract is not None else "",
        date=_date(_text(paper, "year") or volume.year or collection, _text(paper, "month") or volume.month),
        people=people,
        venue=_text(paper, "journal", "booktitle") or volume.venue,
        doi=_text(paper, "doi"),
        links=_links(paper, abstract),
        identifiers=[f"acl:{own_id}"] if own_id else [],
    ).paper(source)


def _raw(element: Element | None) -> str:
    """The text of an element, its formulas between dollar signs."""
    if element is None:
        return ""
    for formula in element.iter("tex-math"):
        formula.text = f"${inner_text(formula)}$"
        formula[:] = []
    return inner_text(element)


def _marked(element: Element | None) -> str:
    return plain_text(_raw(element), latex=True)


def _text(element: Element, *paths: str) -> str:
    texts = (_marked(element.find(path)) for path in paths)
    return next((text for text in texts if text), "")


def _own_id(record: XmlRecord) -> str | None:
    """The id that the paper's address ends in, or that its place makes."""
    stated = clean_text(inner_text(record.element.find("url")))
    if _ID.fullmatch(stated):
        return stated
    if found := anthology_id(stated):
        return found
    places = [element.get("id", "") for element in record.ancestors] + [record.element.get("id", "")]
    made = _id_of_place([place for place in places if place])
    return made if made and _ID.fullmatch(made) else None


def _id_of_place(places: list[str]) -> str | None:
    if len(places) == 2:  # the format of 2019
        return f"{places[0]}-{places[1]:0>4}"
    if len(places) != 3:
        return None
    collection, volume, number = places
    if not _OLD_COLLECTION.fullmatch(collection):
        return f"{collection}-{volume}.{number}"
    # Workshops have two digits for the volume.
    digits = 2 if collection[0] == "W" or collection == "C69" or (collection == "D19" and _number(volume) >= 5) else 1
    return f"{collection}-{volume:0>{digits}}{number:0>{4 - digits}}"


def _number(text: str) -> int:
    """A number, or 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _person(author: Element) -> Person:
    name = clean_text(f"{_text(author, 'first')} {_text(author, 'last')}") or _marked(author)
    places = [org for part in author.iterfind("affiliation") for org in organizations_of(inner_text(part))]
    return Person(name, orcid_of(author.get("orcid")), [Organization(place) for place in places])


def _date(year: str, month: str) -> str | None:
    found = _YEAR.search(year)
    named = _MONTH.search(month)
    return iso_date(f"{named[0]} {found[0]}" if named else found[0]) if found else None


def _links(paper: Element, abstract: Element | None) -> list[str]:
    """Addresses in the abstract, and those of code."""
    texts = [inner_text(url) for url in abstract.iter("url")] if abstract is not None else []
    texts += [code.get("url", "") for code in paper.iterfind("pwccode")]
    return [link for text in texts for link in split_links(text)]
