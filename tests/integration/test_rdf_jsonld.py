"""A JSON-LD processor, offline: it finds in an export the statements of its N-Triples, and frames it to what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from kg.exporters.rdf import Options, groups_of_graph, write_rdf
from kg.exporters.rdf_ontology import FOLDER
from kg.exporters.rdf_syntax import JsonTerms, context
from kg.exporters.rdf_terms import DEFAULT_BASE, expand, is_plain_url
from kg.graph import KnowledgeGraph
from kg.model import Entity
from tests.contract.test_exporters import hostile_graph
from tests.graphs import sample_graph

HERE = "file:///package/"
OFFLINE = {f"{HERE}{name}": name for name in ("context.jsonld", "frame.jsonld")}
NO_INVERSE = ("lpwc", "schema.org", "ml-schema")
"""Profiles in which all that is said of an entity stands with it."""
DOUBLE = ox.NamedNode(expand("xsd:double"))


def shipped(url: str, _options: Any) -> dict[str, Any]:
    """A document loader that has the shipped files alone."""
    if url not in OFFLINE:
        raise jsonld.JsonLdError(f"{url} is not to be loaded", "offline")
    document = json.loads((FOLDER / OFFLINE[url]).read_text(encoding="utf-8"))
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}


LOADED = {"documentLoader": shipped, "base": HERE, "omitGraph": False}


def linked_graph() -> KnowledgeGraph:
    """Papers whose IRIs lie deeper than their prefixes, and links that do."""
    links = ("http://schema.org/", "https://arxiv.org/abs/cs/0112017", "https://w3id.org/paper-kg", "http://a.org/x:y")
    papers = [
        Entity(id="arxiv:math.GT/0309136", type="Paper", name="Knots", properties={"arxiv_id": "math.GT/0309136"}),
        Entity(id="title:links", type="Paper", name="Links", properties={"links": links}),
    ]
    return KnowledgeGraph(papers, [])


GRAPHS = {"sample": sample_graph, "hostile": hostile_graph, "linked": linked_graph, "empty": KnowledgeGraph}


def written(graph: KnowledgeGraph, path: Path, **options: Any) -> Path:
    write_rdf(groups_of_graph(graph), path, Options(run="abc", **options))
    return path


def document(graph: KnowledgeGraph, folder: Path, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(graph, folder / "graph.jsonld", **options).read_text(encoding="utf-8"))
    return found


def in_order(value: Any) -> Any:
    """The same with every array in one order: they are sets."""
    if isinstance(value, dict):
        return {key: in_order(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(map(in_order, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def statements(lines: bytes) -> set[ox.Quad]:
    """The statements; numbers as PyLD writes them, which keeps 16 digits of each."""
    found = set()
    for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS):
        value = quad.object
        if isinstance(value, ox.Literal) and value.datatype == DOUBLE:
            value = ox.Literal(f"{float(value.value):.15E}", datatype=DOUBLE)
        found.add(ox.Quad(quad.subject, quad.predicate, value))
    return found


@pytest.mark.parametrize("evidence", ["none", "full"])
@pytest.mark.parametrize("profile", NO_INVERSE)
@pytest.mark.parametrize("name", GRAPHS)
def test_an_export_is_what_the_shipped_frame_makes_of_it(
    name: str, profile: str, evidence: str, tmp_path: Path
) -> None:
    ours = document(GRAPHS[name](), tmp_path, profile=profile, evidence=evidence)
    framed = jsonld.frame(ours, f"{HERE}frame.jsonld", LOADED)
    assert framed.pop("@context") == "context.jsonld"
    assert in_order(framed["@graph"]) == in_order(ours["@graph"])


def test_flattened_and_framed_again_an_export_is_what_it_was(tmp_path: Path) -> None:
    ours = document(hostile_graph(), tmp_path)
    flat = jsonld.flatten(ours, None, LOADED)
    assert len(flat) > 3 * len(ours["@graph"])
    framed = jsonld.frame(flat, f"{HERE}frame.jsonld", LOADED)
    assert in_order(framed["@graph"]) == in_order(ours["@graph"])


def test_a_framed_paper_holds_its_texts_and_its_edges_with_their_evidence(tmp_path: Path) -> None:
    framed = jsonld.frame(document(sample_graph(), tmp_path), f"{HERE}frame.jsonld", LOADED)
    paper = next(node for node in framed["@graph"] if node["@id"] == "arxiv:2401.00001")
    assert {each["kg:field"] for each in paper["@reverse"]["dcterms:isPartOf"]} == {"abstract", "title"}
    edge = next(each for each in paper["@reverse"]["rdf:subject"] if each["rdf:object"] == {"@id": "hardware:a100"})
    selectors = edge["kg:evidence"]["oa:hasTarget"]["oa:hasSelector"]
    assert {each["@type"] for each in selectors} == {"oa:TextPositionSelector", "oa:TextQuoteSelector"}


def test_annotations_alone_are_framed_beside_the_entities(tmp_path: Path) -> None:
    ours = document(hostile_graph(), tmp_path, evidence="annotation")
    frame = json.loads((FOLDER / "frame.jsonld").read_text(encoding="utf-8"))
    reference = {"@embed": "@never", "@omitDefault": True}
    frame["@type"].append("oa:Annotation")
    frame["oa:hasTarget"] = frame["@reverse"]["rdf:subject"]["kg:evidence"]["oa:hasTarget"]
    assert frame["oa:hasTarget"]["oa:hasSource"] == reference
    framed = jsonld.frame(ours, frame, LOADED)
    assert in_order(framed["@graph"]) == in_order(ours["@graph"])


def test_another_base_is_framed_with_the_context_of_the_document(tmp_path: Path) -> None:
    ours = document(sample_graph(), tmp_path, base="https://example.org/kg/")
    frame = json.loads((FOLDER / "frame.jsonld").read_text(encoding="utf-8"))
    framed = jsonld.frame(ours, {**frame, "@context": ours["@context"]}, LOADED)
    assert in_order(framed) == in_order(ours)


@pytest.mark.parametrize("profile", ["lpwc", "schema.org", "fair4ml", "ml-schema", "mldcat-ap"])
@pytest.mark.parametrize("name", GRAPHS)
def test_a_processor_finds_the_statements_of_the_ntriples(name: str, profile: str, tmp_path: Path) -> None:
    graph = GRAPHS[name]()
    ours = document(graph, tmp_path, profile=profile)
    lines = written(graph, tmp_path / "graph.nt", profile=profile).read_bytes()
    found = jsonld.to_rdf(ours, {**LOADED, "format": "application/n-quads"})
    assert "_:" not in found
    assert statements(found.encode()) == statements(lines)


def test_nothing_else_is_loaded() -> None:
    with pytest.raises(jsonld.JsonLdError):
        jsonld.expand({"@context": "http://schema.org/", "name": "x"}, LOADED)


@given(st.sampled_from(sorted(context(DEFAULT_BASE).values())), st.text("a:/#?@%41-._~", max_size=9))
def test_an_iri_with_a_prefix_is_that_iri_for_a_processor(namespace: str, rest: str) -> None:
    iri = namespace + rest
    if is_plain_url(iri):
        node = {"@context": context(DEFAULT_BASE), **JsonTerms(DEFAULT_BASE).iri(iri), "dcterms:title": "x"}
        assert [each["@id"] for each in jsonld.expand(node, LOADED)] == [iri]
