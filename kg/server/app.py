"""The web application: SPARQL 1.1 Protocol (query), and linked data with 303 redirects. Only reads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote

from anyio import CancelScope, move_on_after
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, request_response
from starlette.types import Receive, Scope, Send

from kg.console import one_line
from kg.errors import KgError, QueryError, ServiceError
from kg.server.descriptions import service_description, void
from kg.server.pages import endpoint_page, entity_page, home_page
from kg.sparql.check import RefusedError
from kg.sparql.engine import Answer, Description, NotAcceptableError, Question, rewritten
from kg.sparql.negotiation import GRAPHS, JSON, JSON_LD, NTRIPLES, RDF_XML, ROWS, TURTLE, choose
from kg.sparql.worker import BusyError, Stream

__all__ = ["Limits", "Source", "create_app"]

HTML = "text/html"
_PAGES = {HTML: HTML, "application/xhtml+xml": HTML, **GRAPHS}
_SUFFIXES = {"ttl": TURTLE, "nt": NTRIPLES, "jsonld": JSON_LD, "rdf": RDF_XML}
_SUFFIX_OF = {media_type: suffix for suffix, media_type in _SUFFIXES.items()}
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
_FORM, _QUERY, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_BODY_S = 30.0
_FIRST = 1_000_000  # bytes of an answer that are waited for before it is sent
_LOG = logging.getLogger(__name__)
_LONGEST_ADDRESS = 50_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost.

    Attributes:
        time_s: Seconds that a query may take; as many again, at most, for sending a large answer to a slow client.
        result_bytes: Size of an answer. What is larger is refused if that is known before any of it is sent, that is
            within the first megabyte, and cut off otherwise: the connection is closed without the mark of its end.
        body_bytes: Size of a request's body.
        waiting: Requests that are worked on or wait for a process; more are turned away.
        wait_s: Seconds that a request waits for a process.
    """

    time_s: float = 30.0
    result_bytes: int = 50_000_000
    body_bytes: int = 1_000_000
    waiting: int = 32
    wait_s: float = 10.0


class Source(Protocol):
    """A graph to serve, as ``LiveGraph`` is one."""

    @property
    def base(self) -> str:
        """What minted IRIs begin with: the address of the server."""

    @property
    def build(self) -> str | None:
        """Which graph it is at the moment."""

    def counts(self) -> dict[str, int]:
        """Entities by type."""

    def stream(
        self, asked: Question | Description, timeout_s: float, wait_s: float = 5.0
    ) -> AbstractContextManager[Stream]:
        """Answer a question piece by piece."""


def create_app(graph: Source, limits: Limits | None = None, origins: tuple[str, ...] = ("*",)) -> Starlette:
    """The application.

    Args:
        graph: Answers the questions.
        limits: What one request may cost.
        origins: Web origins whose scripts may read answers.
    """
    handlers = _Handlers(graph, limits or Limits())
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Accept", "Content-Type"],
    )
    app = Starlette(
        routes=[
            Route("/", handlers.home),
            Route("/sparql", handlers.sparql, methods=["GET", "POST"]),
            Route("/sparql/", handlers.sparql, methods=["GET", "POST"]),
            Route("/.well-known/void", handlers.void),
            Route("/resource", handlers.resource),
        ],
        middleware=[cors],
        exception_handlers={KgError: _on_error, HTTPException: _on_error},
    )
    # All else is an entity's. No Route: its patterns match no path with a line end in it, as an id may have.
    app.router.default = request_response(handlers.linked)
    app.router.redirect_slashes = False
    return app


_STATUS: tuple[tuple[type[KgError], int], ...] = (
    (NotAcceptableError, 406),
    (RefusedError, 403),
    (QueryError, 400),
    (ServiceError, 503),
)


async def _on_error(request: Request, error: Exception) -> Response:
    """One line of plain text."""
    headers: Mapping[str, str] = {}
    if isinstance(error, HTTPException):
        status, text, headers = error.status_code, error.detail, error.headers or {}
    else:
        status, text = next((code for kind, code in _STATUS if isinstance(error, kind)), 500), str(error)
        headers = {"Retry-After": "10"} if isinstance(error, BusyError) else {}
    return Response(one_line(text) + "\n", status, {**_SAFE, **headers}, "text/plain; charset=utf-8")


def _pairs(data: bytes) -> list[tuple[str, str]]:
    """The parameters in a form."""
    try:
        return parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise HTTPException(400, "the parameters are not UTF-8 in percent encoding, or too many") from error


def _query_pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters in the address."""
    raw: bytes = request.scope["query_string"]
    if len(raw) > _LONGEST_ADDRESS:
        raise HTTPException(414, "the address is too long: post the query")
    return _pairs(raw)


def _raw_path(request: Request) -> str:
    """The path as it was sent."""
    raw: bytes = request.scope["raw_path"]
    if len(raw) > _LONGEST_ADDRESS:
        raise HTTPException(414, "the address is too long")
    return raw.decode("ascii", "replace").partition("?")[0]


def _path(request: Request, prefix: str = "") -> str:
    """The path as IRIs are minted: each segment percent-encoded in one way."""
    path = _raw_path(request).removeprefix("/" + prefix)
    return "/".join(quote(unquote(segment), safe="") for segment in path.split("/"))


def _up(request: Request) -> str:
    """Relative path from what was asked for to the root of the server."""
    return "../" * (_raw_path(request).count("/") - 1)


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _response(body: bytes | str, media_type: str, **headers: str) -> Response:
    return Response(body, headers={**_SAFE, "Vary": "Accept", **headers}, media_type=_with_charset(media_type))


class _Opened:
    """An answer, begun; its methods are called in threads."""

    def __init__(self, graph: Source, asked: Question | Description, limits: Limits) -> None:
        self._stack = ExitStack()
        try:
            self.stream = self._stack.enter_context(graph.stream(asked, limits.time_s, limits.wait_s))
            self.first = b"".join(_up_to(self.stream.pieces, _FIRST))
        except BaseException:
            self._stack.close()
            raise

    def next(self) -> bytes:
        """The next piece; b"": that was all."""
        return next(self.stream.pieces, b"")

    def close(self) -> None:
        """Give the process back, or end it if there is more."""
        self._stack.close()


def _up_to(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        size -= len(piece)
        if size < 0:
            return


class _StreamedResponse(StreamingResponse):
    """A large answer, sent as it comes. Where it cannot be completed, the client sees that: its end is missing."""

    def __init__(self, opened: _Opened, limits: Limits, done: Callable[[], None], **more: Any) -> None:
        super().__init__(iter(()), **more)
        self._opened, self._limits, self._done = opened, limits, done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            with move_on_after(self._limits.time_s):
                await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_sync(self._opened.close)
            self._done()

    async def stream_response(self, send: Send) -> None:
        """Send the head and all pieces."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        piece = self._opened.first
        try:
            while piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await run_sync(self._opened.next)
        except KgError as error:
            _LOG.warning("an answer was cut off: %s", one_line(str(error)))
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Handlers:
    def __init__(self, graph: Source, limits: Limits) -> None:
        self._graph = graph
        self._limits = limits
        self._under_way = 0
        self._void: tuple[str | None, str] = (None, "")

    async def _open(self, asked: Question | Description) -> _Opened:
        """Begin an answer; ``_leave`` must follow when it is done."""
        if self._under_way >= self._limits.waiting:
            raise BusyError("too many requests at once: ask again later")
        self._under_way += 1
        try:
            return await run_sync(_Opened, self._graph, asked, self._limits)
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        self._under_way -= 1

    async def _ask(self, asked: Question | Description) -> Answer:
        """A whole answer, as for a page."""
        opened = await self._open(asked)
        try:
            rest = await run_sync(opened.stream.whole)
            return Answer(rest.kind, rest.media_type, opened.first + rest.body)
        finally:
            await run_sync(opened.close)
            self._leave()

    async def _answered(self, asked: Question | Description, **headers: str) -> Response:
        """An answer as the response: at once if it is small, else as it comes."""
        opened = await self._open(asked)
        media_type = opened.stream.media_type
        if opened.stream.is_complete:
            await run_sync(opened.close)
            self._leave()
            return _response(opened.first, media_type, **headers)
        more = {"headers": {**_SAFE, "Vary": "Accept", **headers}, "media_type": _with_charset(media_type)}
        return _StreamedResponse(opened, self._limits, self._leave, **more)

    # SPARQL

    async def sparql(self, request: Request) -> Response:
        """SPARQL 1.1 Protocol, query operation; without a query the service description."""
        pairs = _query_pairs(request)
        query: str | None = None
        if request.method == "POST":
            query, more = await self._posted(request)
            pairs += more
        elif not pairs:
            return self._service(request)
        if any(name == "update" for name, _ in pairs):
            raise HTTPException(403, "updates are refused: the graph is only read")
        queries = [value for name, value in pairs if name == "query"] + ([query] if query is not None else [])
        if len(queries) != 1:
            raise HTTPException(400, f"exactly one query is needed, there are {len(queries)}")
        accept = request.headers.get("accept")
        question = Question(
            queries[0],
            rows=choose(accept, ROWS),
            graph=choose(accept, GRAPHS),
            default_graphs=tuple(value for name, value in pairs if name == "default-graph-uri"),
            named_graphs=tuple(value for name, value in pairs if name == "named-graph-uri"),
            base=f"{self._graph.base}sparql",
            max_bytes=self._limits.result_bytes,
        )
        return await self._answered(question)

    async def _posted(self, request: Request) -> tuple[str | None, list[tuple[str, str]]]:
        """The query of a body, or the parameters of a form."""
        kind, _, parameters = request.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind == _UPDATE:
            raise HTTPException(403, "updates are refused: the graph is only read")
        if kind not in (_FORM, _QUERY):
            raise HTTPException(415, f"a query is posted as {_QUERY} or {_FORM}")
        charset = parameters.lower().partition("charset=")[2].strip(' "')
        if charset not in ("", "utf-8", "utf8"):
            raise HTTPException(415, "queries are in UTF-8")
        body = await self._body(request)
        if kind == _FORM:
            return None, _pairs(body)
        try:
            return body.decode("utf-8"), []
        except UnicodeDecodeError as error:
            raise HTTPException(400, "the query is not UTF-8") from error

    async def _body(self, request: Request) -> bytes:
        most = self._limits.body_bytes

        async def read() -> bytes:
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise HTTPException(413, f"the body is larger than {most:,} bytes", {"Connection": "close"})
            return bytes(body)

        try:
            return await asyncio.wait_for(read(), _BODY_S)
        except TimeoutError as error:
            raise HTTPException(408, "the body did not come in time", {"Connection": "close"}) from error

    def _service(self, request: Request) -> Response:
        return self._described(request, service_description(self._graph.base), endpoint_page())

    def _described(self, request: Request, turtle: str, page: str | None = None) -> Response:
        """A description of our own in what the client takes."""
        offered = GRAPHS if page is None else {**GRAPHS, HTML: HTML}
        media_type = choose(request.headers.get("accept"), offered)
        if media_type is None:
            raise NotAcceptableError(f"there is {', '.join(dict.fromkeys(offered.values()))}")
        if media_type == HTML and page is not None:
            return _response(page, HTML)
        return _response(rewritten(turtle, media_type), media_type)

    async def void(self, request: Request) -> Response:
        """The VoID description, counted once a build."""
        build, text = self._void
        if not text or build != self._graph.build:
            build = self._graph.build
            text = await run_sync(void, self._graph.base, self._ask_now)
            self._void = (build, text)
        return self._described(request, text)

    def _ask_now(self, asked: Question) -> Answer:
        with self._graph.stream(asked, self._limits.time_s, self._limits.wait_s) as stream:
            return stream.whole()

    async def home(self, request: Request) -> Response:
        """The root: HTML, or the VoID description."""
        if choose(request.headers.get("accept"), _PAGES) != HTML:
            return await self.void(request)
        return _response(home_page(self._graph.counts()), HTML)

    # Linked data

    async def linked(self, request: Request) -> Response:
        """An entity's IRI, page or data."""
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, "entities are only read", {"Allow": "GET, HEAD"})
        kind = _raw_path(request).split("/")[1]
        return await {"page": self.page, "data": self.data}.get(kind, self.entity)(request)

    async def entity(self, request: Request) -> Response:
        """The IRI of an entity: 303 to its page or its data."""
        path = _path(request)
        media_type = self._media_type(request)
        await self._exists(self._graph.base + path)
        to = f"page/{path}" if media_type == HTML else f"data/{path}.{_SUFFIX_OF[media_type]}"
        return RedirectResponse(_up(request) + to, 303, {**_SAFE, "Vary": "Accept"})

    @staticmethod
    def _media_type(request: Request) -> str:
        media_type = choose(request.headers.get("accept"), _PAGES)
        if media_type is None:
            raise NotAcceptableError(f"there is {', '.join(dict.fromkeys(_PAGES.values()))}")
        return media_type

    async def _exists(self, iri: str) -> None:
        try:
            known = "ASK { { $iri ?p ?o } UNION { ?s ?p $iri } }"
            found = await self._ask(Question(known, parameters={"iri": f"<{iri}>"}))
        except QueryError:
            found = None
        if found is None or b"true" not in found.body:
            raise HTTPException(404, f"the graph says nothing about <{iri}>")

    async def page(self, request: Request) -> Response:
        """The page of an entity under the base."""
        path = _path(request, "page/")
        up = _up(request)
        data = [(suffix, f"{up}data/{path}.{suffix}") for suffix in _SUFFIXES]
        return await self._page(self._graph.base + path, up, data)

    async def _page(self, iri: str, up: str, data: list[tuple[str, str]]) -> Response:
        await self._exists(iri)
        found = await self._ask(Description(iri, JSON))
        make = partial(entity_page, iri, found.body, self._graph.base, up, data)
        return _response(await run_sync(make), HTML)

    async def data(self, request: Request) -> Response:
        """The data of an entity under the base, in the syntax of the suffix."""
        path, _, suffix = _path(request, "data/").rpartition(".")
        if suffix not in _SUFFIXES:
            raise HTTPException(404, f"data ends in one of .{', .'.join(_SUFFIXES)}")
        return await self._data(self._graph.base + path, _SUFFIXES[suffix])

    async def _data(self, iri: str, media_type: str) -> Response:
        await self._exists(iri)
        asked = Description(iri, media_type, max_bytes=self._limits.result_bytes)
        return await self._answered(asked, Link=f'<{self._graph.base}.well-known/void>; rel="describedby"')

    async def resource(self, request: Request) -> Response:
        """Any node of the graph, as papers are that have their IRI from a DOI or from arXiv: ``/resource?iri=...``."""
        wanted = [value for name, value in _query_pairs(request) if name == "iri"]
        if len(wanted) != 1:
            raise HTTPException(400, "which node? /resource?iri=...")
        media_type = self._media_type(request)
        if media_type != HTML:
            return await self._data(wanted[0], media_type)
        query = f"{_up(request)}sparql?query=" + quote(f"DESCRIBE <{wanted[0]}>", safe="")
        return await self._page(wanted[0], _up(request), [("as RDF", query)])
