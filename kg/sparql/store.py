"""The Oxigraph store of a published graph: made from its N-Quads on first use, then kept in the build's folder."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kg import exporters, schema
from kg.bulk import no_garbage_collection
from kg.errors import ServiceError
from kg.exporters.rdf import Options, groups_of_file, unsorted_quads
from kg.exporters.rdf_terms import DEFAULT_BASE, check_base
from kg.workspace import Workspace

if TYPE_CHECKING:
    import pyoxigraph

__all__ = ["store_of", "write_store"]

_CODE = ("rdf.py", "rdf_describe.py", "rdf_lines.py", "rdf_terms.py")
_PIECE = 24  # of the pieces that the export gives: about 16 MB
_THREADS = 2


def _name(base: str) -> str:
    """Name of the folder: another base or other code, another store."""
    total = hashlib.sha256(base.encode())
    folder = Path(str(exporters.__file__)).parent
    for module in (*(folder / name for name in _CODE), Path(schema.__file__)):
        total.update(module.read_bytes())
    return f"rdf-{total.hexdigest()[:16]}"


@contextmanager
def store_of(
    workspace: Workspace, base: str = DEFAULT_BASE, on_make: Callable[[], None] | None = None
) -> Iterator[Path]:
    """The folder of the store of a workspace's published graph.

    Where the workspace cannot be written, the store is made in a temporary folder, which is gone afterwards.

    Args:
        workspace: The workspace.
        base: What minted IRIs begin with.
        on_make: Called before a store is made, which takes a while.

    Raises:
        UsageError: if the base is no absolute IRI.
        WorkspaceError: if nothing is published.
        ServiceError: if the disk is full.
    """
    base = check_base(base)

    def make(path: Path) -> None:
        if on_make:
            on_make()
        write_store(workspace, base, path)

    kept = workspace.derived(_name(base), make)
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="kg-rdf-") as scratch:
        make(Path(scratch) / "store")
        yield Path(scratch) / "store"


def write_store(workspace: Workspace, base: str, path: Path) -> None:
    """Make a store in a new folder.

    Raises:
        ServiceError: if it cannot be written.
    """
    import pyoxigraph

    run = workspace.manifest().get("fingerprint")
    try:
        store = pyoxigraph.Store(str(path))
        with workspace.open_graph() as source:
            _load(store, unsorted_quads(groups_of_file(source), Options(base=base, run=run)))
        store.optimize()
        store.flush()
    except OSError as error:
        shutil.rmtree(path, ignore_errors=True)
        raise ServiceError(f"cannot write {path}: {error}") from error


def _load(store: pyoxigraph.Store, texts: Iterator[str]) -> None:
    """Load N-Quads in pieces, two at a time: the engine works outside of Python's lock, and is faster on small ones."""
    import pyoxigraph

    with no_garbage_collection(), ThreadPoolExecutor(_THREADS) as aside:
        pending: deque[Future[None]] = deque()
        while piece := "".join(islice(texts, _PIECE)):
            if len(pending) == _THREADS:
                pending.popleft().result()
            # Lenient: these are our own, and valid.
            load = partial(store.bulk_load, piece.encode(), format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
            pending.append(aside.submit(load))
        while pending:
            pending.popleft().result()
