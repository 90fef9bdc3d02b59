"""The terms that the RDF export uses exist, every row of the schema has some, and IRIs are minted safely."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.exporters.rdf_ontology import FOLDER, made_files, own_terms
from kg.exporters.rdf_terms import (
    NAMESPACES,
    Minter,
    NTriples,
    Turtle,
    check_base,
    doi_iri,
    expand,
    is_plain_url,
)
from kg.schema import (
    NODE_TYPES,
    RDF_CLASSES,
    RDF_PROFILES,
    RDF_PROPERTIES,
    RDF_RELATIONS,
    RELATION_TYPES,
)
from kg.server.descriptions import service_description, void
from kg.sparql.engine import Answer
from tests.maven import UnavailableError
from tests.rdf.vocabularies import PACKAGED, TRANSCRIBED, Vocabulary, codemeta, packaged, transcribed

MORE = {"sd": "http://www.w3.org/ns/sparql-service-description#", "void": "http://rdfs.org/ns/void#"}
"""Namespaces that only the server speaks."""
EMPTY = b'{"head": {"vars": []}, "results": {"bindings": []}}'
NEW_IN_RDF_12 = {"rdf:reifies"}
SYNTAX = {f"rdf:{name}" for name in ("RDF", "Description", "about", "datatype", "resource")}
"""Names of RDF/XML, which are no terms."""


def mapped() -> Iterator[str]:
    """The terms of the tables of the schema."""
    for table in (RDF_CLASSES, RDF_RELATIONS, RDF_PROPERTIES):
        for cells in table.values():
            for cell in cells:
                yield from (term.removeprefix("^") for term in cell.split())


def in_code() -> Iterator[str]:
    """The terms in the sources of the export."""
    found = re.compile(rf"(?<![\w:/#.-])({'|'.join(NAMESPACES)}):([A-Za-z]\w*)")
    for path in (Path(__file__).parents[2] / "exporters").glob("rdf*.py"):
        yield from (f"{prefix}:{name}" for prefix, name in found.findall(path.read_text(encoding="utf-8")))
    for name in ("ontology.ttl", "shapes.ttl"):
        yield from (f"{prefix}:{term}" for prefix, term in found.findall((FOLDER / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def vocabularies() -> dict[str, Vocabulary]:
    """What the own file of every vocabulary declares, by prefix."""
    found = {prefix: transcribed(prefix, NAMESPACES[prefix]) for prefix in TRANSCRIBED}
    try:
        found["codemeta"] = codemeta(NAMESPACES["codemeta"])
        found |= {prefix: packaged(prefix, MORE.get(prefix) or NAMESPACES[prefix]) for prefix in PACKAGED}
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no vocabularies: {error}")
        pytest.skip(f"no vocabularies: {error}")
    return found


def fault(term: str, vocabularies: Mapping[str, Vocabulary], kind: str | None = None) -> str | None:
    """What is wrong with a term; None for a good one."""
    prefix, _, name = term.partition(":")
    if prefix == "kg":
        return None if term in {own.name for own in own_terms()} or name.endswith("Shape") else "not ours"
    vocabulary = vocabularies[prefix]
    if term in NEW_IN_RDF_12:
        return None
    if name not in vocabulary.terms:
        return "not there"
    if name in vocabulary.left:
        return "deprecated"
    return None if kind in (None, vocabulary.terms[name]) else f"no {kind}"


@pytest.mark.parametrize("term", sorted({*mapped(), *in_code()} - SYNTAX))
def test_every_term_exists_in_its_vocabularys_own_file(term: str, vocabularies: dict[str, Vocabulary]) -> None:
    assert fault(term, vocabularies) is None


@pytest.mark.parametrize(
    ("table", "kind"), [(RDF_CLASSES, "class"), (RDF_RELATIONS, "property"), (RDF_PROPERTIES, "property")]
)
def test_classes_are_classes_and_properties_are_properties(
    table: Mapping[str, Sequence[str]], kind: str, vocabularies: dict[str, Vocabulary]
) -> None:
    used = {term.removeprefix("^") for cells in table.values() for cell in cells for term in cell.split()}
    assert {term: fault(term, vocabularies, kind) for term in used if fault(term, vocabularies, kind)} == {}


@pytest.mark.parametrize(
    ("term", "kind", "why"),
    [
        ("dcterms:titel", None, "not there"),
        ("fabio:hasArXivID", None, "not there"),
        ("lpwc:papers", None, "not there"),
        ("schema:Papper", None, "not there"),
        ("kg:nothing", None, "not ours"),
        ("schema:UserBlocks", None, "deprecated"),
        ("schema:author", "class", "no class"),
        ("mls:Task", "property", "no property"),
    ],
)
def test_a_wrong_term_is_found(term: str, kind: str | None, why: str, vocabularies: dict[str, Vocabulary]) -> None:
    assert fault(term, vocabularies, kind) == why


def test_an_invented_term_is_found_in_every_vocabulary(vocabularies: dict[str, Vocabulary]) -> None:
    for prefix in vocabularies:
        assert fault(f"{prefix}:inventedHere", vocabularies) == "not there"


def test_a_kind_is_told_from_another_in_every_vocabulary(vocabularies: dict[str, Vocabulary]) -> None:
    wrong = {"class": "property", "property": "class"}
    used = {term for term in (*mapped(), *in_code()) if not term.startswith("kg:")} - SYNTAX - NEW_IN_RDF_12
    for term in used:
        kind = vocabularies[term.partition(":")[0]].terms[term.partition(":")[2]]
        if kind in wrong:
            assert fault(term, vocabularies, wrong[kind]) == f"no {wrong[kind]}"


def test_terms_of_descriptions_exist_too(vocabularies: dict[str, Vocabulary]) -> None:
    text = service_description("http://a.org/") + void("http://a.org/", lambda question: Answer("rows", "", EMPTY))
    found = set(re.findall(r"(?<![\w:/#.-])((?:sd|void|foaf|dcterms):[A-Za-z]\w*)", text))
    assert len(found) > 15
    assert {term: fault(term, vocabularies) for term in found if fault(term, vocabularies)} == {}


def test_every_prefix_has_the_namespace_that_the_own_file_binds(vocabularies: dict[str, Vocabulary]) -> None:
    for prefix, vocabulary in vocabularies.items():
        assert (MORE.get(prefix) or NAMESPACES[prefix]) == vocabulary.namespace
        assert len(vocabulary.terms) > 5
    assert NAMESPACES.keys() - {"kg"} <= vocabularies.keys()


def test_namespaces_are_those_of_rdflib_but_for_schema_org() -> None:
    known = dict(rdflib.Graph().namespaces())
    for prefix in NAMESPACES.keys() & known.keys():
        assert NAMESPACES[prefix].replace("http://schema.org/", "https://schema.org/") == str(known[prefix])


def test_every_transcription_is_used() -> None:
    used = {term.partition(":")[0] for term in (*mapped(), *in_code())}
    assert set(TRANSCRIBED) <= used


def test_every_row_of_the_schema_has_its_terms_in_every_profile() -> None:
    assert RDF_CLASSES.keys() == NODE_TYPES.keys()
    assert RDF_RELATIONS.keys() == RELATION_TYPES.keys()
    properties = {name for table in (NODE_TYPES, RELATION_TYPES) for row in table.values() for name in row.properties}
    assert properties | {"id", "name", "aliases", "named", "kind"} == RDF_PROPERTIES.keys()
    for table in (RDF_CLASSES, RDF_RELATIONS, RDF_PROPERTIES):
        assert all(len(cells) == len(RDF_PROFILES) for cells in table.values())


def test_properties_of_a_type_have_distinct_terms_in_the_default_profile() -> None:
    for label, node in NODE_TYPES.items():
        names = ["id", "name", "aliases", "named", "kind", *node.properties]
        terms = [RDF_PROPERTIES[name][0] or f"kg:{name}" for name in names]
        assert len(set(terms)) == len(terms)
        edges = {
            term for name, r in RELATION_TYPES.items() if label in r.sources for term in RDF_RELATIONS[name][0].split()
        }
        assert not edges & set(terms)


@pytest.mark.parametrize("name", made_files())
def test_a_shipped_file_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == made_files()[name], "run make docs"


def test_every_own_term_has_a_label_and_a_comment() -> None:
    for term in own_terms():
        assert term.label
        assert term.comment
    names = [term.name for term in own_terms()]
    assert len(set(names)) == len(names)


# IRIs

IRI = re.compile(r"[a-z]+://[A-Za-z0-9.:-]+/(?:[A-Za-z0-9._~:/()!*,@=;#-]|%[0-9A-F]{2})*")
NAMES = st.text(max_size=12)  # no surrogates


@given(NAMES)
def test_every_id_gives_a_valid_iri(entity_id: str) -> None:
    minter = Minter()
    for iri in (
        minter.entity(entity_id),
        minter.paper(entity_id),
        minter.paper(entity_id, f"10.1234/{entity_id}"),
        minter.text(entity_id, "title"),
        minter.edge(entity_id, "USES", entity_id),
    ):
        assert IRI.fullmatch(iri)
        assert not iri.rpartition("/")[2].startswith("..") or len(iri.rpartition("/")[2]) > 2
        assert iri.rpartition("/")[2] not in ("", ".", "..")


@given(st.lists(st.one_of(NAMES, NAMES.map("method:{}".format)), unique=True, max_size=20))
def test_different_ids_give_different_iris(ids: list[str]) -> None:
    minter = Minter()
    iris = [mint(entity_id) for entity_id in ids for mint in (minter.entity, minter.paper)]
    assert len(set(iris)) == len(iris)


def test_iris_are_readable() -> None:
    minter = Minter("https://example.org/kg")
    assert minter.entity("method:resnet50") == "https://example.org/kg/method/resnet50"
    assert (
        minter.entity("dataset:पढ़ना") == "https://example.org/kg/dataset/%E0%A4%AA%E0%A4%A2%E0%A4%BC%E0%A4%A8%E0%A4%BE"
    )
    assert minter.entity("unknown:x") == "https://example.org/kg/entity/unknown%3Ax"
    assert minter.entity("method:..") == "https://example.org/kg/entity/method%3A.."
    assert minter.entity("..") == "https://example.org/kg/entity/%00.."
    assert minter.paper("title:1") == "https://example.org/kg/paper/title%3A1"


def test_papers_have_the_iri_of_their_doi_or_arxiv_page() -> None:
    minter = Minter()
    assert minter.paper("a", "10.1234/ab<c>") == doi_iri("10.1234/ab<c>") == "https://doi.org/10.1234/ab%3Cc%3E"
    assert minter.paper("b", None, "2401.00001") == "https://arxiv.org/abs/2401.00001"
    assert minter.paper("c", None, "cs.CL/0101001") == "https://arxiv.org/abs/cs.CL/0101001"
    assert minter.paper("d", "no doi", "no id") == "http://127.0.0.1:8000/paper/d"


def test_a_doi_is_given_once() -> None:
    minter = Minter()
    first = minter.paper("a", "10.1234/x", "2401.00001")
    second = minter.paper("b", "10.1234/x", "2401.00001")
    third = minter.paper("c", "10.1234/x", "2401.00001")
    assert (first, second, third) == (
        "https://doi.org/10.1234/x",
        "https://arxiv.org/abs/2401.00001",
        "http://127.0.0.1:8000/paper/c",
    )


@pytest.mark.parametrize("doi", ["10.1234/../x", "10.1234/a/./b", "10.1234/a//b", "10.1234/", "10.1234/é"])
def test_a_doi_that_paths_would_change_is_none(doi: str) -> None:
    assert Minter().paper("a", doi).endswith("/paper/a")


@pytest.mark.parametrize(
    "base", ["", "x", "/a/", "http://", "http://a b/", "http://a/?q", "http://a/#", "http://é/", "a:b"]
)
def test_what_is_no_base_is_refused(base: str) -> None:
    with pytest.raises(UsageError, match="no base for IRIs"):
        check_base(base)


@pytest.mark.parametrize(
    ("text", "is_url"),
    [
        ("https://image-net.org", True),
        ("https://a.org/b/c.html?x=1&y=%20#z", True),
        ("http://a.org:80/~b/(c)", True),
        ("https://a.org/ b", False),
        ("https://a.org/>", False),
        ("https://a.org/%zz", False),
        ("https://a.org/../b", False),
        ("javascript:alert(1)", False),
        ("https://a..b/", False),
        ("https://a.org/é", False),
        ("https://a.org/" + "x" * 3000, False),
        ("", False),
    ],
)
def test_only_a_plain_url_becomes_an_iri(text: str, is_url: bool) -> None:
    assert is_plain_url(text) is is_url


def test_ntriples_are_canonical() -> None:
    terms = NTriples()
    assert terms.text('a"\\\n\r\t\b\f\x00\x1f\x7f\x85é🧪') == '"a\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001F\\u007F\x85é🧪"'
    assert terms.typed("1", "xsd:integer") == f'"1"^^<{expand("xsd:integer")}>'
    assert terms.term("rdf:type") == f"<{expand('rdf:type')}>"


def test_turtle_is_short_where_the_syntax_allows() -> None:
    terms = Turtle("http://a.org/")
    assert terms.iri("http://a.org/method/x") == "method:x"
    assert terms.iri("http://a.org/method/%00") == "method:%00"
    assert terms.iri("http://a.org/method/x.") == "<http://a.org/method/x.>"
    assert terms.iri("http://a.org/method/-x") == "<http://a.org/method/-x>"
    assert terms.iri("http://a.org/method/~x") == "<http://a.org/method/~x>"
    assert terms.iri("http://b.org/x") == "<http://b.org/x>"
    assert terms.typed("1", "xsd:integer") == "1"
    assert terms.typed("0.5e0", "xsd:double") == "0.5e0"
    assert terms.typed("1e-12", "xsd:double") == "1e-12"
    assert terms.typed("INF", "xsd:double") == '"INF"^^xsd:double'
    assert terms.typed("true", "xsd:boolean") == "true"
    assert terms.typed("2024", "xsd:gYear") == '"2024"^^xsd:gYear'
