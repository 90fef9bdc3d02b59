"""A small web server, for this machine only, from which Neo4j Browser fetches its style and its guide."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kg.errors import ServiceError
from kg.exporters.neo4j_browser import guide, style

__all__ = ["browser_server"]

# Neo4j Browser is another origin, perhaps on another machine; it asks first.
_ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Private-Network": "true",
}


def browser_server(port: int) -> ThreadingHTTPServer:
    """A server of ``/style.grass`` and ``/guide.html`` on the loopback address; 0: a free port.

    Raises:
        ServiceError: if the port is taken.
    """
    pages = {
        "/style.grass": ("text/plain; charset=utf-8", style().encode()),
        "/guide.html": ("text/html; charset=utf-8", guide().encode()),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._answer(204, "text/plain", b"")

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            kind, body = pages.get(self.path.partition("?")[0], ("text/plain", b""))
            self._answer(200 if body else 404, kind, body)

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            for name, value in {**_ALLOWED, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing to say about each request."""

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise ServiceError(f"cannot listen on port {port}: {error.strerror or error}; choose another --port") from error
