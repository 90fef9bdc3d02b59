"""Dates as inputs write them, to ISO 8601 at the precision known."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["MONTH", "day_of", "iso_date", "month_of"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_YEAR = r"(?P<y>1[4-9]\d\d|20\d\d)"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"{_YEAR}(?:\.0)?",
        rf"{_YEAR}[-/.](?P<m>\d{{1,2}})",
        rf"{_YEAR}[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:[T ].*)?",
        rf"{_YEAR}(?P<m>\d\d)(?P<d>\d\d)",
        rf"(?:[a-z]{{3,9}}, )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<m>{MONTH}),?[ -]{_YEAR}(?: .*)?",
        rf"(?:[a-z]{{3,9}}, )?(?P<m>{MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}(?: .*)?",
        rf"(?P<m>{MONTH}),? {_YEAR}",
        rf"{_YEAR}[ -](?P<m>{MONTH})(?:[ -](?P<d>\d{{1,2}}))?",
    )
)
_ANY_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_LONGEST = 100


def month_of(name: str) -> int:
    """Number of an English month, full or abbreviated.

    Raises:
        ValueError: if it is none.
    """
    return _MONTHS.index(name[:3].lower()) + 1


def day_of(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_date(text: str) -> str | None:
    """ISO 8601 to the precision known (``2024``, ``2024-05``, ``2024-05-17``); None when no year can be made out.

    >>> iso_date("May 17, 2024"), iso_date("2024-05"), iso_date("2019.0"), iso_date("17/05/2024"), iso_date("soon")
    ('2024-05-17', '2024-05', '2019', '2024', None)
    """
    text = text.strip()[:_LONGEST]
    for shape in _SHAPES:
        if match := shape.fullmatch(text):
            return _iso(match)
    years = {match["y"] for match in _ANY_YEAR.finditer(text)}
    return years.pop() if len(years) == 1 else None


def _iso(match: re.Match[str]) -> str:
    parts = match.groupdict()
    year, month, day = parts["y"], parts.get("m"), parts.get("d")
    number = 0 if not month else int(month) if month.isdigit() else month_of(month)
    if not 1 <= number <= 12:
        return year
    if day and day_of(int(year), number, int(day)):
        return f"{year}-{number:02d}-{int(day):02d}"
    return f"{year}-{number:02d}"
