"""Our own terms as an ontology, and the other files that ship with the RDF export: all made from ``schema.py``.

``make docs`` writes them to ``exporters/rdf_files``; a test fails where it was forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.exporters.rdf_describe import cell
from kg.exporters.rdf_syntax import context, frame
from kg.exporters.rdf_terms import DEFAULT_BASE, NAMESPACES, NTriples, own_property, own_relation
from kg.schema import NODE_TYPES, RDF_CLASSES, RDF_PROFILES, RDF_RELATIONS, RELATION_TYPES

__all__ = ["FOLDER", "Term", "made_files", "ontology", "own_terms", "prefixed"]

FOLDER = Path(__file__).parent / "rdf_files"
_DEFAULT = RDF_PROFILES[0]
_PROPERTIES = {
    "named": ("xsd:boolean", "true for a proper name, false for a common noun"),
    "kind": ("xsd:string", "a finer class, such as gpu, benchmark or optimizer"),
    "year": ("xsd:integer", "the year of publication of a paper, or in which an entity came out"),
    "venue": ("xsd:string", "the conference or journal"),
    "author_count": ("xsd:integer", "how many people signed a paper, where that is all that is known"),
    "upvotes": ("xsd:integer", "votes of readers on the page that the paper was found on"),
    "provenance": ("xsd:string", "a field of a paper, and the formats of the records that its value is from"),
    "conflicts": ("xsd:string", "a field of a paper, what other records say of it, and their formats"),
    "memory_gb": ("xsd:integer", "memory of a device, in gigabytes"),
    "count": ("xsd:integer", "how many devices"),
    "value": ("xsd:string", "the reported value, as written"),
    "position": ("xsd:integer", "place in the list of authors, from 1"),
}
_OTHERS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Edge", "owl:Class", "", "", "an edge of the graph, as something that can be spoken about"),
    ("Text", "owl:Class", "", "", "the title or abstract of a paper: Unicode text in form NFC, that offsets count in"),
    ("evidence", "owl:ObjectProperty", "kg:Edge", "oa:Annotation", "a place in a paper that says what the edge says"),
    ("asserts", "owl:AnnotationProperty", "", "", "the type of edge that an annotation is evidence for"),
    ("confidence", "owl:DatatypeProperty", "", "xsd:double", "how sure the extraction is, from 0 to 1"),
    ("sentence", "owl:DatatypeProperty", "oa:Annotation", "xsd:string", "the sentence around the quoted words"),
    ("extractor", "owl:DatatypeProperty", "oa:Annotation", "xsd:string", "the component that found the place"),
    ("attributes", "owl:DatatypeProperty", "oa:Annotation", "xsd:string", "what else was read there, as JSON"),
    ("field", "owl:DatatypeProperty", "kg:Text", "xsd:string", "which text of the paper: title or abstract"),
    ("fingerprint", "owl:DatatypeProperty", "prov:Activity", "xsd:string", "identifies the pipeline and its settings"),
    ("exact", "owl:AnnotationProperty", "", "", "lists in their order, as JSON, where the statements have lost it"),
    (
        "escaped",
        "rdfs:Datatype",
        "",
        "",
        r"a text with characters that XML cannot hold, as \u and four digits; \\ for \ ",
    ),
)


@dataclass(frozen=True, slots=True)
class Term:
    """One of our own terms.

    Attributes:
        domain: Classes that have the property; several: any of them.
        parents: Terms of other vocabularies that it is a kind of.
    """

    name: str
    kind: str
    label: str
    comment: str
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


def own_terms() -> Iterator[Term]:
    """All of our own terms, classes first."""
    for label, node in NODE_TYPES.items():
        parents = tuple(cell(RDF_CLASSES, label, _DEFAULT))
        yield Term(f"kg:{label}", "owl:Class", label.lower(), node.description, parents=parents)
    for label, relation in RELATION_TYPES.items():
        yield Term(
            own_relation(label),
            "owl:ObjectProperty",
            label.lower().replace("_", " "),
            f"The {relation.sources[0].lower() if len(relation.sources) == 1 else 'entity'} {relation.description}.",
            tuple(f"kg:{source}" for source in relation.sources),
            tuple(f"kg:{target}" for target in relation.targets),
            tuple(name for name in cell(RDF_RELATIONS, label, _DEFAULT) if name[0] != "^"),
        )
    for name, (kind, comment) in _PROPERTIES.items():
        yield Term(own_property(name), "owl:DatatypeProperty", name.replace("_", " "), comment, _owners(name), (kind,))
    for name, sort, domain, range_, comment in _OTHERS:
        yield Term(f"kg:{name}", sort, name.lower(), comment.strip(), tuple(domain.split()), tuple(range_.split()))


def _owners(name: str) -> tuple[str, ...]:
    """The classes that have a property; none named for those that all have."""
    return tuple(f"kg:{label}" for label, node in NODE_TYPES.items() if name in node.properties) or (
        ("kg:Edge",) if any(name in relation.properties for relation in RELATION_TYPES.values()) else ()
    )


def prefixed(text: str) -> str:
    """Turtle with the declarations that it needs in front."""
    used = {name for name in NAMESPACES if f"{name}:" in text}
    return "".join(f"@prefix {name}: <{NAMESPACES[name]}> .\n" for name in sorted(used)) + "\n" + text


def _any_of(classes: Sequence[str]) -> str:
    return classes[0] if len(classes) == 1 else f"[ a owl:Class ; owl:unionOf ( {' '.join(classes)} ) ]"


def _term(term: Term) -> str:
    text = NTriples.text
    lines = [f"{term.name} a {term.kind}", f"rdfs:label {text(term.label)}@en", f"rdfs:comment {text(term.comment)}@en"]
    if term.parents:
        relation = "rdfs:subClassOf" if term.kind == "owl:Class" else "rdfs:subPropertyOf"
        lines.append(f"{relation} {', '.join(term.parents)}")
    if term.domain:
        lines.append(f"rdfs:domain {_any_of(term.domain)}")
    if term.range:
        lines.append(f"rdfs:range {_any_of(term.range)}")
    return " ;\n    ".join([*lines, "rdfs:isDefinedBy <https://w3id.org/paper-kg>"]) + " .\n"


def _foreign() -> Iterator[tuple[str, str]]:
    """Terms of other vocabularies that ours are put beside, and what they are: OWL 2 DL wants all declared."""
    for name in ("description", "license", "title"):
        yield f"dcterms:{name}", "owl:AnnotationProperty"
    for term in own_terms():
        yield from ((name, term.kind) for name in term.parents)
        yield from ((name, "owl:Class") for name in (*term.domain, *term.range))


def _declarations() -> str:
    found = sorted({(name, kind) for name, kind in _foreign() if not name.startswith(("kg:", "xsd:"))})
    return "".join(f"{name} a {kind} .\n" for name, kind in found)


def ontology() -> str:
    """Our own terms in OWL 2 DL, as Turtle."""
    head = (
        "<https://w3id.org/paper-kg> a owl:Ontology ;\n"
        '    dcterms:title "Terms of paper-kg"@en ;\n'
        '    dcterms:description "What no other vocabulary says about research papers, their methods, datasets and '
        'hardware, and the sentences that say so."@en ;\n'
        "    dcterms:license <https://www.apache.org/licenses/LICENSE-2.0> .\n"
    )
    return prefixed("\n".join([head, *map(_term, own_terms()), _declarations()]))


def made_files() -> dict[str, str]:
    """Name and content of every file that ships with the export."""
    from kg.exporters.rdf_shapes import shapes

    return {
        "context.jsonld": json.dumps({"@context": context(DEFAULT_BASE)}, indent=2) + "\n",
        "frame.jsonld": json.dumps(frame(), indent=2) + "\n",
        "ontology.ttl": ontology(),
        "shapes.ttl": shapes(),
    }
