"""Saved text of a Hugging Face Papers page ("Daily Papers", a search, a collection).

The page is a run of blocks parted by empty lines: title, abstract and, in two of its three layouts, a foot of
``• 7 authors`` or ``handle Organisation``, an optional ``·`` on its own line, and ``May 27 5`` or ``May 27, 2024 5``
(date and upvotes). The third layout has no foot at all, so that only the order of titles and abstracts tells records
apart.

Years. The page leaves the year out of its own date and of the dates of the current year. The page's year is, in this
order: what the caller says (``--year``), the year its own date states, the year of a date in its file name
(``daily-2025-12-29.txt``), the first year that lies after every date with a year and not before any arXiv id on
the page. A date without a year is then the latest such day not after the page's date. With nothing to go by, dates
without a year are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from kg.errors import RecordError
from kg.ids import paper_id
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.clean import clean_text, has_bad_bytes
from kg.readers.dates import MONTH, day_of, month_of
from kg.readers.records import LONGEST_ABSTRACT
from kg.readers.streams import bounded_lines

__all__ = ["READER", "HfPapers"]

FURNITURE = frozenset(
    {
        "new",
        "get trending papers in your email inbox!",
        "get trending papers in your email inbox once a day!",
        "subscribe",
        "daily papers",
        "trending papers",
        "by ak and the research community",
        "byak and the research community",
        "submitted by",
        "upvote",
        "daily",
        "weekly",
        "monthly",
        "previous",
        "next",
        "load more",
        "view all",
        "company",
        "tos",
        "privacy",
        "about",
        "careers",
        "jobs",
        "website",
        "models",
        "datasets",
        "spaces",
        "pricing",
        "docs",
        "log in",
        "sign up",
        "system theme",
        "© hugging face",
    }
)
_LAST_OF_HEADER = "and the research community"
_MARKERS = ("get trending papers in your email inbox", _LAST_OF_HEADER)
_DATE = re.compile(rf"(?P<m>{MONTH}) (?P<d>\d{{1,2}})(?:, (?P<y>\d{{4}}))?(?: (?P<n>\d[\d,.]{{0,9}}[kK]?))?")
_AUTHORS = re.compile(r"(?:[•·∙*-] ?)?(?P<n>\d{1,6}) authors?", re.IGNORECASE)
_COUNT = re.compile(r"\d[\d,.]{0,9}[kK]?")
_DOTS = frozenset("·•∙-")
_HANDLE = re.compile(r"(?P<handle>[\w.-]+) (?P<name>\S.*)")
_ARXIV_MONTH = re.compile(r"arxiv(?:\.org/\w+/|:)\s*(?P<y>\d\d)(?P<m>0[1-9]|1[0-2])\.\d{4,5}", re.IGNORECASE)
_FILE_DATE = re.compile(r"(?<!\d)(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")

_LONGEST_LINE = 1 << 20
_LONGEST_PAGE = 1 << 26
_LONGEST_TITLE = 500
_PROSE = 250  # longer than any title seen (168); abstracts shorter than this are told by their place
_SHORTEST_ABSTRACT = 100  # of a record without a foot; what is shorter is taken for page furniture
_LONGEST_ORGANIZATION = 100
_HEADER_LINES = 60


class _Kind(Enum):
    BLANK = auto()
    TEXT = auto()
    DOT = auto()
    AUTHORS = auto()
    DATE = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    kind: _Kind
    text: str


@dataclass(slots=True)
class _Block:
    """Lines of text in a row; ``footed`` if a foot line follows the last of them with no empty line between."""

    line: int
    texts: list[str]
    footed: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    @property
    def furniture(self) -> bool:
        return all(text.casefold() in FURNITURE for text in self.texts)

    @property
    def prose(self) -> bool:
        return sum(map(len, self.texts)) >= _PROSE


@dataclass(slots=True)
class _Foot:
    authors: int | None = None
    organization: str | None = None
    day: re.Match[str] | None = None
    upvotes: int | None = None


@dataclass(slots=True)
class _Section:
    """The blocks up to a foot: one record, or several where those before the last have no foot."""

    blocks: list[_Block] = field(default_factory=list)
    foot: _Foot = field(default_factory=_Foot)


class HfPapers:
    """Reader of the format ``hf-papers``."""

    name = "hf-papers"
    description = "saved text of a Hugging Face Papers page"
    extensions = (".txt",)

    def sniff(self, source: Input) -> float:
        """Sure when the page's own furniture is there, fairly sure when feet of records are."""
        head = source.head_text[: 1 << 14]
        if any(marker in head.casefold() for marker in _MARKERS):
            return 0.95
        kinds = [_kind_of(line.strip()) for line in head.splitlines()]
        feet = sum(
            here is _Kind.AUTHORS and (after is _Kind.DATE or (after is _Kind.DOT and later is _Kind.DATE))
            for here, after, later in zip(kinds, kinds[1:], [*kinds[2:], _Kind.BLANK], strict=False)
        )
        return 0.8 if feet else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in page order; the position is the line of the title."""
        lines: list[_Line] = []
        damage: RecordError | None = None
        try:
            lines.extend(_lines(source))
        except RecordError as error:
            damage = error
        page, body = _split_page(lines)
        sections = list(_sections(body))
        calendar = _Calendar.of(page, sections, lines, source.path, options.year)
        records = [item for section in sections for item in _records(section, calendar, source.path)]
        if damage and records:
            records.pop()  # its abstract may be cut
        yield from records
        if damage:
            raise damage
        if not records:
            yield RecordError("no papers on this page")


READER = HfPapers()


def _kind_of(text: str) -> _Kind:
    if not text:
        return _Kind.BLANK
    if text in _DOTS:
        return _Kind.DOT
    if _AUTHORS.fullmatch(text):
        return _Kind.AUTHORS
    if (match := _DATE.fullmatch(text)) and 1 <= int(match["d"]) <= 31:
        return _Kind.DATE
    return _Kind.COUNT if _COUNT.fullmatch(text) else _Kind.TEXT


def _lines(source: Input) -> Iterator[_Line]:
    size = 0
    for number, raw in bounded_lines(source.text(), _LONGEST_LINE):
        size += 1 + len(raw or "")
        if size > _LONGEST_PAGE:
            raise RecordError(f"more than {_LONGEST_PAGE} characters: no saved page; the rest was not read", number)
        # An over-long line stays in its place as text that no record can hold.
        text = "\udc80" if raw is None else raw.strip() if has_bad_bytes(raw) else clean_text(raw)
        yield _Line(number, _kind_of(text), text)


def _split_page(lines: list[_Line]) -> tuple[_Line | None, list[_Line]]:
    """The page's own date, if the page starts with one, and what follows it."""
    head = lines[:_HEADER_LINES]
    start = next((index + 1 for index, line in enumerate(head) if _LAST_OF_HEADER in line.text.casefold()), 0)
    for index, line in enumerate(lines[start:], start):
        if line.kind is _Kind.DATE:
            return line, lines[index + 1 :]
        if line.kind is not _Kind.BLANK and line.text.casefold() not in FURNITURE:
            break
    return None, lines[start:]


def _sections(lines: Iterable[_Line]) -> Iterator[_Section]:
    section = _Section()
    in_foot = False
    last = _Line(0, _Kind.BLANK, "")
    for line in lines:
        if line.kind is _Kind.TEXT:
            if in_foot:
                yield section
                section, in_foot = _Section(), False
            if last.kind is _Kind.TEXT and max(len(last.text), len(line.text)) < _PROSE:
                section.blocks[-1].texts.append(line.text)  # a wrapped paragraph
            else:
                section.blocks.append(_Block(line.number, [line.text]))
        elif line.kind is not _Kind.BLANK:
            if last.kind is _Kind.TEXT:
                section.blocks[-1].footed = True
            in_foot = True
            _add_to_foot(section.foot, line)
        last = line
    yield section


def _add_to_foot(foot: _Foot, line: _Line) -> None:
    if line.kind is _Kind.AUTHORS and (match := _AUTHORS.fullmatch(line.text)):
        foot.authors = int(match["n"])
    elif line.kind is _Kind.DATE and (match := _DATE.fullmatch(line.text)):
        foot.day = match
        foot.upvotes = _number(match["n"])
    elif line.kind is _Kind.COUNT:
        foot.upvotes = _number(line.text)


def _number(text: str | None) -> int | None:
    """An upvote count: ``5``, ``1,204``, ``1.2k``."""
    if not text:
        return None
    digits = text.rstrip("kK").replace(",", "")
    try:
        return round(float(digits) * (1000 if len(digits) < len(text.replace(",", "")) else 1))
    except ValueError:
        return None


def _take_organization(section: _Section) -> None:
    """Move the organisation from the end of the text to the foot, where the page has it instead of the authors."""
    if not section.blocks or section.foot.authors is not None or section.foot.day is None:
        return
    last = section.blocks[-1]
    if len(last.texts[-1]) > _LONGEST_ORGANIZATION or last.texts[-1].endswith((".", "!", "?", ":")):
        return
    if last.footed:
        name = last.texts.pop()
    elif len(section.blocks) > 2 and len(section.blocks) % 2:
        name = last.text  # set off by an empty line: a third block that is neither title nor abstract
        last.texts.clear()
    else:
        return
    match = _HANDLE.fullmatch(name)
    section.foot.organization = match["name"] if match else name
    if not last.texts:
        section.blocks.pop()


def _pair(blocks: list[_Block]) -> Iterator[tuple[_Block | None, list[_Block]]]:
    """Title and paragraphs of the abstract of each record; the title is None where only prose is found."""
    titles, bodies = blocks[::2], blocks[1::2]
    if len(titles) == len(bodies) and all(
        len(title.text) < min(len(body.text), _LONGEST_TITLE) for title, body in zip(titles, bodies, strict=True)
    ):
        yield from ((title, [body]) for title, body in zip(titles, bodies, strict=True))
    else:
        yield from _pair_by_length(blocks)


def _pair_by_length(blocks: list[_Block]) -> Iterator[tuple[_Block | None, list[_Block]]]:
    index = 0
    while index < len(blocks):
        title: _Block | None = None
        if not blocks[index].prose:
            title = blocks[index]
            index += 1
        body: list[_Block] = []
        if index < len(blocks) and not _starts_record(blocks, index):
            body.append(blocks[index])
            index += 1
        while index < len(blocks) and blocks[index].prose:
            body.append(blocks[index])
            index += 1
        yield title, body


def _starts_record(blocks: list[_Block], index: int) -> bool:
    """Whether a block right after a title is a title itself: short, and followed by an abstract."""
    following = blocks[index + 1 : index + 2]
    return not blocks[index].prose and bool(following) and following[0].prose


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The page's date; None where its year cannot be told."""

    today: date | None

    @classmethod
    def of(
        cls, page: _Line | None, sections: list[_Section], lines: list[_Line], path: str, year: int | None
    ) -> _Calendar:
        """Infer the page's date, as the module's docstring says."""
        days = [section.foot.day for section in sections if section.foot.day]
        stated = _DATE.fullmatch(page.text) if page else None
        named = _FILE_DATE.search(path)
        if stated is None:
            if named and year is None:
                return cls(day_of(int(named["y"]), int(named["m"]), int(named["d"])))
            month, day = 12, 31
        else:
            month, day = month_of(stated["m"]), int(stated["d"])
            year = year or int(stated["y"] or 0) or (int(named["y"]) if named else None)
        return cls(_day(year or _inferred_year(days, lines, month), month, day))

    def day(self, match: re.Match[str] | None) -> str | None:
        """ISO date of a record's date."""
        if match is None:
            return None
        month, day = month_of(match["m"]), int(match["d"])
        if match["y"]:
            found = day_of(int(match["y"]), month, day)
        elif self.today is None:
            return None
        else:
            years = range(self.today.year, self.today.year - 9, -1)  # 29 February needs up to eight years
            days = (day_of(year, month, day) for year in years)
            found = next((there for there in days if there and there <= self.today), None)
        return found.isoformat() if found else None


def _day(year: int | None, month: int, day: int) -> date | None:
    return (day_of(year, month, day) or day_of(year, month, 28)) if year else None


def _inferred_year(days: list[re.Match[str]], lines: list[_Line], month: int) -> int | None:
    years = [int(day["y"]) + 1 for day in days if day["y"]]
    for line in lines:
        for match in _ARXIV_MONTH.finditer(line.text):
            year = 2000 + int(match["y"])
            years.append(year if int(match["m"]) <= month else year + 1)
    return max(years, default=None)


def _records(section: _Section, calendar: _Calendar, path: str) -> Iterator[Paper | RecordError]:
    section.blocks = [block for block in section.blocks if not block.furniture]
    _take_organization(section)
    pairs = list(_pair(section.blocks))
    for index, (title, body) in enumerate(pairs):
        foot = section.foot if index == len(pairs) - 1 else _Foot()
        line = title.line if title else body[0].line
        try:
            yield _paper(title, body, foot, calendar, Source(path=path, format=READER.name, position=line))
        except RecordError as error:
            yield error


def _paper(title: _Block | None, body: list[_Block], foot: _Foot, calendar: _Calendar, source: Source) -> Paper:
    name = title.text if title else ""
    abstract = " ".join(block.text for block in body)
    if has_bad_bytes(name) or has_bad_bytes(abstract):
        raise RecordError("a line is not UTF-8, or is too long for any abstract", source.position)
    if not name:
        raise RecordError("an abstract with no title before it", source.position)
    if len(abstract) < _SHORTEST_ABSTRACT and foot.authors is None and foot.day is None:
        raise RecordError(f"no abstract, authors or date after {name[:80]!r}: not taken for a paper", source.position)
    if len(name) > _LONGEST_TITLE or len(abstract) > LONGEST_ABSTRACT:
        raise RecordError("the title or the abstract is too long to be one", source.position)
    organization = foot.organization if foot.organization and not has_bad_bytes(foot.organization) else None
    return Paper(
        id=paper_id(name),
        title=name,
        abstract=abstract,
        date=calendar.day(foot.day),
        author_count=foot.authors,
        organizations=(organization,) if organization else (),
        upvotes=foot.upvotes,
        sources=(source,),
    )
