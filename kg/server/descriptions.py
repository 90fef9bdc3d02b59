"""What the server says about itself and its data: service description and VoID, in Turtle."""

from __future__ import annotations

import json
from collections.abc import Callable

from kg.errors import KgError
from kg.exporters.rdf_terms import NAMESPACES
from kg.sparql.engine import Answer, Question

__all__ = ["service_description", "void"]

Ask = Callable[[Question], Answer]
_PREFIXES = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix formats: <http://www.w3.org/ns/formats/> .
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix void: <http://rdfs.org/ns/void#> .

"""
_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)
_SPOKEN = ("dcterms", "kg", "lpwc", "lpwc-p", "oa", "prov", "schema", "skos")


def service_description(base: str) -> str:
    """The description of the endpoint at ``BASE/sparql``."""
    formats = ", ".join(f"formats:{name}" for name in _FORMATS)
    return (
        f"{_PREFIXES}<{base}sparql> a sd:Service ;\n"
        f"  sd:endpoint <{base}sparql> ;\n"
        "  sd:supportedLanguage sd:SPARQL11Query ;\n"
        f"  sd:resultFormat {formats} ;\n"
        "  sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .\n"
        f"<{base}#dataset> a void:Dataset ; void:sparqlEndpoint <{base}sparql> .\n"
    )


def _counts(ask: Ask, query: str) -> list[tuple[str, int]]:
    """Pairs of an IRI and a number; none where the question takes too long."""
    try:
        found = json.loads(ask(Question(query)).body)
    except KgError:
        return []
    rows = ((row.get("what", {}).get("value", ""), int(row["n"]["value"])) for row in found["results"]["bindings"])
    return sorted(rows)


def void(base: str, ask: Ask) -> str:
    """The VoID description of the dataset, with counts of the graph that is asked."""
    triples = _counts(ask, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    entities = _counts(ask, "SELECT (COUNT(*) AS ?n) { ?s dcterms:identifier ?id }")
    classes = _counts(ask, "SELECT ?what (COUNT(*) AS ?n) { ?s a ?what } GROUP BY ?what")
    properties = _counts(ask, "SELECT ?what (COUNT(*) AS ?n) { ?s ?what ?o } GROUP BY ?what")
    lines = [
        f"{_PREFIXES}<{base}.well-known/void> a void:DatasetDescription ; foaf:primaryTopic <{base}#dataset> .",
        f"<{base}#dataset> a void:Dataset ;",
        '  dcterms:title "Knowledge graph of research papers" ;',
        f"  foaf:homepage <{base}> ;",
        f"  void:sparqlEndpoint <{base}sparql> ;",
        f'  void:uriSpace "{base}" ;',
        "  void:feature formats:Turtle, formats:N-Triples, formats:JSON-LD, formats:RDF_XML ;",
        *(f"  void:vocabulary <{NAMESPACES[prefix]}> ;" for prefix in _SPOKEN),
        *(f"  void:triples {number} ;" for _, number in triples),
        *(f"  void:entities {number} ;" for _, number in entities),
        *(f"  void:classPartition [ void:class <{iri}> ; void:entities {number} ] ;" for iri, number in classes),
        *(
            f"  void:propertyPartition [ void:property <{iri}> ; void:triples {number} ] ;"
            for iri, number in properties
        ),
    ]
    return "\n".join(lines).rstrip(" ;") + " .\n"
