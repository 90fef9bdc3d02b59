r"""BibTeX and BibLaTeX, with abstracts where there are any; the ACL Anthology's ``anthology.bib`` among them.

Format: https://www.bibtex.com/g/bibtex-format/ and section 2 of https://ctan.org/pkg/biblatex. Entries are found line
by line, so that memory holds one at a time and a broken one costs itself alone; what is in an entry, and the parts of
names, is parsed by bibtexparser (https://bibtexparser.readthedocs.io).

``@string`` holds for what follows it, ``#`` joins, months are known. An entry with ``crossref`` takes what it lacks
from its parent; since that follows it, up to 5,000 entries are held back, so that a parent further away is not found.
``@comment`` and ``@preamble`` are no records; a whole volume of proceedings is a record, but no paper.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kg.errors import RecordError
from kg.ids import arxiv_id_of
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.acl import anthology_id
from kg.readers.addresses import organizations_of
from kg.readers.clean import has_bad_bytes
from kg.readers.dates import MONTH, iso_date
from kg.readers.draft import Draft, Organization, Person, orcid_of
from kg.readers.lists import split_links, split_terms
from kg.readers.markup import abstract_text, plain_text
from kg.readers.streams import bounded_lines

__all__ = ["READER", "BibtexReader"]

_LONGEST_LINE = 1 << 21
_LONGEST_ENTRY = 1 << 22
_MOST_WAITING = 5_000
_MOST_PARENTS = 100_000
_MOST_STRINGS = 20_000
_LONGEST_STRING = 2_000
_LONGEST_INHERITED = 500
_LONGEST_VALUE = 1 << 20
_START = re.compile(r"@[ \t]*(?P<type>[A-Za-z][\w-]*)[ \t]*(?P<open>[{(])")
_BRACES = re.compile(r"\\.|[{}()]")
_PIECE = re.compile(r"(?P<bare>[^\s#{}\"',=]+)|[{\"]")
_JOINT = re.compile(r"\s*#\s*")
_SIGNS = re.compile(r"\\.|[{}\"]", re.DOTALL)
_NOT_RECORDS = frozenset({"comment", "preamble"})
_NO_PARENTS = frozenset({"article", "inproceedings", "conference", "misc", "online", "phdthesis", "techreport"})
_VOLUMES = frozenset({"proceedings", "mvproceedings", "periodical"})
_MONTHS = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        "January February March April May June July August September October November December".split(),
        strict=True,
    )
)
_MONTH = re.compile(MONTH, re.IGNORECASE)
_RANGE = re.compile(r"/(?=\d{4}|\.\.|$)")  # BibLaTeX parts the two ends of a range so
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_LINKS = ("url", "pdf", "code", "github", "howpublished", "software", "project", "eprint")
_VENUES = ("journal", "journaltitle", "booktitle", "maintitle", "eventtitle")
_ADDRESS = re.compile(r"\\(?:url|href)\s*\{")
_COLUMN_SAFE = re.compile(r"\s+")
_KNOWN = re.compile(
    r"@\s*(?:article|inproceedings|conference|incollection|inbook|book|misc|techreport|report|phdthesis|mastersthesis"
    r"|thesis|unpublished|manual|online|proceedings|string|comment|preamble)\s*[{(]",
    re.IGNORECASE,
)
_FIRST = re.compile(r"(?:^|\n)[ \t]*@\s*[A-Za-z]+\s*[{(]")
_TITLE = re.compile(r"\btitle\s*=", re.IGNORECASE)


class BibtexReader:
    """Reader of the format ``bibtex``."""

    name = "bibtex"
    description = "BibTeX and BibLaTeX, with abstracts where there are any"
    extensions: tuple[str, ...] = (".bib",)

    def sniff(self, source: Input) -> float:
        """Sure of an entry with a title; fairly sure of entries of well-known types."""
        head = source.head_text
        first = _FIRST.search(head)
        if first is None or head.lstrip()[:1] in ("<", "{", "["):
            return 0.0
        known = _KNOWN.search(head)
        if known and _TITLE.search(head, known.end()):
            return 0.96
        return 0.6 if known else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in file order; the position is the first line of the entry."""
        parser = _Parser(source.path)
        failure: RecordError | None = None
        try:
            for block in _blocks(source):
                yield from parser.take(block)
        except RecordError as error:
            failure = error
        yield from parser.rest()
        if failure:
            raise failure


READER = BibtexReader()


# --- entries


@dataclass(slots=True)
class _Block:
    """The text of an entry, from its sign to its closing brace."""

    line: int
    type: str
    lines: list[str] = field(default_factory=list)
    problem: str | None = None
    size: int = 0
    depth: int = 0
    closing: str = "}"

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def add(self, line: str | None) -> None:
        """A line of it; None for one that is too long."""
        if line is None or self.size > _LONGEST_ENTRY:
            self.problem = "an entry, or a line of one, that is too long to be one"
            self.lines.clear()
        elif not self.problem:
            self.lines.append(line)
            self.size += len(line)


def _blocks(source: Input) -> Iterator[_Block]:
    """The entries, comments left out; what stands between them is no data."""
    block: _Block | None = None
    for number, line in bounded_lines(source.text(), _LONGEST_LINE):
        if line is None:
            if block:
                block.add(None)
            continue
        at: int | None = 0
        if block and _begins_another(line):
            # Its braces do not match: go on with what seems to be the next.
            block.problem = "an entry that is never closed: its braces do not match"
        elif block:
            at = _continue(block, line, 0)
        while at is not None:
            if block:
                yield block
                block = None
            start = _START.search(line, at)
            if start is None:
                break
            block = _Block(number, start["type"].lower(), closing="}" if start["open"] == "{" else ")")
            at = _continue(block, line, start.start())
    if block:
        block.problem = "the file ends within an entry"
        yield block


def _begins_another(line: str) -> bool:
    """Within an entry: whether the line looks like the start of another one. A value hardly ever has that."""
    return line.startswith("@") and _KNOWN.match(line) is not None


def _continue(block: _Block, line: str, at: int) -> int | None:
    """Add a line, from ``at``, to an entry; where the entry ends in it, None if it goes on."""
    if at == 0 and line.count("}") < block.depth and block.closing == "}":
        block.depth += _balance(line)
        block.add(line)
        return None
    end = _end(block, line, at)
    block.add(line[at:end])
    return end


def _balance(line: str) -> int:
    if "\\" in line:
        return sum({"{": 1, "}": -1}.get(match[0], 0) for match in _BRACES.finditer(line))
    return line.count("{") - line.count("}")


def _end(block: _Block, line: str, at: int) -> int | None:
    """Where the entry ends in the line."""
    for match in _BRACES.finditer(line, at):
        sign = match[0]
        if sign == "{" or (sign == "(" and block.depth == 0):
            block.depth += 1
        elif sign == "}" or (sign == ")" and block.closing == ")" and block.depth == 1):
            block.depth -= 1
            if block.depth == 0:
                return match.end()
    return None


# --- values


@dataclass(slots=True)
class _Entry:
    """A record on its way to be a paper; ``fields`` in LaTeX still."""

    line: int
    fields: dict[str, str]
    problem: str | None = None


class _Parser:
    """Turns entries to papers, in order; keeps strings, parents and those that wait for their parent."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._strings = dict(_MONTHS)
        self._parents: dict[str, dict[str, str]] = {}
        self._waiting: deque[_Entry] = deque()

    def take(self, block: _Block) -> Iterator[Paper | RecordError]:
        """Parse one; gives what is ready."""
        if block.type in _NOT_RECORDS and not block.problem:
            return
        if block.type == "string" and not block.problem:
            self._define(block)
            return
        self._waiting.append(self._entry(block))
        while self._waiting and (len(self._waiting) > _MOST_WAITING or not self._waits(self._waiting[0])):
            yield self._paper(self._waiting.popleft())

    def rest(self) -> Iterator[Paper | RecordError]:
        """What has waited to the end."""
        while self._waiting:
            yield self._paper(self._waiting.popleft())

    def _waits(self, entry: _Entry) -> bool:
        parent = entry.fields.get("crossref")
        return bool(parent) and not entry.problem and _key(parent or "") not in self._parents

    def _entry(self, block: _Block) -> _Entry:
        entry = _Entry(block.line, {}, block.problem)
        if entry.problem:
            return entry
        parsed, entry.problem = _parsed(block.text)
        if has_bad_bytes(block.text):
            entry.problem = "not UTF-8"
        if parsed is None or entry.problem:
            return entry
        try:
            entry.fields = {item.key.strip().lower(): self._value(str(item.value)) for item in reversed(parsed.fields)}
        except RecordError as error:
            entry.problem = error.reason
        if block.type not in _NO_PARENTS and len(self._parents) < _MOST_PARENTS:
            self._parents[_key(parsed.key)] = _inherited(entry.fields)
        if block.type in _VOLUMES:
            entry.problem = "a volume of proceedings, which is no paper"
        return entry

    def _define(self, block: _Block) -> None:
        """Remember a macro: it matters only where it is used, and there it is missed."""
        name, equals, value = block.text.rstrip()[:-1].partition("=")
        name = re.split(r"[{(]", name, maxsplit=1)[-1].strip().lower()
        if equals and name and len(value) <= _LONGEST_STRING and len(self._strings) < _MOST_STRINGS:
            with suppress(RecordError):
                self._strings[name] = self._value(value)[:_LONGEST_STRING]

    def _value(self, raw: str) -> str:
        """The text of a value: quotes and braces around it gone, pieces joined, macros put in.

        Raises:
            RecordError: if it is no value, or macros make it too long.
        """
        raw = raw.strip()
        pieces: list[str] = []
        at = size = 0
        while at < len(raw):
            match = _PIECE.match(raw, at)
            if match is None:
                raise RecordError("not BibTeX: a value that cannot be made out")
            if match["bare"]:
                pieces.append(self._strings.get(match["bare"].lower(), match["bare"]))
                at = match.end()
            else:
                closing = _closing(raw, match.end() - 1)
                pieces.append(raw[match.end() : closing - 1])
                at = closing
            size += len(pieces[-1])
            if size > _LONGEST_VALUE:
                raise RecordError(f"a value of more than {_LONGEST_VALUE} characters")
            if at < len(raw):
                joint = _JOINT.match(raw, at)
                if joint is None:
                    raise RecordError("not BibTeX: a comma is missing after a value")
                at = joint.end()
        return "".join(pieces)

    def _paper(self, entry: _Entry) -> Paper | RecordError:
        if entry.problem:
            return RecordError(entry.problem, entry.line)
        fields = entry.fields
        parent = self._parents.get(_key(fields.get("crossref", "")), {}) if "crossref" in fields else {}
        try:
            source = Source(path=self._path, format=READER.name, position=entry.line)
            return _draft({**parent, **fields}).paper(source)
        except RecordError as error:
            return RecordError(error.reason, entry.line)


def _key(text: str) -> str:
    return text.strip().lower()[:200]


def _parsed(text: str) -> tuple[Any, str | None]:
    """The entry, or what is wrong with it."""
    from bibtexparser.model import DuplicateFieldKeyBlock, Entry
    from bibtexparser.splitter import Splitter

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it would say is said in the rejects
    try:
        blocks = Splitter(text).split().blocks
    except Exception as error:  # a parser may fail in ways of its own
        return None, f"not BibTeX: {type(error).__name__}"
    first = blocks[0] if blocks else None
    if isinstance(first, DuplicateFieldKeyBlock):
        first = first.ignore_error_block  # of a field stated twice the first counts
    if not isinstance(first, Entry) or len(blocks) > 1:
        detail = " ".join(str(getattr(first, "error", "")).split())[-200:]
        return None, f"not BibTeX: {detail or 'the entry cannot be made out'}"
    return first, None


def _closing(text: str, at: int) -> int:
    """Where the braces or quotes end that open at a place."""
    quoted = text[at] == '"'
    depth = 0
    for match in _SIGNS.finditer(text, at + 1):
        sign = match[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth < 0:
                return match.end()
        elif sign == '"' and quoted and depth == 0:
            return match.end()
    return len(text) + 1


def _inherited(fields: dict[str, str]) -> dict[str, str]:
    """What a child takes from its parent, under the names that it has there."""
    given: dict[str, str] = {key: fields[key] for key in ("year", "month", "date", "journal") if key in fields}
    title = fields.get("booktitle") or fields.get("title")
    if title:
        given["booktitle"] = title
    return {key: value[:_LONGEST_INHERITED] for key, value in given.items()}


# --- fields to a paper


def _draft(fields: dict[str, str]) -> Draft:
    links = [link for name in _LINKS if name in fields for link in split_links(_address(fields[name]))]
    doi = _plain(fields, "doi") or next((link for link in links if "doi.org/10." in link), None)
    own = [found for text in (*links, doi or "") if (found := anthology_id(text))]
    identifiers = [f"acl:{found}" for found in own[:1]]
    for name, prefix in (("pmid", "pmid:"), ("pmcid", "pmcid:PMC"), ("pmc", "pmcid:PMC")):
        number = _plain(fields, name).upper().removeprefix("PMC")
        if number.isascii() and number.isdigit():
            identifiers.append(prefix + number)
    subtitle = _plain(fields, "subtitle")
    title = _plain(fields, "title")
    return Draft(
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=abstract_text(fields.get("abstract", ""), latex=True, tags=True),
        date=_date(fields),
        people=_people(fields.get("author", "")),
        author_count=None,
        organizations=[Organization(name) for name in organizations_of(_plain(fields, "affiliation"))],
        venue=next((venue for name in _VENUES if (venue := _plain(fields, name))), ""),
        doi=doi,
        arxiv_id=_arxiv_id(fields, links),
        links=links,
        keywords=[word for name in ("keywords", "keyword") for word in split_terms(_plain(fields, name))],
        identifiers=identifiers,
    )


def _plain(fields: dict[str, str], name: str) -> str:
    text = fields.get(name, "")
    return plain_text(text, latex=True, tags=True) if text else ""


def _address(text: str) -> str:
    r"""The addresses in a field, out of ``\url{...}`` and without the escapes of LaTeX."""
    text = _ADDRESS.sub(" ", text).replace("\\_", "_").replace("\\%", "%").replace("\\&", "&").replace("\\#", "#")
    return text.replace("}", " ").replace("{", "")


def _date(fields: dict[str, str]) -> str | None:
    whole = _plain(fields, "date")
    if whole and (found := iso_date(_RANGE.split(whole)[0])):
        return found
    year, month = _plain(fields, "year"), _plain(fields, "month")
    named = _MONTH.search(month)
    if named:
        day = _DAY.search(month)
        return iso_date(f"{named[0]} {day[0]}, {year}" if day else f"{named[0]} {year}") or iso_date(year)
    return iso_date(f"{year}-{month}" if month.isdigit() else year) or iso_date(year)


def _people(text: str) -> list[Person]:
    from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

    people = []
    text = _COLUMN_SAFE.sub(" ", text)
    try:
        names = split_multiple_persons_names(text)
    except Exception:  # a parser may fail in ways of its own
        names = [text]
    for raw in names:
        try:
            parts = parse_single_name_into_parts(raw, strict=False)
            ordered = " ".join([*parts.first, *parts.von, *parts.last, *parts.jr])
        except Exception:  # see above
            ordered = raw
        name = plain_text(ordered, latex=True)
        if name and name != "others":
            people.append(Person(name, orcid_of(raw)))
    return people


def _arxiv_id(fields: dict[str, str], links: list[str]) -> str | None:
    """From ``eprint``, or where people write it who have no such field."""
    kind = (_plain(fields, "archiveprefix") or _plain(fields, "eprinttype")).lower()
    eprint = _plain(fields, "eprint")
    if eprint and kind in ("arxiv", "") and (found := arxiv_id_of(eprint)):
        return found
    for name in ("journal", "journaltitle", "note", "howpublished", "number", "volume"):
        text = _plain(fields, name)
        if "arxiv" in text.lower() or text.startswith("abs/"):
            if found := arxiv_id_of(text.removeprefix("abs/")):
                return found
    return next((found for link in links if "arxiv.org/" in link and (found := arxiv_id_of(link))), None)
