"""The files of a published graph, made from a stream of papers, or from the files of the graph before.

A build holds the canonical export, the embedded database and the notes of assembly (``kg.assembly_store``). Whole, it
is one pass over the papers: their nodes and edges go to two sorted runs and to the tables of the database, their notes
to the store; entities follow from the store, and are spliced in. Where few papers changed, only what they touch is made
anew, and spliced into what is there. Either way memory does not grow with the corpus.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from kg.assemble import Part, facts_of, part_of
from kg.assembly_store import AssemblyStore
from kg.bulk import no_garbage_collection
from kg.embedded import EmbeddedGraph
from kg.embedded_write import DatabaseWriter, GraphChanges, update_database, wal_of, write_database
from kg.errors import ServiceError
from kg.exporters.jsonl import line_of, lines_of
from kg.graph import KnowledgeGraph
from kg.model import Entity, Extraction, Paper, Relation
from kg.parents import type_of
from kg.people import People
from kg.schema import NODE_TYPES, RELATION_TYPES
from kg.sorted_lines import ENTITY, RELATION, Change, LineWriter, splice
from kg.vocabulary import Vocabulary

__all__ = [
    "DATABASE",
    "GRAPH",
    "NOTES",
    "Counts",
    "Delta",
    "Item",
    "Written",
    "delta_of",
    "write_changed",
    "write_graph",
    "write_whole",
]

GRAPH, DATABASE, NOTES = "graph.jsonl", "graph.lbdb", "notes.sqlite"
Item = tuple[Paper, Extraction, str]
"""A paper, what was found in it, and the digest of its record."""
_MOST_PAPERS = 10_000
_MOST_CHANGES = 100_000
_LARGEST_WAL = 12 << 20
"""Readers take the log in each time they open the database: half a second for so many bytes."""
_WAL_OVER_LINES = 1.5
"""Bytes that the log of the database takes for a byte of the export."""


@dataclass(slots=True)
class Counts:
    """Entities and relations by type, and pieces of evidence."""

    entities: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    evidence: int = 0

    def entity(self, entity: Entity, sign: int = 1) -> None:
        """Count an entity, or take it away."""
        self.entities[entity.type] += sign

    def relation(self, relation: Relation, sign: int = 1) -> None:
        """Count a relation, or take it away."""
        self.relations[relation.type] += sign
        self.evidence += sign * len(relation.evidence)

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> Counts:
        """Those that a manifest holds."""
        counts = manifest["counts"]
        return cls(Counter(counts["entities"]), Counter(counts["relations"]), counts["evidence"])

    @classmethod
    def of_graph(cls, graph: KnowledgeGraph) -> Counts:
        """Those of a graph in memory."""
        counts = cls()
        for entity in graph.entities():
            counts.entity(entity)
        for relation in graph.relations():
            counts.relation(relation)
        return counts

    def for_manifest(self) -> dict[str, Any]:
        """As the manifest holds them."""
        return {
            "entities": {label: n for label, n in sorted(self.entities.items()) if n},
            "relations": {label: n for label, n in sorted(self.relations.items()) if n},
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the counts, and the SHA-256 of the canonical export."""

    counts: Counts
    digest: str


@dataclass(frozen=True, slots=True)
class Delta:
    """Papers by id: those that a graph lacks or has otherwise, and those that it should not have any more.

    ``total`` is the number of papers that it has.
    """

    changed: list[str]
    removed: list[str]
    total: int

    @property
    def is_small(self) -> bool:
        """Whether it is less work to change the graph than to make it anew."""
        size = len(self.changed) + len(self.removed)
        return size <= _MOST_PAPERS and 4 * size <= self.total


def _label_of(entity: str) -> str:
    return type_of(entity) or "Paper"


def _line(value: Entity | Relation) -> bytes:
    return line_of(value).encode()


@no_garbage_collection()
def write_graph(graph: KnowledgeGraph, folder: Path) -> Written:
    """Write a graph that is in memory.

    Raises:
        ServiceError: if something cannot be written.
    """
    with (folder / GRAPH).open("wb") as target:
        out = LineWriter(target)
        for line in lines_of(graph):
            out.write(line.encode())
    write_database(graph, folder / DATABASE)
    return Written(Counts.of_graph(graph), out.hexdigest)


# Whole


@no_garbage_collection()
def write_whole(
    folder: Path,
    items: Iterable[Item],
    vocabulary: Vocabulary,
    made_with: str,
    *,
    people: People | None = None,
    database: bool = True,
) -> Written:
    """Write a graph from all its papers.

    Args:
        folder: Where to.
        items: By id of the paper, each once.
        vocabulary: As in ``assemble``.
        made_with: Goes to the notes: what else the graph depends on.
        people: Whom names stand for in all these papers; the digests tell of it (``People.digest``).
        database: False leaves the embedded database out.

    Raises:
        ServiceError: if something cannot be written.
    """
    counts = Counts()
    people = people or People()
    with ExitStack() as stack:
        papers, edges = (stack.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(2))
        out = LineWriter(stack.enter_context((folder / GRAPH).open("wb")))
        tables = stack.enter_context(DatabaseWriter(folder / DATABASE))
        store = stack.enter_context(AssemblyStore(folder / NOTES, vocabulary, people, write=True))
        for paper, extraction, digest in items:
            part = part_of(paper, facts_of(paper, extraction), people)
            papers.write(_line(part.paper))
            tables.entity(part.paper)
            counts.entity(part.paper)
            for relation in _in_order(part.relations):
                edges.write(_line(relation))
                _note_relation(relation, counts, tables)
            store.add(paper.id, digest, part.notes)
        store.complete()
        splice(papers, _all_entities(store, counts, tables), out)
        splice(edges, _all_relations(store, counts, tables), out)
        store.set_made_with(made_with)
        store.commit()
        if database:
            tables.finish()
    return Written(counts, out.hexdigest)


def _in_order(relations: list[Relation]) -> list[Relation]:
    return sorted(relations, key=lambda relation: (relation.type, relation.target))


def _note_relation(relation: Relation, counts: Counts, database: DatabaseWriter) -> None:
    database.relation(relation, _label_of(relation.source), _label_of(relation.target))
    counts.relation(relation)


def _all_entities(store: AssemblyStore, counts: Counts, database: DatabaseWriter) -> Iterator[Change]:
    for entity in store.entities():
        database.entity(entity)
        counts.entity(entity)
        yield (ENTITY, entity.id.encode()), [_line(entity)]


def _all_relations(store: AssemblyStore, counts: Counts, database: DatabaseWriter) -> Iterator[Change]:
    for entity, relations in store.all_relations():
        for relation in relations:
            _note_relation(relation, counts, database)
        yield (RELATION, entity.encode()), [_line(relation) for relation in relations]


# From the graph before


def delta_of(old: Path, papers: Iterable[tuple[str, str]], vocabulary: Vocabulary, made_with: str) -> Delta | None:
    """What separates the graph of a build from the one that is due; None where it has to be made whole.

    Args:
        old: A build.
        papers: Id and digest of all papers that are due, by id.
        vocabulary: As in ``assemble``.
        made_with: What else the graph depends on.
    """
    if not all((old / name).is_file() for name in (GRAPH, DATABASE, NOTES)):
        return None
    try:
        with AssemblyStore(old / NOTES, vocabulary) as store:
            return _compare(store.papers(), papers) if store.made_with == made_with else None
    except ServiceError:
        return None


def _compare(old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> Delta:
    """Walk along two sorted lists of ids and digests."""
    changed, removed, total = [], [], 0
    due = iter(new)
    ahead = next(due, None)
    for paper_id, digest in old:
        total += 1
        while ahead is not None and ahead[0] < paper_id:
            changed.append(ahead[0])
            ahead = next(due, None)
        if ahead is None or ahead[0] != paper_id:
            removed.append(paper_id)
            continue
        if ahead[1] != digest:
            changed.append(paper_id)
        ahead = next(due, None)
    while ahead is not None:
        changed.append(ahead[0])
        ahead = next(due, None)
    return Delta(changed, removed, total)


@no_garbage_collection()
def write_changed(
    folder: Path,
    old: Path,
    delta: Delta,
    items: Iterable[Item],
    vocabulary: Vocabulary,
    before: Counts,
    *,
    people: People | None = None,
    database: bool = True,
) -> Written:
    """Write a graph from the one before and what changed.

    Args:
        folder: Where to.
        old: The build before, which stays as it is.
        delta: What changed.
        items: The changed papers.
        vocabulary: As in ``assemble``.
        before: The counts of the build before; they are brought up to date.
        people: As in ``write_whole``.
        database: False leaves the embedded database out.

    Raises:
        ServiceError: if something cannot be written.
        ValueError: if the build before is damaged.
    """
    shutil.copyfile(old / NOTES, folder / NOTES)
    changes = _Changes(before)
    people = people or People()
    with (
        AssemblyStore(folder / NOTES, vocabulary, people, write=True) as store,
        (old / GRAPH).open("rb") as graph,
        (folder / GRAPH).open("wb") as target,
    ):
        touched: set[str] = set()
        for paper_id in (*delta.removed, *delta.changed):
            touched |= store.remove(paper_id)
        parts: dict[str, Part | None] = dict.fromkeys(delta.removed)
        for paper, extraction, digest in items:
            parts[paper.id] = part = part_of(paper, facts_of(paper, extraction), people)
            store.add(paper.id, digest, part.notes)
            touched |= part.notes.keys()
            part.notes.clear()
        touched = store.update(touched)
        out = LineWriter(target)
        splice(graph, _changed_lines(store, parts, touched), out, changes.see)
        store.commit()
    if database:
        _bring_up_to_date(folder, old, changes)
    return Written(changes.counts, out.hexdigest)


def _changed_lines(store: AssemblyStore, parts: dict[str, Part | None], touched: set[str]) -> Iterator[Change]:
    """The lines of all papers and entities that may have changed, in the order of the export."""
    ids = sorted({*parts, *touched})
    for identifier in ids:
        part = parts.get(identifier)
        entity = (part.paper if part else None) if identifier in parts else store.entity(identifier)
        yield (ENTITY, identifier.encode()), [_line(entity)] if entity else []
    for identifier in ids:
        if identifier in parts:
            part = parts[identifier]
            relations = _in_order(part.relations) if part else []
        else:
            relations = store.relations(identifier)
        yield (RELATION, identifier.encode()), [_line(relation) for relation in relations]


class _Changes:
    """Watches lines come and go."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.graph = GraphChanges()
        self.bytes = 0

    def see(self, old: list[bytes], new: list[bytes]) -> None:
        gone, come = [line for line in old if line not in new], [line for line in new if line not in old]
        for line in gone:
            if _is_relation(line):
                relation = Relation.model_validate_json(line)
                self.counts.relation(relation, -1)
                self.graph.relations_removed.append(relation)
            else:
                entity = Entity.model_validate_json(line)
                self.counts.entity(entity, -1)
                if not come:
                    self.graph.removed.append(entity)
        for line in come:
            self.bytes += len(line)
            if _is_relation(line):
                relation = Relation.model_validate_json(line)
                self.counts.relation(relation)
                self.graph.relations_added.append(relation)
            else:
                entity = Entity.model_validate_json(line)
                self.counts.entity(entity)
                (self.graph.changed if gone else self.graph.added).append(entity)


def _is_relation(line: bytes) -> bool:
    return line.startswith(b'{"confidence":')


def _bring_up_to_date(folder: Path, old: Path, changes: _Changes) -> None:
    """The database of the graph before with the changes, or made anew where they are many."""
    database = folder / DATABASE
    wal = wal_of(old / DATABASE)
    expected = (wal.stat().st_size if wal.exists() else 0) + _WAL_OVER_LINES * changes.bytes
    if changes.graph.size <= _MOST_CHANGES and expected <= _LARGEST_WAL:
        update_database(old / DATABASE, database, changes.graph, _label_of)
        if _has(database, changes.counts):
            return
        wal_of(database).unlink(missing_ok=True)
        database.unlink()
    with (folder / GRAPH).open("rb") as lines:
        _write_database(lines, database)


def _has(database: Path, counts: Counts) -> bool:
    """Whether a database has as many nodes and edges of each type as it should, its log taken in."""
    with EmbeddedGraph(database) as engine:
        for label in NODE_TYPES:
            if engine.query(f"MATCH (n:{label}) RETURN count(*)").rows != [[counts.entities[label]]]:
                return False
        for label in RELATION_TYPES:
            if engine.query(f"MATCH ()-[r:{label}]->() RETURN count(*)").rows != [[counts.relations[label]]]:
                return False
    return True


def _write_database(lines: IO[bytes], database: Path) -> None:
    """A database from a canonical export."""
    with DatabaseWriter(database) as writer:
        for line in lines:
            if _is_relation(line):
                relation = Relation.model_validate_json(line)
                writer.relation(relation, _label_of(relation.source), _label_of(relation.target))
            else:
                writer.entity(Entity.model_validate_json(line))
        writer.finish()
