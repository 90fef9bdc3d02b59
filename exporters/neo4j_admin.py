"""Typed CSV files for ``neo4j-admin database import full``: the fast way into an empty Neo4j database.

    NAME.header.csv, NAME.csv   one pair a node label and one a relationship type that occurs
    import.sh                   the exact import command
    schema.cypher               constraints and indexes, for the running server afterwards
    export.json                 what is in the files, and the mark of a folder that may be replaced
    browser/                    style, guide and saved queries for Neo4j Browser

Rows go through some thousand at a time, so that memory does not grow with the graph. Every id lies in one id space,
since ids are unique over the whole graph. Texts are quoted, quotes doubled; the list delimiter is a character that no
text holds.
"""

from __future__ import annotations

import gc
import json
import os
import shlex
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from kg.bulk import no_garbage_collection
from kg.errors import ServiceError, UsageError
from kg.exporters.neo4j_admin_rows import DELIMITERS, DelimiterFoundError, RowMaker, Rows, header, unused_delimiter
from kg.exporters.neo4j_browser import write_browser_files
from kg.exporters.neo4j_cypher import schema_statements
from kg.graph import KnowledgeGraph
from kg.schema import NODE_TYPES, RELATION_TYPES

__all__ = ["MARK", "Summary", "lines_of_graph", "write_import_files"]

MARK = "export.json"
DEFAULT_GRAPH = "kg"
_BUFFER = 1 << 20
_CHUNK = 4000
_ALONE = 10
_ENDING_S = 5.0
_IMPORT_BUFFER = 4 << 20
"""What the importer reads at a time unless told otherwise; a row must fit."""

Lines = Callable[[], Iterable[bytes]]
"""Gives the lines of a canonical export, as often as it is called."""

_Chunk = tuple[list[bytes], int]


@dataclass(slots=True)
class Summary:
    """What was written.

    Attributes:
        nodes: Rows by label.
        relations: Rows by type.
        evidence: Pieces of evidence on the relations.
        delimiter: What separates the items of a list.
    """

    nodes: dict[str, int]
    relations: dict[str, int]
    evidence: int
    delimiter: str
    command: str = ""


def lines_of_graph(graph: KnowledgeGraph) -> Lines:
    """The canonical lines of a graph in memory."""
    from kg.exporters.jsonl import lines_of

    return lambda: (line.encode() for line in lines_of(graph))


def write_import_files(lines: Lines, folder: Path, graph_name: str = DEFAULT_GRAPH, workers: int = 1) -> Summary:
    """Write the files of an import.

    Args:
        lines: The canonical lines of the graph: entities and relations in any order.
        folder: Where; missing, empty, or an older export, which is replaced when the new one is complete.
        graph_name: The name that every node and edge carries.
        workers: Processes that make rows. More than one need a main module that can be imported, as any with processes;
            a small graph is written without them.

    Raises:
        UsageError: if the folder holds something else, or a line does not fit the schema.
        ServiceError: if the disk refuses, or a process dies.
    """
    with _replacing(folder) as aside:
        try:
            files = _write_rows(lines(), aside, (DELIMITERS[0], graph_name), workers)
        except DelimiterFoundError:
            files = _write_rows(lines(), aside, (unused_delimiter(lines()), graph_name), workers)
        counts = {name: file.count for name, file in sorted(files.by_name.items())}
        summary = Summary(
            {name: count for name, count in counts.items() if name in NODE_TYPES},
            {name: count for name, count in counts.items() if name in RELATION_TYPES},
            files.evidence,
            files.delimiter,
        )
        _write_companions(aside, files, summary, graph_name)
    return summary


# The rows


@dataclass(slots=True)
class _File:
    """One data file.

    Attributes:
        longest: Characters of the longest row.
        multiline: Whether a text may hold a line end.
    """

    out: IO[bytes]
    count: int = 0
    longest: int = 0
    multiline: bool = False


class _Files:
    """The data files while they are written."""

    def __init__(self, folder: Path, delimiter: str, stack: ExitStack) -> None:
        self.by_name: dict[str, _File] = {}
        self.delimiter = delimiter
        self.evidence = 0
        self._folder = folder
        self._stack = stack

    def add(self, rows: Rows) -> None:
        """Append rows to their files."""
        self.evidence += rows.evidence
        for part in rows.parts:
            file = self.by_name.get(part.name) or self._open(part.name)
            file.out.write(part.rows)
            file.count += part.count
            file.longest = max(file.longest, part.longest)
            file.multiline = file.multiline or part.multiline

    def _open(self, name: str) -> _File:
        (self._folder / f"{name}.header.csv").write_text(",".join(header(name)) + "\n", encoding="utf-8")
        out = self._stack.enter_context((self._folder / f"{name}.csv").open("wb", buffering=_BUFFER))
        self.by_name[name] = _File(out)
        return self.by_name[name]


def _write_rows(lines: Iterable[bytes], folder: Path, made_with: tuple[str, str], workers: int) -> _Files:
    with ExitStack() as stack:
        files = _Files(folder, made_with[0], stack)
        for rows in _rows(_chunks(lines), made_with, workers):
            files.add(rows)
    return files


def _chunks(lines: Iterable[bytes]) -> Iterator[_Chunk]:
    """Some thousand lines at a time, and the number of the first."""
    pending, first = iter(lines), 1
    while some := list(islice(pending, _CHUNK)):
        yield some, first
        first += len(some)


def _rows(chunks: Iterator[_Chunk], made_with: tuple[str, str], workers: int) -> Iterator[Rows]:
    """The rows of each chunk, in their order; processes are worth starting for many only."""
    maker = RowMaker(*made_with)
    with no_garbage_collection():
        for chunk in islice(chunks, _ALONE if workers > 1 else None):
            yield maker.make(*chunk)
    for chunk in chunks:  # more than these
        yield from _shared_rows(chain([chunk], chunks), made_with, workers)


# Several processes: each has one chunk at a time, in turn, so that the rows come in order and nothing piles up


def _shared_rows(chunks: Iterable[_Chunk], made_with: tuple[str, str], workers: int) -> Iterator[Rows]:
    context = get_context("spawn")
    children, ends = [], []
    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            children.append(context.Process(target=_work, args=(theirs, *made_with), daemon=True))
            children[-1].start()
            theirs.close()  # so that the end of the process is the end of its answers
            ends.append(ours)
        yield from _in_turn(chunks, ends)
    finally:
        for end in ends:
            end.close()
        for child in children:
            child.join(_ENDING_S)
            child.kill()


def _in_turn(chunks: Iterable[_Chunk], ends: list[Connection]) -> Iterator[Rows]:
    waiting: deque[Connection] = deque()
    for chunk, end in zip(chunks, cycle(ends), strict=False):
        done = _answer(waiting.popleft()) if len(waiting) == len(ends) else None
        try:
            end.send(chunk)
        except OSError as error:
            raise _dead() from error
        waiting.append(end)
        if done is not None:
            yield done
    while waiting:
        yield _answer(waiting.popleft())


def _answer(end: Connection) -> Rows:
    try:
        answer = end.recv()
    except (EOFError, OSError) as error:
        raise _dead() from error
    if isinstance(answer, Exception):
        raise answer
    rows: Rows = answer
    return rows


def _dead() -> ServiceError:
    return ServiceError("a process that made rows of CSV died (out of memory?): free some, and export again")


def _work(end: Connection, delimiter: str, graph_name: str) -> None:
    """What a process does: rows for lines, until nobody sends any."""
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the connection
    maker = RowMaker(delimiter, graph_name)
    with suppress(EOFError, OSError):
        while True:
            chunk = end.recv()
            try:
                answer: Rows | Exception = maker.make(*chunk)
            except (UsageError, DelimiterFoundError) as error:
                answer = error
            end.send(answer)


# The folder


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place at the end."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
            raise UsageError(f"{folder} holds other files: choose a new or empty folder")
        parent = folder.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".part", dir=parent))
        try:
            yield aside
            _swap(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise ServiceError(f"cannot write {folder}: {error.strerror or error}") from error


def _swap(aside: Path, folder: Path) -> None:
    umask = os.umask(0)
    os.umask(umask)
    aside.chmod(0o777 & ~umask)  # the server's own user reads the files
    if not folder.exists():
        aside.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".old", dir=folder.absolute().parent))
    folder.rename(old)  # onto an empty folder, which goes away
    aside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


# Command and companions


def _arguments(files: _Files) -> list[str]:
    """The arguments of the import command; file names are relative to the folder."""
    arguments = [
        f"--{'nodes' if name in NODE_TYPES else 'relationships'}={name}={name}.header.csv,{name}.csv"
        for name in sorted(files.by_name, key=lambda name: (name in RELATION_TYPES, name))
    ]
    arguments += [f"--array-delimiter=U+{ord(files.delimiter):04X}", "--id-type=string"]
    if any(file.multiline for file in files.by_name.values()):
        arguments.append("--multiline-fields=true")
    longest = 4 * max((file.longest for file in files.by_name.values()), default=0)  # a character is 4 bytes at most
    if longest > _IMPORT_BUFFER:
        arguments.append(f"--read-buffer-size={1 << longest.bit_length()}")
    return arguments


_SCRIPT = """\
#!/bin/sh
# Loads these files into an empty Neo4j database. The server must not be running on it.
#   NEO4J_ADMIN  the program (default: neo4j-admin)
#   DATABASE     the database (default: neo4j)
# Further arguments go to neo4j-admin: ./import.sh --overwrite-destination replaces a database that is not empty.
# When the server is up, cypher-shell -f schema.cypher makes constraints and indexes.
set -eu
cd "$(dirname "$0")"
exec ${{NEO4J_ADMIN:-neo4j-admin}} database import full \\
{arguments} \\
  --report-file="${{TMPDIR:-/tmp}}/neo4j-import-$$.report" "$@" "${{DATABASE:-neo4j}}"
"""


def _write_companions(folder: Path, files: _Files, summary: Summary, graph_name: str) -> None:
    arguments = _arguments(files)
    summary.command = shlex.join(["neo4j-admin", "database", "import", "full", *arguments, "neo4j"])
    write_browser_files(folder / "browser")
    (folder / "schema.cypher").write_text("".join(f"{s};\n" for s in schema_statements()), encoding="utf-8")
    script = folder / "import.sh"
    lines = " \\\n".join(f"  {shlex.quote(argument)}" for argument in arguments)
    script.write_text(_SCRIPT.format(arguments=lines), encoding="utf-8")
    script.chmod(0o755)
    described = {
        "array_delimiter": f"U+{ord(summary.delimiter):04X}",
        "command": summary.command,
        "evidence": summary.evidence,
        "graph": graph_name,
        "nodes": summary.nodes,
        "relationships": summary.relations,
    }
    (folder / MARK).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
