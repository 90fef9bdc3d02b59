"""Papers and their extractions to a graph.

``assemble`` is a function of the *set* of its items: each item is taken apart into facts, facts are united as sets,
and everything in the graph is computed from those sets. So order, duplicates and partitions cannot matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple, TypeVar

from kg.bulk import compact, no_garbage_collection
from kg.errors import UsageError
from kg.graph import KnowledgeGraph
from kg.ids import entity_id, link_key
from kg.linking.variants import ancestor_names
from kg.links import parse_link
from kg.model import Attributes, Entity, Evidence, Extraction, Mention, Paper, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES, relation_for, role_rank
from kg.vocabulary import Entry, Vocabulary

__all__ = ["assemble"]

_TYPE_OF_PREFIX = {node_type.prefix: label for label, node_type in NODE_TYPES.items() if label != "Paper"}
_FIELD_RANK = {"title": 0, "abstract": 1}
_VARIANT_TYPES = RELATION_TYPES["VARIANT_OF"].sources
_T = TypeVar("_T", str, int)
_Value = str | int | float | bool
_Properties = dict[str, str | int | float | bool | tuple[str, ...]]


class _Fact(NamedTuple):
    """One mention, hashable: what it says of the entity, and where."""

    entity: str
    role: str
    name: str
    named: bool
    field_rank: int
    start: int
    end: int
    text: str
    sentence: str
    extractor: str
    confidence: float
    attributes: tuple[tuple[str, str, _Value], ...]

    @property
    def place(self) -> tuple[object, ...]:
        """Sort key of evidence: title first, then the offset; the rest makes the order total."""
        attributes = tuple((key, type_name, repr(value)) for key, type_name, value in self.attributes)
        return (*self[4:11], attributes, *self[:4])

    def evidence(self) -> Evidence:
        return compact(
            Evidence(
                sentence=self.sentence,
                text=self.text,
                field="abstract" if self.field_rank else "title",
                start=self.start,
                end=self.end,
                extractor=self.extractor,
                confidence=self.confidence,
                attributes={key: value for key, _, value in self.attributes},
            )
        )


@dataclass(slots=True)
class _Seen:
    """What the mentions of one entity say about it, over all papers."""

    names: Counter[str] = field(default_factory=Counter)
    forms: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    urls: Counter[str] = field(default_factory=Counter)
    vendors: Counter[str] = field(default_factory=Counter)
    memory: Counter[int] = field(default_factory=Counter)
    named: bool = False
    vendor_confidence: float = 0.0


class _Material:
    """The union of all items: papers by id, and the facts of each."""

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        self.facts: dict[str, set[_Fact]] = defaultdict(set)

    def add(self, paper: Paper, extraction: Extraction) -> None:
        if paper.id != extraction.paper_id:
            raise UsageError(f"the extraction of {extraction.paper_id!r} does not belong to the paper {paper.id!r}")
        known = self.papers.setdefault(paper.id, paper)
        if known is not paper and known != paper:
            self.papers[paper.id] = min(known, paper, key=_fullest)
        sentences: dict[tuple[str, int, int], str] = {}
        self.facts[paper.id].update(_fact(paper, mention, sentences) for mention in extraction.mentions)


def _fullest(paper: Paper) -> tuple[int, str]:
    """Sort key that puts the record with the longest abstract first; the content decides a tie."""
    return -len(paper.abstract), paper.model_dump_json()


def _type_of(entity: str) -> str | None:
    """The entity type that an id's prefix stands for; None for the id of a paper."""
    return _TYPE_OF_PREFIX.get(entity.partition(":")[0])


def _fact(paper: Paper, mention: Mention, sentences: dict[tuple[str, int, int], str]) -> _Fact:
    if _type_of(mention.entity) != mention.type:
        raise UsageError(f"{paper.id}: the id {mention.entity!r} is not one of a {mention.type}")
    if mention.role not in NODE_TYPES[mention.type].roles:
        raise UsageError(f"{paper.id}: a {mention.type} cannot have the role {mention.role!r}")
    span = (mention.field, *mention.sentence)
    sentence = sentences.get(span)
    if sentence is None:
        text = paper.title if mention.field == "title" else paper.abstract
        sentence = sentences[span] = text[slice(*mention.sentence)].strip()
    return _Fact(
        intern(mention.entity),
        intern(mention.role),
        intern(mention.name),
        mention.named,
        _FIELD_RANK[mention.field],
        mention.start,
        mention.end,
        mention.text,
        sentence,
        intern(mention.extractor),
        mention.confidence + 0.0,
        # Python holds 1, 1.0 and True equal, and 0.0 and -0.0: sets must not choose between them.
        tuple(
            sorted(
                (key, type(value).__name__, value + 0.0 if isinstance(value, float) else value)
                for key, value in mention.attributes.items()
            )
        ),
    )


def _most_common(counter: Counter[_T]) -> _T | None:
    """The most frequent value, the smallest of several; None of nothing."""
    return min(counter, key=lambda value: (-counter[value], value)) if counter else None


def _edge_properties(relation_type: str, facts: list[_Fact]) -> Attributes:
    """The largest count and the first value among the attributes of the mentions, where the edge type has them."""
    wanted = RELATION_TYPES[relation_type].properties
    attributes = [(key, value) for fact in facts for key, _, value in fact.attributes if key in wanted]
    found: Attributes = {}
    counts = [v for k, v in attributes if k == "count" and isinstance(v, int) and not isinstance(v, bool)]
    if counts:
        found["count"] = max(counts)
    value = next((v for k, v in attributes if k == "value"), None)
    if value is not None:
        found["value"] = str(value)
    return found


def _extracted_relation(paper_id: str, entity: str, facts: list[_Fact]) -> Relation:
    """The one edge between a paper and an entity; the strongest role of its mentions decides the type."""
    entity_type = str(_type_of(entity))
    role = min((fact.role for fact in facts), key=lambda role: role_rank(entity_type, role))
    ordered = sorted(facts, key=lambda fact: fact.place)
    relation_type = relation_for(entity_type, role)
    # Facts that differ in role or name only are one piece of evidence.
    evidence = {fact.place[:8]: fact for fact in ordered}
    return Relation(
        source=paper_id,
        type=relation_type,
        target=entity,
        confidence=max(fact.confidence for fact in facts),
        properties=_edge_properties(relation_type, ordered),
        evidence=tuple(fact.evidence() for fact in evidence.values()),
    )


def _paper_entity(paper: Paper) -> Entity:
    properties: _Properties = {"title": paper.title}
    for key in NODE_TYPES["Paper"].properties:
        value = getattr(paper, key, None)
        if value not in (None, "", ()):
            properties[key] = value
    if paper.date and paper.date[:4].isdigit():
        properties["year"] = int(paper.date[:4])
    return Entity(id=paper.id, type="Paper", name=paper.title or paper.id, properties=properties)


class _Variants:
    """Finds the parent of each entity. Every entity has at most one, and following them never leads back."""

    def __init__(self, vocabulary: Vocabulary, names: dict[str, str]) -> None:
        self.vocabulary = vocabulary
        self.names = names
        self.parents: dict[str, str] = {}
        self._by_key: dict[tuple[str, str], str] = {}
        entries = sorted(vocabulary.entries, key=lambda entry: entry.id)
        for entry in entries:
            self._by_key.setdefault((entry.type, link_key(entry.name)), entry.id)
        for entry in entries:
            for form in entry.aliases:
                if form not in entry.ambiguous:
                    self._by_key.setdefault((entry.type, link_key(form)), entry.id)
        for entity in sorted(names):
            self._by_key.setdefault((str(_type_of(entity)), link_key(names[entity])), entity)

    def find(self) -> dict[str, str]:
        """Child to parent, over the given entities and the parents that they bring in."""
        for entity in sorted(self.names):
            self._climb_vocabulary(entity)
        for entity in sorted({*self.names, *self.parents, *self.parents.values()}):
            self._find_by_name(entity)
        return self.parents

    def _link(self, child: str, parent: str) -> bool:
        """Make one the parent of the other, unless that closes a circle."""
        above: str | None = parent
        while above is not None:
            if above == child:
                return False
            above = self.parents.get(above)
        self.parents[child] = parent
        return True

    def _climb_vocabulary(self, entity: str) -> None:
        while entity not in self.parents:
            entry = self.vocabulary.by_id.get(entity)
            parent = self.vocabulary.parent_of(entry) if entry else None
            if parent is None or not self._link(entity, parent.id):
                return
            entity = parent.id

    def _find_by_name(self, entity: str) -> None:
        """Look for a parent by name, then for the parent's own, until there is none."""
        current: str | None = entity
        while current is not None and current not in self.parents:
            current = self._named_parent(current)
            if current is not None:
                self._climb_vocabulary(current)

    def _named_parent(self, entity: str) -> str | None:
        entry = self.vocabulary.by_id.get(entity)
        name = entry.name if entry else self.names[entity]
        entity_type = str(_type_of(entity))
        for ancestor in ancestor_names(name, entity_type):
            parent = self._by_key.get((entity_type, link_key(ancestor)))
            if parent is not None and self._link(entity, parent):
                return parent
        return None


class _Builder:
    """Collects nodes and edges paper by paper, then completes them from the vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.papers: list[Entity] = []
        self.relations: list[Relation] = []
        self.seen: dict[str, _Seen] = defaultdict(_Seen)

    def add_paper(self, paper: Paper, facts: set[_Fact]) -> None:
        if _type_of(paper.id) is not None:
            raise UsageError(f"{paper.id!r} cannot be the id of a paper: its prefix belongs to another type")
        self.papers.append(_paper_entity(paper))
        by_entity: dict[str, list[_Fact]] = defaultdict(list)
        for fact in facts:
            by_entity[fact.entity].append(fact)
            self._note(fact)
        found = {entity: _extracted_relation(paper.id, entity, by_entity[entity]) for entity in sorted(by_entity)}
        self._add_links(paper, found)
        self.relations.extend(found.values())
        self._add_people(paper)

    def _note(self, fact: _Fact) -> None:
        seen = self.seen[fact.entity]
        seen.names[fact.name] += 1
        seen.forms.add(fact.text)
        seen.named |= fact.named
        for key, _, value in fact.attributes:
            if key == "kind":
                seen.kinds[str(value)] += 1
            elif key == "url":
                seen.urls[str(value)] += 1
            elif key == "vendor" and str(value).strip():
                seen.vendors[str(value)] += 1
                seen.vendor_confidence = max(seen.vendor_confidence, fact.confidence)
            elif key == "memory_gb" and isinstance(value, int):
                seen.memory[int(value)] += 1

    def _add_links(self, paper: Paper, found: dict[str, Relation]) -> None:
        """Edges of the links that came with the record; a link that the text also gives keeps its evidence."""
        for url in sorted(set(paper.links)):
            link = parse_link(url)
            if link is None or link.names_paper(paper.arxiv_id, paper.doi):
                continue
            self._note_link(link.id, link.url, link.kind)
            known = found.get(link.id)
            relation_type = relation_for("Repository", link.role)
            if known is None:
                found[link.id] = Relation(source=paper.id, type=relation_type, target=link.id)
            else:
                found[link.id] = known.model_copy(update={"confidence": 1.0})

    def _note_link(self, entity: str, url: str, kind: str) -> None:
        seen = self.seen[entity]
        seen.names[entity.partition(":")[2]] += 1
        seen.urls[url] += 1
        seen.kinds[kind] += 1
        seen.named = True

    def _add_people(self, paper: Paper) -> None:
        for relation_type, entity_type, names in (
            ("AUTHORED_BY", "Author", paper.authors),
            ("AFFILIATED_WITH", "Organization", paper.organizations),
        ):
            placed: set[str] = set()
            for position, name in enumerate(names, 1):
                target = self._note_name(entity_type, name)
                if target is None or target in placed:
                    continue
                placed.add(target)
                properties: Attributes = {"position": position} if entity_type == "Author" else {}
                self.relations.append(
                    Relation(source=paper.id, type=relation_type, target=target, properties=properties)
                )

    def _note_name(self, entity_type: str, name: str) -> str | None:
        """Note a person or an organisation by name; None for a blank name."""
        name = " ".join(name.split())
        if not name:
            return None
        entity = entity_id(entity_type, name)
        seen = self.seen[entity]
        seen.names[name] += 1
        seen.forms.add(name)
        seen.named = True
        return entity

    def finish(self) -> KnowledgeGraph:
        names = {entity: str(_most_common(seen.names)) for entity, seen in self.seen.items()}
        parents = _Variants(self.vocabulary, {e: n for e, n in names.items() if _type_of(e) in _VARIANT_TYPES}).find()
        nodes = sorted({*self.seen, *parents, *parents.values()})
        for entity in nodes:
            if entity in parents:
                self.relations.append(Relation(source=entity, type="VARIANT_OF", target=parents[entity]))
            if _type_of(entity) == "Hardware":
                self._add_maker(entity)
        entities = [self._entity(entity) for entity in sorted({*nodes, *self.seen})]
        return KnowledgeGraph(map(compact, (*self.papers, *entities)), map(compact, self.relations))

    def _add_maker(self, entity: str) -> None:
        entry, seen = self.vocabulary.by_id.get(entity), self.seen.get(entity)
        maker = entry.maker if entry else None
        confidence = 1.0
        if maker is None and seen is not None:
            maker, confidence = _most_common(seen.vendors), seen.vendor_confidence
        target = self._note_name("Organization", maker) if maker else None
        if target is not None:
            self.relations.append(Relation(source=entity, type="MADE_BY", target=target, confidence=confidence))

    def _entity(self, entity: str) -> Entity:
        entry, seen = self.vocabulary.by_id.get(entity), self.seen.get(entity, _Seen())
        name = entry.name if entry else str(_most_common(seen.names))
        aliases = {*seen.forms, *(entry.aliases if entry else ())} - {name}
        return Entity(
            id=entity,
            type=str(_type_of(entity)),
            name=name,
            aliases=tuple(sorted(aliases)),
            named=entry.named if entry else seen.named,
            kind=(entry.kind if entry else None) or _most_common(seen.kinds),
            properties=_properties(str(_type_of(entity)), entry, seen),
        )


def _properties(entity_type: str, entry: Entry | None, seen: _Seen) -> _Properties:
    """What ``schema.py`` lists for the type, from the vocabulary, else from the mentions."""
    values: dict[str, str | int | None] = {
        "year": entry.year if entry else None,
        "home": entry.home if entry else None,
        "memory_gb": (entry.memory_gb if entry else None) or _most_common(seen.memory),
        "url": _most_common(seen.urls),
    }
    return {key: value for key in NODE_TYPES[entity_type].properties if (value := values.get(key)) is not None}


@no_garbage_collection()
def assemble(items: Iterable[tuple[Paper, Extraction]], vocabulary: Vocabulary) -> KnowledgeGraph:
    """The graph of a set of papers and their extractions: any order, partition or repetition gives the same graph.

    Args:
        items: Papers with what was found in each; one paper may come with several extractions.
        vocabulary: Gives canonical names, kinds, parents and makers of the entities it knows.

    Raises:
        UsageError: if an extraction is of another paper, or a mention's id or role does not fit its type.
    """
    material = _Material()
    for paper, extraction in items:
        material.add(paper, extraction)
    builder = _Builder(vocabulary)
    for paper_id in sorted(material.papers):
        builder.add_paper(material.papers.pop(paper_id), material.facts.pop(paper_id))
    return builder.finish()
