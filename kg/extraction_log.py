"""The durable record of a workspace: papers, and what was found in each, in one SQLite file.

Tables (``PRAGMA user_version`` is the version of this layout):

    records      every record as it was read, once; ``paper`` is the group it was merged into
    keys         what two records of one paper share (arXiv id, DOI, title ...), and its group
    papers       one row a group: the merged paper; ``own`` is the id that its source gave it, if any
    extractions  what one pipeline (fingerprint) found in one text (digest of title and abstract)

The rollback journal with ``synchronous=FULL`` stays: commits are few and large here, it leaves one file that can be
copied and read in a read-only folder, and a build that is killed loses at most the batch it was in.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from pathlib import Path

from kg.errors import ServiceError, UsageError, WorkspaceError
from kg.ids import digest, paper_id
from kg.model import Extraction, Paper
from kg.papers import merge_keys, merge_papers
from kg.schema import NODE_TYPES

__all__ = ["AddedPapers", "ExtractionLog"]

VERSION = 1
_TABLES = (
    "CREATE TABLE records (digest TEXT PRIMARY KEY, paper INTEGER NOT NULL, json TEXT NOT NULL)",
    "CREATE INDEX records_paper ON records (paper)",
    "CREATE TABLE keys (key TEXT PRIMARY KEY, paper INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX keys_paper ON keys (paper)",
    "CREATE TABLE papers (number INTEGER PRIMARY KEY, id TEXT UNIQUE, own TEXT, digest TEXT, text_digest TEXT,"
    " json TEXT)",
    "CREATE INDEX papers_own ON papers (own)",
    "CREATE TABLE extractions (text_digest TEXT, fingerprint TEXT, data BLOB NOT NULL,"
    " PRIMARY KEY (text_digest, fingerprint))",
)
# Ids that say what they name; a source's own id must not look like one.
_RESERVED_ID = re.compile(rf"(?:arxiv|doi|title|{'|'.join(t.prefix for t in NODE_TYPES.values())}):")
_PAGE = 500
_BATCH = 1000
_COMMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class AddedPapers:
    """What became of the records that were added: ``records == new + merged + unchanged``.

    Attributes:
        new: Records of papers that the log did not have.
        merged: New records of papers that it had.
        unchanged: Records that it had already.
    """

    records: int = 0
    new: int = 0
    merged: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class _Changes:
    """Groups whose records changed, and sources' own ids that were given or taken away."""

    groups: set[int] = field(default_factory=set)
    own_ids: set[str] = field(default_factory=set)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's errors as this package's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise ServiceError(f"cannot use {path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise WorkspaceError(f"{path} is damaged ({error}): restore it, or build into a new folder") from error


class ExtractionLog:
    """An open extraction log.

    Args:
        path: The SQLite file.
        write: Whether to create it where it is missing, and to allow changes.

    Raises:
        WorkspaceError: if it is missing, damaged, or of a newer version.
        ServiceError: if the disk or its permissions refuse.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        if not write and not path.is_file():
            raise WorkspaceError(f"{path.parent} is not a workspace: it has no {path.name}")
        mode = "rwc" if write else "ro"
        with _translated(path):
            self._db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30
            )
            try:
                self._prepare(write)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, write: bool) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise WorkspaceError(
                f"{self.path} is of format {version}, and this version of kg knows {VERSION}: update kg"
            )
        if write:
            self._db.execute("PRAGMA synchronous = FULL")
        if version == 0 and write:
            with self._transaction():
                for statement in _TABLES:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")
        elif version == 0:
            raise WorkspaceError(f"{self.path.parent} is not a workspace: {self.path.name} is empty")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> ExtractionLog:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing."""
        with _translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # Papers

    def add_papers(self, papers: Iterable[Paper]) -> AddedPapers:
        """Add records; those that share a merge key with others become one paper with them.

        The result depends on the set of records only, not on their order or on how many calls bring them.
        """
        new = merged = unchanged = 0
        waiting = iter(papers)
        while batch := list(islice(waiting, _BATCH)):
            with self._transaction():
                changes = _Changes()
                for paper in batch:
                    outcome = self._add_record(paper, changes)
                    new += outcome == "new"
                    merged += outcome == "merged"
                    unchanged += outcome == "unchanged"
                self._write_papers(changes)
        return AddedPapers(new + merged + unchanged, new, merged, unchanged)

    def _add_record(self, paper: Paper, changes: _Changes) -> str:
        text = paper.model_dump_json()
        key = digest(text, 32)
        if self._db.execute("SELECT 1 FROM records WHERE digest = ?", (key,)).fetchone():
            return "unchanged"
        keys = sorted(set(merge_keys(paper)))
        marks = ",".join("?" * len(keys))
        found = self._db.execute(f"SELECT DISTINCT paper FROM keys WHERE key IN ({marks}) ORDER BY paper", keys)  # noqa: S608
        known = [group for (group,) in found]
        number = self._unite(known, changes) if known else self._next_number()
        self._db.execute("INSERT INTO records VALUES (?, ?, ?)", (key, number, text))
        self._db.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", ((key, number) for key in keys))
        changes.groups.add(number)
        return "merged" if known else "new"

    def _next_number(self) -> int:
        (number,) = self._db.execute("SELECT coalesce(max(paper), 0) + 1 FROM keys").fetchone()
        return int(number)

    def _unite(self, groups: list[int], changes: _Changes) -> int:
        """Make several groups one, and return its number."""
        first, *others = groups
        for other in others:
            self._db.execute("UPDATE records SET paper = ? WHERE paper = ?", (first, other))
            self._db.execute("UPDATE keys SET paper = ? WHERE paper = ?", (first, other))
            self._remove_paper(other, changes)
            changes.groups.discard(other)
        return first

    def _remove_paper(self, number: int, changes: _Changes) -> None:
        row = self._db.execute("DELETE FROM papers WHERE number = ? RETURNING own", (number,)).fetchone()
        if row is not None and row[0] is not None:
            changes.own_ids.add(row[0])

    def _write_papers(self, changes: _Changes) -> None:
        """Merge the changed groups anew from all their records, then name every paper that this touches."""
        for number in sorted(changes.groups):
            self._remove_paper(number, changes)
            rows = self._db.execute("SELECT json FROM records WHERE paper = ? ORDER BY digest", (number,)).fetchall()
            paper = reduce(merge_papers, [Paper.model_validate_json(text) for (text,) in rows])
            own = None if _RESERVED_ID.match(paper.id) else paper.id
            self._db.execute(
                "INSERT INTO papers (number, own, json) VALUES (?, ?, ?)", (number, own, paper.model_dump_json())
            )
            if own is None:
                self._name(number, paper, None)
            else:
                changes.own_ids.add(own)
        for own in sorted(changes.own_ids):
            self._name_by_own_id(own)

    def _name_by_own_id(self, own: str) -> None:
        """A source's own id stands while one paper has it; papers that share it are named by what they are."""
        self._db.execute("UPDATE papers SET id = NULL WHERE own = ?", (own,))
        rows = self._db.execute("SELECT number, json FROM papers WHERE own = ?", (own,)).fetchall()
        for number, text in rows:
            self._name(number, Paper.model_validate_json(text), own if len(rows) == 1 else None)

    def _name(self, number: int, paper: Paper, own: str | None) -> None:
        name = own if own is not None else paper_id(paper.title, arxiv_id=paper.arxiv_id, doi=paper.doi)
        text = paper.model_copy(update={"id": name}).model_dump_json()
        self._db.execute(
            "UPDATE papers SET id = ?, digest = ?, text_digest = ?, json = ? WHERE number = ?",
            (name, digest(text, 32), _text_digest(paper), text, number),
        )

    @property
    def paper_count(self) -> int:
        """Number of distinct papers."""
        with _translated(self.path):
            return int(self._db.execute("SELECT count(*) FROM papers").fetchone()[0])

    @property
    def record_count(self) -> int:
        """Number of distinct records that the papers were merged from."""
        with _translated(self.path):
            return int(self._db.execute("SELECT count(*) FROM records").fetchone()[0])

    # Extractions

    def _pages(self, columns: str, condition: str, fingerprint: str) -> Iterator[tuple[str, ...]]:
        """Rows of papers with their extraction, by paper id, a page at a time so that others may write in between."""
        query = (
            f"SELECT p.id, {columns} FROM papers p LEFT JOIN extractions e"  # noqa: S608
            " ON e.text_digest = p.text_digest AND e.fingerprint = ?"
            f" WHERE p.id > ? AND {condition} ORDER BY p.id LIMIT {_PAGE}"
        )
        last = ""
        while True:
            with _translated(self.path):
                rows = self._db.execute(query, (fingerprint, last)).fetchall()
            yield from rows
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def pending(self, fingerprint: str) -> Iterator[Paper]:
        """Papers, by id, that this pipeline has not processed; extractions may be added meanwhile."""
        for _, text in self._pages("p.json", "e.text_digest IS NULL", fingerprint):
            yield Paper.model_validate_json(text)

    def pending_count(self, fingerprint: str) -> int:
        """Number of papers that this pipeline has not processed."""
        with _translated(self.path):
            (count,) = self._db.execute(
                "SELECT count(*) FROM papers p WHERE NOT EXISTS (SELECT 1 FROM extractions e"
                " WHERE e.text_digest = p.text_digest AND e.fingerprint = ?)",
                (fingerprint,),
            ).fetchone()
        return int(count)

    def add_extractions(self, extractions: Iterable[Extraction]) -> int:
        """Store extractions as they come, a commit every few seconds; what came before an interruption stays.

        Returns:
            How many were stored.

        Raises:
            UsageError: if the log does not have the paper of an extraction.
        """
        stored = 0
        waiting = iter(extractions)
        finished = False
        while not finished:
            batch: list[Extraction] = []
            try:
                finished = _fill(batch, waiting)
            finally:
                self._store(batch)
            stored += len(batch)
        return stored

    def _store(self, batch: list[Extraction]) -> None:
        if not batch:
            return
        with self._transaction():
            for extraction in batch:
                row = self._db.execute("SELECT text_digest FROM papers WHERE id = ?", (extraction.paper_id,)).fetchone()
                if row is None:
                    raise UsageError(f"there is no paper {extraction.paper_id!r} in {self.path}")
                data = zlib.compress(extraction.model_dump_json().encode(), 1)
                self._db.execute(
                    "INSERT OR REPLACE INTO extractions VALUES (?, ?, ?)", (row[0], extraction.fingerprint, data)
                )

    def items(self, fingerprint: str) -> Iterator[tuple[Paper, Extraction]]:
        """Papers that this pipeline has processed, with what it found, by paper id."""
        for current_id, text, data in self._pages("p.json, e.data", "e.text_digest IS NOT NULL", fingerprint):
            extraction = Extraction.model_validate_json(zlib.decompress(data))  # type: ignore[arg-type]
            if extraction.paper_id != current_id:  # processed before a merge gave the paper another id
                extraction = extraction.model_copy(update={"paper_id": current_id})
            yield Paper.model_validate_json(text), extraction

    def state(self, fingerprint: str) -> str:
        """Digest of everything that ``items`` would yield."""
        total = hashlib.sha256(fingerprint.encode())
        for row in self._pages("p.digest, p.text_digest", "e.text_digest IS NOT NULL", fingerprint):
            total.update("\0".join(("", *row)).encode())
        return total.hexdigest()


def _text_digest(paper: Paper) -> str:
    """Digest of all that extraction sees of a paper."""
    return digest(f"{paper.title}\0{paper.abstract}", 32)


def _fill(batch: list[Extraction], waiting: Iterator[Extraction]) -> bool:
    """Move extractions to a batch until it is large or old enough; True when there are no more."""
    started = time.monotonic()
    for extraction in waiting:
        batch.append(extraction)
        if len(batch) >= _BATCH or time.monotonic() - started > _COMMIT_SECONDS:
            return False
    return True
