"""Which records are records of one paper."""

from __future__ import annotations

from itertools import permutations

import pytest

from kg.identity import family_name, is_preprint_doi, merge_keys, same_papers, strong_keys
from kg.ids import paper_id
from kg.model import Paper

_numbers = iter(range(10**6))


def paper(title: str = "Boats in Low Light", year: int | None = None, author: str = "", **values: object) -> Paper:
    known = {key: values.get(key) for key in ("arxiv_id", "doi")}
    given = {"date": str(year) if year else None, "authors": (author,) if author else ()}
    return Paper.model_validate({"id": paper_id(title, **known), "title": title} | given | values)  # type: ignore[arg-type]


def parted(*records: Paper) -> list[list[int]]:
    """The numbers of the records that are one paper, the same for every order."""
    numbers = {id(record): number for number, record in enumerate(records)}
    outcomes = {
        tuple(sorted(tuple(sorted(numbers[id(r)] for r in group)) for group in same_papers(order)))
        for order in permutations(records)
    }
    assert len(outcomes) == 1
    return [list(group) for group in outcomes.pop()]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, []),
        ({"arxiv_id": "2401.01234"}, ["arxiv:2401.01234"]),
        ({"doi": "10.5555/X"}, ["doi:10.5555/x"]),
        ({"doi": "10.48550/arXiv.2401.01234v3"}, ["arxiv:2401.01234"]),
        ({"doi": "10.48550/arXiv.odd"}, ["preprint:10.48550/arxiv.odd"]),
        ({"doi": "10.21203/rs.3.rs-1/v2"}, ["preprint:10.21203/rs.3.rs-1"]),
        ({"doi": "10.48550/arXiv.2401.01234", "arxiv_id": "2401.01234"}, ["arxiv:2401.01234"]),
        ({"doi": "10.18653/v1/P19-1001"}, ["acl:p19-1001", "doi:10.18653/v1/p19-1001"]),
        (
            {"identifiers": ("acl:P19-1001", "isbn:1", "openalex:W1", "pmid:7", "s2:")},
            ["acl:p19-1001", "openalex:w1", "pmid:7"],
        ),
    ],
)
def test_identifiers_name_one_paper(values: dict[str, object], keys: list[str]) -> None:
    assert strong_keys(paper(**values)) == keys  # type: ignore[arg-type]
    assert merge_keys(paper(**values)) == [*keys, "title:boatsinlowlight"]  # type: ignore[arg-type]


def test_a_title_that_many_papers_share_joins_only_records_that_say_the_same() -> None:
    assert merge_keys(paper("Editorial", doi="10.5555/x")) == ["doi:10.5555/x"]
    a, b = paper("Editorial", 2019, "Al Smith"), paper("Editorial.", 2019, "A. Smith")
    assert merge_keys(a) == merge_keys(b) != merge_keys(paper("Editorial", 2020, "Al Smith"))
    assert parted(a, b, paper("Editorial", 2020, "Al Smith"), paper("Editorial")) == [[0, 1], [2], [3]]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Ada Lovelace", "lovelace"),
        ("Lovelace, Ada", "lovelace"),
        ("Jürgen Schmidhuber", "schmidhuber"),
        ("Ł. Kaiser", "kaiser"),
        ("O’Neil, Ann", "oneil"),
        ("Sammy Davis Jr.", "davis"),
        ("III", "iii"),
        ("李伟", "李伟"),
        ("…", ""),
        ("", ""),
    ],
)
def test_family_names(name: str, family: str) -> None:
    assert family_name(name) == family


@pytest.mark.parametrize(
    ("doi", "is_one"),
    [
        ("10.48550/arxiv.2401.00001", True),
        ("10.1101/2020.03.22.002386", True),
        ("10.1101/gr.275777.121", False),
        ("10.21203/rs.3.rs-1/v1", True),
        ("10.1145/3292500", False),
    ],
)
def test_dois_of_preprint_servers_are_known(doi: str, is_one: bool) -> None:
    assert is_preprint_doi(doi) is is_one


@pytest.mark.parametrize(
    ("a", "b", "is_one"),
    [
        (paper(year=2019, author="Al Smith"), paper(year=2020, author="Smith, A."), True),
        (paper(year=2019, author="Wei Li"), paper(year=2019, author="Li Wei"), True),
        (paper(year=2019, author="Al Smith"), paper(), True),
        (paper(year=2019), paper(author="Al Smith"), True),
        (paper(year=2019, author="Al Smith"), paper(year=2021, author="Al Smith"), False),
        (paper(year=2019, author="Al Smith"), paper(year=2019, author="Bo Jones"), False),
        (paper(year=2019), paper(year=2005), False),
        (paper(author="Al Smith"), paper(author="Bo Jones"), False),
        (paper(doi="10.5555/a"), paper(doi="10.5555/b"), False),
        (paper(doi="10.5555/a"), paper(doi="10.48550/arxiv.2401.00001"), True),
        (paper(doi="10.5555/a"), paper(doi="10.2139/ssrn.5"), True),
        (paper(arxiv_id="2401.00001"), paper(arxiv_id="2401.00002"), False),
        (paper(identifiers=("openalex:W1",)), paper(identifiers=("openalex:W2",)), True),
        (paper(identifiers=("pmid:1",)), paper(identifiers=("pmid:2",)), False),
        (paper("Boats"), paper("Boats in Low Light"), False),
        # the same identifier outweighs what else differs
        (paper(year=2005, author="Al", arxiv_id="2401.00001"), paper("X", 2019, "Bo", arxiv_id="2401.00001"), True),
        (paper("A", identifiers=("s2:1",)), paper("B", identifiers=("s2:1",)), True),
    ],
)
def test_one_title_is_one_paper_unless_something_speaks_against_it(a: Paper, b: Paper, is_one: bool) -> None:
    assert parted(a, b) == ([[0, 1]] if is_one else [[0], [1]])


def test_a_record_that_could_be_either_of_two_papers_stays_alone() -> None:
    a, b = paper(year=2019, author="Al Smith"), paper(year=2005, author="Bo Jones")
    assert parted(a, b, paper()) == [[0], [1], [2]]
    assert parted(a, b, paper(year=2019)) == [[0, 2], [1]]
    assert parted(a, b, paper(year=2019), paper(author="B. Jones"), paper()) == [[0, 2], [1, 3], [4]]
    assert parted(a, b, paper(), paper(abstract="Another."), paper(keywords=("x",))) == [[0], [1], [2, 3, 4]]


def test_the_preprint_goes_to_the_published_paper_of_the_nearest_year() -> None:
    preprint = paper(year=2019, author="Al Smith", arxiv_id="1901.00001")
    talk = paper(year=2019, author="Al Smith", doi="10.5555/talk")
    journal = paper(year=2020, author="Al Smith", doi="10.5555/journal")
    assert parted(preprint, talk, journal) == [[0, 1], [2]]


def test_yearly_reports_do_not_join_link_by_link() -> None:
    groups = parted(*(paper("Report of the Workshop", year, "Al Smith") for year in range(2015, 2020)))
    assert max(map(len, groups)) == 2


def test_a_record_that_shares_identifiers_with_two_groups_joins_them() -> None:
    a = paper("Boats", arxiv_id="2401.01234")
    b = paper("Boats in Low Light", doi="10.5555/x")
    link = paper("Counting Boats", arxiv_id="2401.01234", doi="10.5555/x")
    assert parted(a, b) == [[0], [1]]
    assert parted(a, b, link) == [[0, 1, 2]]


def test_one_record_under_two_titles_does_not_make_strangers_one() -> None:
    both = [paper("Boats", arxiv_id="2401.01234"), paper("Ships", arxiv_id="2401.01234")]
    groups = parted(*both, paper("Boats", 2019, "Al Smith"), paper("Ships", 2005, "Bo Jones"))
    assert groups == [[0, 1, 2], [3]]


def test_a_title_of_very_many_papers_joins_only_what_has_positive_evidence() -> None:
    many = [paper("Opening Remarks", 1900 + n, f"Author{chr(97 + n % 26)}", doi=f"10.5555/{n}") for n in range(100)]
    more = [
        paper("Opening Remarks", 1907, "Authorh", abstract="As on the web page."),
        paper("Opening remarks"),
        paper("Opening remarks!"),
    ]
    groups = same_papers([*many, *more])
    assert len(groups) == 101
    assert sorted(map(len, groups))[-2:] == [2, 2]
    assert [many[7], more[0]] in groups
    assert more[1:] in groups


def test_very_many_records_of_one_title_and_author_are_compared_by_year() -> None:
    many = [paper("Opening Remarks", 1800 + 3 * n, "Al Smith", doi=f"10.5555/{n}") for n in range(70)]
    assert len(same_papers([*many, paper("Opening Remarks", 1804, "Al Smith")])) == 70


def test_no_records_are_no_papers() -> None:
    assert same_papers([]) == []
