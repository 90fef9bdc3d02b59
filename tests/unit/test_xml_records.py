from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordError
from kg.readers.xml import XmlRecord, inner_text, root_of, xml_records

Found = list[tuple[int | None, str]]


def records(data: bytes, *names: str, largest: int = 1000) -> Iterator[XmlRecord | RecordError]:
    return xml_records(io.BytesIO(data), names or ("r",), largest=largest)


def found(data: bytes, *names: str, largest: int = 1000) -> Found:
    """Number and text of each record, or position and reason."""
    result: Found = []
    try:
        for item in records(data, *names, largest=largest):
            if isinstance(item, XmlRecord):
                result.append((item.number, inner_text(item.element)))
            else:
                result.append((item.position, f"! {item.reason}"))
    except RecordError as error:
        result.append((error.position, f"!! {error.reason}"))
    return result


def test_records_have_local_names_numbers_lines_and_ancestors() -> None:
    data = b'<x:a xmlns:x="u" n="1"><x:r xml:lang="en">one</x:r>\n<b k="2"><r><r>two</r></r></b></x:a>'
    first, second = (item for item in records(data) if isinstance(item, XmlRecord))
    assert (first.number, first.line, first.element.tag, first.element.attrib) == (1, 1, "r", {"lang": "en"})
    assert [(a.tag, a.attrib) for a in first.ancestors] == [("a", {"n": "1"})]
    assert (second.number, second.line, [a.tag for a in second.ancestors]) == (2, 2, ["a", "b"])
    assert second.element.findtext("r") == "two"


def test_text_within_keeps_order_and_parts_blocks() -> None:
    data = b"<r>a<i>b</i>c<p>d</p><p>e</p>10<sup>-3</sup>4<sup>th</sup><sup><i>2</i></sup>&amp;f</r>"
    assert found(data) == [(1, "abc d  e 10⁻³4th2&f")]
    assert inner_text(None) == ""


def test_an_entity_that_is_declared_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;">]><a><r>&m;</r></a>'
    assert found(bomb) == [(1, "!! refused: the file declares an entity ('l')")]
    outside = b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a><r>&f;</r></a>'
    assert found(outside) == [(1, "!! refused: the file declares an entity ('f')")]
    parameter = b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://localhost:1/x.dtd"> %p;]><a><r>x</r></a>'
    assert found(parameter) == [(1, "!! refused: the file declares an entity ('p')")]


def test_a_dtd_elsewhere_is_not_fetched_and_its_characters_are_those_of_html(tmp_path: Path) -> None:
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ENTITY eacute "fetched">')
    data = f'<!DOCTYPE a PUBLIC "-//X//DTD" "{dtd.as_uri()}"><a>&eacute;<r>&eacute;&foo;</r></a>'.encode()
    assert found(data) == [(1, "é&foo;")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a><r>1</r><r>2</a>", [(1, "1"), (2, "!! not XML: mismatched tag: line 1, column 17")]),
        (b"<a><r>1</r></b>", [(1, "1"), (2, "!! not XML: mismatched tag: line 1, column 13")]),
        (b"<a><r>1</r><r>2", [(1, "1"), (2, "!! not XML: no element found: line 1, column 15")]),
        (b"", [(1, "!! not XML: no element found: line 1, column 0")]),
        (b"text", [(1, "!! not XML: syntax error: line 1, column 0")]),
        (b"<a><r>\xe9</r></a>", [(1, "!! not XML: not well-formed (invalid token): line 1, column 6")]),
        (
            b"<a><r>1</r><r>\x00</r></a>",
            [(1, "1"), (2, "!! not XML: not well-formed (invalid token): line 1, column 14")],
        ),
        (
            b'<?xml version="1.0" encoding="shift_jis"?><a/>',
            [(1, "!! not XML: multi-byte encodings are not supported")],
        ),
        (b'<?xml version="1.0" encoding="nosuch"?><a/>', [(1, "!! not XML: unknown encoding: nosuch")]),
    ],
)
def test_what_is_no_xml_ends_the_file_with_a_reason(data: bytes, expected: Found) -> None:
    assert found(data) == expected


def test_other_encodings_are_read() -> None:
    assert found('<?xml version="1.0" encoding="iso-8859-1"?><r>é</r>'.encode("latin-1")) == [(1, "é")]
    assert found('<?xml version="1.0" encoding="utf-16"?><r>é</r>'.encode("utf-16")) == [(1, "é")]
    assert found("\ufeff<r>é</r>".encode()) == [(1, "é")]


def test_a_record_too_large_costs_itself() -> None:
    for large in (b"x" * 200, b"<b>" + b"x" * 200 + b"<c><d/></c></b>tail", b'<b k="' + b"x" * 200 + b'"/>'):
        data = b"<a><r>1</r><r>" + large + b"</r><r>3</r></a>"
        assert found(data, largest=100) == [(1, "1"), (2, "! a record of more than 100 characters"), (3, "3")]
    many = b"<a><r>" + b"<b/>" * 200_001 + b"</r><r>2</r></a>"
    assert found(many) == [(1, "! a record of more than 200000 elements"), (2, "2")]


def test_a_record_too_deep_costs_itself() -> None:
    data = b"<a><r>1</r><r>" + b"<b>" * 200 + b"x" + b"</b>" * 200 + b"</r><r>3</r></a>"
    assert found(data) == [(1, "1"), (2, "! nested too deeply"), (3, "3")]


def test_a_file_too_deep_is_not_read_on() -> None:
    assert found(b"<a><r>1</r><r>" + b"<b>" * 20_000) == [(1, "1"), (2, "!! not read on: nested too deeply")]
    assert found(b"<a>" * 200) == [(1, "!! not read on: nested too deeply")]


def test_a_tag_without_end_is_not_kept_in_memory() -> None:
    data = b"<a><r>1</r><r " + b"x" * (9 << 20)
    assert found(data) == [(1, "1"), (2, "!! not read on: a tag or comment of more than 4194304 bytes")]


def test_elements_outside_records_are_not_kept() -> None:
    assert found(b"<a>" + b"<b>x</b>" * 1000 + b"<r>1</r></a>") == [(1, "1")]


def test_the_root_element_is_found_behind_the_prolog() -> None:
    head = '\n<?xml version="1.0"?><!-- <x> --><!DOCTYPE a [<!ELEMENT a (b)>]>\n<x:feed xmlns:x="y">'
    assert root_of(head) == ("feed", ' xmlns:x="y"')
    assert root_of("<a/>") == ("a", "/")
    assert root_of("a < b") is None
    assert root_of("") is None


PIECES = (
    b"<a> </a> <r> </r> <b|k='1'> </b> &amp; &x; <!-- --> <![CDATA[ ]]> <!DOCTYPE|a|[ <!ENTITY|x|'y'> ]> <?x?> x <r >"
)
XML = st.sampled_from([*(piece.replace(b"|", b" ") for piece in PIECES.split()), b"\xff\xfe", b"\x00"])


@given(st.lists(XML | st.binary(max_size=4), max_size=25).map(b"".join))
def test_any_bytes_give_records_or_one_reason(data: bytes) -> None:
    result = found(data)
    assert sum(text.startswith("!!") for _, text in result) <= 1
    assert [number for number, _ in result] == list(range(1, len(result) + 1))
