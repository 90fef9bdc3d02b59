"""The graph as an embedded database: Cypher without a server. Only this module knows LadybugDB.

Every node table has the columns of ``Entity``; every relation type is one table over all pairs of ends that its row in
``schema.py`` allows. Evidence lies in parallel lists (``sentences``, ``texts``, ``fields``, ``start_offsets``,
``end_offsets``, ``extractors``, ``confidences``, ``attributes``): the form that this engine and Neo4j can both hold.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg.bulk import no_garbage_collection
from kg.errors import KgError, QueryError, ServiceError, UsageError
from kg.graph import KnowledgeGraph
from kg.model import Entity, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES

if TYPE_CHECKING:
    import ladybug
    import pyarrow as pa

__all__ = ["EmbeddedGraph", "Result", "check_query", "write_database"]

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
    "attributes": ("string[]", lambda piece: _JSON(piece.attributes)),
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
_Values = Mapping[str, Callable[[_T], Any]]
_CHUNK = 50_000
_BUFFER_BYTES = 1 << 29


# Writing


@no_garbage_collection()
def write_database(graph: KnowledgeGraph, path: Path) -> None:
    """Write a graph to a new database file.

    Raises:
        UsageError: if the file exists.
        ServiceError: if it cannot be written.
    """
    import ladybug

    if path.exists():
        raise UsageError(f"{path} exists: a database is written once")
    try:
        with _database(path) as database, ladybug.Connection(database) as connection:
            _write_tables(connection, graph, path.parent)
            connection.execute("CHECKPOINT")
    except (RuntimeError, OSError) as error:
        raise ServiceError(f"cannot write {path}: {_one_line(error)}") from error


def _database(path: Path, *, read_only: bool = False) -> ladybug.Database:
    import ladybug

    return ladybug.Database(str(path), read_only=read_only, buffer_pool_size=_BUFFER_BYTES)


def _write_tables(connection: Any, graph: KnowledgeGraph, folder: Path) -> None:
    entities: dict[str, list[Entity]] = defaultdict(list)
    for entity in graph.entities():
        entities[entity.type].append(entity)
    relations: dict[str, dict[tuple[str, str], list[Relation]]] = defaultdict(lambda: defaultdict(list))
    for relation in graph.relations():
        ends = _type_of(graph, relation.source), _type_of(graph, relation.target)
        relations[relation.type][ends].append(relation)
    with tempfile.TemporaryDirectory(prefix=".load-", dir=folder) as scratch:
        load = _Loader(connection, Path(scratch))
        for label in NODE_TYPES:
            load.nodes(label, entities[label])
        for label in RELATION_TYPES:
            load.relations(label, relations[label])
    for macro in _MACROS:
        connection.execute(f"CREATE MACRO {macro}")


class _Loader:
    """Creates tables and fills them with COPY from Parquet files."""

    def __init__(self, connection: Any, scratch: Path) -> None:
        self._connection = connection
        self._scratch = scratch

    def _copy(self, table: str, columns: Mapping[str, str], values: _Values[_T], rows: list[_T], options: str) -> None:
        """Append rows to a table, a file at a time."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = self._scratch / "rows.parquet"
        quoted = str(file).replace("\\", "\\\\").replace("'", "\\'")
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            arrays = [pa.array([values[name](row) for row in chunk], _arrow_type(columns[name])) for name in columns]
            pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), file)
            self._connection.execute(f"COPY `{table}` FROM '{quoted}'{options}")
            file.unlink()

    def nodes(self, label: str, entities: list[Entity]) -> None:
        """Make and fill the table of a node type."""
        columns = {**_NODE_COLUMNS, **NODE_TYPES[label].properties}
        self._connection.execute(f"CREATE NODE TABLE `{label}` ({_ddl(columns)}, PRIMARY KEY (id))")
        self._copy(label, columns, {name: _node_value(name, columns[name]) for name in columns}, entities, "")

    def relations(self, label: str, by_ends: Mapping[tuple[str, str], list[Relation]]) -> None:
        """Make and fill the table of a relation type."""
        kind = RELATION_TYPES[label]
        evidence = {name: column for name, (column, _) in _EVIDENCE.items()}
        columns = {"confidence": "float", **kind.properties, **evidence}
        pairs = ", ".join(f"FROM `{source}` TO `{target}`" for source in kind.sources for target in kind.targets)
        self._connection.execute(f"CREATE REL TABLE `{label}` ({pairs}, {_ddl(columns)})")
        columns = {"from": "string", "to": "string", **columns}
        values = {name: _relation_value(name, columns[name]) for name in columns}
        for (source, target), relations in sorted(by_ends.items()):
            self._copy(label, columns, values, relations, f" (from='{source}', to='{target}')")


def _type_of(graph: KnowledgeGraph, entity_id: str) -> str:
    entity = graph.get(entity_id)
    assert entity is not None, "add_relation checks both ends"  # noqa: S101
    return entity.type


def _arrow_type(kind: str) -> pa.DataType:
    import pyarrow as pa

    plain = {"string": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    return pa.list_(plain[kind[:-2]]) if kind.endswith("[]") else plain[kind]


def _ddl(columns: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` {_ENGINE_TYPES[kind]}" for name, kind in columns.items())


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


def _typed(value: Any, kind: str) -> Any:
    """A property as its column holds it."""
    if kind.endswith("[]"):
        return list(value or ())
    if value is None or kind == "bool":
        return value
    return {"string": str, "int": int, "float": float}[kind](value)


# Reading

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"|(?P<quoted>`[^`]*`)"
    r"|(?P<comment>//[^\r\n]*|/\*.*?\*/)"
    r"|(?P<parameter>\$\w+)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<sign>\S)",
    re.DOTALL,
)
_FIRST = frozenset("MATCH OPTIONAL UNWIND WITH RETURN CALL EXPLAIN PROFILE".split())
_PLAN_ONLY = ("EXPLAIN", "PROFILE")
_AFTER_ITEMS = ("ORDER", "SKIP", "LIMIT", "UNION", ";")
# Clauses that change the graph or reach files, wherever they stand; what else does so can only begin a query.
_REFUSED = frozenset("CREATE MERGE DELETE DETACH SET REMOVE INSERT COPY LOAD".split())
_CALLS = frozenset(
    "show_tables table_info show_functions show_indexes show_connection db_version current_setting".split()
)


@dataclass(frozen=True, slots=True)
class Result:
    """Columns and rows of an answer; values are plain Python, nodes and relations are dictionaries."""

    columns: list[str]
    rows: list[list[Any]]


def _tokens(query: str) -> list[tuple[str, str]]:
    found = ((str(match.lastgroup), match[0]) for match in _TOKEN.finditer(query))
    return [token for token in found if token[0] != "comment"]


def check_query(query: str, parameters: Mapping[str, Any]) -> None:
    """Refuse what a query that reads the graph never needs.

    The engine opens the database read-only; yet COPY ... TO and LOAD FROM would still touch other files of this
    machine, and CALL name=value would lift the time limit.

    Raises:
        QueryError: if the query is empty, several, not a reading one, or lacks a parameter.
    """
    tokens = _tokens(query)
    while tokens and tokens[-1] == ("sign", ";"):
        tokens.pop()
    if not tokens:
        raise QueryError("the query is empty")
    if ("sign", ";") in tokens:
        raise QueryError("one query at a time: there is a ';' in the middle")
    _check_start(tokens)
    before = ("sign", ";")
    for position, (kind, text) in enumerate(tokens):
        if kind == "word" and before != ("sign", "."):
            _check_word(text, tokens[position + 1 : position + 3])
        elif kind == "parameter" and text[1:] not in parameters:
            raise QueryError(f"the query uses {text}, which is not given: --param {text[1:]}=VALUE")
        before = (kind, text)


def _check_start(tokens: list[tuple[str, str]]) -> None:
    rest = tokens[1:] if tokens[0][1].upper() in _PLAN_ONLY else tokens
    kind, text = rest[0] if rest else ("sign", "")
    if kind != "word" or text.upper() not in _FIRST:
        raise QueryError(
            f"queries only read: they begin with MATCH, UNWIND, WITH, RETURN or CALL, not with {text[:20]!r}"
        )


def _check_word(word: str, after: list[tuple[str, str]]) -> None:
    upper = word.upper()
    is_key = after[:1] == [("sign", ":")]
    if upper in _REFUSED and not is_key:
        raise QueryError(f"queries only read: {upper} is refused (if `{word}` is a name, put it into backticks)")
    if upper == "CALL" and (len(after) < 2 or after[0][1].lower() not in _CALLS or after[1][1] != "("):
        raise QueryError(f"CALL can only be one of {', '.join(sorted(_CALLS))}")


def _column_names(query: str, engine_names: list[str]) -> list[str]:
    """Columns named as in Neo4j, by the text of the query: the engine names them after its own functions."""
    names = [_item_name(query, item) for item in _returned(query)]
    return names if len(names) == len(engine_names) and "*" not in names else list(engine_names)


def _returned(query: str) -> list[list[re.Match[str]]]:
    """The tokens of each item of the first RETURN that is not within brackets."""
    items: list[list[re.Match[str]]] = []
    depth = 0
    for match in _TOKEN.finditer(query):
        word = match[0].upper()
        depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
        if depth == 0 and not items:
            items = [[]] if word == "RETURN" else []
        elif depth == 0 and word in _AFTER_ITEMS:
            break
        elif depth == 0 and word == ",":
            items.append([])
        elif items and match.lastgroup != "comment" and word != "DISTINCT":
            items[-1].append(match)
    return [item for item in items if item]


def _item_name(query: str, item: list[re.Match[str]]) -> str:
    if len(item) > 2 and item[-2][0].upper() == "AS":
        return item[-1][0].strip("`")
    return query[item[0].start() : item[-1].end()]


class EmbeddedGraph:
    """A database opened for reading; any number of processes can do so at once.

    Args:
        path: The file that ``write_database`` wrote.

    Raises:
        ServiceError: if it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        import ladybug

        if not path.is_file():
            raise ServiceError(f"there is no database {path}")
        try:
            self._database = _database(path, read_only=True)
            self._connection = ladybug.Connection(self._database)
        except (RuntimeError, OSError) as error:
            raise ServiceError(f"cannot open {path}: {_one_line(error)}") from error

    def __enter__(self) -> EmbeddedGraph:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
        self._database.close()

    def query(self, cypher: str, parameters: Mapping[str, Any] | None = None, timeout_s: float = 60.0) -> Result:
        """Answer a query.

        Args:
            cypher: One reading query.
            parameters: Values of ``$name`` in the query.
            timeout_s: Time limit in seconds.

        Raises:
            QueryError: if it does not parse, names what does not exist, or is not a reading one.
            ServiceError: if the time limit passes.
        """
        given = dict(parameters or {})
        check_query(cypher, given)
        self._connection.set_query_timeout(max(1, int(timeout_s * 1000)))
        with _translated(timeout_s):
            answer: Any = self._connection.execute(cypher, given)
            columns = _column_names(cypher, answer.get_column_names())
            rows = []
            while answer.has_next():
                rows.append([_plain(value) for value in answer.get_next()])
            answer.close()
        return Result(columns, rows)


@contextmanager
def _translated(timeout_s: float) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the engine raises RuntimeError, and ValueError and TypeError for parameters
        raise _translation(_one_line(error), timeout_s) from error


def _translation(message: str, timeout_s: float) -> KgError:
    if message.startswith("Interrupted"):
        return ServiceError(f"the query took longer than {timeout_s:g} s: narrow it, or raise --timeout")
    if message.startswith("Assertion failed"):
        hint = "a parameter cannot stand inside any(...); see docs/reference/cypher.md"
        return QueryError(f"the engine cannot run this query ({hint})")
    outside = message.startswith(("Buffer manager exception", "IO exception"))
    return ServiceError(f"the query failed: {message}") if outside else QueryError(message)


def _one_line(error: Exception) -> str:
    """The engine's message without its drawing of the query, which spans several lines."""
    lines = [line.strip() for line in str(error).splitlines()]
    kept = [line for line in lines if line and not re.fullmatch(r'".*"|\^+', line)]
    return " ".join(kept) or type(error).__name__


_INTERNAL = ("_ID", "_SRC", "_DST", "_LABEL")
_SIMPLE = (str, int, float, bool, type(None))


def _plain(value: Any) -> Any:
    """A value of the engine without its internal numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no word for it
    if isinstance(value, _SIMPLE):
        return value
    if isinstance(value, dict):
        return _plain_map(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):  # what sum() gives
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def _plain_map(value: dict[Any, Any]) -> dict[str, Any]:
    if "_NODES" in value and "_RELS" in value:
        return {"nodes": _plain(value["_NODES"]), "relations": _plain(value["_RELS"])}
    if "_LABEL" not in value:
        return {str(key): _plain(item) for key, item in value.items()}
    # A pattern without labels gives each node the properties of all tables; absent ones are left out, as in Neo4j.
    kept = {key: item for key, item in value.items() if key not in _INTERNAL and item is not None}
    return {"label": value["_LABEL"], **{key: _plain(item) for key, item in kept.items()}}
