"""The smallest good file of every format, into which the samples put their damage."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["ABSTRACT", "AFTER", "BEFORE", "BOTH", "FORMATS", "JSON_FORMATS", "XML_FORMATS", "Format"]

BEFORE = "A paper before the damage"
AFTER = "A paper after the damage"
BOTH = (BEFORE, AFTER)
ABSTRACT = (
    "We fly small boats over a harbour and count the gulls that follow them. On four A100 GPUs a ResNet-50 tells gulls "
    "from terns in nine of ten pictures, and it fails in fog, where both of them are grey. All pictures are ours, "
    "taken on nineteen days of one spring."
)


@dataclass(frozen=True, slots=True)
class Format:
    """How a format writes records.

    Attributes:
        name: As registered.
        file: A usual file name.
        record: The record of a title that is quoted already.
        quote: A title as the format writes it.
        by_line: Whether positions are lines, not numbers of records.
    """

    name: str
    file: str
    record: Callable[[str], str]
    quote: Callable[[str], str]
    head: str = ""
    between: str = "\n"
    tail: str = "\n"
    by_line: bool = False

    def good(self, title: str) -> str:
        """A record that must be kept."""
        return self.record(self.quote(title))

    def whole(self, *records: str) -> str:
        """A file of records."""
        return self.head + self.between.join(records) + self.tail

    def around(self, *bad: str) -> str:
        """A file with good records before and after others."""
        return self.whole(self.good(BEFORE), *bad, self.good(AFTER))

    def position(self, number: int, *before: str) -> int:
        """The position of a record, given what stands before it where that is not all good."""
        if not self.by_line:
            return number
        records = list(before) or [self.good(BEFORE)] * (number - 1)
        return (self.head + "".join(record + self.between for record in records)).count("\n") + 1


def _json(make: Callable[[str], dict[str, Any]]) -> Callable[[str], str]:
    """A record as JSON, in which the title's place is taken by text that need not be JSON."""
    text = json.dumps(make("@@"))
    return lambda title: text.replace('"@@"', title)


def _lines(name: str, file: str, make: Callable[[str], dict[str, Any]]) -> Format:
    return Format(name, file, _json(make), json.dumps)


def _array(name: str, file: str, make: Callable[[str], dict[str, Any]]) -> Format:
    return Format(name, file, _json(make), json.dumps, head="[\n", between=",\n", tail="\n]\n")


def _plain(title: str) -> dict[str, Any]:
    return {"title": title, "abstract": ABSTRACT, "year": 2024, "authors": ["Ida Lund"]}


def _arxiv(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "abstract": ABSTRACT,
        "authors_parsed": [["Lund", "Ida", ""]],
        "categories": "cs.LG",
        "versions": [{"version": "v1", "created": "Mon, 6 May 2024 10:00:00 GMT"}],
    }


def _openalex(title: str) -> dict[str, Any]:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(ABSTRACT.split()):
        index.setdefault(word, []).append(place)
    return {"title": title, "abstract_inverted_index": index, "publication_year": 2024, "authorships": []}


def _semantic_scholar(title: str) -> dict[str, Any]:
    return {"paperId": "", "externalIds": {}, "title": title, "abstract": ABSTRACT, "year": 2024, "authors": []}


def _crossref(title: str) -> dict[str, Any]:
    counts = {"reference-count": 0, "member": "1", "type": "journal-article"}
    return {"DOI": "", **counts, "title": [title], "abstract": f"<jats:p>{ABSTRACT}</jats:p>", "author": []}


def _csl(title: str) -> dict[str, Any]:
    issued = {"date-parts": [[2024]]}
    return {"type": "article-journal", "title": title, "abstract": ABSTRACT, "issued": issued, "author": []}


def _hf_daily(title: str) -> dict[str, Any]:
    paper = {"title": title, "summary": ABSTRACT, "authors": [], "publishedAt": "2024-05-17", "upvotes": 3}
    return {"paper": paper, "publishedAt": "2024-05-18", "numComments": 0}


JSON_FORMATS = (
    _lines("jsonl", "papers.jsonl", _plain),
    _array("json", "papers.json", _plain),
    _lines("arxiv-jsonl", "snapshot.json", _arxiv),
    _lines("openalex", "works.jsonl", _openalex),
    _lines("semantic-scholar", "s2.jsonl", _semantic_scholar),
    _lines("crossref", "crossref.jsonl", _crossref),
    _array("csl", "library.json", _csl),
    _array("hf-daily", "daily.json", _hf_daily),
)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>\n'
_ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">\n'
_ACL = '<collection id="2024.gull"><volume id="1"><meta><booktitle>Gull Days</booktitle></meta>\n'

XML_FORMATS = (
    Format(
        "arxiv-atom",
        "feed.xml",
        lambda title: f"<entry><title>{title}</title><summary>{ABSTRACT}</summary></entry>",
        _escaped,
        head=_XML + _ATOM,
        tail="\n</feed>\n",
    ),
    Format(
        "arxiv-oai",
        "oai.xml",
        lambda title: (
            "<record><metadata><arXiv xmlns='http://arxiv.org/OAI/arXiv/'>"
            f"<title>{title}</title><abstract>{ABSTRACT}</abstract></arXiv></metadata></record>"
        ),
        _escaped,
        head=_XML + _OAI,
        tail="\n</ListRecords></OAI-PMH>\n",
    ),
    Format(
        "pubmed",
        "pubmed.xml",
        lambda title: (
            f"<PubmedArticle><MedlineCitation><Article><ArticleTitle>{title}</ArticleTitle>"
            f"<Abstract><AbstractText>{ABSTRACT}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
        ),
        _escaped,
        head=_XML + "<PubmedArticleSet>\n",
        tail="\n</PubmedArticleSet>\n",
    ),
    Format(
        "acl",
        "2024.gull.xml",
        lambda title: f"<paper><title>{title}</title><abstract>{ABSTRACT}</abstract></paper>",
        _escaped,
        head=_XML + _ACL,
        tail="\n</volume></collection>\n",
    ),
)


def _csv_cell(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


_TABLES = (
    Format(
        "csv",
        "papers.csv",
        lambda title: f'{title},"{ABSTRACT}",2024',
        _csv_cell,
        head="title,abstract,year\n",
        by_line=True,
    ),
    Format(
        "tsv",
        "papers.tsv",
        lambda title: f"{title}\t{ABSTRACT}\t2024",
        str,
        head="title\tabstract\tyear\n",
        by_line=True,
    ),
)
_REFERENCES = (
    Format(
        "bibtex",
        "library.bib",
        lambda title: f"@article{{gull,\n  title = {{{title}}},\n  abstract = {{{ABSTRACT}}},\n  year = 2024\n}}",
        str,
        by_line=True,
    ),
    Format(
        "ris",
        "export.ris",
        lambda title: f"TY  - JOUR\nTI  - {title}\nAB  - {ABSTRACT}\nPY  - 2024\nER  - \n",
        str,
        by_line=True,
    ),
)
_PAGE = Format(
    "hf-papers",
    "daily-2024-05-17.txt",
    lambda title: f"{title}\n\n{ABSTRACT}\n\n• 3 authors\n\nMay 17 5\n",
    str,
    head="Daily Papers\n\nby AK and the research community\n\nMay 17\n\n",
    by_line=True,
)

FORMATS: dict[str, Format] = {
    found.name: found for found in (*JSON_FORMATS, *XML_FORMATS, *_TABLES, *_REFERENCES, _PAGE)
}
"""All formats of text whose files hold several papers."""
