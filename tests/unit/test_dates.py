from __future__ import annotations

from datetime import date

import pytest

from kg.readers.dates import day_of, iso_date, month_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("2019.0", "2019"),
        ("2024-05", "2024-05"),
        ("2024-05-17", "2024-05-17"),
        ("2024/5/7", "2024-05-07"),
        ("2024.05.17", "2024-05-17"),
        ("20240517", "2024-05-17"),
        ("2024-05-17T08:00:00Z", "2024-05-17"),
        ("2024-05-17 08:00", "2024-05-17"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"),
        ("17 May 2024", "2024-05-17"),
        ("2-Sep-2024", "2024-09-02"),
        ("May 17, 2024", "2024-05-17"),
        ("September 3rd, 2024", "2024-09-03"),
        ("Sept. 2024", "2024-09"),
        ("2024 Mar 3", "2024-03-03"),
        ("2024 Mar", "2024-03"),
        ("17/05/2024", "2024"),
        ("in press (2024)", "2024"),
        ("2024-13-01", "2024"),
        ("2023-02-30", "2023-02"),
        ("2019 to 2021", None),
        ("soon", None),
        ("", None),
        ("0", None),
        ("1" * 10_000, None),
    ],
)
def test_dates_are_read_to_the_precision_known(text: str, expected: str | None) -> None:
    assert iso_date(text) == expected


def test_months_and_days() -> None:
    assert month_of("Sept") == 9
    assert day_of(2024, 2, 29) == date(2024, 2, 29)
    assert day_of(2023, 2, 29) is None
    with pytest.raises(ValueError):
        month_of("Smarch")
