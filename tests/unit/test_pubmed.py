from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Paper
from kg.readers.pubmed import READER
from tests.reading import Errors, read_file, read_text, sniffed

WORD = "<PubmedArticleSet>{}</PubmedArticleSet>"
ARTICLE = (
    "<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article>{article}</Article>{more}</MedlineCitation>"
    "<PubmedData>{data}</PubmedData></PubmedArticle>"
)
TITLE = "<ArticleTitle>Boats.</ArticleTitle>"


def read(
    folder: Path, article: str = TITLE, pmid: str = "7", more: str = "", data: str = ""
) -> tuple[list[Paper], Errors]:
    return read_text(folder, READER, WORD.format(ARTICLE.format(article=article, pmid=pmid, more=more, data=data)))


def one(folder: Path, article: str = TITLE, pmid: str = "7", more: str = "", data: str = "") -> Paper:
    papers, errors = read(folder, article, pmid, more, data)
    assert not errors
    return papers[0]


def test_the_sample(samples: Path) -> None:
    papers, errors = read_file(samples / "pubmed-update.xml", READER)
    assert not errors
    first, second, third = papers
    assert first.title == "Counting CD4⁺ cells & platelets in H₂O with CellNet"
    assert first.abstract == (
        "BACKGROUND: Counting cells is slow. METHODS: We train CellNet on TideCells with two NVIDIA A100 GPUs "
        "(p < 0.05). Results: accuracy is 91%. Code is at https://example.org/cellnet."
    )
    assert (first.doi, first.date, first.venue) == ("10.1234/jim.2031.1", "2030-12-24", "Journal of Imagined Medicine")
    assert first.authors == ("Jörg A Müller Jr", "B Okafor", "The Cell Counting Group")
    assert first.orcids == {"Jörg A Müller Jr": "0000-0002-1825-0097"}
    assert first.organizations == ("Elm Institute", "Oak Hospital", "University of Ashford")
    assert first.rors == {"University of Ashford": "05dxps055"}
    assert first.keywords == ("Cell Count", "deep learning")
    assert first.identifiers == ("pmcid:PMC9000001", "pmid:30000001")
    assert (second.title, second.date, second.arxiv_id) == ("On the reading of old clocks", "1998-12", "2101.00001")
    assert (second.abstract, second.venue) == ("Old clocks are hard to read.", "Clocks")
    assert second.organizations == ("Clock Museum",)
    assert (third.id, third.date, third.venue) == ("pmid:30000003", "2029-07", "A Book of Rare Measurements")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<ArticleTitle>[Boats].</ArticleTitle>", "Boats"),
        ("<ArticleTitle>[Boats.]</ArticleTitle>", "Boats"),
        ("<ArticleTitle>Boats and so on...</ArticleTitle>", "Boats and so on..."),
        ("<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>B&#xe5;ter.</VernacularTitle>", "Båter"),
        ("<ArticleTitle>Boats &amp;lt; ships &lt;i&gt;now&lt;/i&gt;</ArticleTitle>", "Boats < ships now"),
    ],
)
def test_titles(tmp_path: Path, title: str, expected: str) -> None:
    assert one(tmp_path, title).title == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<Year>2031</Year>", "2031"),
        ("<Year>2031</Year><Month>Jul-Aug</Month>", "2031-07"),
        ("<Year>2031</Year><Month>02</Month><Day>03</Day>", "2031-02-03"),
        ("<Year>2031</Year><Season>Spring</Season>", "2031"),
        ("<Year>2031</Year><Month>Winter</Month>", "2031"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000"),
        ("<MedlineDate>2000-2001</MedlineDate>", "2000"),
        ("<MedlineDate>some day</MedlineDate>", None),
        ("", None),
    ],
)
def test_dates(tmp_path: Path, date: str, expected: str | None) -> None:
    article = f"{TITLE}<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>"
    assert one(tmp_path, article).date == expected


def test_the_day_of_entry_is_the_last_resort(tmp_path: Path) -> None:
    day = "<PubMedPubDate PubStatus='{}'><Year>2030</Year><Month>1</Month><Day>2</Day></PubMedPubDate>"
    assert one(tmp_path, data=f"<History>{day.format('pubmed')}</History>").date == "2030-01-02"
    assert one(tmp_path, data=f"<History>{day.format('medline')}</History>").date is None


def test_ids_that_are_none_are_left_out(tmp_path: Path) -> None:
    ids = (
        "<ArticleIdList><ArticleId IdType='pmc'>x</ArticleId><ArticleId IdType='pii'>S1</ArticleId>"
        "<ArticleId IdType='doi'>10.1/a</ArticleId><ArticleId/></ArticleIdList>"
    )
    paper = one(tmp_path, pmid="no number", data=ids)
    assert (paper.identifiers, paper.arxiv_id) == ((), None)
    assert one(tmp_path, pmid="007").id == "pmid:7"


def test_withdrawn_citations_are_told_one_by_one(tmp_path: Path) -> None:
    good = ARTICLE.format(article=TITLE, pmid="1", more="", data="")
    papers, errors = read_text(
        tmp_path,
        READER,
        WORD.format(good + "<DeleteCitation><PMID>5</PMID><PMID Version='2'>6</PMID></DeleteCitation>"),
    )
    assert len(papers) == 1
    assert [(position, reason[:53]) for position, reason in errors] == [
        (2, "PubMed has withdrawn the citation with PMID 5: it is "),
        (2, "PubMed has withdrawn the citation with PMID 6: it is "),
    ]


@pytest.mark.parametrize("kind", ["Retracted Publication", "Retraction of Publication", "Published Erratum"])
def test_retracted_papers_and_notices_are_rejected(tmp_path: Path, kind: str) -> None:
    kinds = f"<PublicationTypeList><PublicationType>{kind}</PublicationType></PublicationTypeList>"
    papers, errors = read(tmp_path, TITLE + kinds)
    assert (papers, errors) == ([], [(1, f"a {kind.lower()}, not a paper")])


def test_records_without_what_makes_a_paper_are_rejected(tmp_path: Path) -> None:
    text = WORD.format(
        "<PubmedArticle/><PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>"
        + ARTICLE.format(article="<ArticleTitle/>", pmid="1", more="", data="")
        + ARTICLE.format(article=TITLE, pmid="2", more="", data="")
    )
    papers, errors = read_text(tmp_path, READER, text)
    assert [paper.title for paper in papers] == ["Boats"]
    assert errors == [(1, "no MedlineCitation in it"), (2, "no Article in it"), (3, "no title")]


def test_the_old_root_and_a_single_record_are_read(tmp_path: Path) -> None:
    citation = f"<MedlineCitation><PMID>9</PMID><Article>{TITLE}</Article></MedlineCitation>"
    for text in (f"<MedlineCitationSet>{citation}</MedlineCitationSet>", citation):
        papers, errors = read_text(tmp_path, READER, text)
        assert ([paper.id for paper in papers], errors) == (["pmid:9"], [])
        assert sniffed(tmp_path, READER, text) > 0.9


def test_a_book_without_chapters_and_authors(tmp_path: Path) -> None:
    text = (
        "<PubmedBookArticleSet><PubmedBookArticle><BookDocument><PMID>3</PMID><Book><BookTitle>Boats</BookTitle>"
        "<AuthorList><Author><LastName>Lind</LastName></Author></AuthorList></Book><KeywordList><Keyword>sea</Keyword>"
        "</KeywordList></BookDocument></PubmedBookArticle></PubmedBookArticleSet>"
    )
    papers, _ = read_text(tmp_path, READER, text)
    assert [(p.title, p.venue, p.authors, p.keywords) for p in papers] == [("Boats", None, ("Lind",), ("sea",))]


def test_an_entity_bomb_is_refused_after_what_came_before(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + WORD.format("<x>&b;</x>")
    papers, errors = read_text(tmp_path, READER, bomb)
    assert papers == []
    assert len(errors) == 1 and "entity" in errors[0][1]


@pytest.mark.parametrize("text", ["", "<html/>", "PubmedArticleSet", "<feed/>"])
def test_other_files_are_not_taken_for_it(tmp_path: Path, text: str) -> None:
    assert sniffed(tmp_path, READER, text) == 0
