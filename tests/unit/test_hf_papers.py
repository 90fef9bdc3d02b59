from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import RecordError
from kg.model import Paper
from kg.papers import distinct_papers
from kg.protocols import ReadOptions
from kg.readers.hf_papers import READER
from kg.readers.streams import FileInput

PROSE = (
    "The harbour fills and empties twice a day, and what lies on its ground is seen for some minutes only. We fly a "
    "camera over it at every low tide of a year, join the pictures into one map a week, and let a small network mark "
    "what moved between two maps: anchors, chains, wrecks and, once, a piano."
)
HEADER = "\n\n".join(
    (
        "new",
        "Get trending papers in your email inbox!",
        "Subscribe",
        "Daily Papers",
        "byAK and the research community",
        "",
    )
)


def read(path: Path, year: int | None = None) -> list[Paper | RecordError]:
    with FileInput(str(path)) as source:
        return list(READER.read(source, ReadOptions(year=year)))


def page(tmp_path: Path, text: str, name: str = "page.txt", year: int | None = None) -> list[Paper | RecordError]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return read(path, year)


def papers(items: list[Paper | RecordError]) -> list[Paper]:
    assert not [item.reason for item in items if isinstance(item, RecordError)]
    return [item for item in items if isinstance(item, Paper)]


def dates(items: list[Paper | RecordError]) -> list[str | None]:
    return [paper.date for paper in papers(items)]


SEED_PAGES = {
    "000_7fde0ada9861cc5f.txt": 37,
    "001_06db3012bfea4519.txt": 114,
    "002_b83fde86acf153a7.txt": 192,
    "003_702800cd84e7896b.txt": 59,
    "004_77ee6278bbdee379.txt": 64,
}


@pytest.mark.parametrize(("name", "count"), SEED_PAGES.items())
def test_every_record_of_the_seed_pages_is_read_whole(shared: Path, name: str, count: int) -> None:
    found = papers(read(shared / "seeds" / name))
    assert len(found) == count
    lines = (shared / "seeds" / name).read_text(encoding="utf-8").split("\n")
    for paper in found:
        # Title and abstract are lines of the page as they stand: nothing is cut, joined or mixed up.
        title_line = paper.sources[0].position
        assert lines[title_line - 1].split() == paper.title.split()
        assert lines[title_line + 1].split() == paper.abstract.split()
        assert 1300 < len(paper.abstract) < 2000
        assert 10 < len(paper.title) < 170


def test_every_long_line_of_the_seed_pages_is_an_abstract(shared: Path) -> None:
    for name in SEED_PAGES:
        abstracts = [paper.abstract for paper in papers(read(shared / "seeds" / name))]
        lines = (shared / "seeds" / name).read_text(encoding="utf-8").split("\n")
        assert abstracts == [" ".join(line.split()) for line in lines if len(line) > 250]


def test_the_seed_pages_hold_433_distinct_papers(shared: Path) -> None:
    found = [paper for name in SEED_PAGES for paper in papers(read(shared / "seeds" / name))]
    assert len(found) == 466
    assert len(distinct_papers(found)) == 433


def test_the_feet_of_the_seed_pages_are_read(shared: Path) -> None:
    first, second, bare, fourth, fifth = (papers(read(shared / "seeds" / name)) for name in SEED_PAGES)
    assert [p.organizations for p in first if p.organizations] == [("Zyphra",)]
    assert {o for p in second for o in p.organizations} == {"alibaba", "LongCat", "Gensyn"}
    assert [o for p in fourth for o in p.organizations] == ["Gensyn", "MMR1", "Tencent", "Zyphra"]
    assert not any(p.date or p.author_count or p.upvotes for p in bare)
    assert (second[0].date, second[0].author_count, second[0].upvotes) == ("2025-07-04", 3, None)
    assert (fifth[2].date, fifth[2].author_count, fifth[2].upvotes) == ("2025-05-27", 8, 5)
    assert (fifth[1].title[:10], fifth[1].date) == ("YouTube-8M", "2016-09-27")
    assert max(p.date for page in (first, second, fourth, fifth) for p in page if p.date) < "2025-12"


def test_layout_with_dots(samples: Path) -> None:
    found = papers(read(samples / "hf-dots.txt"))
    assert [p.title.split(":")[0] for p in found] == [
        "Lanternfish",
        "Counting Boats in Low Light",
        "Tide Tables from Satellite Radar",
        "An Index of Foghorns",
    ]
    assert [p.date for p in found] == ["2024-02-03", "2023-11-30", "2023-12-24", "2022-06-01"]
    assert [p.author_count for p in found] == [6, 1, None, 3]
    assert [p.upvotes for p in found] == [12, None, 1200, 4]
    assert [p.organizations for p in found] == [(), (), ("Harbour Lab of the North",), ()]
    assert [p.sources[0].position for p in found] == [13, 21, 29, 37]
    assert found[1].abstract.endswith("Code and pictures are at https://example.org/boats.")


def test_layout_without_dots(samples: Path) -> None:
    found = papers(read(samples / "hf-plain.txt"))
    assert [p.date for p in found] == ["2023-11-30", "2024-12-29", None, "2024-01-02"]
    assert [p.author_count for p in found] == [1, None, None, 11]
    assert found[1].organizations == ("ropeworks",)
    assert found[2].title == "A Paper Without a Foot"


def test_layout_without_any_metadata(samples: Path) -> None:
    found = papers(read(samples / "hf-bare.txt"))
    assert [len(p.abstract) for p in found] == [321, 289, 114]
    assert [p.date for p in found] == [None, None, None]


def test_content_tells_the_format_of_each_layout(samples: Path, tmp_path: Path) -> None:
    for name in ("hf-dots.txt", "hf-plain.txt", "hf-bare.txt"):
        with FileInput(str(samples / name)) as source:
            assert READER.sniff(source) > 0.9
    for text, score in ((f"A Title\n\n{PROSE}\n\n  • 3 authors\nMay 5\n", 0.8), (f"A Title\n\n{PROSE}\n", 0.0)):
        (tmp_path / "x").write_text(text, encoding="utf-8")
        with FileInput(str(tmp_path / "x")) as source:
            assert READER.sniff(source) == score


def record(foot: str, title: str = "A Map of Moved Things") -> str:
    return f"{title}\n\n{PROSE}\n\n{foot}\n\n"


@pytest.mark.parametrize(
    ("today", "foot", "expected"),
    [
        # The page's year is the first after every year on the page.
        ("Dec 29", "Dec 29", "2024-12-29"),
        ("Dec 29", "Dec 30", "2023-12-30"),
        ("Jan 5", "Dec 30", "2023-12-30"),
        ("Jan 5", "Jan 5", "2024-01-05"),
        # A leap day is the latest there was.
        ("Feb 29", "Feb 29", "2024-02-29"),
        ("Dec 29, 2027", "Feb 29", "2024-02-29"),
        # The page may state its year.
        ("Dec 29, 2027", "Dec 1", "2027-12-01"),
        # Days that are none are left out.
        ("Dec 29", "Feb 30", None),
        ("Dec 29", "Feb 30, 2020", None),
    ],
)
def test_a_date_without_year_is_the_latest_not_after_the_page(
    tmp_path: Path, today: str, foot: str, expected: str | None
) -> None:
    text = (
        HEADER
        + today
        + "\n\n"
        + record("  • 3 authors\n·\nMay 10, 2023", "Another Map")
        + record(f"  • 2 authors\n·\n{foot}")
    )
    assert dates(page(tmp_path, text)) == ["2023-05-10", expected]


def test_the_year_of_a_page_without_years_comes_from_the_caller_the_file_name_or_an_arxiv_id(tmp_path: Path) -> None:
    text = HEADER + "Jan 5\n\n" + record("  • 2 authors\n·\nDec 30")
    assert dates(page(tmp_path, text)) == [None]
    assert dates(page(tmp_path, text, year=2025)) == ["2024-12-30"]
    assert dates(page(tmp_path, text, name="daily-2022-01-05.txt")) == ["2021-12-30"]
    with_id = text.replace("a piano.", "a piano (arXiv:2411.01234).")
    assert dates(page(tmp_path, with_id)) == ["2024-12-30"]
    assert dates(page(tmp_path, with_id.replace("2411", "2501"))) == ["2024-12-30"]


def test_a_page_without_its_own_date_ends_its_year(tmp_path: Path) -> None:
    text = record("  • 2 authors\nDec 30") + record("  • 2 authors\nMay 1, 2023", "Another Map")
    assert dates(page(tmp_path, text)) == ["2024-12-30", "2023-05-01"]
    assert dates(page(tmp_path, record("  • 2 authors\nDec 30"), name="2025-03-01.txt")) == ["2024-12-30"]


@pytest.mark.parametrize(
    ("foot", "authors", "organization", "upvotes"),
    [
        ("  • 7 authors\n·\nMay 5 3", 7, None, 3),
        ("  • 7 authors\n\n·\n\nMay 5\n\n1,203", 7, None, 1203),
        ("7 authors\nMay 5", 7, None, None),
        ("nvidia NVIDIA\nMay 5", None, "NVIDIA", None),
        ("Deep-Sea\n·\nMay 5 2", None, "Deep-Sea", 2),
        ("deep.sea Deep Sea Lab\n\n·\n\nMay 5", None, "Deep Sea Lab", None),
        ("·\nMay 5", None, None, None),
        ("May 5 1.2.3", None, None, None),
        ("  • 7 au\udc80thors\nMay 5 3", None, None, 3),
    ],
)
def test_feet(tmp_path: Path, foot: str, authors: int | None, organization: str | None, upvotes: int | None) -> None:
    text = HEADER + "Dec 29, 2024\n\n" + record(foot) + record("  • 1 author\nMay 1", "Another Map")
    found = papers(page(tmp_path, text))
    assert [p.title for p in found] == ["A Map of Moved Things", "Another Map"]
    assert found[0].abstract == PROSE
    assert found[0].author_count == authors
    assert found[0].organizations == ((organization,) if organization else ())
    assert (found[0].date, found[0].upvotes) == ("2024-05-05", upvotes)


def test_an_abstract_right_before_the_date_is_no_organization(tmp_path: Path) -> None:
    found = papers(
        page(tmp_path, f"A Title\n\n{PROSE}\nMay 5, 2024\n\nAnother Title\n\n{PROSE} It was sold.\n\nMay 5, 2024\n")
    )
    assert [p.organizations for p in found] == [(), ()]
    assert found[0].abstract == PROSE


def test_a_short_last_sentence_before_the_date_is_no_organization(tmp_path: Path) -> None:
    half = PROSE[:150]
    (found,) = papers(page(tmp_path, f"A Title\n\n{half}\nIt was sold.\nMay 5, 2024\n"))
    assert (found.abstract, found.organizations) == (f"{half} It was sold.", ())


def test_a_title_is_no_organization(tmp_path: Path) -> None:
    (found,) = papers(page(tmp_path, "1 author\n\nA Title\n\nMay 5, 2024\n"))
    assert (found.title, found.organizations, found.date) == ("A Title", (), "2024-05-05")


def test_wrapped_lines_and_lines_without_gaps_are_joined_or_parted(tmp_path: Path) -> None:
    words = PROSE.split()
    wrapped = "\n".join(" ".join(words[i : i + 12]) for i in range(0, len(words), 12))
    assert papers(page(tmp_path, f"A Title\n\n{wrapped}\n\n  • 2 authors\nMay 5\n"))[0].abstract == PROSE
    squeezed = f"A Title\n{PROSE}\n  • 2 authors\n·\nMay 5\nAnother\n{PROSE}\nlab Lab\n·\nMay 6\n"
    found = papers(page(tmp_path, squeezed))
    assert [(p.title, p.abstract, p.organizations) for p in found] == [
        ("A Title", PROSE, ()),
        ("Another", PROSE, ("Lab",)),
    ]


def test_an_abstract_of_two_paragraphs_stays_one(tmp_path: Path) -> None:
    found = papers(
        page(tmp_path, f"A Title\n\n{PROSE}\n\n{PROSE}\n\n  • 2 authors\nMay 5\n\n" + record("  • 1 author\nMay 6"))
    )
    assert [len(p.abstract) for p in found] == [2 * len(PROSE) + 1, len(PROSE)]


def test_a_title_without_abstract_does_not_shift_the_others(tmp_path: Path) -> None:
    items = page(
        tmp_path, HEADER + f"Dec 1\n\nOnly a Title\n\nA Title\n\n{PROSE}\n\nLast Title\n\n  • 3 authors\nMay 5, 2024"
    )
    assert [p.title for p in items if isinstance(p, Paper)] == ["A Title", "Last Title"]
    (error,) = [item for item in items if isinstance(item, RecordError)]
    assert (error.position, "no abstract" in error.reason) == (13, True)


def test_furniture_is_no_paper_wherever_it_stands(tmp_path: Path) -> None:
    foot = "  • 2 authors\n·\nMay 5, 2024"
    text = (
        "Sort by likes\n\n"
        + HEADER
        + "Dec 29\n\n"
        + record(foot)
        + HEADER
        + record(foot, "Another Map")
        + "Previous\n\nNext\n\nCompany\n\nTOS\n"
    )
    assert [p.title for p in papers(page(tmp_path, text))] == ["A Map of Moved Things", "Another Map"]


def test_a_word_of_the_furniture_within_an_abstract_stays(tmp_path: Path) -> None:
    head, tail = PROSE[:200], PROSE[200:].replace("\n", " ")
    found = papers(page(tmp_path, f"A Title\n\n{head}\nmodels\n{tail}\n\n  • 2 authors\nMay 5\n"))
    assert " models " in found[0].abstract


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "no papers on this page", None),
        (HEADER + "Dec 29\n", "no papers on this page", None),
        (f"{PROSE}\n\n{PROSE}\n\n", "no title before", 1),
        ("Some Words\n\nMore words\n", "no abstract", 1),
    ],
)
def test_what_is_no_record_is_told(tmp_path: Path, text: str, reason: str, position: int | None) -> None:
    (error,) = page(tmp_path, text)
    assert isinstance(error, RecordError)
    assert reason in error.reason
    assert error.position == position


def test_bad_bytes_and_endless_lines_cost_one_record(tmp_path: Path) -> None:
    bad = record("  • 2 authors\nMay 5", "Caf@ Maps").encode().replace(b"@", b"\xe9")
    long = f"A Title\n\n{'x' * (1 << 21)}\n\n  • 2 authors\nMay 5\n\n".encode()
    path = tmp_path / "page.txt"
    path.write_bytes(bad + long + record("  • 2 authors\nMay 5").encode())
    items = read(path)
    assert [type(item) for item in items] == [RecordError, RecordError, Paper]


def test_too_long_titles_and_pages_are_refused(tmp_path: Path) -> None:
    wrapped = "\n".join(["Twelve words of a title that goes on and on and on"] * 4)
    (item,) = page(tmp_path, f"{wrapped}\n" * 3 + f"\n\n{PROSE * 9}\n\n  • 2 authors\nMay 5\n")
    assert isinstance(item, RecordError)
    (item,) = page(tmp_path, f"A Title\n\n{'x' * 250_000}\n\n  • 2 authors\nMay 5\n")
    assert isinstance(item, RecordError)
    with pytest.raises(RecordError, match="no saved page"):
        page(tmp_path, (record("  • 2 authors\nMay 5") + "x" * 1_000_000 + "\n") * 70)
