"""A server in a thread of the test process, and graphs for it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph
import uvicorn
from starlette.applications import Starlette

from kg.assemble import assemble
from kg.graph import KnowledgeGraph
from kg.sparql.engine import Description, Question
from kg.sparql.worker import Pool, Stream
from kg.workspace import Workspace
from tests.graphs import FINGERPRINT, ITEMS, VOCABULARY


@contextmanager
def served(app: Starlette, sock: socket.socket) -> Iterator[str]:
    """The address of the running application."""
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", http="h11", ws="none", lifespan="off", server_header=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class PoolSource:
    """A store made by hand, as a graph to serve."""

    pool: Pool
    base: str
    build: str | None = None
    counted: dict[str, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return self.counted

    def stream(
        self, asked: Question | Description, timeout_s: float, wait_s: float = 5.0
    ) -> AbstractContextManager[Stream]:
        return self.pool.stream(asked, timeout_s, wait_s)


def make_store(folder: Path, data: str, format: Any = pyoxigraph.RdfFormat.TRIG) -> Path:
    """A store of some data."""
    store = pyoxigraph.Store(str(folder))
    store.bulk_load(input=data.encode(), format=format)
    store.flush()
    return folder


def publish(folder: Path, graph: KnowledgeGraph | None = None) -> Workspace:
    """A workspace of the sample papers, with their graph or another one published."""
    made = Workspace(folder)
    with made.lock():
        made.add_papers(paper for paper, _ in ITEMS)
        made.add_extractions(found for _, found in ITEMS)
        graph = graph if graph is not None else assemble(made.items(FINGERPRINT), VOCABULARY)
        made.publish(graph, {"fingerprint": FINGERPRINT, "counts": {"records": 3, "papers": 3}})
    return made
