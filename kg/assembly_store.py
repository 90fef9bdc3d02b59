"""Assembly out of core: what all papers say of each entity, in a SQLite file that goes with a published graph.

The rules are those of ``kg.assemble``; only where the notes lie is different. Edges of papers are not kept here: they
follow from one paper alone, and the canonical export holds them.

    meta       what the file was made with
    papers     id, digest of the record, and the notes that the paper made (to take them away again)
    notes      entity, aspect, value, how often
    names      entities that can be variants: the key of the name that most papers give them
    ancestors  keys that an entity's name may have a parent by
    nearest    parents, circles not yet cut, of entities that are in no vocabulary
    variants   parents as published
    makers     makers as published

A file belongs to one build and is never changed: the next build changes a copy.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType

from kg.assemble import Maker, Note, Notes, entity_of, maker_notes, maker_of, name_of
from kg.errors import ServiceError
from kg.model import Entity, Relation
from kg.parents import Parents, ancestor_keys, key_of, type_of, without_circles
from kg.people import People
from kg.schema import NODE_TYPES, RELATION_TYPES
from kg.vocabulary import Vocabulary

__all__ = ["AssemblyStore"]

VERSION = 1
_TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE papers (id TEXT PRIMARY KEY, digest TEXT NOT NULL, notes BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE notes (entity TEXT, aspect TEXT, value TEXT, n INTEGER NOT NULL,"
    " PRIMARY KEY (entity, aspect, value)) WITHOUT ROWID",
    "CREATE TABLE names (entity TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE ancestors (key TEXT, entity TEXT, PRIMARY KEY (key, entity)) WITHOUT ROWID",
    "CREATE TABLE nearest (child TEXT PRIMARY KEY, parent TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE variants (child TEXT PRIMARY KEY, parent TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX variants_parent ON variants (parent)",
    "CREATE INDEX ancestors_entity ON ancestors (entity)",
    "CREATE TABLE makers (entity TEXT PRIMARY KEY, maker TEXT NOT NULL, name TEXT NOT NULL,"
    " confidence REAL NOT NULL) WITHOUT ROWID",
)
_INDEX = "CREATE INDEX names_key ON names (key, entity)"
_VARIANT_TYPES = RELATION_TYPES["VARIANT_OF"].sources
_NOTES_IN_MEMORY = 250_000
_CACHE_KIB = 64 << 10


class AssemblyStore:
    """An open store, as a context.

    Args:
        path: The file; made where it is missing, if it is to be written.
        vocabulary: Gives canonical names, kinds, parents and makers of the entities it knows.
        people: Whom names of makers stand for.
        write: Whether to change it.

    Raises:
        ServiceError: if it cannot be read or written.
    """

    def __init__(
        self, path: Path, vocabulary: Vocabulary, people: People | None = None, *, write: bool = False
    ) -> None:
        self.path = path
        self._people = people or People()
        self.vocabulary = vocabulary
        self._parents = Parents(vocabulary)
        self._waiting: Counter[tuple[str, str, str]] = Counter()
        is_new = write and not path.exists()
        mode = "rwc" if write else "ro&immutable=1"
        with self._translated():
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
            # Nobody sees the file before it is complete and synced; a killed build throws it away.
            for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("BEGIN")
            if is_new:
                for statement in _TABLES:
                    self._db.execute(statement)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ServiceError(f"cannot use {self.path}: {error}") from error

    def __enter__(self) -> AssemblyStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._db.close()

    def commit(self) -> None:
        """Write everything to the file."""
        with self._translated():
            self._flush()
            self._db.execute("COMMIT")
            self._db.execute("BEGIN")

    @property
    def made_with(self) -> str | None:
        """What ``set_made_with`` was told."""
        with self._translated():
            row = self._db.execute("SELECT value FROM meta WHERE key = 'made_with'").fetchone()
        return str(row[0]) if row else None

    def set_made_with(self, value: str) -> None:
        """Remember what the store was made with."""
        with self._translated():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('made_with', ?)", (value,))

    # Papers

    def papers(self) -> Iterator[tuple[str, str]]:
        """Id and digest of each paper, by id."""
        with self._translated():
            yield from self._db.execute("SELECT id, digest FROM papers ORDER BY id")

    def add(self, paper_id: str, digest: str, notes: Notes) -> None:
        """Add a paper that the store does not have."""
        waiting = self._waiting
        for entity, counts in notes.items():
            for (aspect, value), n in counts.items():
                key = (entity, aspect, value)
                waiting[key] = waiting.get(key, 0) + n
        blob = zlib.compress(json.dumps([(e, list(c.items())) for e, c in notes.items()]).encode(), 1)
        with self._translated():
            self._db.execute("INSERT INTO papers VALUES (?, ?, ?)", (paper_id, digest, blob))
            if len(self._waiting) >= _NOTES_IN_MEMORY:
                self._flush()

    def remove(self, paper_id: str) -> set[str]:
        """Remove a paper and all its notes; gives the entities that it had made notes on."""
        with self._translated():
            row = self._db.execute("DELETE FROM papers WHERE id = ? RETURNING notes", (paper_id,)).fetchone()
        entities = set()
        for entity, counts in json.loads(zlib.decompress(row[0])) if row else ():
            entities.add(entity)
            for (aspect, value), n in counts:
                self._waiting[entity, aspect, value] -= n
        return entities

    def _flush(self) -> None:
        """Add what waits to the table; sorted, so that neighbours meet."""
        rows = [(*key, n) for key, n in sorted(self._waiting.items()) if n]
        self._waiting.clear()
        self._db.executemany(
            "INSERT INTO notes VALUES (?, ?, ?, ?)"
            " ON CONFLICT (entity, aspect, value) DO UPDATE SET n = n + excluded.n",
            rows,
        )
        gone = [row[:3] for row in rows if row[3] < 0]
        self._db.executemany("DELETE FROM notes WHERE entity = ? AND aspect = ? AND value = ? AND n <= 0", gone)

    # Entities

    def _notes(self, entity: str) -> Counter[Note]:
        rows = self._db.execute("SELECT aspect, value, n FROM notes WHERE entity = ?", (entity,))
        return Counter({(aspect, value): n for aspect, value, n in rows})

    def _all_notes(self, prefix: str | None = None) -> Iterator[tuple[str, Counter[Note]]]:
        """Entities (whose ids begin with a prefix and a colon) with all their notes, by id."""
        query, values = "SELECT entity, aspect, value, n FROM notes", ()
        if prefix is not None:
            query += " WHERE entity >= ? AND entity < ?"
            values = (f"{prefix}:", f"{prefix};")  # type: ignore[assignment] # ";" follows ":"
        rows = self._db.execute(f"{query} ORDER BY entity", values)
        for entity, group in groupby(rows, itemgetter(0)):
            yield entity, Counter({(aspect, value): n for _, aspect, value, n in group})

    def complete(self) -> None:
        """Find variants and makers of a store that was filled from nothing."""
        with self._translated():
            self._flush()
            for label in _VARIANT_TYPES:
                self._db.executemany("INSERT INTO names VALUES (?, ?)", self._names_of(NODE_TYPES[label].prefix))
            self._db.execute(_INDEX)
            nearest = ((e, p) for e, n in self._variant_names() if (p := self._nearest(e, n)))
            self._db.executemany("INSERT INTO nearest VALUES (?, ?)", list(nearest))
            self._db.executemany("INSERT INTO ancestors VALUES (?, ?)", self._ancestor_rows())
            self._publish_variants()
            for entity in [entity for entity, _ in self._all_notes("hardware")]:
                self._publish_maker(entity)
            self._flush()

    def _names_of(self, prefix: str) -> Iterator[tuple[str, str]]:
        return ((entity, key_of(entity, name_of(notes))) for entity, notes in self._all_notes(prefix))

    def _variant_names(self) -> Iterator[tuple[str, str]]:
        """Entities that can be variants and are in no vocabulary, with their names."""
        known = self.vocabulary.by_id
        for label in _VARIANT_TYPES:
            for entity, notes in self._all_notes(NODE_TYPES[label].prefix):
                if entity not in known:
                    yield entity, name_of(notes)

    def _ancestor_rows(self) -> Iterator[tuple[str, str]]:
        for entity, name in self._variant_names():
            yield from ((key, entity) for key in dict.fromkeys(ancestor_keys(entity, name)))

    def _find(self, key: str) -> str | None:
        row = self._db.execute("SELECT entity FROM names WHERE key = ? ORDER BY entity LIMIT 1", (key,)).fetchone()
        return row[0] if row else None

    def _nearest(self, entity: str, name: str) -> str | None:
        return self._parents.nearest(entity, name, self._find)

    # What follows from all notes: few rows, and so found anew for the whole graph

    def _publish_variants(self) -> set[str]:
        """Find the parents of all entities; gives the entities to which that makes a difference."""
        nearest = dict(self._parents.of_entries(self._find))
        nearest.update(self._db.execute("SELECT child, parent FROM nearest"))
        starts = (child for child in nearest if self._is_noted(child))
        new = without_circles(nearest, starts)
        old = dict(self._db.execute("SELECT child, parent FROM variants"))
        different = {child for child in {*old, *new} if old.get(child) != new.get(child)}
        self._db.executemany("DELETE FROM variants WHERE child = ?", [(child,) for child in different & old.keys()])
        self._db.executemany(
            "INSERT INTO variants VALUES (?, ?)", [(child, new[child]) for child in different & new.keys()]
        )
        ends = different | {graph[child] for graph in (old, new) for child in different & graph.keys()}
        for entity in sorted(ends):
            ends |= self._publish_maker(entity)
        return ends

    def _is_noted(self, entity: str) -> bool:
        return self._db.execute("SELECT 1 FROM notes WHERE entity = ? LIMIT 1", (entity,)).fetchone() is not None

    def _is_variant(self, entity: str) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM variants WHERE child = ?1 UNION ALL SELECT 1 FROM variants WHERE parent = ?1 LIMIT 1",
            (entity,),
        )
        return found.fetchone() is not None

    def _publish_maker(self, entity: str) -> set[str]:
        """Find the maker of an entity; gives the organisations to which that makes a difference."""
        if type_of(entity) != "Hardware":
            return set()
        notes = self._notes(entity)
        exists = bool(notes) or self._is_variant(entity)
        new = maker_of(entity, self.vocabulary.by_id.get(entity), notes, self._people) if exists else None
        old = self._maker(entity)
        if new == old:
            return set()
        self._db.execute("DELETE FROM makers WHERE entity = ?", (entity,))
        if new is not None:
            self._db.execute("INSERT INTO makers VALUES (?, ?, ?, ?)", (entity, *new))
        for maker, sign in ((old, -1), (new, 1)):
            if maker is not None:
                for (aspect, value), n in maker_notes(maker).items():
                    self._waiting[maker.id, aspect, value] += sign * n
        return {maker.id for maker in (old, new) if maker}

    def _maker(self, entity: str) -> Maker | None:
        row = self._db.execute("SELECT maker, name, confidence FROM makers WHERE entity = ?", (entity,)).fetchone()
        return Maker(*row) if row else None

    def update(self, touched: Iterable[str]) -> set[str]:
        """Bring everything up to date after papers were added and removed.

        Args:
            touched: The entities that these papers made notes on.

        Returns:
            All entities whose node, or whose edges to other entities, may be different now.
        """
        with self._translated():
            self._flush()
            found = set(touched)
            self._rename(found)
            found |= self._with_another_maker()
            for entity in sorted(found):
                found |= self._publish_maker(entity)
            found |= self._publish_variants()
            self._flush()
        return found

    def _with_another_maker(self) -> set[str]:
        """Hardware whose maker's name has come to stand for another organisation."""
        rows = self._db.execute("SELECT entity, maker, name FROM makers")
        return {entity for entity, maker, name in rows if self._people.node("Organization", name) != maker}

    def _rename(self, touched: set[str]) -> None:
        """Note the names of entities, and look for the parents of all whose parent that may change."""
        search = set()
        for entity in sorted(touched):
            if type_of(entity) not in _VARIANT_TYPES:
                continue
            notes = self._notes(entity)
            row = self._db.execute("SELECT key FROM names WHERE entity = ?", (entity,)).fetchone()
            old = row[0] if row else None
            name = name_of(notes) if notes else None
            new = key_of(entity, name) if name is not None else None
            search.add(entity)
            self._note_ancestors(entity, name)
            if old != new:
                self._db.execute("DELETE FROM names WHERE entity = ?", (entity,))
                if new is not None:
                    self._db.execute("INSERT INTO names VALUES (?, ?)", (entity, new))
                for key in (old, new):
                    rows = self._db.execute("SELECT entity FROM ancestors WHERE key = ?", (key,))
                    search.update(child for (child,) in rows)
        for entity in search:
            self._look_for_parent(entity)

    def _note_ancestors(self, entity: str, name: str | None) -> None:
        """Keep by which names an entity may find its parent."""
        if entity in self.vocabulary.by_id:
            return
        self._db.execute("DELETE FROM ancestors WHERE entity = ?", (entity,))
        keys = dict.fromkeys(ancestor_keys(entity, name)) if name is not None else ()
        self._db.executemany("INSERT INTO ancestors VALUES (?, ?)", [(key, entity) for key in keys])

    def _look_for_parent(self, entity: str) -> None:
        if entity in self.vocabulary.by_id:
            return  # those are looked for every time
        notes = self._notes(entity)
        parent = self._nearest(entity, name_of(notes)) if notes else None
        self._db.execute("DELETE FROM nearest WHERE child = ?", (entity,))
        if parent is not None:
            self._db.execute("INSERT INTO nearest VALUES (?, ?)", (entity, parent))

    # What is published

    def entity(self, entity: str) -> Entity | None:
        """The node of an entity; None where the graph has none."""
        with self._translated():
            notes = self._notes(entity)
            if not notes and not self._is_variant(entity):
                return None
        return entity_of(entity, self.vocabulary.by_id.get(entity), notes)

    def relations(self, entity: str) -> list[Relation]:
        """The edges from an entity to other entities, in the order of the canonical export."""
        with self._translated():
            row = self._db.execute("SELECT parent FROM variants WHERE child = ?", (entity,)).fetchone()
            maker = self._maker(entity)
        return list(_relations(entity, maker, row[0] if row else None))

    def entities(self) -> Iterator[Entity]:
        """All nodes that are no papers, by id."""
        known = self.vocabulary.by_id
        with self._translated():
            variants = dict(self._db.execute("SELECT child, parent FROM variants"))
            unnoted = sorted(e for e in {*variants, *variants.values()} if e in known and not self._is_noted(e))
            unnoted.reverse()
            for entity, notes in self._all_notes():
                while unnoted and unnoted[-1] < entity:
                    yield entity_of(unnoted[-1], known[unnoted.pop()], {})
                yield entity_of(entity, known.get(entity), notes)
            while unnoted:
                yield entity_of(unnoted[-1], known[unnoted.pop()], {})

    def all_relations(self) -> Iterator[tuple[str, list[Relation]]]:
        """Entities with edges to other entities, by id, and these edges."""
        with self._translated():
            variants: Mapping[str, str] = dict(self._db.execute("SELECT child, parent FROM variants"))
            rows = self._db.execute("SELECT entity, maker, name, confidence FROM makers")
            makers = {entity: Maker(*rest) for entity, *rest in rows}
        for entity in sorted({*variants, *makers}):
            yield entity, list(_relations(entity, makers.get(entity), variants.get(entity)))


def _relations(entity: str, maker: Maker | None, parent: str | None) -> Iterator[Relation]:
    if maker is not None:
        yield Relation(source=entity, type="MADE_BY", target=maker.id, confidence=maker.confidence)
    if parent is not None:
        yield Relation(source=entity, type="VARIANT_OF", target=parent)
