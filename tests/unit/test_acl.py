from __future__ import annotations

from pathlib import Path

import pytest

from kg.readers.acl import READER, anthology_id
from tests.reading import read_file, read_text, sniffed

COLLECTION = '<collection id="{}"><volume id="{}"><meta><year>2031</year></meta>{}</volume></collection>'
PAPER = '<paper id="{}"><title>{}</title><author><last>Aas</last></author>{}</paper>'


def test_the_sample_of_a_collection(samples: Path) -> None:
    papers, errors = read_file(samples / "acl-collection.xml", READER)
    assert not errors
    first, second, third = papers
    assert first.title == "TideBERT: An O(n²) Parser of Tide Tables"
    assert first.abstract.startswith("We present TideBERT, which parses tide tables with α")
    assert first.abstract.endswith("on GLUE & TideBank. Code: https://example.org/tidebert.")
    assert first.authors == ("Jörg Müller", "Li Na")
    assert first.orcids == {"Jörg Müller": "0000-0002-1825-0097"}
    assert first.organizations == ("University of Ashford",)
    assert first.links == ("https://example.org/tidebert", "https://github.com/example/tidebert")
    assert (first.date, first.doi) == ("2031-07", "10.18653/v1/2031.acl-long.1")
    assert first.venue == ("Proceedings of the 69th Imagined Meeting for Computational Linguistics (Long Papers)")
    assert [paper.identifiers for paper in papers] == [
        ("acl:2031.acl-long.1",),
        ("acl:2031.acl-long.2",),
        ("acl:2031.acl-1.10",),
    ]
    assert (second.id, second.date) == ("acl:2031.acl-long.2", "2031-07")
    assert (third.venue, third.date) == ("Imagined Linguistics", "2030")


def test_the_sample_of_the_format_of_2019(samples: Path) -> None:
    papers, errors = read_file(samples / "acl-volume.xml", READER)
    assert not errors
    assert [(p.id, p.date, p.venue) for p in papers] == [
        ("acl:W99-0101", "1999-09", "Workshop on Imagined Treebanks"),
        ("acl:W99-0102", "1999", None),
    ]


@pytest.mark.parametrize(
    ("collection", "volume", "paper", "expected"),
    [
        ("P19", "1", "1", "acl:P19-1001"),
        ("W19", "3", "12", "acl:W19-0312"),
        ("D19", "51", "7", "acl:D19-5107"),
        ("D19", "1", "7", "acl:D19-1007"),
        ("2031.emnlp", "main", "45", "acl:2031.emnlp-main.45"),
        ("odd one", "1", "1", None),
    ],
)
def test_ids_are_made_of_places(tmp_path: Path, collection: str, volume: str, paper: str, expected: str | None) -> None:
    papers, _ = read_text(tmp_path, READER, COLLECTION.format(collection, volume, PAPER.format(paper, "Boats", "")))
    assert papers[0].identifiers == ((expected,) if expected else ())


def test_addresses_and_dois_of_the_anthology_hold_ids() -> None:
    found = {
        "https://aclanthology.org/P19-1001.pdf": "P19-1001",
        "https://www.aclweb.org/anthology/W99-0101": "W99-0101",
        "https://aclanthology.info/papers/p19-1001/p19-1001": "P19-1001",
        "10.18653/v1/2020.acl-main.5": "2020.acl-main.5",
        "10.3115/v1/D14-1162": "D14-1162",
        "10.18653/v1/strange": None,
        "https://aclanthology.org/venues/acl/": None,
        "https://example.org/P19-1001": None,
    }
    assert {text: anthology_id(text) for text in found} == found


def test_front_matter_retracted_and_removed_papers_are_rejected(tmp_path: Path) -> None:
    papers = (
        '<paper id="1000"><title>Proceedings of Nothing</title><editor><last>Lund</last></editor></paper>'
        + PAPER.format(2, "Boats", '<retracted date="2032-01-01">wrong</retracted>')
        + PAPER.format(3, "Sails", "<removed/>")
        + PAPER.format(4, "", "")
        + PAPER.format(5, "Knots", "")
    )
    found, errors = read_text(tmp_path, READER, COLLECTION.format("2031.acl", "long", papers))
    assert [(p.title, p.sources[0].position) for p in found] == [("Knots", 5)]
    assert errors == [
        (1, "the front matter of a volume, which is no paper"),
        (2, "a paper that was retracted or removed"),
        (3, "a paper that was retracted or removed"),
        (4, "no title"),
    ]


def test_a_paper_too_large_and_a_cut_are_told_by_the_papers_number(tmp_path: Path) -> None:
    large = PAPER.format(1, "Boats", f"<abstract>{'x' * (5 << 20)}</abstract>")
    text = COLLECTION.format("2031.acl", "long", large + PAPER.format(2, "Sails", "") + PAPER.format(3, "Cut", ""))
    papers, errors = read_text(tmp_path, READER, text[: text.index("Cut") + 1])
    assert [p.title for p in papers] == ["Sails"]
    assert [position for position, _ in errors] == [1, 3]


def test_a_name_without_parts_and_markup_in_formulas(tmp_path: Path) -> None:
    more = "<author>Plato</author><abstract>With <tex-math>x<b>2</b></tex-math>.</abstract>"
    papers, _ = read_text(tmp_path, READER, COLLECTION.format("2031.acl", "long", PAPER.format(1, "Boats", more)))
    assert (papers[0].authors, papers[0].abstract) == (("Aas", "Plato"), "With x2.")


def test_without_a_year_the_collection_tells_it(tmp_path: Path) -> None:
    text = COLLECTION.format("2031.acl", "long", PAPER.format(1, "Boats", "")).replace("<year>2031</year>", "")
    assert read_text(tmp_path, READER, text)[0][0].date == "2031"


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ('<collection id="2031.acl"><volume id="1">', True),
        ('<volume id="P19"><paper id="1001">', True),
        ("<collection><volume>", False),
        ('<collection id="records"><record/></collection>', False),
        ('<volume id="x"><chapter/></volume>', False),
        ("<feed/>", False),
        ("", False),
    ],
)
def test_it_is_told_by_its_root(tmp_path: Path, text: str, sure: bool) -> None:
    assert (sniffed(tmp_path, READER, text) > 0.9) is sure
