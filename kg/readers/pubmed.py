"""PubMed XML: files of the yearly baseline and the daily updates, and what efetch gives with ``retmode=xml``.

Format: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html, DTD
https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd. The older root ``MedlineCitationSet`` is read too.

Rejected, with the reason: retracted papers, notices of retraction and errata, and each PMID that the file says is
withdrawn (``DeleteCitation``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from kg.errors import RecordError
from kg.ids import arxiv_id_of
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.addresses import organizations_of
from kg.readers.clean import clean_text
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person, orcid_of, ror_of
from kg.readers.markup import abstract_text, plain_text
from kg.readers.xml import inner_text, root_of, xml_records

__all__ = ["READER", "PubmedReader"]

_ROOTS = frozenset({"PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet"})
_ARTICLES = frozenset({"PubmedArticle", "PubmedBookArticle", "MedlineCitation"})
_WITHDRAWN = frozenset({"DeleteCitation", "DeleteDocument"})
_NO_TITLE = frozenset({"not available", "in process citation", "no title available"})
_RETRACTED = frozenset({"retracted publication", "retraction of publication", "retraction notice", "published erratum"})
_NO_LABEL = frozenset({"unlabelled", "unlabeled", "unassigned"})
_RANGE = re.compile(r"\s*[-/–]\s*")
_TRANSLATED = re.compile(r"\[(?P<title>.*)\]", re.DOTALL)
_PMC = re.compile(r"(?:PMC)?(\d{1,12})")


class PubmedReader:
    """Reader of the format ``pubmed``."""

    name = "pubmed"
    description = "PubMed XML: PubmedArticleSet, of baseline, updates and efetch"
    extensions: tuple[str, ...] = (".xml",)

    def sniff(self, source: Input) -> float:
        """Sure of the root element."""
        root = root_of(source.head_text)
        return 0.97 if root and root[0] in _ROOTS | _ARTICLES else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the record's number."""
        for record in xml_records(source.binary(), _ARTICLES | _WITHDRAWN):
            if isinstance(record, RecordError):
                yield record
            elif record.element.tag in _WITHDRAWN:
                yield from _withdrawn(record.element, record.number)
            else:
                try:
                    yield _paper(record.element, Source(path=source.path, format=self.name, position=record.number))
                except RecordError as error:
                    yield RecordError(error.reason, record.number)


READER = PubmedReader()


def _withdrawn(element: Element, number: int) -> Iterator[RecordError]:
    for pmid in element.iter("PMID"):
        text = clean_text(pmid.text or "")[:20]
        yield RecordError(f"PubMed has withdrawn the citation with PMID {text}: it is no paper any more", number)


def _paper(record: Element, source: Source) -> Paper:
    book = record.find("BookDocument")
    citation = record if record.tag == "MedlineCitation" else record.find("MedlineCitation")
    if book is not None:
        return _book_draft(record, book).paper(source)
    if citation is None:
        raise RecordError("no MedlineCitation in it")
    return _article_draft(record, citation).paper(source)


def _article_draft(record: Element, citation: Element) -> Draft:
    article = citation.find("Article")
    if article is None:
        raise RecordError("no Article in it")
    _refuse_retracted(article)
    ids = _Ids(citation.find("PMID"), record.findall("PubmedData/ArticleIdList/ArticleId"))
    for location in article.findall("ELocationID"):
        if location.get("ValidYN", "Y") == "Y":
            ids.add(location.get("EIdType"), location.text)
    keywords = [
        *citation.iterfind("KeywordList/Keyword"),
        *citation.iterfind("MeshHeadingList/MeshHeading/DescriptorName"),
    ]
    return Draft(
        title=_title(article),
        abstract=_abstract(article) or _abstract(citation, "OtherAbstract[@Language='eng']"),
        date=_date(record, article),
        people=_people(article.find("AuthorList")),
        venue=_text(article, "Journal/Title", "Journal/ISOAbbreviation")
        or _text(citation, "MedlineJournalInfo/MedlineTA"),
        doi=ids.doi,
        arxiv_id=ids.arxiv_id,
        keywords=[word for keyword in keywords if (word := plain_text(inner_text(keyword), tags=True).rstrip("."))],
        identifiers=ids.identifiers,
    )


def _refuse_retracted(article: Element) -> None:
    kinds = {
        clean_text(inner_text(kind)).casefold() for kind in article.iterfind("PublicationTypeList/PublicationType")
    }
    if found := kinds & _RETRACTED:
        raise RecordError(f"a {min(found)}, not a paper")


def _book_draft(record: Element, book: Element) -> Draft:
    ids = _Ids(
        book.find("PMID"),
        [*book.findall("ArticleIdList/ArticleId"), *record.findall("PubmedBookData/ArticleIdList/ArticleId")],
    )
    title = _title(book)
    whole = plain_text(inner_text(book.find("Book/BookTitle")), tags=True)
    authors = next(
        (found for found in (book.find("AuthorList"), book.find("Book/AuthorList")) if found is not None), None
    )
    return Draft(
        title=title or whole,
        abstract=_abstract(book),
        date=_first_date(book.iterfind("ContributionDate"), book.iterfind("Book/PubDate")),
        people=_people(authors),
        venue=whole if title else "",
        doi=ids.doi,
        keywords=[
            word for keyword in book.iterfind("KeywordList/Keyword") if (word := clean_text(inner_text(keyword)))
        ],
        identifiers=ids.identifiers,
    )


class _Ids:
    """The ids of a record, by the names that PubMed gives their kinds."""

    def __init__(self, pmid: Element | None, others: Iterable[Element]) -> None:
        self.doi: str | None = None
        self.arxiv_id: str | None = None
        self._found: dict[str, None] = {}
        self.add("pubmed", pmid.text if pmid is not None else None)
        for other in others:
            self.add(other.get("IdType"), other.text)

    def add(self, kind: str | None, text: str | None) -> None:
        """Take one that is of use."""
        text = clean_text(text or "")
        if kind == "pubmed" and text.isascii() and text.isdigit() and len(text) < 12:
            self._found[f"pmid:{int(text)}"] = None
        elif kind == "pmc" and (match := _PMC.fullmatch(text)):
            self._found[f"pmcid:PMC{match[1]}"] = None
        elif kind == "doi":
            self.doi = self.doi or text
        elif kind == "pii" and text.casefold().startswith("arxiv:"):
            self.arxiv_id = arxiv_id_of(text)

    @property
    def identifiers(self) -> list[str]:
        """The PMID first."""
        return list(self._found)


def _text(element: Element, *paths: str) -> str:
    texts = (clean_text(inner_text(element.find(path))) for path in paths)
    return next((text for text in texts if text), "")


def _title(article: Element) -> str:
    """Without its full stop and the brackets of a translation; that in its own language where there is no other."""
    for path in ("ArticleTitle", "VernacularTitle"):
        title = plain_text(inner_text(article.find(path)), latex=True, tags=True)
        bare = title.removesuffix(".")
        if match := _TRANSLATED.fullmatch(bare):
            bare = match["title"].removesuffix(".")
        if bare and bare.casefold() not in _NO_TITLE:
            return title if title.endswith("..") else bare.strip()
    return ""


def _abstract(element: Element, path: str = "Abstract") -> str:
    """The parts of a structured abstract in one, each with its label."""
    whole = element.find(path)
    if whole is None:
        return ""
    parts = []
    for part in whole.iterfind("AbstractText"):
        text = abstract_text(inner_text(part), latex=True, tags=True)
        label = clean_text(part.get("Label") or "").rstrip(":")
        if text and label and label.casefold() not in _NO_LABEL and not text.casefold().startswith(label.casefold()):
            text = f"{label}: {text}"
        parts.append(text)
    return " ".join(part for part in parts if part)


def _people(authors: Element | None) -> list[Person]:
    if authors is None:
        return []
    people = []
    for author in authors.iterfind("Author"):
        name = _text(author, "CollectiveName") or _person_name(author)
        if not name or author.get("ValidYN", "Y") != "Y":
            continue
        orcid = next((orcid_of(i.text) for i in author.iterfind("Identifier") if i.get("Source") == "ORCID"), None)
        # Until 2014 the affiliation stood in the author itself.
        affiliations = [*author.iterfind("AffiliationInfo"), author]
        people.append(Person(name, orcid, [o for info in affiliations for o in _organizations(info)]))
    return people


def _person_name(author: Element) -> str:
    first = _text(author, "ForeName", "FirstName", "Initials")
    return clean_text(f"{first} {_text(author, 'LastName')} {_text(author, 'Suffix')}")


def _organizations(info: Element) -> list[Organization]:
    if info.find("Affiliation") is None:
        return []
    names = organizations_of(inner_text(info.find("Affiliation")))
    rors = [ror for identifier in info.iterfind("Identifier") if (ror := ror_of(identifier.text))]
    # A ROR id says nothing about which of several organisations it is of.
    return [Organization(name, rors[0] if len(rors) == len(names) == 1 else None) for name in names]


def _date(record: Element, article: Element) -> str | None:
    history = record.iterfind("PubmedData/History/PubMedPubDate[@PubStatus='pubmed']")
    return _first_date(article.iterfind("ArticleDate"), article.iterfind("Journal/JournalIssue/PubDate"), history)


def _first_date(*groups: Iterable[Element]) -> str | None:
    return next((date for group in groups for element in group if (date := _date_of(element))), None)


def _date_of(element: Element) -> str | None:
    """``1998 Dec-1999 Jan`` and ``2000 Spring`` are taken for what they start with."""
    loose = _text(element, "MedlineDate")
    if loose:
        return iso_date(_RANGE.split(loose)[0])
    year, month, day = (_text(element, part) for part in ("Year", "Month", "Day"))
    if month.isdigit():
        return iso_date("-".join(part for part in (year, month, day) if part))
    return iso_date(f"{year} {_RANGE.split(month)[0]} {day}".strip()) or iso_date(year)
