from __future__ import annotations

import pytest

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.readers.draft import Draft, Organization, Person, date_of_parts, earliest_of_arxiv, orcid_of, ror_of

SOURCE = Source(path="x", format="y", position=7)


def paper(draft: Draft) -> Paper:
    return draft.paper(SOURCE)


def test_the_id_is_that_of_arxiv_then_the_doi_then_the_first_identifier_then_the_title() -> None:
    ids = ("openalex:W1", "mag:1")
    assert paper(Draft("T", arxiv_id="arXiv:2401.01234v2", doi="10.1/x", identifiers=ids)).id == "arxiv:2401.01234"
    assert paper(Draft("T", doi="https://doi.org/10.1234/X", identifiers=ids)).id == "doi:10.1234/x"
    assert paper(Draft("T", identifiers=ids)).id == "openalex:W1"
    assert paper(Draft("T")).id.startswith("title:")


def test_the_arxiv_id_is_taken_from_arxivs_own_doi() -> None:
    found = paper(Draft("T", doi="10.48550/arXiv.2401.01234"))
    assert (found.arxiv_id, found.doi) == ("2401.01234", "10.48550/arxiv.2401.01234")


def test_people_and_organisations_are_kept_once_with_their_ids() -> None:
    hulls = Organization("Hulls", "05dxps055")
    people = [
        Person("A", "0000-0002-1825-0097", [hulls]),
        Person("B", None, [Organization("Hulls"), Organization("Boats"), Organization("")]),
        Person(""),
        Person("x" * 301),
    ]
    found = paper(Draft("T", people=people, organizations=[Organization("Lab")]))
    assert found.authors == ("A", "B")
    assert found.author_count == 2
    assert found.orcids == {"A": "0000-0002-1825-0097"}
    assert found.organizations == ("Boats", "Hulls", "Lab")
    assert found.rors == {"Hulls": "05dxps055"}


def test_two_people_of_one_name_have_no_orcid_and_both_their_organisations() -> None:
    people = [Person("A", "0000-0002-1825-0097"), Person("A", "0000-0001-5109-3700", [Organization("Hulls")])]
    found = paper(Draft("T", people=people))
    assert (found.authors, found.orcids, found.organizations) == (("A",), {}, ("Hulls",))


def test_identifiers_are_sorted_and_those_that_are_none_left_out() -> None:
    found = paper(Draft("T", identifiers=["s2:2", "pmid:", "pmid:a b", "acl:P19-1", "s2:2", ""]))
    assert found.identifiers == ("acl:P19-1", "s2:2")


def test_an_abstract_needs_a_title_or_an_identifier() -> None:
    assert paper(Draft("", abstract="Text.", identifiers=["s2:1"])).id == "s2:1"
    for draft in (Draft(""), Draft("", abstract="Text."), Draft("", identifiers=["s2:1"])):
        with pytest.raises(RecordError, match="no title") as raised:
            paper(draft)
        assert raised.value.position == 7


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft("x" * 2001), "title has 2001 characters; more than 2000 is no title"),
        (Draft("T", abstract="x" * 200_001), "abstract has 200001 characters; more than 200000 is no abstract"),
        (Draft("T\udc80"), "title is not UTF-8"),
    ],
)
def test_texts_are_bounded(draft: Draft, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        paper(draft)


def test_names_and_keywords_are_bounded() -> None:
    found = paper(Draft("T", venue="x" * 301, keywords=["b", "x" * 301, "", "a", "b"]))
    assert (found.venue, found.keywords) == (None, ("a", "b"))


@pytest.mark.parametrize(
    ("value", "orcid"),
    [
        ("https://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("https://orcid.org/0000-0002-1694-2338", None),
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("0000-0002-1825-00971", None),
        (5, None),
        (None, None),
    ],
)
def test_orcids(value: object, orcid: str | None) -> None:
    assert orcid_of(value) == orcid


@pytest.mark.parametrize(
    ("value", "ror"),
    [
        (" https://ror.org/05DXPS055 ", "05dxps055"),
        ("05dxps055", "05dxps055"),
        ("https://ror.org/5dxps055", None),
        ("https://example.org/05dxps055", None),
        (None, None),
    ],
)
def test_ror_ids(value: object, ror: str | None) -> None:
    assert ror_of(value) == ror


@pytest.mark.parametrize(
    ("parts", "date"),
    [
        ([2024, 5, 17], "2024-05-17"),
        (["2024", "05"], "2024-05"),
        ([2023, 2, 29], "2023-02"),
        ([2024, 13, 1], "2024"),
        ([2024, None, 3], "2024"),
        ([2024, 0], "2024"),
        ([True], None),
        ([20245], None),
        ([999], None),
        ([], None),
    ],
)
def test_dates_of_parts(parts: list[object], date: str | None) -> None:
    assert date_of_parts(parts) == date


@pytest.mark.parametrize(
    ("date", "arxiv_id", "earliest"),
    [
        ("2026-08-30", "1601.04794", "2016-01"),
        ("2016-01-19", "1601.04794", "2016-01-19"),
        ("2015-12-31", "1601.04794", "2015-12-31"),
        (None, "1601.04794", "2016-01"),
        ("2007-05-23", "hep-th/9901001", "1999-01"),
        ("2007-05-23", "math.CO/0501001", "2005-01"),
        ("2007", None, "2007"),
        ("2007", "9999", "2007"),
    ],
)
def test_the_month_in_an_arxiv_id_bounds_the_date(date: str | None, arxiv_id: str | None, earliest: str) -> None:
    assert earliest_of_arxiv(date, arxiv_id) == earliest
