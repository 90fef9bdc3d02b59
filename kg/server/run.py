"""Runs the application with uvicorn."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from typing import NoReturn

import uvicorn

from kg.errors import ServiceError
from kg.server.app import Limits, create_app
from kg.sparql.live import LiveGraph
from kg.workspace import Workspace

__all__ = ["listen", "run_server"]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ServiceError: if the port is taken or the host is none of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ServiceError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


def run_server(
    workspace: Workspace,
    sock: socket.socket,
    base: str,
    limits: Limits,
    origins: tuple[str, ...],
    processes: int,
    on_ready: Callable[[], None],
) -> None:
    """Serve until interrupted.

    Raises:
        WorkspaceError: if nothing is published.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)  # as Ctrl-C: the server ends first, then what it holds is cleared away
    graph = LiveGraph(workspace, base, processes)
    try:
        config = uvicorn.Config(
            create_app(graph, limits, origins),
            log_level="warning",
            access_log=False,
            server_header=False,
            http="h11",
            ws="none",
            lifespan="off",
            limit_concurrency=200,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
        )
        on_ready()
        uvicorn.Server(config).run(sockets=[sock])
    finally:
        graph.close()
