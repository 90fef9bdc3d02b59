"""Papers and their extractions to a graph.

``assemble`` is a function of the *set* of its items: each item is taken apart into facts, facts are united as sets,
and everything in the graph is computed from those sets. So order, duplicates and partitions cannot matter.

The rules are in functions of one paper (``part_of``) and of one entity (``entity_of``, ``maker_of``, and ``Parents`` in
``kg.parents``), so that ``kg.assembly_store`` can apply the same ones to a corpus that does not fit into memory. What a
paper says of its entities are *notes*: counted, so that they can be added up and, when a paper goes, taken away.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import NamedTuple, TypeVar

from kg.bulk import compact, no_garbage_collection
from kg.errors import UsageError
from kg.graph import KnowledgeGraph
from kg.links import parse_link
from kg.model import Attributes, Entity, Evidence, Extraction, Mention, Paper, Relation
from kg.papers import conflict_texts, provenance_texts
from kg.parents import Parents, type_of
from kg.people import People, registered_id_of
from kg.schema import NODE_TYPES, RELATION_TYPES, counted_properties, relation_for, role_rank
from kg.vocabulary import Entry, Vocabulary

__all__ = [
    "Maker",
    "Note",
    "Notes",
    "Part",
    "assemble",
    "entity_of",
    "facts_of",
    "maker_notes",
    "maker_of",
    "name_of",
    "part_of",
]

_FIELD_RANK = {"title": 0, "abstract": 1}
_VARIANT_TYPES = RELATION_TYPES["VARIANT_OF"].sources
_SIGNATURES = ("Author", "Organization")
"""Types whose every note is a name, as the paper gives it."""
_T = TypeVar("_T", str, int)
_Value = str | int | float | bool
_Properties = dict[str, str | int | float | bool | tuple[str, ...]]

Note = tuple[str, str]
"""What a mention says of its entity: an aspect, and a value as text."""
Notes = dict[str, Counter[Note]]
"""Entity id -> how often each note was made."""
_NAME, _FORM, _KIND, _URL, _VENDOR, _SURE, _MEMORY, _NAMED = (
    "name",
    "form",
    "kind",
    "url",
    "vendor",
    "sure",
    "memory",
    "named",
)


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


class _Material:
    """The union of all items: papers by id, and the facts of each."""

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        self.facts: dict[str, set[_Fact]] = defaultdict(set)

    def add(self, paper: Paper, extraction: Extraction) -> None:
        facts = facts_of(paper, extraction)
        known = self.papers.setdefault(paper.id, paper)
        if known is not paper and known != paper:
            self.papers[paper.id] = min(known, paper, key=_fullest)
        self.facts[paper.id].update(facts)


def _fullest(paper: Paper) -> tuple[int, str]:
    """Sort key that puts the record with the longest abstract first; the content decides a tie."""
    return -len(paper.abstract), paper.model_dump_json()


def _fact(paper: Paper, mention: Mention, sentences: dict[tuple[str, int, int], str]) -> _Fact:
    if type_of(mention.entity) != mention.type:
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


def _most_common(counter: Mapping[_T, int]) -> _T | None:
    """The most frequent value, the smallest of several; None of nothing."""
    return min(counter, key=lambda value: (-counter[value], value)) if counter else None


def _extracted_relation(paper_id: str, entity: str, facts: list[_Fact]) -> Relation:
    """The one edge between a paper and an entity; the strongest role of its mentions decides the type."""
    entity_type = str(type_of(entity))
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
        properties=counted_properties(
            relation_type, [(key, value) for fact in ordered for key, _, value in fact.attributes]
        ),
        evidence=tuple(fact.evidence() for fact in evidence.values()),
    )


def _paper_entity(paper: Paper) -> Entity:
    properties: _Properties = {"title": paper.title}
    computed = {"conflicts": conflict_texts(paper), "provenance": provenance_texts(paper)}
    for key in NODE_TYPES["Paper"].properties:
        value = computed[key] if key in computed else getattr(paper, key, None)
        if value not in (None, "", ()):
            properties[key] = value
    if paper.date and paper.date[:4].isdigit():
        properties["year"] = int(paper.date[:4])
    return Entity(id=paper.id, type="Paper", name=paper.title or paper.id, properties=properties)


class Part(NamedTuple):
    """What one paper adds to the graph: its node, its edges by target, and its notes on other entities."""

    paper: Entity
    relations: list[Relation]
    notes: Notes


def part_of(paper: Paper, facts: Iterable[_Fact], people: People) -> Part:
    """What a paper and the facts found in it add, given whom names stand for.

    Raises:
        UsageError: if the paper has an id that belongs to another type.
    """
    if type_of(paper.id) is not None:
        raise UsageError(f"{paper.id!r} cannot be the id of a paper: its prefix belongs to another type")
    notes: Notes = defaultdict(Counter)
    by_entity: dict[str, list[_Fact]] = defaultdict(list)
    for fact in facts:
        by_entity[fact.entity].append(fact)
        notes[fact.entity].update(_notes_of(fact))
    found = {entity: _extracted_relation(paper.id, entity, by_entity[entity]) for entity in sorted(by_entity)}
    _add_links(paper, found, notes)
    return Part(_paper_entity(paper), [*found.values(), *_signatures(paper, people, notes)], notes)


def facts_of(paper: Paper, extraction: Extraction) -> set[_Fact]:
    """The mentions of an extraction, taken apart.

    Raises:
        UsageError: if the extraction is of another paper, or a mention's id or role does not fit its type.
    """
    if paper.id != extraction.paper_id:
        raise UsageError(f"the extraction of {extraction.paper_id!r} does not belong to the paper {paper.id!r}")
    sentences: dict[tuple[str, int, int], str] = {}
    return {_fact(paper, mention, sentences) for mention in extraction.mentions}


def _notes_of(fact: _Fact) -> Iterator[Note]:
    yield _NAME, fact.name
    yield _FORM, fact.text
    if fact.named:
        yield _NAMED, ""
    for key, _, value in fact.attributes:
        if key in (_KIND, _URL):
            yield key, str(value)
        elif key == _VENDOR and str(value).strip():
            yield _VENDOR, str(value)
            yield _SURE, repr(fact.confidence)
        elif key == "memory_gb" and isinstance(value, int):
            yield _MEMORY, str(int(value))


def _add_links(paper: Paper, found: dict[str, Relation], notes: Notes) -> None:
    """Edges of the links that came with the record; a link that the text also gives keeps its evidence."""
    for url in sorted(set(paper.links)):
        link = parse_link(url)
        if link is None or link.names_paper(paper.arxiv_id, paper.doi):
            continue
        notes[link.id].update(((_NAME, link.id.partition(":")[2]), (_URL, link.url), (_KIND, link.kind), (_NAMED, "")))
        known = found.get(link.id)
        relation_type = relation_for("Repository", link.role)
        if known is None:
            found[link.id] = Relation(source=paper.id, type=relation_type, target=link.id)
        else:
            found[link.id] = known.model_copy(update={"confidence": 1.0})


def _signatures(paper: Paper, people: People, notes: Notes) -> Iterator[Relation]:
    """Edges to authors and organisations; one that is given twice counts once."""
    for relation_type, entity_type, names, registered in (
        ("AUTHORED_BY", "Author", paper.authors, paper.orcids),
        ("AFFILIATED_WITH", "Organization", paper.organizations, paper.rors),
    ):
        placed: set[str] = set()
        for position, given in enumerate(names, 1):
            name = " ".join(given.split())
            if not name:
                continue
            target = people.node(entity_type, name, registered.get(given))
            notes[target][_NAME, name] += 1
            if target in placed:
                continue
            placed.add(target)
            properties: Attributes = {"position": position} if entity_type == "Author" else {}
            yield Relation(source=paper.id, type=relation_type, target=target, properties=properties)


# One entity, from all notes on it


def _values(notes: Mapping[Note, int], aspect: str) -> dict[str, int]:
    return {value: count for (key, value), count in notes.items() if key == aspect}


def name_of(notes: Mapping[Note, int]) -> str:
    """The name that most mentions of an entity have."""
    return str(_most_common(_values(notes, _NAME)))


class Maker(NamedTuple):
    """The organisation that makes a piece of hardware."""

    id: str
    name: str
    confidence: float


def maker_of(entity: str, entry: Entry | None, notes: Mapping[Note, int], people: People) -> Maker | None:
    """Who makes a piece of hardware: what the vocabulary says, else what most papers say."""
    if type_of(entity) != "Hardware":
        return None
    confidence = 1.0
    name = entry.maker if entry else None
    if name is None and (entry.named if entry else (_NAMED, "") in notes):  # one maker's drone is not all drones
        name = _most_common(_values(notes, _VENDOR))
        confidence = max((float(value) for value in _values(notes, _SURE)), default=0.0)
    name = " ".join((name or "").split())
    return Maker(people.node("Organization", name), name, confidence) if name else None


def maker_notes(maker: Maker) -> Counter[Note]:
    """What being a maker says of an organisation."""
    return Counter(((_NAME, maker.name),))


def entity_of(entity: str, entry: Entry | None, notes: Mapping[Note, int]) -> Entity:
    """The node of an entity, from the vocabulary and all notes on it."""
    name = entry.name if entry else name_of(notes)
    entity_type = str(type_of(entity))
    is_signature = entity_type in _SIGNATURES
    aliases = {*_values(notes, _NAME if is_signature else _FORM), *(entry.aliases if entry else ())} - {name}
    return Entity(
        id=entity,
        type=entity_type,
        name=name,
        aliases=tuple(sorted(aliases)),
        named=entry.named if entry else is_signature or (_NAMED, "") in notes,
        kind=(entry.kind if entry else None) or _most_common(_values(notes, _KIND)),
        properties=_properties(entity, entry, notes),
    )


def _properties(entity: str, entry: Entry | None, notes: Mapping[Note, int]) -> _Properties:
    """What ``schema.py`` lists for the type, from the vocabulary, else from the mentions."""
    entity_type = str(type_of(entity))
    if entity_type in _SIGNATURES:
        registered = registered_id_of(entity)
        return dict([registered]) if registered else {}
    wanted = NODE_TYPES[entity_type].properties
    if not wanted:
        return {}
    memory = {int(value): count for value, count in _values(notes, _MEMORY).items()}
    values: dict[str, str | int | None] = {
        "year": entry.year if entry else None,
        "home": entry.home if entry else None,
        "memory_gb": (entry.memory_gb if entry else None) or _most_common(memory),
        "url": _most_common(_values(notes, _URL)),
    }
    return {key: value for key in wanted if (value := values.get(key)) is not None}


# All of them, in memory


class _Notebook:
    """The notes of all papers, and what ``Parents`` asks of them."""

    def __init__(self, vocabulary: Vocabulary, people: People) -> None:
        self.vocabulary = vocabulary
        self.people = people
        self.notes: Notes = defaultdict(Counter)

    def graph(self, papers: list[Entity], relations: list[Relation]) -> KnowledgeGraph:
        """Complete papers and their edges by all that follows from the notes."""
        names = {entity: name_of(notes) for entity, notes in self.notes.items() if type_of(entity) in _VARIANT_TYPES}
        parents = Parents(self.vocabulary).of_names(names)
        nodes = {*self.notes, *parents, *parents.values()}
        relations.extend(Relation(source=child, type="VARIANT_OF", target=parents[child]) for child in parents)
        for entity in sorted(nodes):
            known = self.notes.get(entity, Counter())
            maker = maker_of(entity, self.vocabulary.by_id.get(entity), known, self.people)
            if maker:
                relations.append(Relation(source=entity, type="MADE_BY", target=maker.id, confidence=maker.confidence))
                self.notes[maker.id].update(maker_notes(maker))
        entities = (
            entity_of(entity, self.vocabulary.by_id.get(entity), self.notes.get(entity, Counter()))
            for entity in sorted({*nodes, *self.notes})
        )
        return KnowledgeGraph(map(compact, (*papers, *entities)), map(compact, relations))


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
    people = People(material.papers.values())
    book = _Notebook(vocabulary, people)
    papers: list[Entity] = []
    relations: list[Relation] = []
    for paper_id in sorted(material.papers):
        part = part_of(material.papers.pop(paper_id), material.facts.pop(paper_id), people)
        papers.append(part.paper)
        relations.extend(part.relations)
        for entity, notes in part.notes.items():
            book.notes[entity].update(notes)
    return book.graph(papers, relations)
