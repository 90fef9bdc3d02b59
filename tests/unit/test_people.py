"""Which node a name of a person or an organisation stands for."""

from __future__ import annotations

import pytest

from kg.assemble import assemble
from kg.graph import KnowledgeGraph
from kg.model import Extraction, Paper
from kg.people import People, is_orcid, is_ror, registered_id_of
from tests.graphs import FINGERPRINT, VOCABULARY, extraction, mention

ADA, BO, ROR = "0000-0002-1825-0097", "0000-0001-5109-3700", "03jdj4y14"


def paper(number: int, authors: tuple[str, ...], **more: object) -> Paper:
    return Paper.model_validate({"id": f"p{number}", "title": f"On {number} A100", "authors": authors, **more})


def graph(*papers: Paper) -> KnowledgeGraph:
    return assemble([(made, Extraction(paper_id=made.id, fingerprint=FINGERPRINT)) for made in papers], VOCABULARY)


def signed(found: KnowledgeGraph, label: str = "Author") -> dict[str, tuple[str, tuple[str, ...]]]:
    return {node.id: (node.name, node.aliases) for node in found.entities() if node.type == label}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (ADA, True),
        ("0000-0002-1694-233X", True),
        ("0000-0002-1694-2330", False),
        ("0000-0002-1825-0098", False),
        ("0000000218250097", False),
        ("٠٠٠٠-0002-1825-0097", False),
        ("", False),
    ],
)
def test_the_last_digit_of_an_orcid_checks_the_others(text: str, is_one: bool) -> None:
    assert is_orcid(text) is is_one


def test_ror_ids_have_their_form() -> None:
    assert [is_ror(text) for text in (ROR, "03jdj4y1", "13jdj4y14", "03jdl4y14")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("entity", "registered"),
    [
        (f"author:orcid-{ADA}", ("orcid", ADA)),
        (f"organization:ror-{ROR}", ("ror", ROR)),
        ("author:orcid-0000-0002-1825-0098", None),
        (f"organization:orcid-{ADA}", None),
        (f"author:ror-{ROR}", None),
        ("author:ada-example", None),
        ("p1", None),
    ],
)
def test_the_node_of_an_id_tells_the_id(entity: str, registered: tuple[str, str] | None) -> None:
    assert registered_id_of(entity) == registered


def test_records_of_one_orcid_are_one_person_whatever_the_names() -> None:
    found = graph(
        paper(1, ("Ada Example",), orcids={"Ada Example": ADA}),
        paper(2, ("A. Example",), orcids={"A. Example": ADA}),
        paper(3, ("Ada Example",), orcids={"Ada Example": ADA}),
    )
    assert signed(found) == {f"author:orcid-{ADA}": ("Ada Example", ("A. Example",))}
    assert [node.properties for node in found.entities("Author")] == [{"orcid": ADA}]


def test_two_orcids_of_one_name_are_two_people_and_the_name_alone_is_neither() -> None:
    found = graph(
        paper(1, ("Wei Li",), orcids={"Wei Li": ADA}),
        paper(2, ("Wei Li",), orcids={"Wei Li": BO}),
        paper(3, ("Wei Li",)),
    )
    assert set(signed(found)) == {f"author:orcid-{ADA}", f"author:orcid-{BO}", "author:wei-li"}


def test_a_name_alone_is_the_person_whose_one_orcid_bears_it() -> None:
    found = graph(paper(1, ("Wei Li", "Bo Sample")), paper(2, ("wei  LI",), orcids={"wei  LI": ADA}))
    assert signed(found) == {
        f"author:orcid-{ADA}": ("Wei Li", ("wei LI",)),
        "author:bo-sample": ("Bo Sample", ()),
    }


def test_a_person_who_signs_twice_is_one_author_of_the_paper() -> None:
    found = graph(paper(1, ("Ada Example", "Bo Sample", "A. Example"), orcids={"Ada Example": ADA, "A. Example": ADA}))
    assert [(edge.target, edge.properties) for edge in found.relations()] == [
        ("author:bo-sample", {"position": 2}),
        (f"author:orcid-{ADA}", {"position": 1}),
    ]


def test_an_id_that_is_none_counts_as_absent() -> None:
    found = graph(paper(1, ("Ada Example",), orcids={"Ada Example": "0000-0002-1825-0098", " ": ADA}))
    assert set(signed(found)) == {"author:ada-example"}


def test_a_name_that_looks_like_an_id_is_not_taken_for_it() -> None:
    assert set(signed(graph(paper(1, (f"orcid {ADA}", f"ORCID-{ADA}"))))) == {f"author:orcid{ADA}"}


def test_makers_are_the_organisations_that_papers_come_from() -> None:
    made = paper(1, (), organizations=("NVIDIA", "Lab"), rors={"NVIDIA": ROR})
    found = assemble([(made, extraction(made, mention(made, "Hardware", "A100", "used")))], VOCABULARY)
    assert signed(found, "Organization") == {f"organization:ror-{ROR}": ("NVIDIA", ()), "organization:lab": ("Lab", ())}
    assert [edge.target for edge in found.relations() if edge.type == "MADE_BY"] == [f"organization:ror-{ROR}"]


def test_the_digest_of_a_paper_changes_with_whom_its_names_alone_stand_for() -> None:
    nobody, one = People(), People([paper(1, (), orcids={"Wei Li": ADA})])
    two = People([paper(1, (), orcids={"Wei Li": ADA}), paper(2, (), orcids={"Wei Li": BO})])
    assert (bool(nobody), bool(one)) == (False, True)
    assert nobody.digest("x", ["Wei Li"], []) == two.digest("x", ["Wei Li"], []) == "x"
    assert one.digest("x", ["Bo", " "], []) == "x"
    assert one.digest("x", ["Wei Li"], []) != "x"
