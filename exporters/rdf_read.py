"""The graph out of an RDF file that this package wrote with full evidence in the default profile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from pydantic import ValidationError

from kg.bulk import compact, no_garbage_collection
from kg.errors import KgError, UsageError
from kg.exporters.base import open_input_bytes
from kg.exporters.rdf_describe import property_term
from kg.exporters.rdf_syntax import unescaped
from kg.exporters.rdf_terms import OWN, REGISTERS, expand, own_relation
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.schema import NODE_TYPES, RDF_PROFILES, RELATION_TYPES

__all__ = ["parse_quads", "read_rdf"]

T = TypeVar("T")

_FORMATS = {
    ".nt": "N_TRIPLES",
    ".nq": "N_QUADS",
    ".ttl": "TURTLE",
    ".trig": "TRIG",
    ".jsonld": "JSON_LD",
    ".rdf": "RDF_XML",
}
_XSD = expand("xsd:")
_INTEGERS = frozenset(_XSD + name for name in ("integer", "nonNegativeInteger", "int", "long"))
_RDF_TYPE = expand("rdf:type")
_RELATIONS = {expand(own_relation(label)): label for label in RELATION_TYPES}
_CLASSES = {f"{OWN}{label}": label for label in NODE_TYPES}
_PROPERTIES = {
    label: {key: expand(property_term(key, RDF_PROFILES[0])) for key in t.properties}
    for table in (NODE_TYPES, RELATION_TYPES)
    for label, t in table.items()
}
_ID, _NAME, _ALIASES, _NAMED, _KIND = (
    expand(property_term(name, RDF_PROFILES[0])) for name in ("id", "name", "aliases", "named", "kind")
)
_EXACT, _EDGE = OWN + "exact", OWN + "Edge"


class _Iri(str):
    """An IRI, told from a text."""

    __slots__ = ()


class _Edge(NamedTuple):
    """The ends and the type of an edge, as IRIs."""

    source: str
    predicate: str
    target: str


_Node = dict[str, list[Any]]


def parse_quads(source: IO[bytes], suffix: str) -> Iterator[Any]:
    """The quads of a file, as pyoxigraph's.

    Raises:
        UsageError: if it is not of the syntax that the suffix names.
    """
    import pyoxigraph

    kind = getattr(pyoxigraph.RdfFormat, _FORMATS[suffix])
    try:
        yield from pyoxigraph.parse(source, format=kind)
    except (SyntaxError, ValueError) as error:
        raise UsageError(" ".join(str(error).split()) or "not of this syntax") from error


@no_garbage_collection()
def read_rdf(path: Path) -> KnowledgeGraph:
    """Read a graph.

    Raises:
        UsageError: if the file cannot be read or was not written by this package; the message names the node.
    """
    from kg.exporters.rdf import syntax_of

    suffix = syntax_of(path)
    try:
        with open_input_bytes(path) as source:
            return _Reader(parse_quads(source, suffix)).graph()
    except UsageError as error:
        message = str(error)
        raise UsageError(message if str(path) in message else f"{path}: {message}") from error


class _Reader:
    """All statements by subject, and the graph that they say."""

    def __init__(self, quads: Iterable[Any]) -> None:
        self.nodes: dict[str, _Node] = {}
        self.edges: dict[str, _Edge] = {}
        """Edges by the named graph, or the triple term, that holds them."""
        for quad in quads:
            self._add(quad)

    def _add(self, quad: Any) -> None:
        subject, predicate, thing, graph = quad.subject.value, quad.predicate.value, quad.object, quad.graph_name
        name = getattr(graph, "value", None)
        if name and predicate in _RELATIONS:
            self.edges[name] = _Edge(subject, predicate, thing.value)
        elif hasattr(thing, "predicate"):
            self.edges[subject] = _Edge(thing.subject.value, thing.predicate.value, thing.object.value)
        else:
            self.nodes.setdefault(subject, {}).setdefault(predicate, []).append(_value(thing))

    def graph(self) -> KnowledgeGraph:
        """The graph."""
        graph = KnowledgeGraph()
        labels = {iri: label for iri, node in self.nodes.items() if (label := _label(node)) is not None}
        if self.nodes and not labels:
            raise UsageError("holds no entity: write it with kg export rdf, in the default profile")
        ids: dict[str, str] = {}
        for iri, label in labels.items():
            entity = _checked(iri, _entity, self.nodes[iri], label)
            graph.add_entity(compact(entity))
            ids[iri] = entity.id
        told = set()
        for iri, node in self.nodes.items():
            if _EDGE in node.get(_RDF_TYPE, ()):
                edge = self.edges.get(iri) or _checked(iri, _reified, node)
                told.add(edge)
                _checked(iri, self._relation, graph, ids, edge, node)
        for iri in labels:
            self._add_bare(graph, ids, iri, told)
        return graph

    def _add_bare(self, graph: KnowledgeGraph, ids: Mapping[str, str], iri: str, told: set[_Edge]) -> None:
        """Add the edges of a node about which nothing else is said."""
        for predicate, targets in self.nodes[iri].items():
            if predicate in _RELATIONS:
                for target in targets:
                    edge = _Edge(iri, predicate, target)
                    if edge not in told:
                        _checked(iri, self._relation, graph, ids, edge, {})

    def _relation(self, graph: KnowledgeGraph, ids: Mapping[str, str], edge: _Edge, node: _Node) -> None:
        label = _RELATIONS[edge.predicate]
        confidence = _one(node, OWN + "confidence") if node else 1.0
        pieces = sorted(node.get(OWN + "evidence", ()), key=_number)
        relation = Relation(
            source=ids[edge.source],
            type=label,
            target=ids[edge.target],
            confidence=confidence,
            properties=_properties(node, label, {}),
            evidence=tuple(self._evidence(iri) for iri in pieces),
        )
        graph.add_relation(compact(relation))

    def _evidence(self, iri: str) -> Evidence:
        node = self.nodes[iri]
        target = self.nodes[_one(node, expand("oa:hasTarget"))]
        selectors: _Node = {}
        for selector in target[expand("oa:hasSelector")]:
            selectors |= self.nodes[selector]
        attributes = node.get(OWN + "attributes")
        return compact(
            Evidence(
                sentence=_one(node, OWN + "sentence"),
                text=_one(selectors, expand("oa:exact")),
                field=_one(self.nodes[_one(target, expand("oa:hasSource"))], OWN + "field"),
                start=_one(selectors, expand("oa:start")),
                end=_one(selectors, expand("oa:end")),
                extractor=_one(node, OWN + "extractor"),
                confidence=_one(node, OWN + "confidence"),
                attributes=json.loads(attributes[0]) if attributes else {},
            )
        )


def _checked(iri: str, make: Callable[..., T], *arguments: Any) -> T:
    """What a function makes of a node; its errors name the node."""
    try:
        return make(*arguments)
    except KeyError as error:
        raise UsageError(f"<{iri}> lacks {error}") from error
    except (ValueError, TypeError, AttributeError, KgError) as error:
        shown = str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)
        raise UsageError(f"<{iri}>: {' '.join(shown.split())}") from error


def _value(term: Any) -> Any:
    """A term as a value of Python."""
    kind = getattr(term, "datatype", None)
    text = term.value
    if kind is None:
        return _Iri(text)
    name = kind.value
    if name in _INTEGERS:
        return int(text)
    if name == _XSD + "double":
        return float(text)
    if name == _XSD + "boolean":
        return text in ("true", "1")
    return unescaped(text) if name == OWN + "escaped" else text


def _label(node: _Node) -> str | None:
    return next((_CLASSES[name] for name in node.get(_RDF_TYPE, ()) if name in _CLASSES), None)


def _one(node: _Node, predicate: str) -> Any:
    """The one value of a property.

    Raises:
        KeyError: if there is none.
        ValueError: if there are several.
    """
    values = node[predicate]
    if len(values) > 1:
        raise ValueError(f"two values of <{predicate}>")
    value = values[0]
    return str(value) if isinstance(value, _Iri) else value


def _number(iri: str) -> int:
    """Which piece of evidence of its edge."""
    return int(iri.rpartition("-")[2])


def _reified(node: _Node) -> _Edge:
    return _Edge(*(_one(node, expand(name)) for name in ("rdf:subject", "rdf:predicate", "rdf:object")))


def _entity(node: _Node, label: str) -> Entity:
    exact = json.loads(_one(node, _EXACT)) if _EXACT in node else {}
    return Entity(
        id=_one(node, _ID),
        type=label,
        name=_one(node, _NAME),
        aliases=tuple(exact.get("aliases") or sorted(node.get(_ALIASES, ()))),
        named=_one(node, _NAMED) if _NAMED in node else True,
        kind=_one(node, _KIND) if _KIND in node else None,
        properties=_properties(node, label, exact),
    )


def _properties(node: _Node, label: str, exact: Mapping[str, list[str]]) -> dict[str, Any]:
    kinds = (NODE_TYPES[label] if label in NODE_TYPES else RELATION_TYPES[label]).properties
    found: dict[str, Any] = {}
    for key, predicate in _PROPERTIES[label].items():
        if key in exact:
            found[key] = tuple(exact[key])
        elif predicate in node:
            several = kinds[key].endswith("[]")
            found[key] = tuple(sorted(map(str, node[predicate]))) if several else _plain(node, predicate, key)
    return found


def _plain(node: _Node, predicate: str, key: str) -> Any:
    """The value of a property that has one; an IRI of a register is its last part."""
    value = _one(node, predicate)
    registered = key in REGISTERS and isinstance(node[predicate][0], _Iri)
    return value.removeprefix(REGISTERS[key]) if registered else value
