"""RIS, as Zotero, EndNote, Scopus, IEEE Xplore and publishers export it.

Format: https://en.wikipedia.org/wiki/RIS_(file_format), after the specification of Reference Manager (2011). Records
are found line by line, so that memory holds one at a time; what is in one is parsed by rispy
(https://github.com/MrTango/rispy). A line without a tag goes on with the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import RecordError
from kg.ids import arxiv_id_of
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.acl import anthology_id
from kg.readers.addresses import organizations_of
from kg.readers.clean import clean_text, has_bad_bytes
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person
from kg.readers.lists import split_links
from kg.readers.markup import abstract_text, plain_text
from kg.readers.streams import bounded_lines

__all__ = ["READER", "RisReader"]

_LONGEST_LINE = 1 << 21
_LONGEST_RECORD = 1 << 22
_START = re.compile(r"TY  - ?\s*\S")
_TAGGED = re.compile(r"[A-Z][A-Z0-9]  -")
_END = re.compile(r"ER  -\s*$")
_LISTS = ("A1", "AU", "KW", "DE", "UR", "L1", "L2", "AD", "AN", "C2", "N1", "M1", "M3", "A2", "A3", "A4")
_TITLES = ("TI", "T1", "CT", "ST")
_VENUES = ("T2", "JO", "JF", "BT", "JA", "J2", "C3")
_DATES = ("DA", "PY", "Y1")
_VOLUMES = frozenset({"SER", "JFULL"})
_PMC = re.compile(r"PMC\d{1,12}")


class RisReader:
    """Reader of the format ``ris``."""

    name = "ris"
    description = "RIS: references exported by Zotero, EndNote, Scopus and publishers"
    extensions: tuple[str, ...] = (".ris",)

    def sniff(self, source: Input) -> float:
        """Sure when a line of the start is that of a record's type and another tagged line follows it."""
        lines = [line for line in source.head_text.split("\n")[:50] if line.strip()]
        starts = [number for number, line in enumerate(lines) if _START.match(line)]
        if not starts:
            return 0.0
        after = lines[starts[0] + 1] if len(lines) > starts[0] + 1 else ""
        return 0.97 if not after or _TAGGED.match(after) else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the first line of the record."""
        for number, lines in _records(source):
            if isinstance(lines, RecordError):
                yield lines
                continue
            try:
                yield _paper(lines, Source(path=source.path, format=self.name, position=number))
            except RecordError as error:
                yield RecordError(error.reason, number)


READER = RisReader()


def _records(source: Input) -> Iterator[tuple[int, list[str] | RecordError]]:
    """First line and lines of each record; what stands between records (headers of exports) is no data."""
    record: list[str] = []
    start = size = 0
    problem: str | None = None
    for number, line in bounded_lines(source.text(), _LONGEST_LINE):
        begins = line is not None and _START.match(line)
        if begins and start:  # some programs write no end
            yield start, RecordError(problem, start) if problem else record
        if begins:
            record, start, size, problem = [], number, 0, None
        if not start:
            continue
        size += len(line or "")
        if line is None or size > _LONGEST_RECORD:
            problem, record = "a record, or a line of one, that is too long to be one", []
        elif _END.match(line):
            yield start, RecordError(problem, start) if problem else record
            record, start = [], 0
        elif not problem:
            record.append(line)
    if start:
        yield start, RecordError(problem or "the file ends within a record: no ER line", start)


def _fields(lines: list[str]) -> dict[str, list[str]]:
    """Tag -> its values."""
    from rispy import RisParser

    tags = {line[:2] for line in lines if _TAGGED.match(line)}
    parser = RisParser(
        mapping={tag: tag for tag in {*tags, "TY", "ER"}}, list_tags=list(_LISTS), delimiter_tags_mapping={}
    )
    try:
        found = parser.parse_lines(iter([*lines, "ER  - "]))
    except Exception as error:  # a parser may fail in ways of its own
        raise RecordError(f"not RIS: {type(error).__name__}") from error
    if not found:
        raise RecordError("not RIS")
    return {tag: value if isinstance(value, list) else [str(value)] for tag, value in found[0].items()}


def _paper(lines: list[str], source: Source) -> Paper:
    if any(has_bad_bytes(line) for line in lines):
        raise RecordError("not UTF-8")
    fields = _fields(lines)
    if fields.get("TY", [""])[0].strip() in _VOLUMES:
        raise RecordError("a whole journal or series, which is no paper")
    links = [link for tag in ("UR", "L1", "L2") for value in fields.get(tag, ()) for link in split_links(value)]
    doi = _first(fields, "DO", "DI") or next((link for link in links if "doi.org/10." in link), None)
    return Draft(
        title=_first(fields, *_TITLES),
        abstract=_abstract(fields),
        date=next(
            (date for tag in _DATES for value in fields.get(tag, ()) if (date := iso_date(value.strip(" /")))), None
        ),
        people=[Person(name) for tag in ("AU", "A1") for value in fields.get(tag, ()) if (name := _name(value))],
        organizations=[Organization(name) for value in fields.get("AD", ()) for name in organizations_of(value)],
        venue=_first(fields, *_VENUES),
        doi=doi,
        arxiv_id=_arxiv_id(fields, links),
        links=links,
        keywords=_keywords(fields),
        identifiers=_identifiers(fields, [*links, doi or ""]),
    ).paper(source)


def _first(fields: dict[str, list[str]], *tags: str) -> str:
    texts = (plain_text(value, latex=True, tags=True) for tag in tags for value in fields.get(tag, ()))
    return next((text for text in texts if text), "")


def _abstract(fields: dict[str, list[str]]) -> str:
    texts = (abstract_text(value, latex=True, tags=True) for tag in ("AB", "N2") for value in fields.get(tag, ()))
    return next((text for text in texts if text), "")


def _name(text: str) -> str:
    """``Last, First, Suffix`` with the given name first."""
    parts = [part for raw in plain_text(text, latex=True).split(",") if (part := raw.strip())]
    if len(parts) == 3:
        return f"{parts[1]} {parts[0]} {parts[2]}"
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 else " ".join(parts)


def _keywords(fields: dict[str, list[str]]) -> list[str]:
    """One a line, as the format has it, or several parted by semicolons, as some programs do."""
    values = [value for tag in ("KW", "DE") for value in fields.get(tag, ())]
    return [word for value in values for part in value.split(";") if (word := plain_text(part, tags=True))]


def _arxiv_id(fields: dict[str, list[str]], links: list[str]) -> str | None:
    for tag in ("AN", "M1", "M3", "C2", "JO", "T2", "IS", "VL"):
        for value in fields.get(tag, ()):
            if "arxiv" in value.lower() and (found := arxiv_id_of(value)):
                return found
    return next((found for link in links if "arxiv.org/" in link and (found := arxiv_id_of(link))), None)


def _identifiers(fields: dict[str, list[str]], addresses: list[str]) -> list[str]:
    """ACL Anthology, PubMed and PMC ids; EndNote keeps the latter two in fields for anything."""
    found = [f"acl:{own}" for text in addresses if (own := anthology_id(text))][:1]
    database = " ".join(fields.get("DB", ())).lower()
    for value in map(clean_text, fields.get("AN", ())):
        number = value.lower().removeprefix("pmid:").strip()
        if (value.lower().startswith("pmid") or "pubmed" in database or "medline" in database) and number.isdigit():
            found.append(f"pmid:{number}")
    found += [f"pmcid:{value}" for value in map(clean_text, fields.get("C2", ())) if _PMC.fullmatch(value)]
    return found
