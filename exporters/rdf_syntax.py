"""The syntaxes of RDF that are written subject by subject: Turtle, TriG, JSON-LD and RDF/XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from typing import IO, Any

from kg.exporters.rdf_describe import property_term
from kg.exporters.rdf_terms import NAMESPACES, Turtle, expand
from kg.schema import NODE_TYPES, RDF_CLASSES, RDF_PROFILES, RELATION_TYPES

__all__ = ["Block", "JsonLd", "JsonTerms", "RdfXml", "TurtleFile", "XmlTerms", "context", "frame", "unescaped"]

Block = list[Any]
"""All sections of one entity; in syntaxes of lines some are finished lines."""


class TurtleFile:
    """Turtle, and TriG where there are named graphs."""

    def __init__(self, terms: Turtle) -> None:
        self._head = terms.head()

    def write(self, blocks: Iterable[Block], out: IO[str]) -> None:
        """Write all."""
        out.write(self._head)
        for block in blocks:
            for section in block:
                out.writelines(_turtle(*statements) for statements in section)


def _turtle(subject: str, said: list[tuple[str, str]], graph: str | None) -> str:
    grouped: dict[str, dict[str, None]] = {}
    for predicate, thing in said:
        grouped.setdefault(predicate, {})[thing] = None
    lines = [f"{predicate} {', '.join(things)}" for predicate, things in grouped.items()]
    text = f"{subject} " + " ;\n    ".join(lines) + " ."
    return f"{graph} {{ {text} }}\n\n" if graph else text + "\n\n"


# JSON-LD


@lru_cache(maxsize=8)
def context(base: str) -> dict[str, str]:
    """The prefixes of a document, as its context."""
    return dict(sorted(Turtle(base).prefixes.items()))


class JsonTerms:
    """Terms as JSON-LD values.

    Args:
        base: The base of the minted IRIs.
    """

    def __init__(self, base: str) -> None:
        self._namespaces = [(namespace, prefix) for prefix, namespace in context(base).items()]
        self._any = tuple(context(base).values())

    @staticmethod
    def term(curie: str) -> str:
        """A key."""
        return curie

    @staticmethod
    def name(curie: str) -> dict[str, str]:
        """A reference."""
        return {"@id": curie}

    def iri(self, iri: str) -> dict[str, str]:
        """A reference, as a processor compacts it: with a prefix where one is declared, and the shortest of several."""
        if not iri.startswith(self._any):
            return {"@id": iri}
        rests = ((prefix, iri[len(name) :]) for name, prefix in self._namespaces if iri.startswith(name))
        # what begins with slashes after a prefix would be an IRI of its own
        short = [f"{prefix}:{rest}" for prefix, rest in rests if rest and not rest.startswith("//")]
        return {"@id": min(short, key=lambda each: (len(each), each), default=iri)}

    @staticmethod
    def text(text: str) -> str:
        """A string."""
        return text

    @staticmethod
    def typed(lexical: str, datatype: str) -> Any:
        """A boolean as it is, all else as a value object: JSON has numbers of one kind only."""
        return lexical == "true" if datatype == "xsd:boolean" else {"@value": lexical, "@type": datatype}


_EDGES, _TEXTS = "rdf:subject", "dcterms:isPartOf"
"""What edges and texts say of the entity that they stand in."""


_ONE = {"@embed": "@never", "@omitDefault": True}
"""A property that may be missing, and whose value is named and stands elsewhere."""


def _framed(name: str, references: Iterable[str], **inside: dict[str, Any]) -> dict[str, Any]:
    """The frame of nodes of a class that stand in another one, and hold others themselves."""
    return {"@type": name, "@embed": "@always", "@omitDefault": True, **dict.fromkeys(references, _ONE), **inside}


def frame() -> dict[str, Any]:
    """The frame of what ``JsonLd`` writes: entities, and in each its texts and its edges with their evidence."""
    classes = {name for cells in RDF_CLASSES.values() for names in cells for name in names.split()}
    keys = {key for relation in RELATION_TYPES.values() for key in relation.properties}
    said = {property_term(key, profile) for key in keys for profile in RDF_PROFILES}
    said |= {"kg:confidence", "prov:wasGeneratedBy", "rdf:object", "rdf:predicate"}
    selector = {"@embed": "@always", "@omitDefault": True}
    target = _framed("oa:SpecificResource", ["oa:hasSource"], **{"oa:hasSelector": selector})
    references = ("kg:asserts", "oa:hasBody", "oa:motivatedBy", "prov:wasDerivedFrom", "prov:wasGeneratedBy")
    evidence = _framed("oa:Annotation", references, **{"oa:hasTarget": target})
    return {
        "@context": "context.jsonld",
        "@type": sorted({*classes, *(f"kg:{label}" for label in NODE_TYPES), "prov:Activity"}),
        "@embed": "@never",
        "@reverse": {
            _TEXTS: {"@explicit": True, **_framed("kg:Text", ["kg:field"])},
            _EDGES: {"@explicit": True, **_framed("kg:Edge", sorted(said), **{"kg:evidence": evidence})},
        },
    }


class JsonLd:
    """JSON-LD: one top-level object a line, an entity with its edges and their evidence inside, as ``frame`` says.

    Args:
        base: The base of the minted IRIs.
    """

    def __init__(self, base: str) -> None:
        self._base = base

    def write(self, blocks: Iterable[Block], out: IO[str]) -> None:
        """Write all."""
        encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode
        out.write(f'{{"@context": {encode(context(self._base))},\n"@graph": [')
        before = "\n"
        for block in blocks:
            for node in _nested(block):
                out.write(before + encode(node))
                before = ",\n"
        out.write("\n]}\n")


def _nested(block: Block) -> Iterator[dict[str, Any]]:
    """The nodes of a block, each inside the one that it belongs to."""
    said: dict[str, list[tuple[str, Any]]] = {}
    for section in block:
        for subject, statements, _ in section:
            said.setdefault(subject["@id"], []).extend(statements)
    root = next(iter(said))
    places = [(key, iri) for key in (_TEXTS, _EDGES) for iri, all_ in said.items() if (key, {"@id": root}) in all_]
    tree = _Tree(said)
    node = tree.take(root)
    if places:
        inside: dict[str, Any] = {}
        for key, iri in places:
            _add(inside, key, tree.take(iri, (key, {"@id": root})))
        node["@reverse"] = inside
    yield node
    for iri in list(said):
        if iri in said:
            yield tree.take(iri)


class _Tree:
    """Takes nodes out of what is said, with the nodes that they name."""

    def __init__(self, said: dict[str, list[tuple[str, Any]]]) -> None:
        self._said = said

    def take(self, iri: str, said_by_place: tuple[str, Any] | None = None) -> dict[str, Any]:
        """A node, without what is said by the place that it stands at."""
        node: dict[str, Any] = {"@id": iri}
        for key, value in self._said.pop(iri):
            if (key, value) == said_by_place:
                continue
            if key == "rdf:type":
                _add(node, "@type", value["@id"])
            elif isinstance(value, dict) and value.get("@id") in self._said and key != "rdf:object":
                _add(node, key, self.take(value["@id"]))
            else:
                _add(node, key, value)
        return node


def _add(node: dict[str, Any], key: str, value: Any) -> None:
    """One more value; one alone stands without brackets, and none stands twice."""
    if key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        if value not in node[key]:
            node[key].append(value)
    elif node[key] != value:
        node[key] = [node[key], value]


# RDF/XML

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TO_ESCAPE = re.compile(r"[^\t\n\r\x20-\x5b\x5d-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r"\\(?:u([0-9A-F]{4})|\\)")


def unescaped(text: str) -> str:
    """The text of a literal of type ``kg:escaped``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\\", text)


class XmlTerms:
    """Terms as attributes and content of an element."""

    @staticmethod
    def term(curie: str) -> str:
        """The name of an element."""
        return curie

    @staticmethod
    def name(curie: str) -> tuple[str, str]:
        """A reference."""
        return f' rdf:resource="{expand(curie)}"', ""

    @staticmethod
    def iri(iri: str) -> tuple[str, str]:
        """A reference."""
        return f' rdf:resource="{escape(iri)}"', ""

    @staticmethod
    def text(text: str) -> tuple[str, str]:
        """A text. XML has no control characters: a text with one has backslash escapes, and a type that says so."""
        kind = ""
        if _NOT_XML.search(text):
            text = _TO_ESCAPE.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\u{ord(found[0]):04X}", text)
            kind = f' rdf:datatype="{expand("kg:escaped")}"'
        return kind, escape(text, quote=False).replace("\r", "&#xD;")

    @staticmethod
    def typed(lexical: str, datatype: str) -> tuple[str, str]:
        """A typed literal."""
        return f' rdf:datatype="{expand(datatype)}"', lexical


class RdfXml:
    """RDF/XML."""

    def write(self, blocks: Iterable[Block], out: IO[str]) -> None:
        """Write all."""
        names = "".join(f'\n  xmlns:{prefix}="{name}"' for prefix, name in sorted(NAMESPACES.items()))
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{names}>\n')
        for block in blocks:
            for section in block:
                out.writelines(_described(subject, said) for subject, said, _ in section)
        out.write("</rdf:RDF>\n")


def _described(subject: tuple[str, str], said: Iterable[tuple[str, tuple[str, str]]]) -> str:
    elements = (f"  <{name}{attributes}>{content}</{name}>\n" for name, (attributes, content) in dict.fromkeys(said))
    about = subject[0].replace("rdf:resource", "rdf:about", 1)
    return f"<rdf:Description{about}>\n{''.join(elements)}</rdf:Description>\n"
