"""The durable record of a workspace: papers, and what was found in each, in one SQLite file.

Tables (``PRAGMA user_version`` is the version of this layout):

    records      every record as it was read, once; ``paper`` is the paper that it is a record of
    keys         what records of one paper may share (arXiv id, DOI, title ...), and the cluster of records it connects
    papers       the papers, merged from their records; ``wanted`` is the id that a paper would have were it alone
    extractions  what one pipeline (fingerprint) found in one text (digest of title and abstract)

Which records of a cluster are one paper is computed anew when the cluster changes (``kg.identity``). A cluster may be
larger than its records' keys connect it: that costs time and changes nothing.

The rollback journal with ``synchronous=FULL`` stays: commits are few and large here, it leaves one file that can be
copied and read in a read-only folder, and a build that is killed loses at most the batch it was in.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from kg.errors import ServiceError, UsageError, WorkspaceError
from kg.identity import merge_keys, same_papers, strong_keys
from kg.ids import arxiv_id_of, digest, doi_of
from kg.model import Extraction, Paper
from kg.papers import guarded_id, merged, wanted_id
from kg.people import People

__all__ = ["AddedPapers", "ExtractionLog"]

VERSION = 2
_TABLES = (
    "CREATE TABLE records (digest TEXT PRIMARY KEY, cluster INTEGER NOT NULL, paper INTEGER, json TEXT NOT NULL)",
    "CREATE INDEX records_cluster ON records (cluster)",
    "CREATE INDEX records_paper ON records (paper)",
    "CREATE TABLE keys (key TEXT PRIMARY KEY, cluster INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX keys_cluster ON keys (cluster)",
    "CREATE TABLE papers (number INTEGER PRIMARY KEY, cluster INTEGER NOT NULL, id TEXT UNIQUE, wanted TEXT NOT NULL,"
    " digest TEXT, text_digest TEXT, json TEXT NOT NULL)",
    "CREATE INDEX papers_cluster ON papers (cluster)",
    "CREATE INDEX papers_wanted ON papers (wanted)",
    "CREATE TABLE IF NOT EXISTS extractions (text_digest TEXT, fingerprint TEXT, data BLOB NOT NULL,"
    " PRIMARY KEY (text_digest, fingerprint))",
)
_PAGE = 500
_BATCH = 1000
_COMMIT_SECONDS = 5.0
_WORTH_VACUUM = 1000
"""Unused pages from which on a file is worth to be made smaller."""


@dataclass(frozen=True, slots=True)
class AddedPapers:
    """What became of the records that were added: ``records == new + merged + unchanged``.

    Attributes:
        new: Papers that the log has more than before.
        merged: New records that made no new paper.
        unchanged: Records that it had already.
    """

    records: int = 0
    new: int = 0
    merged: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class _Changes:
    """Clusters whose records changed, and the ids that papers want or wanted that are affected."""

    clusters: set[int] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)


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
        self._is_watching = False
        self._is_alone = write  # who writes holds the lock of the workspace: nobody else changes anything meanwhile
        self._state: tuple[tuple[str, int], str] | None = None
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
            if version < VERSION:
                with self._transaction():
                    self._renew(version)
        elif version == 0:
            raise WorkspaceError(f"{self.path.parent} is not a workspace: {self.path.name} is empty")

    def _renew(self, version: int) -> None:
        """Make the tables; the records of an older version are merged anew, what was extracted stays."""
        if version:
            self._db.execute("CREATE TEMP TABLE old AS SELECT json FROM records")
            for table in ("records", "keys", "papers"):
                self._db.execute(f"DROP TABLE {table}")
        for statement in _TABLES:
            self._db.execute(statement)
        if version:
            changes = _Changes()
            for (text,) in self._db.execute("SELECT json FROM old"):
                self._add_record(Paper.model_validate_json(text), changes)
            self._write_papers(changes)
            self._db.execute("DROP TABLE old")
        self._db.execute(f"PRAGMA user_version = {VERSION}")

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
        """Add records; those of one paper (see ``kg.identity``) become one.

        The result depends on the set of records only, not on their order or on how many calls bring them.
        """
        before = self.paper_count
        records = fresh = 0
        waiting = iter(papers)
        while batch := list(islice(waiting, _BATCH)):
            with self._transaction():
                changes = _Changes()
                fresh += sum(self._add_record(paper, changes) for paper in batch)
                self._write_papers(changes)
            records += len(batch)
        # A record may make one paper of two, or show that what seemed one paper is two.
        new = min(max(self.paper_count - before, 0), fresh)
        return AddedPapers(records, new, fresh - new, records - fresh)

    def _add_record(self, paper: Paper, changes: _Changes) -> bool:
        """Add a record to the cluster that its keys belong to; False if the log has it already."""
        text = paper.model_dump_json()
        key = digest(text, 32)
        if self._is_watching:
            self._db.execute("INSERT OR IGNORE INTO temp.seen VALUES (?)", (key,))
        if self._db.execute("SELECT 1 FROM records WHERE digest = ?", (key,)).fetchone():
            return False
        keys = sorted(set(merge_keys(paper)))
        marks = ",".join("?" * len(keys))
        found = self._db.execute(f"SELECT DISTINCT cluster FROM keys WHERE key IN ({marks}) ORDER BY cluster", keys)  # noqa: S608
        known = [cluster for (cluster,) in found]
        cluster = self._unite(known, changes) if known else self._next_cluster()
        self._db.execute("INSERT INTO records (digest, cluster, json) VALUES (?, ?, ?)", (key, cluster, text))
        self._db.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", ((key, cluster) for key in keys))
        changes.clusters.add(cluster)
        return True

    def _next_cluster(self) -> int:
        (number,) = self._db.execute("SELECT coalesce(max(cluster), 0) + 1 FROM keys").fetchone()
        return int(number)

    def _unite(self, clusters: list[int], changes: _Changes) -> int:
        """Make several clusters one, and return its number."""
        first, *others = clusters
        for other in others:
            for table in ("records", "keys", "papers"):
                self._db.execute(f"UPDATE {table} SET cluster = ? WHERE cluster = ?", (first, other))  # noqa: S608
            changes.clusters.discard(other)
        return first

    def _write_papers(self, changes: _Changes) -> None:
        """Make the papers of the changed clusters anew from all their records, then name every paper this touches."""
        numbers = [number for cluster in sorted(changes.clusters) for number in self._renew_cluster(cluster, changes)]
        self._name(numbers, changes.wanted)

    def _renew_cluster(self, cluster: int, changes: _Changes) -> Iterator[int]:
        """Part the records of a cluster into papers; yields their numbers."""
        gone = self._db.execute("DELETE FROM papers WHERE cluster = ? RETURNING wanted", (cluster,)).fetchall()
        changes.wanted.update(wanted for (wanted,) in gone)
        rows = self._db.execute("SELECT digest, json FROM records WHERE cluster = ? ORDER BY digest", (cluster,))
        digests: dict[int, str] = {}
        papers: list[Paper] = []
        for key, text in rows.fetchall():
            papers.append(Paper.model_validate_json(text))
            digests[id(papers[-1])] = key
        for records in same_papers(papers):
            paper = merged(records)
            changes.wanted.add(wanted := wanted_id(paper))
            number = self._db.execute(
                "INSERT INTO papers (cluster, wanted, text_digest, json) VALUES (?, ?, ?, ?)",
                (cluster, wanted, _text_digest(paper), paper.model_dump_json()),
            ).lastrowid
            self._db.executemany(
                "UPDATE records SET paper = ? WHERE digest = ?", ((number, digests[id(record)]) for record in records)
            )
            yield int(number or 0)

    def _name(self, numbers: Iterable[int], touched: Iterable[str]) -> None:
        """Give new papers, and those that share an id with them or did, the ids they have a right to.

        A wanted id stands while one paper wants it; papers that share it are named by all that tells them apart.
        """
        renamed = set(numbers)
        for wanted in touched:
            rows = self._db.execute(
                "SELECT number FROM papers WHERE wanted = ?1 AND (id = ?1"
                " OR 1 = (SELECT count(*) FROM (SELECT 1 FROM papers WHERE wanted = ?1 LIMIT 2)))",
                (wanted,),
            )
            renamed.update(number for (number,) in rows)
        ordered = sorted(renamed)
        self._db.executemany("UPDATE papers SET id = NULL WHERE number = ?", ((number,) for number in ordered))
        for number in ordered:
            self._give_id(number)

    def _give_id(self, number: int) -> None:
        wanted, text = self._db.execute("SELECT wanted, json FROM papers WHERE number = ?", (number,)).fetchone()
        paper = Paper.model_validate_json(text)
        several = self._db.execute("SELECT 1 FROM papers WHERE wanted = ? LIMIT 2", (wanted,)).fetchall()[1:]
        name = guarded_id(paper) if several else wanted
        while self._db.execute("SELECT 1 FROM papers WHERE id = ?", (name,)).fetchone():
            name = f"title:{digest(name + text)}"  # nothing that counts tells it from the other: never seen
        text = paper.model_copy(update={"id": name}).model_dump_json()
        self._db.execute(
            "UPDATE papers SET id = ?, digest = ?, json = ? WHERE number = ?", (name, digest(text, 32), text, number)
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

    # Removal

    def watch(self) -> None:
        """From now on, remember which records are added, known ones too, for ``prune``."""
        with self._transaction():
            self._db.execute("DROP TABLE IF EXISTS temp.seen")
            self._db.execute("CREATE TEMP TABLE seen (digest TEXT PRIMARY KEY) WITHOUT ROWID")
        self._is_watching = True

    def prune(self) -> int:
        """Remove the records that were not added since ``watch``, and papers without records with them.

        Returns:
            How many papers fewer there are.
        """
        return self._remove_records("digest NOT IN (SELECT digest FROM temp.seen)", [()])

    def remove(self, ids: Iterable[str]) -> int:
        """Remove papers with all their records. Returns how many papers fewer there are."""
        return self._remove_records("paper = (SELECT number FROM papers WHERE id = ?)", [(name,) for name in ids])

    def _remove_records(self, condition: str, values: Iterable[tuple[str, ...]]) -> int:
        before = self.paper_count
        with self._transaction():
            changes = _Changes()
            for value in values:
                gone = self._db.execute(f"DELETE FROM records WHERE {condition} RETURNING cluster", value)  # noqa: S608
                changes.clusters.update(cluster for (cluster,) in gone.fetchall())
            self._write_papers(changes)
            for cluster in changes.clusters:
                self._db.execute(
                    "DELETE FROM keys WHERE cluster = ?1 AND NOT EXISTS (SELECT 1 FROM records WHERE cluster = ?1)",
                    (cluster,),
                )
        return before - self.paper_count

    def find(self, text: str) -> list[str]:
        """Ids of the papers that a paper id, a DOI or an arXiv id names; records that were merged into one count."""
        arxiv_id, doi = arxiv_id_of(text), doi_of(text)
        with _translated(self.path):
            row = self._db.execute("SELECT id FROM papers WHERE id = ?", (text,)).fetchone()
            if row is not None or not (arxiv_id or doi):
                return [row[0]] if row is not None else []
            keys = set(strong_keys(Paper(id=text, title="", arxiv_id=None if doi else arxiv_id, doi=doi)))
            marks = ",".join("?" * len(keys))
            of_cluster = f"SELECT cluster FROM keys WHERE key IN ({marks})"  # noqa: S608
            query = "SELECT p.id, r.json FROM records r JOIN papers p ON p.number = r.paper WHERE r.cluster IN "
            rows = self._db.execute(f"{query} ({of_cluster})", sorted(keys)).fetchall()
        return sorted({name for name, record in rows if keys & set(strong_keys(Paper.model_validate_json(record)))})

    def compact(self, fingerprints: Sequence[str] | None = None) -> int:
        """Forget what was found in texts that no paper has any more, and, if told so, by other pipelines than some.

        The file is made smaller where that gives back more than a quarter of it.

        Returns:
            How many extractions were forgotten.
        """
        with self._transaction():
            gone = self._db.execute(
                "DELETE FROM extractions WHERE text_digest NOT IN (SELECT text_digest FROM papers)"
            ).rowcount
            if fingerprints is not None:
                marks = ",".join("?" * len(fingerprints))
                gone += self._db.execute(
                    f"DELETE FROM extractions WHERE fingerprint NOT IN ({marks})",  # noqa: S608
                    list(fingerprints),
                ).rowcount
        with _translated(self.path):
            (unused,), (pages,) = (
                self._db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count")
            )
            if 4 * unused > pages and unused > _WORTH_VACUUM:
                self._db.execute("VACUUM")
        return gone

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
            yield _item(current_id, text, data)  # type: ignore[arg-type]

    def digests(self, fingerprint: str) -> Iterator[tuple[str, str]]:
        """Id and digest of the papers that ``items`` would yield, in that order."""
        yield from self._pages("p.digest", "e.text_digest IS NOT NULL", fingerprint)  # type: ignore[misc]

    def signatures(self, fingerprint: str) -> Iterator[tuple[str, str, list[str], list[str]]]:
        """The same with the authors and organisations of each."""
        columns = "p.digest, json_extract(p.json, '$.authors'), json_extract(p.json, '$.organizations')"
        for name, own, authors, organizations in self._pages(columns, "e.text_digest IS NOT NULL", fingerprint):
            yield name, own, json.loads(authors), json.loads(organizations)

    def people(self, fingerprint: str) -> People:
        """Whom names stand for in the papers that ``items`` would yield."""
        found = People()
        columns = "json_extract(p.json, '$.orcids'), json_extract(p.json, '$.rors')"
        given = " OR ".join(f'instr(p.json, \'"{field}":{{"\')' for field in ("orcids", "rors"))
        for _, orcids, rors in self._pages(columns, f"e.text_digest IS NOT NULL AND ({given})", fingerprint):
            found.add(json.loads(orcids), json.loads(rors))
        return found

    def paper(self, paper_id: str) -> Paper | None:
        """The paper of an id, with where its values are from; None where there is none."""
        with _translated(self.path):
            row = self._db.execute("SELECT json FROM papers WHERE id = ?", (paper_id,)).fetchone()
        return Paper.model_validate_json(row[0]) if row else None

    def some_items(self, fingerprint: str, ids: Iterable[str]) -> Iterator[tuple[Paper, Extraction, str]]:
        """Those items of some papers, with their digests."""
        query = (
            "SELECT p.id, p.json, e.data, p.digest FROM papers p JOIN extractions e"
            " ON e.text_digest = p.text_digest AND e.fingerprint = ? WHERE p.id = ?"
        )
        for paper_id in ids:
            with _translated(self.path):
                row = self._db.execute(query, (fingerprint, paper_id)).fetchone()
            if row is not None:
                yield *_item(*row[:3]), row[3]

    def state(self, fingerprint: str) -> str:
        """Digest of everything that ``items`` would yield."""
        now = (fingerprint, self._db.total_changes)
        if self._state is None or self._state[0] != now or not self._is_alone:
            total = hashlib.sha256(fingerprint.encode())
            for row in self._pages("p.digest, p.text_digest", "e.text_digest IS NOT NULL", fingerprint):
                total.update("\0".join(("", *row)).encode())
            self._state = (now, total.hexdigest())
        return self._state[1]


def _item(paper_id: str, text: str, data: bytes) -> tuple[Paper, Extraction]:
    extraction = Extraction.model_validate_json(zlib.decompress(data))
    if extraction.paper_id != paper_id:  # processed before a merge gave the paper another id
        extraction = extraction.model_copy(update={"paper_id": paper_id})
    return Paper.model_validate_json(text), extraction


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
