"""The graph as an embedded database, for writing: made from a stream of entities and relations, or brought up to date.

Every node table has the columns of ``Entity``; every relation type is one table over all pairs of ends that its row in
``schema.py`` allows. Evidence lies in parallel lists (``sentences``, ``texts``, ``fields``, ``start_offsets``,
``end_offsets``, ``extractors``, ``confidences``, ``attributes``): the form that this engine and Neo4j can both hold.

A database that is published is never changed. What a few papers change is written to the engine's own write-ahead log
beside it (``graph.lbdb.wal``), which readers take in when they open it; the next full build folds it in.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kg.bulk import no_garbage_collection
from kg.embedded import one_line, open_database
from kg.errors import ServiceError, UsageError
from kg.graph import KnowledgeGraph
from kg.model import Entity, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES

if TYPE_CHECKING:
    import ladybug
    import pyarrow as pa

__all__ = ["DatabaseWriter", "GraphChanges", "update_database", "wal_of", "write_database"]

_ENGINE_TYPES = {
    "string": "STRING",
    "int": "INT64",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "string[]": "STRING[]",
    "int[]": "INT64[]",
    "float[]": "DOUBLE[]",
}
_NODE_COLUMNS = {"id": "string", "name": "string", "aliases": "string[]", "named": "bool", "kind": "string"}
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_EVIDENCE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "sentences": ("string[]", attrgetter("sentence")),
    "texts": ("string[]", attrgetter("text")),
    "fields": ("string[]", attrgetter("field")),
    "start_offsets": ("int[]", attrgetter("start")),
    "end_offsets": ("int[]", attrgetter("end")),
    "extractors": ("string[]", attrgetter("extractor")),
    "confidences": ("float[]", attrgetter("confidence")),
    "attributes": ("string[]", lambda piece: _JSON(piece.attributes) if piece.attributes else "{}"),
}
# Neo4j's names for what the engine calls otherwise. Function forms only: an operator in a macro breaks the file.
_MACROS = (
    "type(r) AS label(r)",
    "startNode(r) AS start_node(r)",
    "endNode(r) AS end_node(r)",
    "toInteger(x) AS cast(x, 'INT64')",
    "toFloat(x) AS cast(x, 'DOUBLE')",
    "toString(x) AS cast(x, 'STRING')",
    "head(l) AS list_extract(l, 1)",
    "last(l) AS list_extract(l, -1)",
    "tail(l) AS list_slice(l, 2, size(l))",
    "split(s, d) AS string_split(s, d)",
    "isEmpty(x) AS equals(size(x), 0)",
)
_RELATION_COLUMNS = {"from": "source", "to": "target", "confidence": "confidence"}
_T = TypeVar("_T", Entity, Relation)
_Ends = tuple[str, str, str]
"""A relation type and the types of its two ends."""
_ROWS_IN_MEMORY = 4_000
_CHARACTERS_IN_MEMORY = 8 << 20
_ROWS_IN_FILE = 500_000
# COPY holds what it reads in the engine's buffer, nodes in several copies; and each COPY into a relation table writes
# much of it anew.
_NODE_BYTES_IN_FILE = 24 << 20
_RELATION_BYTES_IN_FILE = 128 << 20


def wal_of(path: Path) -> Path:
    """The engine's write-ahead log of a database."""
    return path.with_name(path.name + ".wal")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Errors of the engine and of the disk as this package's."""
    try:
        yield
    except (RuntimeError, OSError) as error:
        raise ServiceError(f"cannot write {path}: {one_line(error)}") from error


# A whole database


@no_garbage_collection()
def write_database(graph: KnowledgeGraph, path: Path) -> None:
    """Write a graph to a new database file.

    Raises:
        UsageError: if the file exists.
        ServiceError: if it cannot be written.
    """
    with DatabaseWriter(path) as writer:
        for entity in graph.entities():
            writer.entity(entity)
        for relation in graph.relations():
            writer.relation(relation, _type_of(graph, relation.source), _type_of(graph, relation.target))
        writer.finish()


def _type_of(graph: KnowledgeGraph, entity_id: str) -> str:
    entity = graph.get(entity_id)
    assert entity is not None, "add_relation checks both ends"  # noqa: S101
    return entity.type


class DatabaseWriter:
    """A context that collects entities and relations, in any order, in files; ``finish`` makes a database of them.

    Raises:
        UsageError: if the file exists.
        ServiceError: if it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise UsageError(f"{path} exists: a database is written once")
        self.path = path
        self._nodes: dict[str, _Rows[Entity]] = {}
        self._relations: dict[_Ends, _Rows[Relation]] = {}

    def __enter__(self) -> DatabaseWriter:
        with _translated(self.path):
            self._scratch = Path(tempfile.mkdtemp(prefix=".load-", dir=self.path.parent))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def entity(self, entity: Entity) -> None:
        """Add a node."""
        rows = self._nodes.get(entity.type)
        if rows is None:
            columns = _node_columns(entity.type)
            values = {name: _node_value(name, columns[name]) for name in columns}
            rows = self._nodes[entity.type] = _Rows(
                self._scratch / f"n{len(self._nodes)}", columns, values, _NODE_BYTES_IN_FILE
            )
        with _translated(self.path):
            rows.add(entity)

    def relation(self, relation: Relation, source_type: str, target_type: str) -> None:
        """Add an edge."""
        ends = (relation.type, source_type, target_type)
        rows = self._relations.get(ends)
        if rows is None:
            columns = {"from": "string", "to": "string", **_relation_columns(relation.type)}
            values = {name: _relation_value(name, columns[name]) for name in columns}
            rows = self._relations[ends] = _Rows(
                self._scratch / f"r{len(self._relations)}", columns, values, _RELATION_BYTES_IN_FILE
            )
        with _translated(self.path):
            rows.add(relation)

    def finish(self) -> None:
        """Write the database."""
        import ladybug

        with _translated(self.path):
            for nodes in self._nodes.values():
                nodes.flush()
            for relations in self._relations.values():
                relations.flush()
            with open_database(self.path) as database, ladybug.Connection(database) as connection:
                self._load(connection)
                connection.execute("CHECKPOINT")

    def _load(self, connection: ladybug.Connection) -> None:
        for label in NODE_TYPES:
            connection.execute(f"CREATE NODE TABLE `{label}` ({_ddl(_node_columns(label))}, PRIMARY KEY (id))")
            for file in self._nodes[label].files if label in self._nodes else ():
                connection.execute(f"COPY `{label}` FROM {_quoted(file)}")
                file.unlink()
        for label, kind in RELATION_TYPES.items():
            pairs = ", ".join(f"FROM `{source}` TO `{target}`" for source in kind.sources for target in kind.targets)
            connection.execute(f"CREATE REL TABLE `{label}` ({pairs}, {_ddl(_relation_columns(label))})")
        for (label, source, target), relations in sorted(self._relations.items(), key=lambda item: item[0]):
            for file in relations.files:
                connection.execute(f"COPY `{label}` FROM {_quoted(file)} (from='{source}', to='{target}')")
                file.unlink()
        for macro in _MACROS:
            connection.execute(f"CREATE MACRO {macro}")


class _Rows(Generic[_T]):
    """Rows of one table on their way to Parquet files; few of them are in memory at a time."""

    def __init__(
        self, stem: Path, columns: Mapping[str, str], values: Mapping[str, Callable[[_T], Any]], most_bytes: int
    ) -> None:
        self.files: list[Path] = []
        self._most_bytes = most_bytes
        self._stem = stem
        self._columns = columns
        self._values: Mapping[str, Callable[[_T], Any]] = values
        self._waiting: list[_T] = []
        self._characters = 0
        self._rows_in_file = self._bytes_in_file = 0
        self._writer: Any = None

    def add(self, row: _T) -> None:
        self._waiting.append(row)
        self._characters += _characters(row)
        if len(self._waiting) >= _ROWS_IN_MEMORY or self._characters >= _CHARACTERS_IN_MEMORY:
            self._write()
            if self._rows_in_file >= _ROWS_IN_FILE or self._bytes_in_file >= self._most_bytes:
                self._close()

    def flush(self) -> None:
        if self._waiting:
            self._write()
        self._close()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pieces = [piece for row in self._waiting for piece in getattr(row, "evidence", ())]
        ends = list(accumulate((len(getattr(row, "evidence", ())) for row in self._waiting), initial=0))
        arrays = [
            # All pieces of all rows at once: lists of lists would take far longer.
            pa.ListArray.from_arrays(ends, pa.array(list(map(_EVIDENCE[name][1], pieces)), _arrow_type(kind[:-2])))
            if name in _EVIDENCE
            else pa.array(list(map(self._values[name], self._waiting)), _arrow_type(kind))
            for name, kind in self._columns.items()
        ]
        table = pa.Table.from_arrays(arrays, names=list(self._columns))
        if self._writer is None:
            self.files.append(self._stem.with_suffix(f".{len(self.files)}.parquet"))
            self._writer = pq.ParquetWriter(self.files[-1], table.schema, use_dictionary=False)
        self._writer.write_table(table)
        self._rows_in_file += len(self._waiting)
        self._bytes_in_file += table.nbytes
        self._waiting.clear()
        self._characters = 0

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None
        self._rows_in_file = self._bytes_in_file = 0


def _characters(row: Entity | Relation) -> int:
    """Size of the texts of a row that may be long."""
    if isinstance(row, Relation):
        return sum(len(piece.sentence) for piece in row.evidence)
    return len(str(row.properties.get("abstract", "")))


def _quoted(file: Path) -> str:
    text = str(file).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _arrow_type(kind: str) -> pa.DataType:
    import pyarrow as pa

    plain = {"string": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    return pa.list_(plain[kind[:-2]]) if kind.endswith("[]") else plain[kind]


def _ddl(columns: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` {_ENGINE_TYPES[kind]}" for name, kind in columns.items())


def _node_columns(label: str) -> dict[str, str]:
    return {**_NODE_COLUMNS, **NODE_TYPES[label].properties}


def _relation_columns(label: str) -> dict[str, str]:
    evidence = {name: column for name, (column, _) in _EVIDENCE.items()}
    return {"confidence": "float", **RELATION_TYPES[label].properties, **evidence}


def _node_value(name: str, kind: str) -> Callable[[Entity], Any]:
    """How to get the value of a column from an entity."""
    if name in _NODE_COLUMNS:
        return attrgetter(name)
    return lambda entity: _typed(entity.properties.get(name), kind)


def _relation_value(name: str, kind: str) -> Callable[[Relation], Any]:
    """How to get the value of a column from a relation."""
    if name in _EVIDENCE:
        get = _EVIDENCE[name][1]
        return lambda relation: [get(piece) for piece in relation.evidence]
    if name in _RELATION_COLUMNS:
        return attrgetter(_RELATION_COLUMNS[name])
    return lambda relation: _typed(relation.properties.get(name), kind)


_PLAIN: dict[str, Callable[[Any], Any]] = {"string": str, "int": int, "float": float}


def _typed(value: Any, kind: str) -> Any:
    """A property as its column holds it."""
    if kind.endswith("[]"):
        return list(value or ())
    return value if value is None or kind == "bool" else _PLAIN[kind](value)


# A few changes


@dataclass(slots=True)
class GraphChanges:
    """What became of a graph; a relation that changed is among those removed and among those added."""

    removed: list[Entity] = field(default_factory=list)
    changed: list[Entity] = field(default_factory=list)
    added: list[Entity] = field(default_factory=list)
    relations_removed: list[Relation] = field(default_factory=list)
    relations_added: list[Relation] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of changes."""
        entities = len(self.removed) + len(self.changed) + len(self.added)
        return entities + len(self.relations_removed) + len(self.relations_added)


def update_database(old: Path, new: Path, changes: GraphChanges, type_of: Callable[[str], str]) -> None:
    """Make a database that is another one with changes, and leave that one alone.

    The new database shares its file with the old one; the changes go into a write-ahead log of its own.

    Args:
        old: A database that ``DatabaseWriter`` or this function wrote.
        new: Where the new one is to be; does not exist.
        changes: What to change.
        type_of: Entity type of an id.

    Raises:
        ServiceError: if it cannot be written.
    """
    import ladybug

    with _translated(new):
        # The engine locks a file that it writes: a copy, or readers of the old database would be in the way.
        shutil.copyfile(old, new)
        if wal_of(old).exists():
            shutil.copyfile(wal_of(old), wal_of(new))
        with (
            open_database(new, auto_checkpoint=False) as database,
            ladybug.Connection(database) as connection,
        ):
            connection.execute("CALL force_checkpoint_on_close=false")
            connection.execute("BEGIN TRANSACTION")
            for statement, values in _statements(changes, type_of):
                connection.execute(statement, values)
            connection.execute("COMMIT")
        _share(old, new)


def _share(old: Path, new: Path) -> None:
    """One file for both, where the file system can: the engine changed nothing but the log."""
    aside = new.with_name(new.name + ".link")
    try:
        os.link(old, aside)
    except OSError:
        return
    aside.replace(new)


def _statements(changes: GraphChanges, type_of: Callable[[str], str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The Cypher of changes, with its parameters."""
    for relation in changes.relations_removed:
        source, target = type_of(relation.source), type_of(relation.target)
        yield (
            f"MATCH (a:`{source}` {{id: $_from}})-[r:`{relation.type}`]->(b:`{target}` {{id: $_to}}) DELETE r",
            {"_from": relation.source, "_to": relation.target},
        )
    for entity in changes.removed:
        yield f"MATCH (n:`{entity.type}` {{id: $id}}) DETACH DELETE n", {"id": entity.id}
    for entity in changes.changed:
        values = _row_of(entity, _node_columns(entity.type), _node_value)
        settings = ", ".join(f"n.`{name}` = ${name}" for name in values if name != "id")
        yield f"MATCH (n:`{entity.type}` {{id: $id}}) SET {settings}", values
    for entity in changes.added:
        values = _row_of(entity, _node_columns(entity.type), _node_value)
        yield f"CREATE (:`{entity.type}` {{{_map(values)}}})", values
    for relation in changes.relations_added:
        values = _row_of(relation, _relation_columns(relation.type), _relation_value)
        source, target = type_of(relation.source), type_of(relation.target)
        yield (
            f"MATCH (a:`{source}` {{id: $_from}}), (b:`{target}` {{id: $_to}})"
            f" CREATE (a)-[:`{relation.type}` {{{_map(values)}}}]->(b)",
            {"_from": relation.source, "_to": relation.target, **values},
        )


def _row_of(row: _T, columns: Mapping[str, str], value: Callable[[str, str], Callable[[_T], Any]]) -> dict[str, Any]:
    """The values of a row by column; the engine knows lists, not tuples."""
    found = {name: value(name, kind)(row) for name, kind in columns.items()}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def _map(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`: ${name}" for name in names)
