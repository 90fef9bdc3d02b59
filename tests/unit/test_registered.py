"""ORCIDs, ROR ids and identifiers in records of named values."""

from __future__ import annotations

from typing import Any

import pytest

from kg.model import Paper, Source
from kg.readers.records import columns_for, paper_from
from kg.readers.registered import identifier_of

ADA, BO = "0000-0002-1825-0097", "0000-0001-5109-3700"
SOURCE = Source(path="x", format="json", position=7)


def paper(**record: Any) -> Paper:
    record = {"title": "Boats", **record}
    return paper_from(record, columns_for(record, {}), SOURCE)


@pytest.mark.parametrize(
    ("record", "orcids"),
    [
        ({"authors": [{"name": "Ada E", "orcid": f"https://orcid.org/{ADA}"}, {"name": "Bo S"}]}, {"Ada E": ADA}),
        ({"authors": [{"given": "Ada", "family": "E", "ORCID_id": ADA}, "Bo S"]}, {"Ada E": ADA}),
        ({"authors": {"name": "Ada E", "orcid": ADA}}, {"Ada E": ADA}),
        ({"authors": "Ada E; Bo S", "author_orcids": f"{ADA};{BO}"}, {"Ada E": ADA, "Bo S": BO}),
        ({"authors": "Ada E; Bo S", "orcids": f";{BO}"}, {"Bo S": BO}),
        ({"authors": ["Ada E", "Bo S"], "orcids": [None, BO]}, {"Bo S": BO}),
        (
            {"authors": "Ada E; Bo S", "orcids": {"Bo S": BO, "Cy P": ADA, "E, Ada": ADA}},
            {"Ada E": ADA, "Bo S": BO},
        ),
        ({"authors": ["Ada E", "Bo S"], "orcids": [BO]}, {}),
        ({"authors": ["Ada E"], "orcid": "0000-0002-1825-0098"}, {}),
        ({"authors": [{"name": "Wei L", "orcid": ADA}, {"name": "Wei L", "orcid": BO}]}, {}),
        ({"authors": [{"name": "", "orcid": ADA}], "orcids": 5}, {}),
    ],
)
def test_orcids_come_with_the_authors_or_beside_them(record: dict[str, Any], orcids: dict[str, str]) -> None:
    assert paper(**record).orcids == orcids


def test_ror_ids_come_with_the_organisations() -> None:
    found = paper(organizations=[{"name": "Lab B", "ror": "https://ror.org/05dxps055"}, {"name": "Lab A", "ror": "x"}])
    assert (found.organizations, found.rors) == (("Lab A", "Lab B"), {"Lab B": "05dxps055"})
    assert paper(affiliations="Lab B; Lab A", ror="05dxps055; 03jdj4y14").rors == {
        "Lab A": "03jdj4y14",
        "Lab B": "05dxps055",
    }


@pytest.mark.parametrize(
    ("record", "identifiers"),
    [
        ({"identifiers": {"openalex": "https://openalex.org/W42", "PubMed": 17}}, ("openalex:W42", "pmid:17")),
        ({"identifiers": ["acl:P19-1001", "pmc:17", "no", 5]}, ("acl:P19-1001", "pmcid:PMC17")),
        ({"identifiers": "openalex:W42; s2:99, dblp:conf/x/Y"}, ("dblp:conf/x/Y", "openalex:W42", "s2:99")),
        ({"externalIds": {"DOI": "10.5555/x", "ArXiv": "2401.00001", "CorpusId": 99}}, ("s2:99",)),
        ({"pmid": 17, "OpenAlex_ID": "w42", "acl": ["P19-1001"]}, ("acl:P19-1001", "openalex:W42", "pmid:17")),
        ({"pmid": "many", "identifiers": {"x y": "y z", "a": True, "b": None, "c": "\udc80"}}, ()),
        ({"pmid": None}, ()),
    ],
)
def test_identifiers_are_an_object_a_list_a_text_or_columns(
    record: dict[str, Any], identifiers: tuple[str, ...]
) -> None:
    assert paper(**record).identifiers == identifiers


def test_the_register_may_be_named_in_many_ways() -> None:
    assert identifier_of("Semantic Scholar", "99/") == identifier_of("s2_id", 99) == "s2:99"
    assert identifier_of("PMC-ID", "pmc3") == "pmcid:PMC3"
