"""CSV and TSV, with a header line that names the columns.

Read by the rules of RFC 4180, with recovery: a row whose quote is never closed, or that has more or fewer cells than
the header, is rejected and reading goes on at the line after its first, so that one bad quote costs one row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.compression import plain_name
from kg.readers.records import columns_for, has_title, paper_from
from kg.readers.streams import bounded_lines

__all__ = ["CSV", "TSV", "TableReader"]

_LONGEST_LINE = 1 << 22
_LONGEST_ROW = 1 << 23
_MOST_LINES = 500  # of one row; more is a quote that was never closed
_BAD_LINE = "\0too long\0"  # stands for a line that is too long to be kept


class TableReader:
    """Reader of one kind of delimited text.

    Args:
        name: Format name.
        description: One line for ``kg formats``.
        extensions: File name endings.
        delimiters: What may part the cells; the header line tells which one does.
    """

    def __init__(self, name: str, description: str, extensions: tuple[str, ...], delimiters: str) -> None:
        self.name = name
        self.description = description
        self.extensions = extensions
        self._delimiters = delimiters

    def sniff(self, source: Input) -> float:
        """Sure when the first line names a title column among others; else the file name decides."""
        header, _, rest = source.head_text.lstrip().partition("\n")
        delimiter = self._delimiter(header)
        cells = _cells(header, delimiter)
        by_name = plain_name(source.path).endswith(self.extensions)
        if header.startswith(("{", "[")) or not rest.strip():
            return 0.0
        if has_title(cells) and len(cells) > 1:
            return 0.9
        if by_name and (len(cells) > 1 or has_title(cells)):
            return 0.3
        return 0.0

    def _delimiter(self, header: str) -> str:
        return max(self._delimiters, key=lambda sign: (header.count(sign), -self._delimiters.index(sign)))

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in row order; the position is the first line of the row."""
        lines = _Lines(source)
        header_line = lines.first()
        delimiter = self._delimiter(header_line)
        header = [name.strip() for name in _cells(header_line, delimiter)]
        columns = columns_for(header, options.columns)
        if not columns["title"]:
            names = ", ".join(repr(name) for name in header[:20])
            raise RecordError(f"no title column among {names[:300]}; say --map title=COLUMN", 1)
        for line, cells in _rows(lines, len(header), delimiter):
            if isinstance(cells, str):
                yield RecordError(cells, line)
                continue
            position = Source(path=source.path, format=self.name, position=line)
            try:
                record: dict[str, Any] = dict(zip(header, cells, strict=False))
                yield paper_from(record, columns, position)
            except RecordError as error:
                yield error


CSV = TableReader("csv", "comma- or semicolon-separated values with a header line", (".csv",), ",;")
TSV = TableReader("tsv", "tab-separated values with a header line", (".tsv", ".tab"), "\t")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


class _Lines:
    """Physical lines with their numbers; those of the row at hand can be given back."""

    def __init__(self, source: Input) -> None:
        self._lines = bounded_lines(source.text(), _LONGEST_LINE)
        self._waiting: deque[tuple[int, str]] = deque()
        self.row: list[tuple[int, str]] = []
        self.ended_within = False
        self._size = 0

    def first(self) -> str:
        """The header: the first line that is not empty; an empty string when there is none."""
        return next((line for _, line in self._physical() if line.strip()), "")

    def _physical(self) -> Iterator[tuple[int, str]]:
        while self._waiting:
            yield self._waiting.popleft()
        for number, line in self._lines:
            yield number, _BAD_LINE if line is None else line

    def start(self) -> None:
        """Forget the row at hand."""
        self.row = []
        self._size = 0
        self.ended_within = False

    def give_back(self) -> None:
        """Put all lines of the row at hand but its first back to be read again."""
        self._waiting.extendleft(reversed(self.row[1:]))

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.row and (len(self.row) >= _MOST_LINES or self._size > _LONGEST_ROW):
            self.ended_within = True
            raise StopIteration
        found = next(self._physical(), None)
        if found is None:
            self.ended_within = bool(self.row)
            raise StopIteration
        self.row.append(found)
        self._size += len(found[1])
        return found[1] + "\n"


def _rows(lines: _Lines, width: int, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """First line and cells of each row, or what is wrong with it."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_ROW + _LONGEST_LINE))
    while True:
        lines.start()
        try:
            cells = next(csv.reader(lines, delimiter=delimiter), None)
        except csv.Error as error:  # pragma: no cover - our bounds are tighter than those of csv
            lines.give_back()
            yield lines.row[0][0], f"not a row of a table: {error}"
            continue
        if cells is None:
            return
        line, first = lines.row[0]
        problem = _problem(lines, cells, width, delimiter)
        if problem:
            lines.give_back()
            plain = first.split("\t") if delimiter == "\t" else []
            # Many tab-separated files know no quoting: there a quote is a sign like any other.
            yield line, plain if len(plain) == width else problem
        elif _has_text(cells):
            yield line, cells


def _has_text(cells: list[str]) -> bool:
    return any(cell and not cell.isspace() for cell in cells)


def _problem(lines: _Lines, cells: list[str], width: int, delimiter: str) -> str | None:
    if lines.ended_within or (len(lines.row) > 1 and not _is_quoted_well(lines.row, delimiter)):
        return "a quote is opened and never closed"
    if any(text == _BAD_LINE for _, text in lines.row):
        return "the line is too long"
    if _has_text(cells) and (len(cells) < width or _has_text(cells[width:])):
        return f"{len(cells)} cells where the header has {width}"
    return None


def _is_quoted_well(row: list[tuple[int, str]], delimiter: str) -> bool:
    """Whether nothing but a delimiter follows a closing quote; else it is the opening one of another row."""
    text = [line + "\n" for _, line in row]
    try:
        return next(csv.reader(text, delimiter=delimiter, strict=True), None) is not None
    except csv.Error:
        return False
