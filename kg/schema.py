"""The one table of node and edge types. Labels and relationship types come from here and from nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = [
    "CORE_TYPES",
    "EXTRACTED_TYPES",
    "NODE_TYPES",
    "RDF_CLASSES",
    "RDF_PROFILES",
    "RDF_PROPERTIES",
    "RDF_RELATIONS",
    "RELATION_TYPES",
    "NodeType",
    "RelationType",
    "counted_properties",
    "relation_for",
    "role_rank",
]

Attribute = str | int | float | bool


@dataclass(frozen=True, slots=True)
class NodeType:
    """A node label.

    Attributes:
        label: The label in Neo4j, the embedded graph and the exports.
        roles: Roles that a mention of this type can play, in order of precedence (the first that applies wins).
        properties: Typed properties beyond id, name, aliases, named and kind ("string", "int" or "string[]").
    """

    label: str
    description: str
    roles: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """First part of the ids of this type."""
        return self.label.lower()


@dataclass(frozen=True, slots=True)
class RelationType:
    """An edge type, its allowed ends, and the role that gives rise to it (None: not extracted from text)."""

    label: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    description: str
    role: str | None = None
    properties: dict[str, str] = field(default_factory=dict)


_EXTERNAL = {"year": "int", "home": "string"}

NODE_TYPES: dict[str, NodeType] = {
    t.label: t
    for t in (
        NodeType(
            "Paper",
            "a research paper",
            properties={
                "title": "string",
                "abstract": "string",
                "date": "string",
                "year": "int",
                "venue": "string",
                "doi": "string",
                "arxiv_id": "string",
                "author_count": "int",
                "upvotes": "int",
                "keywords": "string[]",
                "links": "string[]",
                "identifiers": "string[]",
                "provenance": "string[]",
                "conflicts": "string[]",
            },
        ),
        NodeType(
            "Method",
            "a model, algorithm, technique, system or tool that does the work",
            roles=("introduced", "compared", "used"),
            properties=_EXTERNAL,
        ),
        NodeType(
            "Dataset",
            "a dataset, corpus, benchmark or simulator suite",
            roles=("introduced", "trained", "used"),
            properties=_EXTERNAL,
        ),
        NodeType(
            "Hardware",
            "a device, accelerator, cluster, sensor or robot",
            roles=("introduced", "used"),
            properties=_EXTERNAL | {"memory_gb": "int"},
        ),
        NodeType("Task", "a problem the field shares", roles=("addressed", "mentioned"), properties=_EXTERNAL),
        NodeType("Metric", "an evaluation measure", roles=("reported",), properties=_EXTERNAL),
        NodeType("Author", "a person who signs a paper", properties={"orcid": "string"}),
        NodeType("Organization", "an institution, lab or company", properties={"ror": "string"}),
        NodeType(
            "Repository",
            "a code, model, data or project page on the web",
            roles=("code", "page"),
            properties={"url": "string"},
        ),
    )
}

_ENTITIES = ("Method", "Dataset", "Hardware", "Task", "Metric")

RELATION_TYPES: dict[str, RelationType] = {
    r.label: r
    for r in (
        RelationType("INTRODUCES", ("Paper",), ("Method", "Dataset", "Hardware"), "proposes or releases", "introduced"),
        RelationType("USES", ("Paper",), ("Method",), "builds on or applies", "used"),
        RelationType("COMPARES_WITH", ("Paper",), ("Method",), "takes as a baseline", "compared"),
        RelationType("TRAINS_ON", ("Paper",), ("Dataset",), "trains or fine-tunes on", "trained"),
        RelationType("EVALUATES_ON", ("Paper",), ("Dataset",), "evaluates on, or uses otherwise", "used"),
        RelationType("RUNS_ON", ("Paper",), ("Hardware",), "computes or operates on", "used", {"count": "int"}),
        RelationType("ADDRESSES", ("Paper",), ("Task",), "is about this problem", "addressed"),
        RelationType("MENTIONS", ("Paper",), ("Task",), "speaks of this problem in passing", "mentioned"),
        RelationType("REPORTS", ("Paper",), ("Metric",), "reports a value of", "reported", {"value": "string"}),
        RelationType("AUTHORED_BY", ("Paper",), ("Author",), "is signed by", None, {"position": "int"}),
        RelationType("AFFILIATED_WITH", ("Paper",), ("Organization",), "comes from"),
        RelationType("HAS_CODE", ("Paper",), ("Repository",), "publishes code, weights or data at", "code"),
        RelationType("HAS_PAGE", ("Paper",), ("Repository",), "points to this page", "page"),
        RelationType("VARIANT_OF", _ENTITIES, _ENTITIES, "is a version, size or subset of"),
        RelationType("MADE_BY", ("Hardware",), ("Organization",), "is a product of"),
    )
}

CORE_TYPES = ("Method", "Dataset", "Hardware")
EXTRACTED_TYPES = tuple(t.label for t in NODE_TYPES.values() if t.roles)

_BY_ROLE = {(target, r.role): r.label for r in RELATION_TYPES.values() if r.role for target in r.targets}
_ROLE_RANK = {(t.label, role): i for t in NODE_TYPES.values() for i, role in enumerate(t.roles)}


def relation_for(entity_type: str, role: str) -> str:
    """The edge type that a role of an entity type gives rise to.

    Raises:
        KeyError: if the type cannot play that role.
    """
    return _BY_ROLE[entity_type, role]


def counted_properties(relation_type: str, attributes: Iterable[tuple[str, Attribute]]) -> dict[str, Attribute]:
    """The largest count and the first value among the attributes of mentions, where the edge type has them."""
    wanted = RELATION_TYPES[relation_type].properties
    mine = [(key, value) for key, value in attributes if key in wanted]
    found: dict[str, Attribute] = {}
    counts = [v for k, v in mine if k == "count" and isinstance(v, int) and not isinstance(v, bool)]
    if counts:
        found["count"] = max(counts)
    value = next((v for k, v in mine if k == "value"), None)
    if value is not None:
        found["value"] = str(value)
    return found


def role_rank(entity_type: str, role: str) -> int:
    """Precedence of a role among the roles of its type; 0 is the strongest."""
    return _ROLE_RANK[entity_type, role]


# RDF. A row a type, relation or property, a column a profile: terms with a prefix of ``exporters/rdf_terms.py``, the most
# specific first; "^term" points from the target to the source. An empty cell: our own term (``kg:``) alone.

RDF_PROFILES = ("lpwc", "schema.org", "fair4ml", "ml-schema", "mldcat-ap")
"""The columns; the first is the default, and the one that can be read back."""

# fmt: off
RDF_CLASSES: dict[str, tuple[str, str, str, str, str]] = {
    "Paper": ("lpwc:paper schema:ScholarlyArticle", "schema:ScholarlyArticle", "schema:ScholarlyArticle", "schema:ScholarlyArticle", "lpwc:paper"),
    "Method": ("lpwc:method", "schema:DefinedTerm", "fair4ml:MLModel", "mls:Algorithm", "mls:Algorithm"),
    "Dataset": ("lpwc:dataset dcat:Dataset", "schema:Dataset", "schema:Dataset", "mls:Dataset", "dcat:Dataset"),
    "Hardware": ("it6:Hardware", "schema:Product", "schema:Product", "", "it6:Hardware"),
    "Task": ("lpwc:task skos:Concept", "schema:DefinedTerm", "schema:DefinedTerm", "mls:Task", "it6:Task"),
    "Metric": ("it6:EvaluationMeasure", "schema:DefinedTerm", "schema:DefinedTerm", "mls:EvaluationMeasure", "it6:EvaluationMeasure"),
    "Author": ("schema:Person", "schema:Person", "schema:Person", "schema:Person", "foaf:Agent"),
    "Organization": ("schema:Organization", "schema:Organization", "schema:Organization", "schema:Organization", "foaf:Agent"),
    "Repository": ("lpwc:repository", "schema:WebPage", "schema:WebPage", "schema:WebPage", "lpwc:repository"),
}

RDF_RELATIONS: dict[str, tuple[str, str, str, str, str]] = {
    "INTRODUCES": ("", "schema:about", "^codemeta:referencePublication", "dcterms:subject", "^dcterms:isReferencedBy"),
    "USES": ("lpwc-p:hasMethod", "schema:mentions", "schema:mentions", "dcterms:references", "dcterms:references"),
    "COMPARES_WITH": ("lpwc-p:hasMethod", "schema:mentions", "schema:mentions", "dcterms:references", "dcterms:references"),
    "TRAINS_ON": ("lpwc-p:usesDataset", "schema:mentions", "schema:mentions", "dcterms:references", "^dcterms:isReferencedBy"),
    "EVALUATES_ON": ("lpwc-p:usesDataset", "schema:mentions", "schema:mentions", "dcterms:references", "^dcterms:isReferencedBy"),
    "RUNS_ON": ("", "schema:mentions", "schema:mentions", "", ""),
    "ADDRESSES": ("lpwc-p:hasTask", "schema:about", "schema:about", "dcterms:subject", "dcterms:subject"),
    "MENTIONS": ("dcterms:references", "schema:mentions", "schema:mentions", "dcterms:references", "dcterms:references"),
    "REPORTS": ("", "schema:mentions", "schema:mentions", "dcterms:references", "dcterms:references"),
    "AUTHORED_BY": ("dcterms:creator", "schema:author", "schema:author", "schema:author", "dcterms:creator"),
    "AFFILIATED_WITH": ("schema:sourceOrganization", "schema:sourceOrganization", "schema:sourceOrganization", "schema:sourceOrganization", "dcterms:contributor"),
    "HAS_CODE": ("lpwc-p:hasRepository", "schema:relatedLink", "schema:relatedLink", "schema:relatedLink", "lpwc-p:hasRepository"),
    "HAS_PAGE": ("foaf:page", "schema:relatedLink", "schema:relatedLink", "schema:relatedLink", "foaf:page"),
    "VARIANT_OF": ("skos:broader", "schema:isBasedOn", "schema:isBasedOn", "skos:broader", "dcterms:isVersionOf"),
    "MADE_BY": ("schema:manufacturer", "schema:manufacturer", "schema:manufacturer", "schema:manufacturer", ""),
}

RDF_PROPERTIES: dict[str, tuple[str, str, str, str, str]] = {
    "id": ("dcterms:identifier", "schema:identifier", "schema:identifier", "dcterms:identifier", "dcterms:identifier"),
    "name": ("skos:prefLabel", "schema:name", "schema:name", "rdfs:label", "dcterms:title"),
    "aliases": ("skos:altLabel", "schema:alternateName", "schema:alternateName", "skos:altLabel", "skos:altLabel"),
    "named": ("", "", "", "", ""),
    "kind": ("", "schema:additionalType", "schema:additionalType", "", ""),
    "title": ("dcterms:title", "schema:headline", "schema:headline", "dcterms:title", "dcterms:title"),
    "abstract": ("dcterms:abstract", "schema:abstract", "schema:abstract", "dcterms:abstract", "dcterms:abstract"),
    "date": ("dcterms:issued", "schema:datePublished", "schema:datePublished", "dcterms:issued", "dcterms:issued"),
    "year": ("", "", "", "", ""),
    "venue": ("", "", "", "", ""),
    "doi": ("bibo:doi", "", "", "bibo:doi", "bibo:doi"),
    "arxiv_id": ("fabio:hasArXivId", "", "", "fabio:hasArXivId", "fabio:hasArXivId"),
    "author_count": ("", "", "", "", ""),
    "upvotes": ("", "", "", "", ""),
    "keywords": ("schema:keywords", "schema:keywords", "schema:keywords", "schema:keywords", "dcat:keyword"),
    "links": ("rdfs:seeAlso", "schema:relatedLink", "schema:relatedLink", "rdfs:seeAlso", "rdfs:seeAlso"),
    "identifiers": ("bibo:identifier", "schema:identifier", "schema:identifier", "bibo:identifier", "bibo:identifier"),
    "provenance": ("", "", "", "", ""),
    "conflicts": ("", "", "", "", ""),
    "orcid": ("schema:sameAs", "schema:sameAs", "schema:sameAs", "schema:sameAs", "schema:sameAs"),
    "ror": ("schema:sameAs", "schema:sameAs", "schema:sameAs", "schema:sameAs", "schema:sameAs"),
    "home": ("schema:url", "schema:url", "schema:url", "schema:url", "foaf:page"),
    "url": ("schema:url", "schema:url", "schema:url", "schema:url", "foaf:page"),
    "memory_gb": ("", "", "", "", ""),
    "count": ("", "", "", "", ""),
    "value": ("", "", "", "", ""),
    "position": ("", "", "", "", ""),
}
# fmt: on
