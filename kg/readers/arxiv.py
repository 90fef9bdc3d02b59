"""arXiv, in its three forms: the metadata snapshot (JSON Lines), the API's Atom feed, and OAI-PMH.

Formats: https://www.kaggle.com/datasets/Cornell-University/arxiv (snapshot),
https://info.arxiv.org/help/api/user-manual.html (Atom) and https://info.arxiv.org/help/oa/index.html (OAI-PMH, with
metadata in the formats arXiv, arXivRaw and oai_dc; oai_dc of other archives is read too). Texts are LaTeX and become
plain text. Versions fold into one paper, dated by its first version; where only a later version's date is stated, the
month in the arXiv id stands for it. Categories are the keywords, the journal reference is the venue, links come from
the comments.

Rejected, with the reason: withdrawn papers (arXiv keeps a record that says so in place of the abstract, or in the
comments), records deleted from an archive, and error messages that come in place of papers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kg.errors import RecordError
from kg.ids import arxiv_id_of
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person, earliest_of_arxiv
from kg.readers.json_values import SURE, JsonFormat, items, objects, string
from kg.readers.lists import split_authors, split_links
from kg.readers.markup import abstract_text, plain_text
from kg.readers.xml import Element, XmlRecord, inner_text, root_of, xml_records

__all__ = ["ATOM", "JSONL", "OAI", "ArxivXml"]

_WITHDRAWN = re.compile(
    r"this (?:paper|article|submission|manuscript|work|version|preprint)[^.]{0,40} (?:is|was|has been|have been) "
    r"(?:temporarily )?(?:withdrawn|retracted)|(?:withdrawn|retracted)\b|paper (?:is )?withdrawn",
    re.IGNORECASE,
)
_LONGEST_NOTICE = 1_000
_COMMENT = re.compile(r"comments?\s*:", re.IGNORECASE)
_VERSION = re.compile(r"v(\d{1,4})")
_PARENTHESES = re.compile(r"\([^()]*\)")
_OAI_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"


def _words(text: str) -> str:
    return plain_text(text, latex=True)


def _paper(source: Source, arxiv_id: str, comments: str, date: str | None, draft: Draft) -> Paper:
    """The paper of a draft, once it is known not to be withdrawn."""
    if _is_withdrawn(draft.abstract, comments):
        raise RecordError("withdrawn by its authors or by arXiv")
    draft.arxiv_id = arxiv_id
    draft.date = earliest_of_arxiv(date, arxiv_id_of(arxiv_id))
    draft.links = split_links(comments)
    return draft.paper(source)


def _is_withdrawn(abstract: str, comments: str) -> bool:
    return any(len(text) < _LONGEST_NOTICE and _WITHDRAWN.match(text.strip()) for text in (abstract, comments))


def _people_of(text: str) -> list[Person]:
    """The names of a string such as ``A. Bo (Univ. (X)), C. Dee, E. Fu (1 and 2) ((1) Y, (2) Z)``."""
    for _ in range(5):
        shorter = _PARENTHESES.sub(" ", text)
        if shorter == text:
            break
        text = shorter
    return [Person(name) for name in split_authors(_words(text))]


# The metadata snapshot.


def _is_snapshot(keys: set[str], head: str) -> bool:
    return "authors_parsed" in keys and bool(keys & {"versions", "update_date", "journal-ref", "categories"})


def _of_snapshot(record: dict[str, Any], source: Source) -> Paper:
    comments = _words(string(record.get("comments")))
    people = [person for parts in items(record.get("authors_parsed")) for person in _parsed(parts)]
    draft = Draft(
        title=_words(string(record.get("title"))),
        abstract=abstract_text(string(record.get("abstract")), latex=True),
        people=people or _people_of(string(record.get("authors"))),
        venue=_words(string(record.get("journal-ref"))),
        doi=string(record.get("doi")),
        keywords=string(record.get("categories")).split(),
    )
    versions = [(string(item.get("version")), string(item.get("created"))) for item in objects(record.get("versions"))]
    date = _first_version(versions) or iso_date(string(record.get("update_date")))
    return _paper(source, string(record.get("id")), comments, date, draft)


def _parsed(parts: object) -> Iterator[Person]:
    """``[last, first, suffix, affiliation ...]``."""
    texts = [string(part) for part in items(parts)]
    last, first, suffix = [*texts, "", "", ""][:3]
    if name := _words(f"{first} {last} {suffix}"):
        yield Person(name, organizations=[Organization(found) for text in texts[3:] if (found := _words(text))])


def _first_version(versions: Iterable[tuple[str, str]]) -> str | None:
    """The date of the version with the lowest number."""
    dated = [(int(match[1]), date) for name, text in versions if (match := _VERSION.match(name))
             and (date := iso_date(text))]  # fmt: skip
    return min(dated)[1] if dated else None


JSONL = JsonFormat(
    "arxiv-jsonl",
    "arXiv's metadata snapshot: JSON Lines, as on Kaggle",
    (".json", ".jsonl"),
    recognise=_is_snapshot,
    convert=_of_snapshot,
)


class ArxivXml:
    """Reader of one of arXiv's XML formats.

    Args:
        name: Format name.
        description: One line for ``kg formats``.
        recognise: Whether a file with this root element and this head is of the format.
        record: Local name of the element that is a record.
        convert: Makes the paper of a record; raises ``RecordError`` with a reason where there is none in it.
    """

    extensions: tuple[str, ...] = (".xml",)

    def __init__(
        self,
        name: str,
        description: str,
        recognise: Callable[[str, str], bool],
        record: str,
        convert: Callable[[Element, Source], Paper],
    ) -> None:
        self.name = name
        self.description = description
        self._recognise = recognise
        self._record = record
        self._convert = convert

    def sniff(self, source: Input) -> float:
        """Sure of the root element of the format."""
        head = source.head_text
        root = root_of(head)
        return SURE if root and self._recognise(root[0], head) else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the record's number."""
        for record in xml_records(source.binary(), (self._record, "error")):
            yield self._one(record, source.path) if isinstance(record, XmlRecord) else record

    def _one(self, record: XmlRecord, path: str) -> Paper | RecordError:
        try:
            if record.element.tag == "error":
                raise RecordError(_message(record.element.get("code", "error"), inner_text(record.element)))
            return self._convert(record.element, Source(path=path, format=self.name, position=record.number))
        except RecordError as error:
            return RecordError(error.reason, record.number)


def _message(code: str, text: str) -> str:
    return f"the answer is an error message: {plain_text(f'{code}: {text}')[:200]}"


def _text(element: Element, name: str) -> str:
    return _words(inner_text(element.find(name)))


def _texts(element: Element, name: str) -> list[str]:
    return [text for child in element.iter(name) if (text := _words(inner_text(child)))]


# The Atom feed of the API.


def _is_feed(root: str, head: str) -> bool:
    return root in ("feed", "entry") and "http://www.w3.org/2005/Atom" in head and "arxiv.org/" in head


def _of_feed(entry: Element, source: Source) -> Paper:
    address = inner_text(entry.find("id")).strip()
    if "/api/errors" in address:
        raise RecordError(_message("error", inner_text(entry.find("summary"))))
    draft = Draft(
        title=_text(entry, "title"),
        abstract=abstract_text(inner_text(entry.find("summary")), latex=True),
        people=[
            Person(name, organizations=[Organization(found) for found in _texts(author, "affiliation")])
            for author in entry.findall("author")
            if (name := _text(author, "name"))
        ],
        venue=_text(entry, "journal_ref"),
        doi=inner_text(entry.find("doi")),
        keywords=[category.get("term", "") for category in entry.findall("category")],
    )
    return _paper(source, address, _text(entry, "comment"), iso_date(inner_text(entry.find("published"))), draft)


ATOM = ArxivXml("arxiv-atom", "answers of the arXiv API: an Atom feed", _is_feed, "entry", _of_feed)


# OAI-PMH.


def _is_oai(root: str, head: str) -> bool:
    return root == "OAI-PMH" or (root in ("ListRecords", "GetRecord", "record", "records") and _OAI_NAMESPACE in head)


def _of_oai(record: Element, source: Source) -> Paper:
    header = record.find("header")
    identifier = _text(header, "identifier") if header is not None else ""
    if header is not None and header.get("status") == "deleted":
        raise RecordError(f"deleted from its archive: {identifier[:100]}")
    for name, convert in (("arXivRaw", _of_raw), ("arXiv", _of_arxiv), ("dc", _of_dublin_core)):
        metadata = record.find(f"metadata/{name}")
        if metadata is not None:
            return convert(metadata, identifier, source)
    found = next((child.tag for child in record.iterfind("metadata/*")), "none")
    raise RecordError(f"no metadata in the format arXiv, arXivRaw or oai_dc, but {found[:40]}")


def _of_arxiv(metadata: Element, identifier: str, source: Source) -> Paper:
    people = []
    for author in metadata.iterfind("authors/author"):
        if name := " ".join(part for key in ("forenames", "keyname", "suffix") if (part := _text(author, key))):
            people.append(Person(name, organizations=[Organization(found) for found in _texts(author, "affiliation")]))
    return _of_fields(metadata, identifier, people, iso_date(_text(metadata, "created")), source)


def _of_raw(metadata: Element, identifier: str, source: Source) -> Paper:
    versions = [(item.get("version", ""), inner_text(item.find("date"))) for item in metadata.iterfind("version")]
    people = _people_of(inner_text(metadata.find("authors")))
    return _of_fields(metadata, identifier, people, _first_version(versions), source)


def _of_fields(
    metadata: Element, identifier: str, people: list[Person], date: str | None, source: Source
) -> Paper:  # what the formats arXiv and arXivRaw share
    draft = Draft(
        title=_text(metadata, "title"),
        abstract=abstract_text(inner_text(metadata.find("abstract")), latex=True),
        people=people,
        venue=_text(metadata, "journal-ref"),
        doi=inner_text(metadata.find("doi")),
        keywords=inner_text(metadata.find("categories")).split(),
    )
    return _paper(source, _text(metadata, "id") or identifier, _text(metadata, "comments"), date, draft)


def _of_dublin_core(metadata: Element, identifier: str, source: Source) -> Paper:
    """Simple Dublin Core: the abstract is the first description that is no comment, the date the earliest."""
    described = [inner_text(child) for child in metadata.iterfind("description")]
    comments = [text for text in described if _COMMENT.match(text.strip())]
    abstract = next((text for text in described if not _COMMENT.match(text.strip())), "")
    ids = [inner_text(child).strip() for child in metadata.iterfind("identifier")]
    of_arxiv = [text for text in (identifier, *ids) if "arxiv" in text.lower()]
    draft = Draft(
        title=_text(metadata, "title"),
        abstract=abstract_text(abstract, latex=True, tags=True),
        people=[Person(name) for text in _texts(metadata, "creator") for name in split_authors(f"{text};")],
        doi=next((text for text in ids if re.match(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?10\.", text, re.I)), ""),
        keywords=_texts(metadata, "subject"),
        identifiers=[] if of_arxiv else [identifier],
    )
    dates = [date for text in _texts(metadata, "date") if (date := iso_date(text))]
    comment = _words(_COMMENT.sub("", comments[0], count=1)) if comments else ""
    return _paper(source, next(iter(of_arxiv), ""), comment, min(dates, default=None), draft)


OAI = ArxivXml(
    "arxiv-oai", "OAI-PMH of arXiv (arXiv, arXivRaw, oai_dc) and oai_dc of others", _is_oai, "record", _of_oai
)
