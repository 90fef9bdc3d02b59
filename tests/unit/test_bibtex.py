from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kg.model import Paper
from kg.readers.bibtex import READER
from tests.reading import Errors, read_file, read_text, sniffed


def read(folder: Path, text: str | bytes) -> tuple[list[Paper], Errors]:
    return read_text(folder, READER, text)


def one(folder: Path, fields: str) -> Paper:
    papers, errors = read(folder, "@article{k, title = {Boats}, " + fields + "}")
    assert not errors
    return papers[0]


def test_the_sample_of_a_library(samples: Path) -> None:
    papers, errors = read_file(samples / "bibtex-library.bib", READER)
    assert not errors
    first, second, third, fourth, fifth, later, collected, orphan, others = papers
    assert first.title == "TideNet: A Study of O(n²) Nets & Øther Théories"
    assert first.authors == ("Jörg Müller", "Jan van der Berg", "The Tide Collaboration", "Ana García Jr.")
    assert first.abstract == (
        "We present TideNet – a net for tides. It beats BERT by 4% on GLUE and costs $5. “Good” nets are rare."
    )
    assert (first.venue, first.date) == ("Journal of Imagined Methods", "2031-12-24")
    assert (first.doi, first.links) == ("10.1234/tide.1", ("https://example.org/tide_net?a=1&b=2",))
    assert (first.keywords, first.identifiers) == (("boats", "tides, nets"), ("pmid:30000009",))
    assert (second.title, second.arxiv_id) == ('A "Quoted" Title, with Commas and = Signs', "2010.01234")
    assert (third.authors, third.date, third.links) == (
        ("Maja Lind", "Jon Aas"),
        "2029-03-02",
        ("https://example.org/clocks",),
    )
    assert (fourth.title, fourth.date, fourth.arxiv_id) == (
        "Two Entries on a Line: And a Subtitle",
        "2028-07",
        "2807.00001",
    )
    assert fifth.date == "2030"
    assert (later.title, later.venue, later.date) == ("Knots that Hold", "The Book of Knots", "2029-11")
    assert (collected.venue, orphan.venue, others.venue) == ("The Book of Knots", None, "unknownjournal")
    positions = [paper.sources[0].position for paper in papers]
    assert positions == [6, 22, 24, 25, 26, 30, 31, 32, 33]


def test_the_sample_of_the_acl_anthology(samples: Path) -> None:
    papers, errors = read_file(samples / "bibtex-anthology.bib", READER)
    assert not errors
    assert [(p.id, p.identifiers, p.date) for p in papers] == [
        ("doi:10.18653/v1/2031.acl-long.7", ("acl:2031.acl-long.7",), "2031-07"),
        ("acl:J99-1001", ("acl:J99-1001",), "1999"),
    ]
    assert papers[0].abstract == "We ask what BERT knows about boats. On BoatBank, accuracy is 71.2%."
    assert papers[0].authors == ("Maja Lind", "Jon Aas")


def test_several_entries_on_a_line_and_text_between_them(tmp_path: Path) -> None:
    text = "words @misc{a,title={A}} mail@example.org @misc(b, title = {B (b)}) @misc{c, title = {C}} more\n@@ @ x"
    papers, errors = read(tmp_path, text)
    assert ([(p.title, p.sources[0].position) for p in papers], errors) == ([("A", 1), ("B (b)", 1), ("C", 1)], [])


def test_a_broken_entry_costs_itself_alone(tmp_path: Path) -> None:
    text = """@article{a, title = {A}}
@article{b, title = {B {unbalanced}
@article{c, title = {C} author = {no comma}}
@article{d, title = {D}, year = }
@article{}
@article{e, title = {E}}
@article{f, title = {F
"""
    papers, errors = read(tmp_path, text)
    assert [p.title for p in papers] == ["A", "D", "E"]
    assert [(position, reason[:42]) for position, reason in errors] == [
        (2, "an entry that is never closed: its braces "),
        (3, "not BibTeX: a comma is missing after a val"),
        (5, "no title"),
        (7, "the file ends within an entry"),
    ]


def test_values_that_are_none_or_too_long_cost_their_entry(tmp_path: Path) -> None:
    text = """@string{s = {LONG}}
@string{t = {x} y}
@misc{a, title = {A}, note = MANY}
@misc{b, title = {B}, note = = x}
@misc{c, title = {C}, note = t}
"""
    papers, errors = read(tmp_path, text.replace("LONG", "s" * 1500).replace("MANY", " # ".join(["s"] * 1000)))
    assert [p.title for p in papers] == ["C"]
    assert [position for position, _ in errors] == [3, 4]


def test_a_line_or_entry_that_is_too_long_costs_itself_alone(tmp_path: Path) -> None:
    long_line = "@misc{a, title = {A}, abstract = {" + "x" * (3 << 20) + "}}\n"
    many_lines = "@misc{b, title = {B}, note = {\n" + ("y" * 1000 + "\n") * 5000 + "}}\n"
    papers, errors = read(tmp_path, long_line + "@misc{x,\n" + long_line + many_lines + "@misc{c, title = {C}}\n")
    assert [p.title for p in papers] == ["C"]
    assert len(errors) == 2
    assert all("too long" in reason or "never closed" in reason for _, reason in errors)


def test_strings_join_months_and_unknown_names(tmp_path: Path) -> None:
    text = """@STRING{ACL = "Meeting of " # {Linguists}}
@string(x = {X})
@string{broken}
@misc{a, title = "A" # { and } # "B", journal = acl # " (" # X # ")", year = 2030, month = 1 # "~" # jan}"""
    papers, errors = read(tmp_path, text)
    assert not errors
    assert (papers[0].title, papers[0].venue) == ("A and B", "Meeting of Linguists (X)")
    assert papers[0].date == "2030-01-01"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("year = 2030, month = jul", "2030-07"),
        ('year = 2030, month = "July"', "2030-07"),
        ('year = 2030, month = "5--7~" # jul', "2030-07-05"),
        ("year = 2030, month = {99 jul}", "2030-07"),
        ("year = 2030, month = 7", "2030-07"),
        ("year = 2030, month = {07}", "2030-07"),
        ("year = 2030, month = {13}", "2030"),
        ("year = 2030, month = {spring}", "2030"),
        ("year = {c. 2030}", "2030"),
        ("year = {in press}", None),
        ("date = {2030-07-05}", "2030-07-05"),
        ("date = {2030-07/2030-08}", "2030-07"),
        ("date = {2030/2031}", "2030"),
        ("date = {2030-07-05T10:00:00}", "2030-07-05"),
        ("date = {soon}, year = 2030", "2030"),
        ("", None),
    ],
)
def test_dates(tmp_path: Path, fields: str, expected: str | None) -> None:
    assert one(tmp_path, fields).date == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("eprint = {2010.01234}, archiveprefix = {arXiv}", "2010.01234"),
        ("eprint = {arXiv:2010.01234v3}", "2010.01234"),
        ("eprint = {1234.56789}, eprinttype = {jstor}", None),
        ("eprint = {hal-0123}", None),
        ("journal = {CoRR}, volume = {abs/2010.01234}", "2010.01234"),
        ("journal = {arXiv preprint}", None),
        ("note = {arXiv:2010.01234 [cs.CL]}", "2010.01234"),
        ("url = {https://arxiv.org/abs/2010.01234v1}", "2010.01234"),
        ("url = {https://arxiv.org/list/cs.CL}", None),
        ("doi = {10.48550/arXiv.2010.01234}", "2010.01234"),
    ],
)
def test_arxiv_ids(tmp_path: Path, fields: str, expected: str | None) -> None:
    assert one(tmp_path, fields).arxiv_id == expected


def test_ids_links_and_organisations(tmp_path: Path) -> None:
    paper = one(
        tmp_path,
        r"url = {https://doi.org/10.1234/A\_b}, howpublished = {\href{https://example.org/a\%20b}{here}}, "
        "pmcid = {PMC123}, pmc = {x}, affiliation = {Dept. of Boats, University of Ashford, Norway; Google}",
    )
    assert (paper.doi, paper.identifiers) == ("10.1234/a_b", ("pmcid:PMC123",))
    assert "https://example.org/a%20b" in paper.links
    assert paper.organizations == ("Google", "University of Ashford")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("Doe, Jane and others", ("Jane Doe",)),
        ("{Barnes and Noble, Inc.} and Ludwig van Beethoven", ("Barnes and Noble, Inc.", "Ludwig van Beethoven")),
        ("", ()),
        ("{Knot} and {and and}", ("Knot", "and and")),
        ("Li", ("Li",)),
    ],
)
def test_names(tmp_path: Path, names: str, expected: tuple[str, ...]) -> None:
    assert one(tmp_path, f"author = {{{names}}}").authors == expected


def test_a_volume_is_no_paper_but_lends_its_fields(tmp_path: Path) -> None:
    text = """@inproceedings{a, title = {A}, crossref = {V}, year = 2031}
@article{b, title = {B}}
@proceedings{v, title = {Meeting of Nets}, year = 2030, month = may}"""
    papers, errors = read(tmp_path, text)
    assert [(p.title, p.venue, p.date) for p in papers] == [("A", "Meeting of Nets", "2031-05"), ("B", None, None)]
    assert errors == [(3, "a volume of proceedings, which is no paper")]


def test_entries_wait_for_a_parent_only_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.readers.bibtex._MOST_WAITING", 3)
    entries = [f"@misc{{k{n}, title = {{T{n}}}, crossref = {{p}}}}" for n in range(6)]
    papers, errors = read(tmp_path, "\n".join([*entries, "@book{p, title = {P}, year = 2030}"]))
    assert not errors
    assert [(p.title, p.date) for p in papers] == [
        ("T0", None),
        ("T1", None),
        ("T2", None),
        ("T3", "2030"),
        ("T4", "2030"),
        ("T5", "2030"),
        ("P", "2030"),
    ]


def test_a_record_with_bytes_that_are_no_utf8_costs_itself_alone(tmp_path: Path) -> None:
    papers, errors = read(tmp_path, b"@misc{a, title = {caf\xe9}}\n@misc{b, title = {B}}\n@misc{c, author={x}}")
    assert [p.title for p in papers] == ["B"]
    assert errors == [(1, "not UTF-8"), (3, "no title")]


def test_what_waits_comes_before_the_damage_that_ends_the_file(tmp_path: Path) -> None:
    text = "@misc{a, title = {A}, crossref = {p}}\n" + "".join(f"% {n * 7919}\n" for n in range(50_000))
    papers, errors = read(tmp_path, gzip.compress(text.encode())[:-20_000])
    assert [p.title for p in papers] == ["A"]
    assert [(position, "cut off" in reason) for position, reason in errors] == [(None, True)]


def test_comments_hold_no_entries(tmp_path: Path) -> None:
    papers, errors = read(tmp_path, "@comment{ @misc{a, title = {A}} }\n@preamble{ {x} }\n@misc{b, title = {B}}")
    assert ([p.title for p in papers], errors) == (["B"], [])


def test_many_entries_on_one_line_take_little_time(tmp_path: Path) -> None:
    papers, errors = read(tmp_path, "@a{}" * 2_000 + "@misc{b, title = {B}}" + "@" * 100_000 + "{" * 100_000)
    assert (len(papers), len(errors)) == (1, 2_000)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("% a library\n\n@article{k,\n title = {A}}", 0.96),
        ("@string{a = {b}}\n", 0.6),
        ("@strange{k, title = {A}}", 0.0),
        ("see me@example.org {title = x}", 0.0),
        ('{"a": "\n@article{k, title=}"}', 0.0),
        ("", 0.0),
    ],
)
def test_it_is_told_by_its_entries(tmp_path: Path, text: str, score: float) -> None:
    assert sniffed(tmp_path, READER, text) == score
