"""Checks an export against the shapes, with pySHACL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import MissingExtraError, UsageError
from kg.exporters.base import open_input_bytes
from kg.exporters.rdf import syntax_of
from kg.exporters.rdf_ontology import FOLDER
from kg.exporters.rdf_read import parse_quads
from kg.exporters.rdf_syntax import unescaped
from kg.exporters.rdf_terms import expand

__all__ = ["Violation", "load", "validate_file"]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that is wrong.

    Attributes:
        node: The node.
        path: The property, or "" where the node itself is wrong.
        value: The value, or "" where one is missing or there are too many.
        message: What should be.
    """

    node: str
    path: str
    value: str
    message: str


def load(quads: Iterable[Any]) -> Any:
    """An rdflib graph of all quads, whatever graph they stand in; literals stay as they are written."""
    import pyoxigraph
    from rdflib import Graph, Literal, URIRef
    from rdflib.term import BNode

    string, escaped = (pyoxigraph.NamedNode(expand(name)) for name in ("xsd:string", "kg:escaped"))

    def term(given: Any) -> Any:
        kind = getattr(given, "datatype", None)
        if kind is not None:
            if kind == escaped:
                return Literal(unescaped(given.value))
            plain = given.language or kind == string  # rdflib tells "x" from "x"^^xsd:string, RDF does not
            datatype = None if plain else URIRef(kind.value)
            return Literal(given.value, lang=given.language, datatype=datatype, normalize=False)
        return BNode(given.value) if type(given).__name__ == "BlankNode" else URIRef(given.value)

    graph = Graph()
    for quad in quads:
        if not hasattr(quad.object, "predicate"):  # rdflib has no triple terms
            graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph


def validate_file(path: Path) -> list[Violation]:
    """What is wrong with a file of the default profile, sorted.

    Raises:
        MissingExtraError: if pySHACL is not installed.
        UsageError: if the file cannot be read, or holds nothing to check.
    """
    try:
        from pyshacl import validate
    except ImportError as error:
        raise MissingExtraError("pyshacl", "shacl") from error
    from rdflib import Graph

    suffix = syntax_of(path)
    with open_input_bytes(path) as source:
        data = load(parse_quads(source, suffix))
    if not len(data):
        raise UsageError(f"{path} holds no statement")
    shapes = Graph().parse(FOLDER / "shapes.ttl", format="turtle")
    _, report, _ = validate(data, shacl_graph=shapes, inplace=True)
    return sorted(set(_violations(report)))


def _violations(report: Any) -> Iterator[Violation]:
    from rdflib.namespace import RDF, SH

    for result in report.subjects(RDF.type, SH.ValidationResult):
        found = [report.value(result, part) for part in (SH.focusNode, SH.resultPath, SH.value, SH.resultMessage)]
        node, path, value, message = ("" if each is None else str(each) for each in found)
        yield Violation(node, path, value, message)
