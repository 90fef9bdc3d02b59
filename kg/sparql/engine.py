"""One question to an Oxigraph store, answered in pieces of a media type. Runs in a worker process (``worker.py``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from kg.errors import QueryError, ServiceError
from kg.exporters.rdf_terms import NAMESPACES
from kg.sparql.check import RefusedError, check_query, with_parameters
from kg.sparql.negotiation import CSV, JSON, JSON_LD, NTRIPLES, RDF_XML, TSV, TURTLE, XML

if TYPE_CHECKING:
    import pyoxigraph

__all__ = [
    "Answer",
    "Description",
    "Head",
    "NotAcceptableError",
    "Question",
    "open_store",
    "rewritten",
    "short_iri",
    "write_answer",
]

Term = str | int | float | bool | list[str]
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?0*(?:[0-8b-fBCEFce]|1[0-9a-fA-F]);|\xef\xbf[\xbe\xbf]")
_OVERLAP = 16  # bytes of the last piece that are looked at again, where a forbidden character may be cut in two
_PIECE = 1 << 16
_LABELS = ("skos:prefLabel", "schema:name", "rdfs:label", "dcterms:title")
_MOST_LABELS = 2000
_MORE_NAMESPACES = {
    "formats": "http://www.w3.org/ns/formats/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
}


class NotAcceptableError(QueryError):
    """The answer has no media type that the client takes."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query and how to answer it.

    Attributes:
        query: SPARQL 1.1.
        rows: Media type for SELECT and ASK; None: the client takes none of them.
        graph: Media type for CONSTRUCT and DESCRIBE.
        default_graphs: IRIs of the graphs whose union is asked; none, here and in ``named_graphs``: the whole dataset.
        named_graphs: IRIs of the graphs that GRAPH sees.
        parameters: Values of ``$name``: an IRI in angle brackets, another text, a number, a truth value,
            or a list of such, for ``VALUES ?x { $name }``.
        base: What relative IRIs in the query are resolved against.
        max_bytes: The largest answer.
    """

    query: str
    rows: str | None = JSON
    graph: str | None = TURTLE
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    parameters: Mapping[str, Term] = field(default_factory=dict)
    base: str | None = None
    max_bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Description:
    """Ask for all that is said of an IRI, and, up to a number, what is said with it as the object.

    Attributes:
        media_type: Of the answer; JSON: rows of subject, predicate, object, object's label, for a page.
    """

    iri: str
    media_type: str
    most: int = 1000
    max_bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before the pieces of an answer; ``kind`` is "rows", "boolean" or "graph"."""

    kind: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    kind: str
    media_type: str
    body: bytes


Emit = Callable[[Head | bytes], None]
"""Takes an answer: its head, then its pieces, none of them empty."""


def open_store(path: Path) -> pyoxigraph.Store:
    """Open a store folder for reading.

    Raises:
        ServiceError: if it is none.
    """
    import pyoxigraph

    try:
        return pyoxigraph.Store.read_only(str(path))
    except (OSError, ValueError) as error:
        raise ServiceError(f"cannot open {path}: {_first_line(error)}") from error


def write_answer(store: pyoxigraph.Store, asked: Question | Description, emit: Emit) -> None:
    """Answer a question, piece by piece.

    Raises:
        RefusedError: if the query is one that is not answered here, or the answer is too large; pieces of it may have
            been emitted by then.
        QueryError: if it is wrong, or its answer has another form than the media types.
        ServiceError: if the store cannot be read.
    """
    try:
        if isinstance(asked, Description):
            _describe(store, asked, emit)
        else:
            _answer(store, asked, emit)
    except (SyntaxError, ValueError) as error:
        raise QueryError(_first_line(error)) from error
    except OSError as error:
        raise ServiceError(f"the query failed: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    line = (text.splitlines() or [type(error).__name__])[0]
    return line if len(line) <= 200 else line[:199] + "…"


class _Body:
    """Hands an answer on in pieces, up to a size. What fits in one piece is known to be right before any of it is."""

    def __init__(self, head: Head, most: int, emit: Emit) -> None:
        self._head = head
        self._left = self._most = most
        self._emit = emit
        self._piece = bytearray()
        self._before = b""
        self._started = False

    def write(self, data: bytes) -> int:
        """Take what the engine writes."""
        self._left -= len(data)
        if self._left < 0:
            raise RefusedError(f"the answer is larger than {self._most:,} bytes: add a LIMIT, or ask for less")
        self._piece += data
        if len(self._piece) >= _PIECE:
            self._hand_on()
        return len(data)

    def flush(self) -> None:
        """Nothing is held back for long."""

    def _hand_on(self) -> None:
        piece = bytes(self._piece)
        if self._head.media_type in (XML, RDF_XML):
            if _NOT_XML.search(self._before + piece):
                raise NotAcceptableError(
                    "the answer holds a control character, which XML cannot write: ask for JSON or Turtle"
                )
            self._before = piece[-_OVERLAP:]
        if not self._started:
            self._emit(self._head)
            self._started = True
        if piece:
            self._emit(piece)
        self._piece.clear()

    def end(self) -> None:
        """Hand on the rest.

        Raises:
            NotAcceptableError: if it holds a character that XML cannot.
        """
        self._hand_on()


def _answer(store: pyoxigraph.Store, asked: Question, emit: Emit) -> None:
    import pyoxigraph as ox

    check_query(asked.query)
    dataset: dict[str, Any] = {}
    if asked.default_graphs or asked.named_graphs:
        dataset["default_graph"] = [ox.NamedNode(iri) for iri in asked.default_graphs]
        dataset["named_graphs"] = [ox.NamedNode(iri) for iri in asked.named_graphs]
    query = with_parameters(asked.query, {name: _term(value) for name, value in asked.parameters.items()})
    found = store.query(query, base_iri=asked.base, prefixes=NAMESPACES, **dataset)
    if isinstance(found, ox.QueryTriples):
        _write_graph(found, _acceptable(asked.graph, "a graph"), asked.max_bytes, emit)
        return
    media_type = _acceptable(asked.rows, "a table" if isinstance(found, ox.QuerySolutions) else "yes or no")
    body = _Body(Head("boolean" if isinstance(found, ox.QueryBoolean) else "rows", media_type), asked.max_bytes, emit)
    formats = ox.QueryResultsFormat
    chosen = {JSON: formats.JSON, XML: formats.XML, CSV: formats.CSV, TSV: formats.TSV}[media_type]
    found.serialize(cast("IO[bytes]", body), chosen)
    body.end()


def _acceptable(media_type: str | None, what: str) -> str:
    if media_type is None:
        raise NotAcceptableError(f"it is {what}, for which no accepted media type was named")
    return media_type


def _term(value: Term) -> str:
    """A value in the syntax of SPARQL; several for VALUES."""
    import pyoxigraph as ox

    if isinstance(value, list):
        return " ".join(map(_term, value))
    if isinstance(value, str) and value.startswith("<") and value.endswith(">"):
        return str(ox.NamedNode(value[1:-1]))  # which refuses what would end the IRI early
    return str(ox.Literal(value))


def _write_graph(triples: Iterable[Any], media_type: str, max_bytes: int, emit: Emit) -> None:
    import pyoxigraph as ox

    formats = ox.RdfFormat
    chosen = {
        TURTLE: formats.TURTLE,
        NTRIPLES: formats.N_TRIPLES,
        JSON_LD: formats.JSON_LD,
        RDF_XML: formats.RDF_XML,
    }[media_type]
    body = _Body(Head("graph", media_type), max_bytes, emit)
    ox.serialize(triples, cast("IO[bytes]", body), chosen, prefixes=_prefixes(triples))
    body.end()


def _prefixes(triples: Iterable[Any]) -> dict[str, str]:
    """Those that a description uses; all for a stream, which is not known before it is written."""
    known = NAMESPACES | _MORE_NAMESPACES
    if not isinstance(triples, list):
        return dict(NAMESPACES)
    used = " ".join(map(str, triples))
    return {prefix: namespace for prefix, namespace in known.items() if f"<{namespace}" in used}


def rewritten(turtle: str, media_type: str) -> bytes:
    """A text in Turtle in another syntax of RDF."""
    import pyoxigraph as ox

    triples = [quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)]
    pieces: list[Head | bytes] = []
    _write_graph(triples, media_type, len(turtle) * 20, pieces.append)
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def short_iri(iri: str) -> str:
    """An IRI with a prefix where one is known.

    >>> short_iri("http://purl.org/dc/terms/title")
    'dcterms:title'
    """
    for prefix, namespace in NAMESPACES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


# Descriptions


def _describe(store: pyoxigraph.Store, asked: Description, emit: Emit) -> None:
    import pyoxigraph as ox

    node = ox.NamedNode(asked.iri)
    graph = ox.DefaultGraph()
    said = sorted((quad.triple for quad in store.quads_for_pattern(node, None, None, graph)), key=str)
    seen = store.quads_for_pattern(None, None, node, graph)
    said += sorted((quad.triple for quad, _ in zip(seen, range(asked.most), strict=False)), key=str)
    labels = _labels(store, said)
    if asked.media_type == JSON:
        emit(Head("graph", JSON))
        emit(_rows_for_a_page(said, labels))
        return
    triples = [*said, *sorted(labels.values(), key=str)] if said else []
    _write_graph(triples, asked.media_type, asked.max_bytes, emit)


def _labels(store: pyoxigraph.Store, said: Iterable[Any]) -> dict[str, Any]:
    """A statement with the name of each other node, by its IRI."""
    import pyoxigraph as ox

    words = [ox.NamedNode(NAMESPACES[name.partition(":")[0]] + name.partition(":")[2]) for name in _LABELS]
    found: dict[str, Any] = {}
    nodes = {end for triple in said for end in (triple.subject, triple.object) if isinstance(end, ox.NamedNode)}
    for node in sorted(nodes, key=str)[:_MOST_LABELS]:
        quads = (store.quads_for_pattern(node, word, None, ox.DefaultGraph()) for word in words)
        first = next((quad for each in quads for quad in each), None)
        if first is not None:
            found[node.value] = first.triple
    return found


def _rows_for_a_page(said: Iterable[Any], labels: Mapping[str, Any]) -> bytes:
    import json

    import pyoxigraph as ox

    def row(triple: Any) -> list[Any]:
        thing = triple.object
        is_node = isinstance(thing, ox.NamedNode)
        text = thing.value if isinstance(thing, ox.NamedNode | ox.Literal | ox.BlankNode) else str(thing)
        return [triple.subject.value, triple.predicate.value, text, is_node]

    names = {iri: triple.object.value for iri, triple in labels.items() if isinstance(triple.object, ox.Literal)}
    return json.dumps({"rows": [row(triple) for triple in said], "names": names}).encode()
