"""The published graph of a workspace, for a process that stays: when another build is published, it takes that one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from kg.errors import KgError
from kg.exporters.rdf_terms import check_base
from kg.sparql.engine import Answer, Description, Question
from kg.sparql.store import store_of
from kg.sparql.worker import BusyError, Pool, Stream
from kg.workspace import Workspace

__all__ = ["LiveGraph"]

_LOOK_EVERY_S = 1.0


@dataclass(slots=True)
class _Opened:
    build: str | None
    pool: Pool
    stack: ExitStack


class LiveGraph:
    """Answers questions to whatever graph is published.

    Args:
        workspace: The workspace.
        base: What minted IRIs begin with.
        size: Processes that answer.

    Raises:
        WorkspaceError: if nothing is published.
        ServiceError: if the store cannot be made.
    """

    def __init__(self, workspace: Workspace, base: str, size: int = 2) -> None:
        self.workspace = workspace
        self.base = check_base(base)
        self.size = size
        self._renewing = threading.Lock()
        self._looked = time.monotonic()
        self._opened = self._open()

    def _open(self) -> _Opened:
        with ExitStack() as stack:
            build = self.workspace.build_name
            pool = Pool(stack.enter_context(store_of(self.workspace, self.base)), self.size)
            stack.callback(pool.close)
            return _Opened(build, pool, stack.pop_all())

    @property
    def build(self) -> str | None:
        """Name of the build that questions are answered from."""
        return self._opened.build

    def counts(self) -> dict[str, int]:
        """Entities by type."""
        return dict(self.workspace.manifest().get("counts", {}).get("entities", {}))

    def ask(self, asked: Question | Description, timeout_s: float, wait_s: float = 5.0) -> Answer:
        """As ``Pool.ask``."""
        with self.stream(asked, timeout_s, wait_s) as stream:
            return stream.whole()

    @contextmanager
    def stream(self, asked: Question | Description, timeout_s: float, wait_s: float = 5.0) -> Iterator[Stream]:
        """As ``Pool.stream``."""
        self._look()
        opened = self._opened
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(opened.pool.stream(asked, timeout_s, wait_s))
            except BusyError:
                if opened is self._opened:
                    raise
                # That pool was closed: another build came.
                stream = stack.enter_context(self._opened.pool.stream(asked, timeout_s, wait_s))
            yield stream

    def _look(self) -> None:
        """Look now and then whether another build is published, and open it aside."""
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY_S or not self._renewing.acquire(blocking=False):
            return
        self._looked = now
        if self.workspace.build_name == self._opened.build:
            self._renewing.release()
            return
        threading.Thread(target=self._renew, daemon=True).start()

    def _renew(self) -> None:
        try:
            opened = self._open()
        except KgError:
            return  # half published, or the disk is full: the old graph stays, and the next look tries again
        finally:
            self._renewing.release()
        old, self._opened = self._opened, opened
        old.stack.close()

    def close(self) -> None:
        """End the processes."""
        with self._renewing:
            self._opened.stack.close()
