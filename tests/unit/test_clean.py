from __future__ import annotations

import time

import pytest

from kg.readers.clean import clean_text, has_bad_bytes


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("  two \t words\r\nand\u00a0more ", "two words and more"),
        ("Re\u0301sume\u0301", "Résumé"),
        ("nul\x00, bell\x07, escape\x1b[31m", "nul, bell, escape[31m"),
        ("zero\u200bwidth, soft\u00adhyphen, mark\ufeff, override\u202e", "zerowidth, softhyphen, mark, override"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("noncharacters \ufdd0\uffff\U0001ffff", "noncharacters"),
        ("joiners stay: \U0001f469\u200d\U0001f52c", "joiners stay: \U0001f469\u200d\U0001f52c"),
        ("private use stays: \ue000", "private use stays: \ue000"),
        ("a\x00 \x00b", "a b"),
        ("", ""),
    ],
)
def test_text_becomes_storable(raw: str, stored: str) -> None:
    assert clean_text(raw) == stored


def test_a_run_of_combining_marks_is_cut_to_thirty_and_costs_little_time() -> None:
    started = time.perf_counter()
    cleaned = clean_text("z" + "\u0316\u0301" * 200_000 + " end")
    assert time.perf_counter() - started < 5
    assert 30 < len(cleaned) <= 1 + 30 + len(" end")


def test_a_row_of_signs_is_no_run_of_marks() -> None:
    assert clean_text("─" * 80) == "─" * 80


def test_bytes_that_are_no_utf8_are_told_from_other_text() -> None:
    assert has_bad_bytes(b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert not has_bad_bytes("café")
    assert not has_bad_bytes("cafe")
