"""The graph as an embedded database, for reading: Cypher without a server.

Only this module and ``kg.embedded_write``, which says what its tables look like, know LadybugDB.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError, QueryError, ServiceError

if TYPE_CHECKING:
    import ladybug

__all__ = ["EmbeddedGraph", "Result", "check_query", "one_line", "open_database"]

_BUFFER_BYTES = 1 << 29


def open_database(path: Path, **options: Any) -> ladybug.Database:
    """Open a database file; for this package's own use, with the engine's options and errors."""
    import ladybug

    return ladybug.Database(str(path), buffer_pool_size=_BUFFER_BYTES, **options)


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
            self._database = open_database(path, read_only=True)
            self._connection = ladybug.Connection(self._database)
        except (RuntimeError, OSError) as error:
            raise ServiceError(f"cannot open {path}: {one_line(error)}") from error

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
        raise _translation(one_line(error), timeout_s) from error


def _translation(message: str, timeout_s: float) -> KgError:
    if message.startswith("Interrupted"):
        return ServiceError(f"the query took longer than {timeout_s:g} s: narrow it, or raise --timeout")
    if message.startswith("Assertion failed"):
        hint = "a parameter cannot stand inside any(...); see docs/reference/cypher.md"
        return QueryError(f"the engine cannot run this query ({hint})")
    outside = message.startswith(("Buffer manager exception", "IO exception"))
    return ServiceError(f"the query failed: {message}") if outside else QueryError(message)


def one_line(error: Exception) -> str:
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
