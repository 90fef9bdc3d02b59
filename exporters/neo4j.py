"""A graph in a Neo4j server: loaded, reconciled, read back.

Loading the same graph again changes nothing; loading a changed one updates what differs and retracts what is gone. Only
nodes and edges that carry the name of the graph are ever changed. Rows go through in batches, the next being made while
the server works on the last: memory holds a few batches, and eight bytes for each node and edge.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kg.bulk import no_garbage_collection
from kg.errors import ServiceError, UsageError
from kg.exporters import neo4j_cypher as cypher
from kg.exporters.neo4j_connection import Connection, Login
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES

if TYPE_CHECKING:
    import neo4j
    import numpy as np

__all__ = ["DEFAULT_GRAPH", "LoadReport", "Login", "load_graph", "load_lines", "read_graph"]

DEFAULT_GRAPH = "kg"
BATCH_ROWS = 5000
_BATCH_BYTES = 8 << 20  # of canonical lines
_HELD_ROWS = 20_000
_AHEAD = 2
_CHUNK = 10_000
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode

Lines = Callable[[], Iterable[bytes]]
"""Gives the lines of a canonical export, as often as it is called."""
OnStage = Callable[[str, int], Callable[[int], None]]
_Key = tuple[str, ...]


@dataclass(slots=True)
class LoadReport:
    """What a load did.

    Attributes:
        nodes: Stored nodes by label.
        relations: Stored edges by type.
        evidence: Pieces of evidence on them.
        retracted_nodes: Nodes deleted because the graph has them no more.
        retracted_relations: Edges deleted for the same reason.
        released_nodes: Nodes that are gone from the graph and stay, since edges of somebody else need them.
    """

    nodes: dict[str, int] = field(default_factory=dict)
    relations: dict[str, int] = field(default_factory=dict)
    evidence: int = 0
    retracted_nodes: int = 0
    retracted_relations: int = 0
    released_nodes: int = 0


def load_graph(graph: KnowledgeGraph, login: Login, graph_name: str = DEFAULT_GRAPH) -> LoadReport:
    """Load a graph that is in memory; see ``load_lines``."""
    from kg.exporters.jsonl import lines_of

    return load_lines(lambda: (line.encode() for line in lines_of(graph)), login, graph_name)


def load_lines(
    lines: Lines,
    login: Login,
    graph_name: str = DEFAULT_GRAPH,
    *,
    total: int = 0,
    batch_rows: int = BATCH_ROWS,
    on_stage: OnStage | None = None,
) -> LoadReport:
    """Load the canonical lines of a graph, entities before relations, and check that the server holds just them.

    Args:
        lines: The canonical export.
        login: The server.
        graph_name: The name that every node and edge carries; what carries another name, or none, is left alone.
        total: Number of lines, for the progress; 0: unknown.
        batch_rows: Rows a transaction.
        on_stage: Begins a stage of the progress, and returns what counts its rows.

    Raises:
        UsageError: if a line does not fit the schema, or an id already belongs to another graph.
        ServiceError: if the server fails for good, or holds at the end something else than was sent.
    """
    if not graph_name:
        raise UsageError("the graph needs a name")
    stage = on_stage or (lambda _name, _total: lambda _count: None)
    with Connection(login) as connection:
        for statement in cypher.schema_statements():
            connection.auto_commit(statement)
        connection.auto_commit(cypher.AWAIT_INDEXES)
        _refuse_foreign_ids(connection, lines, graph_name)
        sent = _send(connection, lines, graph_name, batch_rows, stage("loading", total))
        report = LoadReport(sent.counts("node"), sent.counts("edge"), sent.evidence)
        _reconcile(connection, sent, graph_name, report, stage("checking", sent.total))
    return report


# Identity


_MASK = (1 << 64) - 1


def _node_hash(node: str) -> int:
    """64 bits of an id; Python's own hash is enough, since both sides are hashed in this process."""
    return hash(node) & _MASK


def _edge_hash(source: str, type_and_target: str) -> int:
    return hash(f"{len(source)} {source} {type_and_target}") & _MASK


class _Sent:
    """What was sent: for each label and type the hashes of the ids."""

    def __init__(self) -> None:
        self.hashes: dict[tuple[str, str], array[int]] = {}
        self.evidence = 0
        self._sorted: dict[tuple[str, str], np.ndarray[Any, Any]] = {}

    def add(self, what: str, name: str, hashed: int) -> None:
        found = self.hashes.get((what, name))
        if found is None:
            found = self.hashes[what, name] = array("Q")
        found.append(hashed)

    def counts(self, what: str) -> dict[str, int]:
        return {name: len(found) for (kind, name), found in sorted(self.hashes.items()) if kind == what}

    @property
    def total(self) -> int:
        return sum(map(len, self.hashes.values()))

    def unknown(self, what: str, name: str, hashes: list[int]) -> list[int]:
        """Positions of the hashes that were not sent."""
        import numpy as np

        known = self._sorted.get((what, name))
        if known is None:
            known = np.sort(np.array(self.hashes.get((what, name), ()), dtype=np.uint64))
            self._sorted[what, name] = known
        asked = np.array(hashes, dtype=np.uint64)
        if not len(known):
            return list(range(len(asked)))
        places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return [int(place) for place in np.nonzero(known[places] != asked)[0]]


# Rows


def _parse(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
    loads = json.loads
    for number, line in enumerate(lines, 1):
        try:
            value = loads(line)
        except ValueError as error:
            raise _no_line(number, error) from error
        if not isinstance(value, dict):
            raise _no_line(number, "not an object")
        yield number, line, value


def _no_line(number: int, reason: object) -> UsageError:
    return UsageError(f"line {number} is no line of a canonical export ({reason!r})")


def _properties(value: Mapping[str, Any], names: list[str]) -> list[Any]:
    given = value["properties"]
    if given.keys() - set(names):
        raise ValueError(f"{value['type']} has no property {', '.join(sorted(given.keys() - set(names)))}")
    return [(given.get(name) if given.get(name) != [] else None) for name in names]


_NODE_PROPERTIES = {label: list(kind.properties) for label, kind in NODE_TYPES.items()}
_EDGE_PROPERTIES = {type: list(kind.properties) for type, kind in RELATION_TYPES.items()}


def _node_row(value: Mapping[str, Any]) -> list[Any]:
    """A node in the order of ``node_columns``. A list without items is absent, as in a bulk import."""
    given = value["id"]
    stored = cypher.stored_id(given)
    return [
        stored,
        given if stored != given else None,
        value["name"],
        value["aliases"] or None,
        value["named"],
        value["kind"],
        *_properties(value, _NODE_PROPERTIES[value["type"]]),
    ]


def _edge_row(value: Mapping[str, Any]) -> list[Any]:
    """An edge in the order of ``edge_columns``."""
    evidence = value["evidence"]
    row = [cypher.stored_id(value["source"]), cypher.stored_id(value["target"]), value["confidence"]]
    row += _properties(value, _EDGE_PROPERTIES[value["type"]])
    if not evidence:
        return row + [None] * len(cypher.EVIDENCE)
    for name in cypher.EVIDENCE.values():
        if name == "attributes":
            row.append([_JSON(piece[name]) if piece[name] else "{}" for piece in evidence])
        else:
            row.append([piece[name] for piece in evidence])
    return row


# Sending


class _Batches:
    """Rows by label, or by type and the labels of the ends, written by one thread while the next are made."""

    def __init__(self, connection: Connection, graph_name: str, size: int, written: Callable[[int], None]) -> None:
        self._connection = connection
        self._graph = graph_name
        self._size = size
        self._written = written
        self._rows: dict[_Key, list[list[Any]]] = {}
        self._bytes: Counter[_Key] = Counter()
        self._held = 0
        self._thread = ThreadPoolExecutor(1, "neo4j-load")
        self._pending: list[Future[int]] = []

    def __enter__(self) -> _Batches:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def add(self, key: _Key, row: list[Any], length: int) -> None:
        rows = self._rows.setdefault(key, [])
        rows.append(row)
        self._held += 1
        self._bytes[key] += length
        if len(rows) >= self._size or self._bytes[key] >= _BATCH_BYTES:
            self._submit(key)
        elif self._held >= _HELD_ROWS or self._bytes.total() >= 4 * _BATCH_BYTES:
            self._submit(max(self._rows, key=lambda key: len(self._rows[key])))

    def _submit(self, key: _Key) -> None:
        rows = self._rows.pop(key)
        del self._bytes[key]
        self._held -= len(rows)
        while len(self._pending) >= _AHEAD:
            self._written(self._pending.pop(0).result())
        self._pending.append(self._thread.submit(self._write, key, rows))

    def flush(self) -> None:
        """Write what is left, and wait for it."""
        for key in list(self._rows):
            self._submit(key)
        while self._pending:
            self._written(self._pending.pop(0).result())

    def _write(self, key: _Key, rows: list[list[Any]]) -> int:
        if len(key) == 1:
            return self._write_nodes(key[0], rows)
        grouped = [[source, [row[1:] for row in edges]] for source, edges in groupby(rows, key=lambda row: str(row[0]))]
        return self._connection.transaction(lambda tx: self._write_edges(tx, key, grouped, len(rows)))

    def _write_nodes(self, label: str, rows: list[list[Any]]) -> int:
        def work(tx: neo4j.ManagedTransaction) -> int:
            done = _first(tx.run(cypher.merge_nodes(label), rows=rows, graph=self._graph))
            if done != len(rows):  # raised within the transaction, which is thereby undone
                raise UsageError(_taken(tx.run, label, [row[0] for row in rows], self._graph))
            return done

        return self._connection.transaction(work)

    def _write_edges(self, tx: neo4j.ManagedTransaction, key: _Key, grouped: list[Any], count: int) -> int:
        query = cypher.merge_edges(*key)
        done = _first(tx.run(query, rows=grouped, graph=self._graph))
        if done > count:  # somebody has doubled an edge of ours
            done -= _first(tx.run(cypher.delete_doubles(*key), rows=grouped, graph=self._graph))
        if done != count:
            raise ServiceError(
                f"{count:,} {key[1]} edges were sent and {done:,} written: somebody else changes the graph"
            )
        return done


def _first(result: neo4j.Result) -> int:
    record = result.single()
    return int(record[0]) if record else 0


def _taken(run: Any, label: str, ids: list[str], graph_name: str) -> str:
    found = run(cypher.owners(label), ids=ids, graph=graph_name).single()
    if found is None:
        return f"a {label} was changed by somebody else during the load: load again"
    owner = f"belongs to the graph {found['owner']!r}" if found["owner"] else "belongs to no graph"
    return (
        f"the {label} {found['id'][:100]!r} in the database {owner}, not to {graph_name!r}: "
        "load into a database of its own, or with that --graph"
    )


def _refuse_foreign_ids(connection: Connection, lines: Lines, graph_name: str) -> None:
    """Find out before the first change that an id is of another graph; a look at counts is mostly enough."""
    labels = {
        label
        for label in NODE_TYPES
        if connection.read(cypher.strangers(label), lambda records: next(records)["count"], graph=graph_name)
    }
    if not labels:
        return

    def check(label: str, ids: list[str]) -> None:
        found = connection.read(cypher.owners(label), list, ids=ids, graph=graph_name)
        if found:
            raise UsageError(connection.transaction(lambda tx: _taken(tx.run, label, [found[0]["id"]], graph_name)))

    ids: dict[str, list[str]] = {label: [] for label in labels}
    for _, _, value in _parse(lines()):
        if "source" not in value and (own := ids.get(value.get("type", ""))) is not None:
            own.append(cypher.stored_id(value["id"]))
            if len(own) >= _CHUNK:
                check(value["type"], own)
                own.clear()
    for label, rest in ids.items():
        check(label, rest)


class _Labels:
    """The label of an id: its prefix says it nearly always, and only the others are kept."""

    def __init__(self) -> None:
        self._by_prefix = {kind.prefix: label for label, kind in NODE_TYPES.items()}
        self._others: dict[str, str] = {}

    def _guess(self, entity_id: str) -> str:
        return self._by_prefix.get(entity_id.partition(":")[0], "Paper")

    def add(self, entity_id: str, label: str) -> None:
        if self._guess(entity_id) != label:
            self._others[entity_id] = label

    def of(self, entity_id: str) -> str:
        return self._others.get(entity_id) or self._guess(entity_id)


def _send(
    connection: Connection, lines: Lines, graph_name: str, batch_rows: int, written: Callable[[int], None]
) -> _Sent:
    sent = _Sent()
    labels = _Labels()
    nodes_done = False
    with _Batches(connection, graph_name, batch_rows, written) as batches:
        for number, line, value in _parse(lines()):
            try:
                if "source" in value:
                    if not nodes_done:
                        batches.flush()
                        nodes_done = True
                    key, row = _edge(value, labels, sent)
                else:
                    key, row = _node(value, labels, sent)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise _no_line(number, error) from error
            batches.add(key, row, len(line))
        batches.flush()
    return sent


def _node(value: Mapping[str, Any], labels: _Labels, sent: _Sent) -> tuple[_Key, list[Any]]:
    label = value["type"]
    row = _node_row(value)
    labels.add(value["id"], label)
    sent.add("node", label, _node_hash(row[0]))
    return (label,), row


def _edge(value: Mapping[str, Any], labels: _Labels, sent: _Sent) -> tuple[_Key, list[Any]]:
    type = value["type"]
    row = _edge_row(value)
    sent.add("edge", type, _edge_hash(row[0], f"{type} {row[1]}"))
    sent.evidence += len(value["evidence"])
    source, target = labels.of(value["source"]), labels.of(value["target"])
    kind = RELATION_TYPES[type]
    if source not in kind.sources or target not in kind.targets:
        raise ValueError(f"{type} cannot lead from {source} to {target}")
    return (source, type, target), row


# Reconciling


@dataclass(slots=True)
class _Stored:
    """What a look at the database found."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: dict[tuple[str, str], list[Any]] = field(default_factory=dict)


def _reconcile(
    connection: Connection, sent: _Sent, graph_name: str, report: LoadReport, seen: Callable[[int], None]
) -> None:
    """Compare what is stored with what was sent, retract what is gone, and look again if anything was."""
    _retract_unknown(connection, graph_name, report)
    stored = _look(connection, sent, graph_name, seen)
    if stored.gone:
        _retract(connection, stored.gone, graph_name, report)
        stored = _look(connection, sent, graph_name, lambda _: None)
    problems = []
    for key in sorted(sent.hashes.keys() | stored.counts.keys()):
        hashes = sent.hashes.get(key, array("Q"))
        what = f"{key[1]} {key[0]}s"
        if len(hashes) != stored.counts[key]:
            problems.append(f"{len(hashes):,} {what} sent, {stored.counts[key]:,} stored")
        elif sum(hashes) % (1 << 64) != stored.sums[key] % (1 << 64):
            problems.append(f"the ids of the {what} stored are not the ones sent")
    if problems:
        raise ServiceError(
            f"the database does not hold what was sent ({'; '.join(problems)}): does somebody else change the graph "
            f"{graph_name!r}? load again"
        )


def _look(connection: Connection, sent: _Sent, graph_name: str, seen: Callable[[int], None]) -> _Stored:
    stored = _Stored()
    for label in NODE_TYPES:
        _merge(stored, connection.read(cypher.stored_nodes(label), _look_at_nodes(label, sent), graph=graph_name))
        seen(stored.counts["node", label])
    edges = 0
    for label in _beginnings(connection):
        _merge(stored, connection.read(cypher.stored_edges(label), _look_at_edges(label, sent), graph=graph_name))
        now = sum(count for (what, _), count in stored.counts.items() if what == "edge")
        seen(now - edges)
        edges = now
    return stored


def _beginnings(connection: Connection) -> list[str]:
    """Labels that edges begin at: those of the schema, and others if an older schema was loaded."""

    def count(label: str) -> int:
        return int(connection.read(cypher.outgoing(label), lambda records: next(records)["count"]))

    return [label for label in NODE_TYPES if label in cypher.SOURCE_LABELS or count(label)]


def _merge(into: _Stored, found: _Stored) -> None:
    into.counts.update(found.counts)
    into.sums.update(found.sums)
    for key, gone in found.gone.items():
        into.gone.setdefault(key, []).extend(gone)


def _look_at_nodes(label: str, sent: _Sent) -> Callable[[Iterator[Any]], _Stored]:
    def handle(records: Iterator[Any]) -> _Stored:
        stored = _Stored()
        for chunk in _chunks((record[0] for record in records), _CHUNK):
            _count(stored, ("node", label), ("node", label), chunk, [_node_hash(node) for node in chunk], sent)
        return stored

    return handle


def _look_at_edges(label: str, sent: _Sent) -> Callable[[Iterator[Any]], _Stored]:
    def handle(records: Iterator[Any]) -> _Stored:
        stored = _Stored()
        edges = ((source, end) for source, ends in records for end in ends)
        for chunk in _chunks(edges, _CHUNK):
            by_type: dict[str, list[tuple[str, str]]] = {}
            for edge in chunk:
                by_type.setdefault(edge[1].partition(" ")[0], []).append(edge)
            for type, some in by_type.items():
                hashes = [_edge_hash(source, end) for source, end in some]
                _count(stored, ("edge", type), ("edge", label), some, hashes, sent)
        return stored

    return handle


def _count(
    stored: _Stored, key: tuple[str, str], place: tuple[str, str], items: list[Any], hashes: list[int], sent: _Sent
) -> None:
    stored.counts[key] += len(items)
    stored.sums[key] += sum(hashes)
    if unknown := sent.unknown(*key, hashes):
        stored.gone.setdefault(place, []).extend(items[position] for position in unknown)


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _retract(
    connection: Connection, gone: Mapping[tuple[str, str], list[Any]], graph_name: str, report: LoadReport
) -> None:
    for (what, label), items in sorted(gone.items()):  # edges before nodes
        for chunk in _chunks(items, _CHUNK):
            if what == "edge":
                rows = [[source, *end.split(" ", 1)] for source, end in chunk]
                connection.write(cypher.delete_edges(label), rows=rows, graph=graph_name)
                report.retracted_relations += len(chunk)
            else:
                connection.write(cypher.delete_nodes(label), ids=chunk, graph=graph_name)
                released = connection.write(cypher.release_nodes(label), ids=chunk, graph=graph_name)[0]["count"]
                report.released_nodes += released
                report.retracted_nodes += len(chunk) - released


def _retract_unknown(connection: Connection, graph_name: str, report: LoadReport) -> None:
    """Retract our nodes of labels that the schema does not have (any more), with our edges at them."""
    labels = connection.read(cypher.LABELS, lambda records: {record[0] for record in records})
    if labels <= NODE_TYPES.keys():
        return

    def all_of(statement: str) -> int:
        total = 0
        while count := connection.write(statement, graph=graph_name)[0]["count"]:
            total += count
        return total

    report.retracted_relations += all_of(cypher.DELETE_EDGES_OF_UNKNOWN_NODES)
    report.retracted_nodes += all_of(cypher.DELETE_UNKNOWN_NODES)
    report.released_nodes += all_of(cypher.RELEASE_UNKNOWN_NODES)


# Reading back


@no_garbage_collection()
def read_graph(login: Login, graph_name: str = DEFAULT_GRAPH) -> KnowledgeGraph:
    """The graph of that name, just as it was loaded.

    Raises:
        UsageError: if the database holds no graph of that name; the message lists those it holds.
        ServiceError: if the server fails.
    """
    graph = KnowledgeGraph()
    with Connection(login) as connection:
        for label in NODE_TYPES:
            for entity in connection.read(cypher.read_nodes(label), _entities(label), graph=graph_name):
                graph.add_entity(entity)
        for type, kind in RELATION_TYPES.items():
            for label in kind.sources:
                query = cypher.read_edges(label, type)
                for relation in connection.read(query, _relations(type), graph=graph_name):
                    graph.add_relation(relation)
        if not len(graph):
            found = connection.read(cypher.GRAPHS, lambda records: [record["graph"] for record in records])
            names = ", ".join(repr(name) for name in found) or "none"
            raise UsageError(f"the database at {login.uri} holds no graph {graph_name!r} (graphs in it: {names})")
    return graph


def _given(names: list[str], values: Iterable[Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in zip(names, values, strict=True)
        if value is not None
    }


def _entities(label: str) -> Callable[[Iterator[Any]], list[Entity]]:
    names = _NODE_PROPERTIES[label]

    def handle(records: Iterator[Any]) -> list[Entity]:
        return [
            Entity(
                id=long_id if long_id is not None else short_id,
                type=label,
                name=name,
                aliases=tuple(aliases or ()),
                named=named,
                kind=kind,
                properties=_given(names, values),
            )
            for short_id, long_id, name, aliases, named, kind, *values in records
        ]

    return handle


def _relations(type: str) -> Callable[[Iterator[Any]], list[Relation]]:
    names = _EDGE_PROPERTIES[type]

    def handle(records: Iterator[Any]) -> list[Relation]:
        return [
            Relation(
                source=source,
                type=type,
                target=target,
                confidence=confidence,
                properties=_given(names, values[: len(names)]),
                evidence=_evidence(values[len(names) :]),
            )
            for source, target, confidence, *values in records
        ]

    return handle


def _evidence(lists: list[list[Any] | None]) -> tuple[Evidence, ...]:
    columns = [column or [] for column in lists]
    names = list(cypher.EVIDENCE.values())
    pieces = (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
    return tuple(Evidence(**{**piece, "attributes": json.loads(piece["attributes"])}) for piece in pieces)
