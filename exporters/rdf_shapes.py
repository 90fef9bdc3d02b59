"""SHACL shapes of an export in the default profile, made from ``schema.py``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kg.exporters.rdf_describe import cell, property_term
from kg.exporters.rdf_ontology import prefixed
from kg.exporters.rdf_terms import REGISTERS, own_relation
from kg.schema import NODE_TYPES, RDF_CLASSES, RDF_PROFILES, RDF_RELATIONS, RELATION_TYPES

__all__ = ["shapes"]

_DEFAULT = RDF_PROFILES[0]
_URLS = ("links", "home", "url")
_ALWAYS = {"id": (1, 1), "name": (1, 1), "aliases": (0, None), "named": (0, 1), "kind": (0, 1)}
_TYPES = {"string": "xsd:string", "string[]": "xsd:string", "int": "xsd:integer"}


def shapes() -> str:
    """All shapes, as Turtle."""
    return prefixed("\n".join([*map(_node, NODE_TYPES), *_relations(), _edge(), *_evidence()]))


def _property(path: str, message: str, *constraints: str, least: int = 0, most: int | None = None) -> str:
    parts = [f"sh:path {path}", *constraints]
    if least:
        parts.append(f"sh:minCount {least}")
    if most is not None:
        parts.append(f"sh:maxCount {most}")
    return f'    sh:property [ {" ; ".join(parts)} ; sh:message "{message}" ]'


def _one(path: str, message: str, *constraints: str) -> str:
    return _property(path, message, *constraints, least=1, most=1)


def _shape(name: str, target: str, parts: Sequence[str]) -> str:
    return " ;\n".join([f"kg:{name}Shape a sh:NodeShape", f"    {target}", *parts]) + " .\n"


def _values(name: str, kind: str) -> tuple[str, str]:
    """What the values of a property may be, and in words."""
    if name in _URLS or name in REGISTERS:
        return "sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:string ] )", "an IRI or a text"
    if name == "date":
        kinds = ("xsd:date", "xsd:gYearMonth", "xsd:gYear", "xsd:string")
        return f"sh:or ( {' '.join(f'[ sh:datatype {each} ]' for each in kinds)} )", "a date or a text"
    return f"sh:datatype {_TYPES[kind]}", "a whole number" if kind == "int" else "a text"


def _node(label: str) -> str:
    """The shape of a type of node; it is closed, so that a misspelt property is found."""
    parts = [
        _property(
            property_term(name, _DEFAULT),
            f"{name} of a {label}: {_counted(least, most)}, {'true or false' if name == 'named' else 'a text'}",
            f"sh:datatype {'xsd:boolean' if name == 'named' else 'xsd:string'}",
            least=least,
            most=most,
        )
        for name, (least, most) in _ALWAYS.items()
    ]
    for name, kind in NODE_TYPES[label].properties.items():
        most = None if kind.endswith("[]") else 1
        values, told = _values(name, kind)
        message = f"{name} of a {label}: {_counted(0, most)}, {told}"
        parts.append(_property(property_term(name, _DEFAULT), message, values, most=most))
    for name in cell(RDF_CLASSES, label, _DEFAULT):
        parts.append(
            f"    sh:property [ sh:path rdf:type ; sh:qualifiedValueShape [ sh:hasValue {name} ] ; "
            f'sh:qualifiedMinCount 1 ; sh:message "a {label} is a {name} too" ]'
        )
    known = sorted(_edge_terms(label) | {"rdf:type", "kg:exact"})
    parts.append(f"    sh:closed true ;\n    sh:ignoredProperties ( {' '.join(known)} )")
    return _shape(label, f"sh:targetClass kg:{label}", parts)


def _edge_terms(label: str) -> set[str]:
    """The predicates of the edges that begin at a type."""
    return {
        term
        for name, relation in RELATION_TYPES.items()
        if label in relation.sources
        for term in (own_relation(name), *cell(RDF_RELATIONS, name, _DEFAULT))
    } - {property_term(name, _DEFAULT) for name in (*_ALWAYS, *NODE_TYPES[label].properties)}


def _counted(least: int, most: int | None) -> str:
    return "exactly one" if least else "at most one" if most else "any number"


def _classes(labels: Sequence[str]) -> str:
    if len(labels) == 1:
        return f"sh:class kg:{labels[0]}"
    return f"sh:or ( {' '.join(f'[ sh:class kg:{label} ]' for label in labels)} )"


def _relations() -> Iterator[str]:
    for label, relation in RELATION_TYPES.items():
        own = own_relation(label)
        name = own.removeprefix("kg:")
        said = f"{label} ends at a {' or '.join(relation.targets)}"
        yield _shape(
            name + "Target",
            f"sh:targetObjectsOf {own}",
            [f'    {_classes(relation.targets)} ;\n    sh:message "{said}"'],
        )
        said = f"{label} begins at a {' or '.join(relation.sources)}"
        yield _shape(
            name + "Source",
            f"sh:targetSubjectsOf {own}",
            [f'    {_classes(relation.sources)} ;\n    sh:message "{said}"'],
        )


def _edge() -> str:
    own = " ".join(own_relation(label) for label in RELATION_TYPES)
    properties: Mapping[str, str] = {
        name: kind for relation in RELATION_TYPES.values() for name, kind in relation.properties.items()
    }
    return _shape(
        "Edge",
        "sh:targetClass kg:Edge",
        [
            _confidence("an edge"),
            _property("kg:evidence", "the evidence of an edge is an annotation", "sh:class oa:Annotation"),
            _property("rdf:subject", "an edge has one subject, a node", "sh:nodeKind sh:IRI", most=1),
            _property("rdf:predicate", "an edge has one predicate, a type of the schema", f"sh:in ( {own} )", most=1),
            _property("rdf:object", "an edge has one object, a node", "sh:nodeKind sh:IRI", most=1),
            *(
                _property(
                    property_term(name, _DEFAULT),
                    f"{name} of an edge: at most one",
                    f"sh:datatype {_TYPES[kind]}",
                    most=1,
                )
                for name, kind in properties.items()
            ),
        ],
    )


def _confidence(what: str) -> str:
    return _one(
        "kg:confidence",
        f"the confidence of {what} is one double from 0 to 1",
        "sh:datatype xsd:double",
        "sh:minInclusive 0.0e0",
        "sh:maxInclusive 1.0e0",
    )


def _evidence() -> Iterator[str]:
    own = " ".join(own_relation(label) for label in RELATION_TYPES)
    text, offset = "sh:datatype xsd:string", "sh:datatype xsd:nonNegativeInteger"
    yield _shape(
        "Annotation",
        "sh:targetClass oa:Annotation",
        [
            _one("oa:hasBody", "an annotation has one body, the entity", "sh:nodeKind sh:IRI"),
            _one("oa:hasTarget", "an annotation has one target, a place in a text", "sh:class oa:SpecificResource"),
            _one("kg:asserts", "an annotation asserts one type of edge", f"sh:in ( {own} )"),
            _one("kg:sentence", "an annotation has one sentence", text),
            _one("kg:extractor", "an annotation names one extractor", text),
            _confidence("an annotation"),
            _property("kg:attributes", "the attributes of an annotation are one text", text, most=1),
        ],
    )
    position = "[ sh:class oa:TextPositionSelector ]"
    quote = "[ sh:class oa:TextQuoteSelector ]"
    yield _shape(
        "Place",
        "sh:targetClass oa:SpecificResource",
        [
            _one("oa:hasSource", "a place is in one text", "sh:class kg:Text"),
            _property(
                "oa:hasSelector",
                "a place has one position",
                f"sh:qualifiedValueShape {position} ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1",
            ),
            _property(
                "oa:hasSelector",
                "a place has one quotation",
                f"sh:qualifiedValueShape {quote} ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1",
            ),
        ],
    )
    yield _shape(
        "Position",
        "sh:targetClass oa:TextPositionSelector",
        [
            _one("oa:start", "a position has one start, not after its end", offset, "sh:lessThanOrEquals oa:end"),
            _one("oa:end", "a position has one end", offset),
        ],
    )
    yield _shape(
        "Quotation", "sh:targetClass oa:TextQuoteSelector", [_one("oa:exact", "a quotation has one text", text)]
    )
    yield _shape(
        "Text",
        "sh:targetClass kg:Text",
        [
            _one("dcterms:isPartOf", "a text is part of one paper", "sh:class kg:Paper"),
            _one("kg:field", "a text is a title or an abstract", 'sh:in ( "title" "abstract" )'),
        ],
    )
