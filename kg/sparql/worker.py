"""Processes that answer questions: an engine that runs too long, takes too much memory or crashes takes one along.

The engine's own code cannot be stopped, and a query nested deeply enough overruns its stack: so it gets a process,
which is killed when the time is over and replaced when it dies.
"""

from __future__ import annotations

import math
import os
import queue
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from kg.errors import KgError, QueryError, ServiceError
from kg.sparql.engine import Answer, Description, Head, Question, open_store, write_answer

__all__ = ["BusyError", "Pool", "Stream", "TimeLimitError", "Worker"]

_START_S = 60.0
_END_S = 2.0
MEMORY_BYTES = 4 << 30


class TimeLimitError(ServiceError):
    """The query took too long."""


class BusyError(ServiceError):
    """All processes are at work."""


class Stream:
    """An answer that comes in pieces.

    Attributes:
        kind: "rows", "boolean" or "graph".
        pieces: The pieces; an error while they are read is one of the query, as those before the first.
        is_complete: Whether all has been read, or reading it has failed.
    """

    def __init__(self, kind: str, media_type: str, pieces: Iterator[bytes]) -> None:
        self.kind = kind
        self.media_type = media_type
        self.is_complete = False
        self.pieces = self._counted(pieces)

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from pieces
        except KgError:
            self.is_complete = True
            raise
        self.is_complete = True

    def whole(self) -> Answer:
        """All of it."""
        return Answer(self.kind, self.media_type, b"".join(self.pieces))


@dataclass(slots=True)
class _Budget:
    """Seconds to wait for a process."""

    whole_s: float
    left_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.left_s = self.whole_s


class Worker:
    """One process with a store open.

    Args:
        store: The folder of the store.
        memory_bytes: Address space that it may take beyond what the store needs.

    Raises:
        ServiceError: if the store cannot be opened.
    """

    def __init__(self, store: Path, memory_bytes: int = MEMORY_BYTES) -> None:
        context = get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=serve_pipe, args=(other, str(store), memory_bytes), daemon=True)
        self._process.start()
        other.close()
        self._receive(_Budget(_START_S))

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked again."""
        return not self._pipe.closed

    def ask(self, asked: Question | Description, timeout_s: float) -> Answer:
        """Answer a question whole; errors are those of ``stream``."""
        with self.stream(asked, timeout_s) as stream:
            return stream.whole()

    @contextmanager
    def stream(self, asked: Question | Description, timeout_s: float) -> Iterator[Stream]:
        """Answer a question piece by piece. Who leaves before the end ends the process.

        Args:
            asked: The question.
            timeout_s: Seconds to wait for the process, all in all; those that the reader takes do not count.

        Raises:
            QueryError: if the query is wrong or refused.
            TimeLimitError: if the time is over; the process is gone then. So, too, while pieces are read.
            ServiceError: if the process died.
        """
        try:
            self._pipe.send((asked, timeout_s))
        except OSError as error:
            self._kill()
            raise ServiceError("the process that answers queries has died; ask again") from error
        budget = _Budget(timeout_s)
        head = self._receive(budget)
        stream = Stream(head.kind, head.media_type, self._pieces(budget)) if isinstance(head, Head) else None
        if stream is None:
            self._kill()
            raise ServiceError("the process that answers queries is out of step; ask again")
        try:
            yield stream
        finally:
            if not stream.is_complete and self.is_alive:
                self._kill()

    def _pieces(self, budget: _Budget) -> Iterator[bytes]:
        while piece := self._receive(budget):
            if isinstance(piece, bytes):
                yield piece

    def _receive(self, budget: _Budget) -> Head | bytes:
        """The next message; b"": that was all."""
        start = time.monotonic()
        try:
            if not self._pipe.poll(max(0.0, budget.left_s)):
                self._kill()
                raise TimeLimitError(f"the query took longer than {budget.whole_s:g} s: narrow it, or raise --timeout")
            reply: Head | bytes | KgError = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._kill()
            raise ServiceError(
                "the engine died of the query: it needs too much memory, or is too deeply nested"
            ) from error
        budget.left_s -= time.monotonic() - start
        if isinstance(reply, KgError):
            raise reply
        return reply

    def close(self) -> None:
        """End the process: it ends by itself when nobody can ask it any more, unless it is at work."""
        self._pipe.close()
        self._process.join(_END_S)
        self._process.kill()
        self._process.join()

    def _kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def serve_pipe(pipe: Connection, store_path: str, memory_bytes: int) -> None:
    """Answer what comes through a pipe until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the business of the process that started this one
    try:
        store = open_store(Path(store_path))
    except KgError as error:
        pipe.send(error)
        return
    _limit(memory_bytes)
    pipe.send(b"")
    while True:
        try:
            asked, timeout_s = pipe.recv()
        except EOFError:
            return
        try:
            _reply(store, asked, pipe, math.ceil(timeout_s) + 5)
        except _UnreadError:
            return


def _reply(store: Any, asked: Question | Description, pipe: Connection, alarm_s: int) -> None:
    """Send an answer and its end, or the error."""

    def emit(message: Head | bytes | KgError) -> None:
        signal.alarm(0)
        try:
            pipe.send(message)  # waits for the reader as long as there is one
        except OSError as error:
            raise _UnreadError from error
        signal.alarm(alarm_s)

    signal.alarm(alarm_s)  # if the other process is gone by then, nobody else ends this one
    try:
        write_answer(store, asked, emit)
        emit(b"")
    except _UnreadError:
        raise
    except KgError as error:
        emit(error)
    except MemoryError:
        emit(ServiceError("the answer needs too much memory: ask for less"))
    except Exception as error:  # whatever it is, one query must not end the process
        emit(QueryError(f"the engine cannot run this query ({type(error).__name__})"))
    signal.alarm(0)


class _UnreadError(Exception):
    """Nobody reads the answer; no OSError, for which the engine's own are translated."""


def _limit(memory_bytes: int) -> None:
    """Limit the memory, and leave no message or core file when the limit ends the process."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        used = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + memory_bytes, used + memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


class Pool:
    """Several workers on one store; a dead one is replaced when it is needed next.

    Args:
        store: The folder of the store.
        size: Processes; the first is started at once, the others when they are needed.
        memory_bytes: As for ``Worker``.
    """

    def __init__(self, store: Path, size: int = 2, memory_bytes: int = MEMORY_BYTES) -> None:
        self.store = store
        self.size = size
        self._memory_bytes = memory_bytes
        self._free: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(size - 1):
            self._free.put(None)
        self._free.put(Worker(store, memory_bytes))

    def ask(self, asked: Question | Description, timeout_s: float, wait_s: float = 5.0) -> Answer:
        """Answer a question whole; errors are those of ``stream``."""
        with self.stream(asked, timeout_s, wait_s) as stream:
            return stream.whole()

    @contextmanager
    def stream(self, asked: Question | Description, timeout_s: float, wait_s: float = 5.0) -> Iterator[Stream]:
        """Answer a question with a worker that is free within ``wait_s``; it is taken until the context ends.

        Raises:
            QueryError: if the query is wrong or refused.
            BusyError: if no worker gets free.
            ServiceError: if it takes too long or too much memory.
        """
        try:
            worker = self._free.get(timeout=wait_s)
        except queue.Empty:
            raise BusyError("all processes are busy with other queries: ask again later") from None
        try:
            if worker is None:
                worker = Worker(self.store, self._memory_bytes)
            with worker.stream(asked, timeout_s) as stream:
                yield stream
        finally:
            self._free.put(worker if worker is not None and worker.is_alive else None)

    def close(self) -> None:
        """End all processes, those at work when they are done."""
        for _ in range(self.size):
            worker = self._free.get()
            if worker is not None:
                worker.close()
