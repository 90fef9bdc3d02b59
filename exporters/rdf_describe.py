"""What is said in RDF about each entity and edge: the same statements for every syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from kg.errors import UsageError
from kg.exporters.rdf_terms import (
    DEFAULT_BASE,
    REGISTERS,
    Minter,
    Terms,
    is_plain_url,
    is_registered,
    json_text,
    own_property,
    own_relation,
)
from kg.schema import NODE_TYPES, RDF_CLASSES, RDF_PROFILES, RDF_PROPERTIES, RDF_RELATIONS, RELATION_TYPES

__all__ = [
    "EVIDENCE",
    "STATEMENTS",
    "Describer",
    "EvidenceTerms",
    "Options",
    "RelationTerms",
    "Section",
    "cell",
    "lexical_double",
    "property_term",
]

EVIDENCE = ("none", "annotation", "full")
STATEMENTS = ("reification", "named-graphs", "triple-terms")

Section = list[tuple[Any, list[tuple[Any, Any]], Any]]
"""Subject, its predicates and objects, and the named graph or None; a section's subjects belong together."""

_NAMED_SAID = ("Method", "Dataset", "Hardware", "Task", "Metric")
_URLS = ("links", "home", "url")
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Options:
    """How to write a graph.

    Attributes:
        profile: One of ``RDF_PROFILES``.
        base: What minted IRIs begin with.
        evidence: "none", "annotation" (Web Annotations), or "full": annotations and, for each edge, its confidence and
            properties. Only the full evidence of the default profile can be read back.
        statements: How something is said about an edge; None: named graphs where the syntax has them, else reification.
        run: Fingerprint of the pipeline that the graph is from, if known.
    """

    profile: str = RDF_PROFILES[0]
    base: str = DEFAULT_BASE
    evidence: str = "full"
    statements: str | None = None
    run: str | None = None

    def check(self) -> None:
        """Check the values.

        Raises:
            UsageError: if one is none of those above.
        """
        for name, value, known in (
            ("profile", self.profile, RDF_PROFILES),
            ("evidence", self.evidence, EVIDENCE),
            ("statements", self.statements or STATEMENTS[0], STATEMENTS),
        ):
            if value not in known:
                raise UsageError(f"unknown {name} {value!r}; known: {', '.join(known)}")


def cell(table: Mapping[str, Sequence[str]], row: str, profile: str) -> list[str]:
    """The terms in a cell of a table of the schema."""
    return table[row][RDF_PROFILES.index(profile)].split()


def property_term(name: str, profile: str) -> str:
    """The term of a property in a profile; our own where the profile has none."""
    return next(iter(cell(RDF_PROPERTIES, name, profile)), own_property(name))


def lexical_double(value: float) -> str:
    """A float as it is written in every syntax alike, so that it is read back exactly."""
    text = repr(float(value))
    if text[-1].isdigit():
        return text if "e" in text else text + "e0"
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}[text]


def _date_type(text: str) -> str | None:
    """The type of a date to the precision known; None for what is none."""
    if _YEAR.fullmatch(text):
        return "xsd:gYear"
    if _MONTH.fullmatch(text):
        return "xsd:gYearMonth"
    if _DAY.fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            return None
        return "xsd:date"
    return None


@dataclass(slots=True)
class RelationTerms:
    """How the edges of one type are written."""

    own: Any
    own_object: Any
    forward: list[Any]
    inverse: list[Any]
    properties: dict[str, Any]


class Describer:
    """Turns entities and edges into statements.

    Args:
        terms: How terms are written.
        options: What to say.
        statements: "reification", "named-graphs" or "triple-terms".
    """

    def __init__(self, terms: Terms, options: Options, statements: str) -> None:
        options.check()
        self.terms = terms
        self.minter = Minter(options.base)
        self.full = options.evidence == "full"
        self.annotated = options.evidence != "none"
        self.statements = statements
        self.profile = options.profile
        self._type = terms.term("rdf:type")
        term = self._term
        self._id, self._name, self._alias = term("id"), term("name"), term("aliases")
        self._named, self._kind = term("named"), term("kind")
        self._exact = terms.term("kg:exact")
        self._classes = {label: self._class_objects(label) for label in NODE_TYPES}
        self._keys = {label: {key: term(key) for key in t.properties} for label, t in NODE_TYPES.items()}
        self._relations = {label: self._relation(label) for label in RELATION_TYPES}
        self._false, self._true = terms.typed("false", "xsd:boolean"), terms.typed("true", "xsd:boolean")
        self.run = terms.iri(self.minter.run(options.run)) if options.run and self.annotated else None
        self.evidence = _EvidenceWriter(self)

    def _term(self, name: str) -> Any:
        return self.terms.term(property_term(name, self.profile))

    def _class_objects(self, label: str) -> list[tuple[Any, Any]]:
        names = cell(RDF_CLASSES, label, self.profile)
        if self.profile == RDF_PROFILES[0] or not names:
            names = [*names, f"kg:{label}"]
        return [(self._type, self.terms.name(name)) for name in names]

    def _relation(self, label: str) -> RelationTerms:
        own = own_relation(label)
        foreign = cell(RDF_RELATIONS, label, self.profile)
        said = [name for name in foreign if name[0] != "^"]
        if self.profile == RDF_PROFILES[0] or not foreign:
            said = [own, *said]
        return RelationTerms(
            self.terms.term(own),
            self.terms.name(own),
            [self.terms.term(name) for name in said],
            [self.terms.term(name[1:]) for name in foreign if name[0] == "^"],
            {key: self._term(key) for key in RELATION_TYPES[label].properties},
        )

    def relation_terms(self, label: str) -> RelationTerms:
        """How edges of a type are written."""
        return self._relations[label]

    @property
    def has_inverse(self) -> bool:
        """Whether statements about an entity also come with other entities."""
        return any(relation.inverse for relation in self._relations.values())

    def head(self, fingerprint: str | None) -> Iterator[Section]:
        """What is said once: the pipeline run."""
        if self.run is None or fingerprint is None:
            return
        term, name, text = self.terms.term, self.terms.name, self.terms.text
        yield [
            (
                self.run,
                [(self._type, name("prov:Activity")), (term("kg:fingerprint"), text(fingerprint))],
                None,
            )
        ]

    def sections(self, entity: Mapping[str, Any], relations: Iterable[Mapping[str, Any]]) -> Iterator[Section | str]:
        """All that is said about an entity and the edges that begin at it."""
        label, entity_id, given = entity["type"], entity["id"], entity["properties"]
        minter, iri = self.minter, self.terms.iri
        if label == "Paper":
            subject = iri(minter.paper(entity_id, given.get("doi"), given.get("arxiv_id")))
        else:
            subject = iri(minter.entity(entity_id))
        said = self._entity(entity, label, entity_id, given)
        main: Section = [(subject, said, None)]
        yield main  # the caller reads it when the generator goes on: edges are added meanwhile
        fields: set[str] = set()
        for relation in relations:
            how = self._relations[relation["type"]]
            target = iri(minter.entity(relation["target"]))
            for predicate in how.forward:
                said.append((predicate, target))
            for predicate in how.inverse:
                main.append((target, [(predicate, subject)], None))
            if self.annotated:
                edge = self._edge(relation, how, subject, target, fields, main)
                if edge:
                    yield edge
        for field in sorted(fields):
            yield self.evidence.text_node(subject, entity_id, field)

    def _entity(
        self, entity: Mapping[str, Any], label: str, entity_id: str, given: Mapping[str, Any]
    ) -> list[tuple[Any, Any]]:
        text = self.terms.text
        said = [*self._classes[label], (self._id, text(entity_id)), (self._name, text(entity["name"]))]
        exact: dict[str, list[str]] = {}
        aliases = entity["aliases"]
        if aliases:
            said += [(self._alias, text(alias)) for alias in aliases]
            _note_order(exact, "aliases", aliases)
        if not entity["named"]:
            said.append((self._named, self._false))
        elif label in _NAMED_SAID:
            said.append((self._named, self._true))
        if entity["kind"] is not None:
            said.append((self._kind, text(entity["kind"])))
        if given:
            self._add_properties(said, exact, self._keys[label], given)
        if exact and self.full:
            said.append((self._exact, text(json_text(exact))))
        return said

    def _add_properties(
        self,
        said: list[tuple[Any, Any]],
        exact: dict[str, list[str]],
        keys: Mapping[str, Any],
        given: Mapping[str, Any],
    ) -> None:
        for key, value in given.items():
            predicate = keys[key]
            if isinstance(value, list | tuple):
                _note_order(exact, key, value)
                said += [(predicate, self.value(key, item)) for item in value]
            else:
                said.append((predicate, self.value(key, value)))

    def value(self, key: str, value: Any) -> Any:
        """A value of a property."""
        terms = self.terms
        if isinstance(value, str):
            if key in _URLS and is_plain_url(value):
                return terms.iri(value)
            if key in REGISTERS and is_registered(value):
                return terms.iri(REGISTERS[key] + value)
            kind = _date_type(value) if key == "date" else None
            return terms.typed(value, kind) if kind else terms.text(value)
        if isinstance(value, bool):
            return self._true if value else self._false
        if isinstance(value, int):
            return terms.typed(str(value), "xsd:integer")
        return terms.typed(lexical_double(value), "xsd:double")

    def _edge(
        self,
        relation: Mapping[str, Any],
        how: RelationTerms,
        subject: Any,
        target: Any,
        fields: set[str],
        main: Section,
    ) -> Section | str:
        pieces = relation["evidence"]
        bare = not pieces and relation["confidence"] == 1.0 and not relation["properties"]
        if bare or not (pieces or self.full):
            return []
        edge = self.minter.edge(relation["source"], relation["type"], relation["target"])
        if self.full and self.statements == "named-graphs":
            main.append((subject, [(how.own, target)], self.terms.iri(edge)))
        fields.update(piece["field"] for piece in pieces)
        return self.edge_section(relation, how, edge, subject, target)

    def edge_section(
        self, relation: Mapping[str, Any], how: RelationTerms, edge: str, subject: Any, target: Any
    ) -> Section | str:
        """All that is said about an edge and its evidence."""
        section: Section = []
        pieces = relation["evidence"]
        if self.full:
            confidence = self.double(relation["confidence"])
            said = self.statement(how, edge, subject, target, confidence, len(pieces))
            if relation["properties"]:
                self._add_properties(said, {}, how.properties, relation["properties"])
            section.append((self.terms.iri(edge), said, None))
        for number, piece in enumerate(pieces):
            values = self.evidence.values(piece, how.own_object, target, relation["source"])
            section += self.evidence.statements(f"{edge}-{number}", values)
        return section

    def double(self, value: float) -> Any:
        """A number."""
        return self.terms.typed(lexical_double(value), "xsd:double")

    def statement(
        self, how: RelationTerms, edge: str, subject: Any, target: Any, confidence: Any, count: int
    ) -> list[tuple[Any, Any]]:
        """What is said about an edge, but for its properties."""
        terms, words = self.terms, self.evidence
        said: list[tuple[Any, Any]] = [(self._type, words.edge_class)]
        if self.statements == "reification":
            said += [
                (self._type, words.statement),
                (words.subject, subject),
                (words.predicate, how.own_object),
                (words.object, target),
            ]
        elif self.statements == "triple-terms":
            said.append((words.reifies, f"<<( {subject} {how.own_object} {target} )>>"))
        said.append((words.confidence, confidence))
        said += [(words.has_evidence, terms.iri(f"{edge}-{number}")) for number in range(count)]
        if self.run is not None:
            said.append((words.generated, self.run))
        return said


def _note_order(exact: dict[str, list[str]], key: str, values: Sequence[str]) -> None:
    """Keep a list beside its statements, which are a set, where sorting does not bring it back."""
    if not values or (len(values) > 1 and any(map(str.__ge__, values, values[1:]))):
        exact[key] = list(values)


class EvidenceTerms(NamedTuple):
    """What a piece of evidence holds, as terms."""

    source: Any
    body: Any
    asserted: Any
    sentence: Any
    extractor: Any
    confidence: Any
    start: Any
    end: Any
    quoted: Any
    attributes: Any


class _EvidenceWriter:
    """The Web Annotations of edges."""

    def __init__(self, describer: Describer) -> None:
        terms = describer.terms
        self._terms = terms
        self._minter = describer.minter
        self._describer = describer
        term, name = terms.term, terms.name
        self.edge_class, self.statement = name("kg:Edge"), name("rdf:Statement")
        self.subject, self.predicate, self.object = term("rdf:subject"), term("rdf:predicate"), term("rdf:object")
        self.reifies, self.confidence = term("rdf:reifies"), term("kg:confidence")
        self.has_evidence = term("kg:evidence")
        self.generated = term("prov:wasGeneratedBy")
        type_ = term("rdf:type")
        self._annotation = [(type_, name("oa:Annotation")), (term("oa:motivatedBy"), name("oa:identifying"))]
        self._target_type = (type_, name("oa:SpecificResource"))
        self._position_type = (type_, name("oa:TextPositionSelector"))
        self._quote_type = (type_, name("oa:TextQuoteSelector"))
        self._text_type = (type_, name("kg:Text"))
        self._body, self._target, self._asserts = term("oa:hasBody"), term("oa:hasTarget"), term("kg:asserts")
        self._sentence, self._extractor = term("kg:sentence"), term("kg:extractor")
        self._attributes, self._derived = term("kg:attributes"), term("prov:wasDerivedFrom")
        self._source, self._selector = term("oa:hasSource"), term("oa:hasSelector")
        self._start, self._end, self._quoted = term("oa:start"), term("oa:end"), term("oa:exact")
        self._part_of, self._field = term("dcterms:isPartOf"), term("kg:field")
        self._typed: Callable[[str, str], Any] = terms.typed

    def values(self, piece: Mapping[str, Any], asserted: Any, body: Any, paper: str) -> EvidenceTerms:
        """What a piece of evidence holds."""
        text, typed = self._terms.text, self._typed
        return EvidenceTerms(
            self._terms.iri(self._minter.text(paper, piece["field"])),
            body,
            asserted,
            text(piece["sentence"]),
            text(piece["extractor"]),
            self._describer.double(piece["confidence"]),
            typed(str(piece["start"]), "xsd:nonNegativeInteger"),
            typed(str(piece["end"]), "xsd:nonNegativeInteger"),
            text(piece["text"]),
            text(json_text(piece["attributes"])) if piece["attributes"] else None,
        )

    def statements(self, iri: str, values: EvidenceTerms) -> Section:
        """What is said about a piece of evidence."""
        make = self._terms.iri
        target, position, quote = make(iri + "-target"), make(iri + "-position"), make(iri + "-quote")
        said = [
            *self._annotation,
            (self._body, values.body),
            (self._target, target),
            (self._asserts, values.asserted),
            (self._sentence, values.sentence),
            (self._extractor, values.extractor),
            (self.confidence, values.confidence),
            (self._derived, values.source),
        ]
        if values.attributes is not None:
            said.append((self._attributes, values.attributes))
        if self._describer.run is not None:
            said.append((self.generated, self._describer.run))
        selectors = [(self._selector, position), (self._selector, quote)]
        return [
            (make(iri), said, None),
            (target, [self._target_type, (self._source, values.source), *selectors], None),
            (position, [self._position_type, (self._start, values.start), (self._end, values.end)], None),
            (quote, [self._quote_type, (self._quoted, values.quoted)], None),
        ]

    def text_node(self, paper: Any, paper_id: str, field: str) -> Section:
        """What is said about a title or abstract that has evidence in it."""
        node = self._terms.iri(self._minter.text(paper_id, field))
        said = [self._text_type, (self._part_of, paper), (self._field, self._terms.text(field))]
        return [(node, said, None)]
