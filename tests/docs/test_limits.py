"""The limits that the documentation states are those of the code."""

from __future__ import annotations

from pathlib import Path

from kg.readers import bibtex, compression, json_records, records, ris, table, xml

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "input-formats.md"


def test_the_stated_limits_are_those_of_the_readers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"{records.LONGEST_TITLE:,} and {records.LONGEST_ABSTRACT:,} characters" in page
    longest = {
        json_records.LONGEST_RECORD,
        xml._LARGEST,
        bibtex._LONGEST_ENTRY,
        ris._LONGEST_RECORD,
        table._LONGEST_LINE,
    }
    assert [f"{limit:,} characters" in page for limit in longest] == [True]
    assert f"| {xml._DEEPEST} |" in page
    assert f"{compression.MOST_GROWTH} times its size, once it is more than {compression._FREE_BYTES >> 20} MB" in page
