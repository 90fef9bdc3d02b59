"""The folder that a build writes.

    log.sqlite           the extraction log: all that is needed to make the graph again
    lock                 held by the process that builds (flock), with its process id
    builds/DIGEST/       a published graph: graph.jsonl (canonical), graph.lbdb (Cypher), manifest.json
    CURRENT              the name of the published build

A build is written aside, renamed, and then named in ``CURRENT``, which is replaced atomically: a reader sees the old
graph or the new one. Nothing is ever changed in place, so a reader that has the old one open keeps it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from kg import __version__
from kg.confidence import sure_lines, sure_mentions
from kg.errors import KgError, ServiceError, UsageError, WorkspaceError
from kg.extraction_log import AddedPapers, ExtractionLog
from kg.graph import KnowledgeGraph
from kg.model import Extraction, Paper
from kg.people import People
from kg.publication import DATABASE, GRAPH, Counts, Written, delta_of, write_changed, write_graph, write_whole

if TYPE_CHECKING:
    from kg.embedded import EmbeddedGraph
    from kg.vocabulary import Vocabulary

__all__ = ["FORMAT", "AddedPapers", "Workspace"]

FORMAT = 1
_NAME = re.compile(r"[0-9a-f]{16}")
_MANIFEST = "manifest.json"
_CODE = (
    *("assemble.py", "assembly_store.py", "confidence.py", "embedded_write.py", "links.py", "model.py"),
    *("papers.py", "parents.py", "people.py", "publication.py", "schema.py", "sorted_lines.py"),
)
"""Modules that decide what is published, given the extractions."""
_T = TypeVar("_T")


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Errors of the file system as this package's."""
    try:
        yield
    except OSError as error:
        raise ServiceError(f"cannot write in {folder}: {error.strerror or error}") from error


def _sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Workspace:
    """A workspace folder. Nothing is created before the first change.

    Changes need ``with workspace.lock()``, which one process at a time can hold; reading needs no lock.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._lock_file: IO[str] | None = None
        self._held_log: ExtractionLog | None = None

    # Lock and log

    @contextmanager
    def lock(self) -> Iterator[Workspace]:
        """Hold the workspace for changes; creates it where it is missing. May be nested.

        Raises:
            WorkspaceError: if another process holds it (the message names the process), the folder holds other
                files, or it is of a newer version.
            ServiceError: if the folder cannot be written.
        """
        if self._lock_file is not None:
            yield self
            return
        self._create()
        with _disk(self.folder):
            self._lock_file = (self.folder / "lock").open("a+", encoding="utf-8")
        try:
            self._acquire(self._lock_file)
            with ExtractionLog(self._log_path, write=True) as self._held_log:
                yield self
        finally:
            self._held_log = None
            self._lock_file.close()  # this also gives the lock back
            self._lock_file = None

    def _create(self) -> None:
        own = {"lock", "builds", "CURRENT", self._log_path.name, f"{self._log_path.name}-journal"}
        with _disk(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            strangers = {entry.name for entry in self.folder.iterdir()} - own
            is_workspace = self._log_path.exists()
        if strangers and not is_workspace:
            raise WorkspaceError(f"{self.folder} is not a workspace and not empty: choose another folder")

    def _acquire(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip()
            who = f"process {holder}" if holder else "another process"
            raise WorkspaceError(f"{self.folder} is in use by {who}: wait until it ends, or stop it") from error
        with _disk(self.folder):
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()

    @property
    def _log_path(self) -> Path:
        return self.folder / "log.sqlite"

    @property
    def _writable_log(self) -> ExtractionLog:
        if self._held_log is None:
            raise UsageError("changes to a workspace need its lock: with workspace.lock(): ...")
        return self._held_log

    @contextmanager
    def _readable_log(self) -> Iterator[ExtractionLog]:
        if self._held_log is not None:
            yield self._held_log
            return
        with ExtractionLog(self._log_path) as log:
            yield log

    # Papers and extractions

    def add_papers(self, papers: Iterable[Paper]) -> AddedPapers:
        """Add records; records of one paper are merged, whatever their order. Needs the lock."""
        return self._writable_log.add_papers(papers)

    def watch(self) -> None:
        """From now on, remember which records are added, known ones too, for ``prune``. Needs the lock."""
        self._writable_log.watch()

    def prune(self) -> int:
        """Remove what was not added since ``watch``. Needs the lock. Returns how many papers fewer there are."""
        return self._writable_log.prune()

    def remove(self, names: Iterable[str]) -> tuple[int, list[str]]:
        """Remove papers by id, DOI or arXiv id. Needs the lock.

        Returns:
            How many papers fewer there are, and the names that no paper has.
        """
        log = self._writable_log
        found = {name: log.find(name) for name in names}
        removed = log.remove(sorted({paper for papers in found.values() for paper in papers}))
        return removed, [name for name, papers in found.items() if not papers]

    def add_extractions(self, extractions: Iterable[Extraction]) -> int:
        """Store extractions as they come; those before an interruption stay. Needs the lock. Returns how many."""
        return self._writable_log.add_extractions(extractions)

    def paper(self, paper_id: str) -> Paper | None:
        """The paper of an id as the log has it, with where its values are from; None where it has none."""
        with self._readable_log() as log:
            return log.paper(paper_id)

    def pending(self, fingerprint: str) -> Iterator[Paper]:
        """Papers, by id, that the pipeline of this fingerprint has not processed."""
        with self._readable_log() as log:
            yield from log.pending(fingerprint)

    def pending_count(self, fingerprint: str) -> int:
        """Number of papers that the pipeline of this fingerprint has not processed."""
        with self._readable_log() as log:
            return log.pending_count(fingerprint)

    def items(self, fingerprint: str) -> Iterator[tuple[Paper, Extraction]]:
        """Processed papers with what was found in each, by paper id: the input of ``assemble``."""
        with self._readable_log() as log:
            yield from log.items(fingerprint)

    @property
    def paper_count(self) -> int:
        """Number of distinct papers in the log."""
        with self._readable_log() as log:
            return log.paper_count

    @property
    def record_count(self) -> int:
        """Number of distinct records in the log."""
        with self._readable_log() as log:
            return log.record_count

    # Publishing

    def _made_with(self, fingerprint: str, min_confidence: float) -> str:
        """Digest of all that a graph depends on besides its papers."""
        least = f"\n{min_confidence}" if min_confidence else ""
        total = hashlib.sha256(f"{FORMAT}\n{__version__}\n{fingerprint}{least}".encode())
        for module in _CODE:
            total.update(Path(__file__).with_name(module).read_bytes())
        return total.hexdigest()

    def state(self, fingerprint: str, min_confidence: float = 0.0) -> str:
        """Digest of all that the graph of this fingerprint is made from."""
        made_with = self._made_with(fingerprint, min_confidence)
        with self._readable_log() as log:
            return hashlib.sha256(f"{made_with}{log.state(fingerprint)}".encode()).hexdigest()

    def is_current(self, fingerprint: str, min_confidence: float = 0.0) -> bool:
        """Whether the published graph is the one that ``items`` of this fingerprint would give."""
        try:
            published = self.manifest()
        except WorkspaceError:
            return False
        return published.get("state") == self.state(fingerprint, min_confidence)

    def publish(self, graph: KnowledgeGraph, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Make a graph the published one, atomically, and remove the builds before it. Needs the lock.

        Args:
            graph: The graph.
            manifest: What the builder knows; needs ``fingerprint``. Format, version, counts and digests are added.

        Returns:
            The complete manifest.

        Raises:
            ServiceError: if the disk is full or refuses; the graph published before then stays.
        """
        return self._publish(lambda aside: write_graph(graph, aside), manifest)

    def publish_papers(
        self,
        fingerprint: str,
        vocabulary: Vocabulary,
        manifest: Mapping[str, Any],
        on_stage: Callable[[str, int], Callable[[int], None]] | None = None,
        *,
        min_confidence: float = 0.0,
    ) -> dict[str, Any]:
        """Assemble the graph of ``items`` and make it the published one, with flat memory. Needs the lock.

        Where the published graph is of the same pipeline and few papers have changed, only what they touch is made
        anew; the result is the same.

        Args:
            fingerprint: The pipeline whose extractions count.
            vocabulary: As in ``assemble``.
            manifest: What the builder knows besides. Format, version, counts and digests are added.
            on_stage: Called with "assembling" and the number of papers to go through, then with "publishing" and 0;
                gives the progress callback of the stage.
            min_confidence: Mentions that are less sure stay in the log and out of the graph.

        Returns:
            The complete manifest.

        Raises:
            ServiceError: if the disk is full or refuses; the graph published before then stays.
        """
        made_with = self._made_with(fingerprint, min_confidence)
        log = self._writable_log
        people = log.people(fingerprint)
        assembly = _Assembly(log, fingerprint, vocabulary, people, made_with, on_stage, min_confidence)

        def write(aside: Path) -> Written:
            with suppress(WorkspaceError):
                if (written := assembly.from_build(self._current_build(), aside)) is not None:
                    return written
            return assembly.whole(aside)

        before = self._published_fingerprint()
        least = {"min_confidence": min_confidence} if min_confidence else {}
        complete = self._publish(write, {**manifest, **least, "fingerprint": fingerprint})
        # What the pipeline before this one found stays, for who goes back to it; what older ones found goes.
        self._writable_log.compact(None if before in (None, fingerprint) else [before, fingerprint])
        return complete

    def _published_fingerprint(self) -> str | None:
        try:
            return str(self.manifest().get("fingerprint"))
        except WorkspaceError:
            return None

    def _publish(self, write: Callable[[Path], Written], manifest: Mapping[str, Any]) -> dict[str, Any]:
        _ = self._writable_log
        builds = self.folder / "builds"
        with _disk(self.folder):
            builds.mkdir(exist_ok=True)
            for leftover in builds.glob(".new-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            aside = Path(tempfile.mkdtemp(prefix=".new-", dir=builds))
            try:
                written = write(aside)
                complete = self._write_manifest(aside, written, manifest)
                name = hashlib.sha256((aside / _MANIFEST).read_bytes()).hexdigest()[:16]
                self._put_in_place(aside, builds / name)
                self._point_to(name)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        for other in builds.iterdir():
            if other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        return complete

    def _write_manifest(self, aside: Path, written: Written, manifest: Mapping[str, Any]) -> dict[str, Any]:
        complete = {
            **manifest,
            "format": FORMAT,
            "kg_version": __version__,
            "state": self.state(str(manifest["fingerprint"]), manifest.get("min_confidence", 0.0)),
            "counts": {**manifest.get("counts", {}), **written.counts.for_manifest()},
            "graph_digest": f"sha256:{written.digest}",
        }
        text = json.dumps(complete, indent=2, sort_keys=True, ensure_ascii=False)
        (aside / _MANIFEST).write_text(text + "\n", encoding="utf-8")
        return complete

    def _put_in_place(self, aside: Path, build: Path) -> None:
        umask = os.umask(0)
        os.umask(umask)
        aside.chmod(0o777 & ~umask)
        for file in (*aside.iterdir(), aside):
            _sync(file)
        if build.is_dir() and self._current_name() == build.name:
            return  # the same graph from the same inputs: what is published is this
        shutil.rmtree(build, ignore_errors=True)
        aside.rename(build)
        _sync(build.parent)

    def _point_to(self, name: str) -> None:
        new = self.folder / ".CURRENT.new"
        with new.open("w", encoding="utf-8") as out:
            out.write(name + "\n")
            out.flush()
            os.fsync(out.fileno())
        new.replace(self.folder / "CURRENT")
        _sync(self.folder)

    # The published graph

    def _current_name(self) -> str | None:
        try:
            name = (self.folder / "CURRENT").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if _NAME.fullmatch(name) else None

    def _current_build(self) -> Path:
        name = self._current_name()
        if name is not None and (build := self.folder / "builds" / name).is_dir():
            return build
        if (self.folder / "CURRENT").exists():
            raise WorkspaceError(f"{self.folder / 'CURRENT'} does not name a build: run kg build again")
        if self._log_path.exists():
            raise WorkspaceError(f"{self.folder} holds no graph yet: run kg build to finish it")
        raise WorkspaceError(f"{self.folder} is not a workspace: kg build INPUT -o {self.folder} makes one")

    def _from_build(self, read: Callable[[Path], _T]) -> _T:
        """Read from the published build; once more where another process publishes meanwhile."""
        for _ in range(3):
            build = self._current_build()
            try:
                return read(build)
            except (OSError, UsageError, WorkspaceError, ServiceError, ValueError) as error:
                if build.is_dir() and self._current_name() == build.name:
                    raise WorkspaceError(f"{build} is damaged ({_first_line(error)}): run kg build again") from error
        raise WorkspaceError(f"{self.folder} is being rebuilt: try again")

    @property
    def build_name(self) -> str | None:
        """Name of the published build; None where there is none."""
        return self._current_name()

    def graph(self, min_confidence: float = 0.0) -> KnowledgeGraph:
        """The published graph, or what is at least this sure of it, read whole into memory.

        Raises:
            WorkspaceError: if nothing is published, or it is damaged.
        """
        from kg.exporters.jsonl import EXPORTER

        if not min_confidence:
            return self._from_build(lambda build: EXPORTER.read_back(build / GRAPH))
        with self.open_graph(min_confidence) as lines:
            return EXPORTER.read_lines(lines, self.folder / GRAPH)

    def open_graph(self, min_confidence: float = 0.0, *, check: bool = False) -> IO[bytes]:
        """The canonical export of the published graph, open for reading; it stays readable when another is published.

        Args:
            min_confidence: As in ``kg.confidence.sure_lines``; 0 for the graph as it is.
            check: Whether to read it once to see that it is what was written.

        Raises:
            WorkspaceError: if nothing is published, or it is damaged.
            ServiceError: if there is no room for what is sure enough.
        """
        if not min_confidence:
            return self._from_build(_checked_graph if check else lambda build: (build / GRAPH).open("rb"))
        with self.open_graph(check=check) as whole:
            try:
                return sure_lines(whole, min_confidence)
            except OSError as error:
                raise ServiceError(f"cannot write a temporary file: {error.strerror or error}") from error
            except (ValueError, KeyError, TypeError) as error:
                raise WorkspaceError(f"{self.folder} is damaged ({_first_line(error)}): run kg build again") from error

    def manifest(self) -> dict[str, Any]:
        """What the published graph was made from, and what is in it."""
        return self._from_build(_read_manifest)

    def derived(self, name: str, make: Callable[[Path], None]) -> Path | None:
        """A folder that is made from the published graph when it is first asked for, and goes when the build goes.

        Args:
            name: Its name; another one for whatever else is made otherwise.
            make: Makes it at a path that does not exist yet.

        Returns:
            None if the workspace cannot be written.

        Raises:
            WorkspaceError: if nothing is published.
        """
        build = self._current_build()
        target = build / name
        if target.is_dir():
            return target
        try:
            aside = Path(tempfile.mkdtemp(prefix=".new-", dir=build))
        except OSError:
            return None
        try:
            make(aside / name)
            with suppress(OSError):  # another process was faster
                (aside / name).rename(target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return target if target.is_dir() else None

    def engine(self) -> EmbeddedGraph:
        """The published graph for Cypher queries; close it after use."""
        from kg.embedded import EmbeddedGraph

        return self._from_build(lambda build: EmbeddedGraph(build / DATABASE))


@dataclass(frozen=True, slots=True)
class _Assembly:
    """The papers of a log on their way to the files of a graph."""

    log: ExtractionLog
    fingerprint: str
    vocabulary: Vocabulary
    people: People
    made_with: str
    on_stage: Callable[[str, int], Callable[[int], None]] | None
    min_confidence: float

    def _counted(self, items: Iterable[_T], count: int) -> Iterator[_T]:
        tick = self.on_stage("assembling", count) if self.on_stage else None
        for item in items:
            yield item
            if tick:
                tick(1)
        if self.on_stage:
            self.on_stage("publishing", 0)

    def _sure(self, extraction: Extraction) -> Extraction:
        return sure_mentions(extraction, self.min_confidence) if self.min_confidence else extraction

    def whole(self, aside: Path) -> Written:
        items = zip(self.log.items(self.fingerprint), self._digests(), strict=True)
        triples = ((paper, self._sure(extraction), digest) for (paper, extraction), (_, digest) in items)
        counted = self._counted(triples, self.log.paper_count)
        return write_whole(aside, counted, self.vocabulary, self.made_with, people=self.people)

    def _digests(self) -> Iterator[tuple[str, str]]:
        """Id and digest of all papers."""
        if not self.people:
            return self.log.digests(self.fingerprint)
        rows = self.log.signatures(self.fingerprint)
        return ((name, self.people.digest(own, *signed)) for name, own, *signed in rows)

    def from_build(self, build: Path, aside: Path) -> Written | None:
        """The same, from a build that exists; None where it cannot serve."""
        delta = delta_of(build, self._digests(), self.vocabulary, self.made_with)
        if delta is None or not delta.is_small:
            return None
        some = self.log.some_items(self.fingerprint, delta.changed)
        sure = (
            (paper, self._sure(extraction), self.people.digest(own, paper.authors, paper.organizations))
            for paper, extraction, own in some
        )
        items = self._counted(sure, len(delta.changed))
        try:
            counts = Counts.of(_read_manifest(build))
            return write_changed(aside, build, delta, items, self.vocabulary, counts, people=self.people)
        except (OSError, KeyError, ValueError, KgError):  # damaged, or the disk is full: then the next try says so
            for leftover in aside.iterdir():
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            return None


def _checked_graph(build: Path) -> IO[bytes]:
    graph = (build / GRAPH).open("rb")
    digest = hashlib.file_digest(graph, "sha256").hexdigest()
    if _read_manifest(build).get("graph_digest") != f"sha256:{digest}":
        graph.close()
        raise WorkspaceError(f"{GRAPH} is not what was written")
    graph.seek(0)
    return graph


def _read_manifest(build: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((build / _MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise WorkspaceError(f"{_MANIFEST} is not a manifest")
    return found


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
