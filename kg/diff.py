"""What separates two graphs: their canonical exports, walked along side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from kg.errors import UsageError
from kg.exporters.base import open_input_bytes
from kg.sorted_lines import RELATION, key_of_line
from kg.workspace import Workspace

__all__ = ["Change", "diff"]

Kind = Literal["added", "removed", "changed"]
What = Literal["paper", "entity", "relation", "evidence"]
_Key = tuple[int, str, str, str]
_Record = dict[str, Any]
_PLACE = ("field", "start", "end", "text", "extractor")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        change: What happened.
        what: To what.
        type: Label of the entity or relation; of evidence, that of its relation.
        ids: ``id`` and ``name`` of an entity or a paper; ``source`` and ``target`` of a relation or its evidence.
        fields: Of what changed, each field that did, with its value before and after.
        evidence: The piece of evidence that came or went.
    """

    change: Kind
    what: What
    type: str
    ids: dict[str, str]
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    evidence: dict[str, Any] | None = None

    def record(self) -> dict[str, Any]:
        """The change as a JSON object."""
        record: dict[str, Any] = {"change": self.change, "what": self.what, "type": self.type, **self.ids}
        if self.fields:
            record["fields"] = {name: list(values) for name, values in self.fields.items()}
        if self.evidence is not None:
            record["evidence"] = self.evidence
        return record


@contextmanager
def _lines(source: str) -> Iterator[IO[bytes]]:
    """The canonical export in a file or a workspace."""
    if Path(source).is_dir():
        with Workspace(source).open_graph() as lines:
            yield lines
        return
    with open_input_bytes(Path(source)) as lines:
        yield lines


class _Walk:
    """Goes along the lines of an export; ``key`` is that of the line it is at, None at the end."""

    def __init__(self, source: str, lines: IO[bytes]) -> None:
        self._source = source
        self._lines = lines
        self._number = 0
        self._key: _Key | None = None
        self.line = b""
        self.step()

    def step(self) -> None:
        """To the next line, whose key is not looked at until somebody asks for it."""
        self.line = self._lines.readline()
        self._number += 1
        self._known = False

    @property
    def key(self) -> _Key | None:
        if not self._known:
            last, self._key = self._key, self._read_key() if self.line else None
            self._known = True
            if last is not None and self._key is not None and self._key <= last:
                raise self.complaint("not sorted as a canonical export is")
        return self._key

    def _read_key(self) -> _Key:
        try:
            section, identifier = key_of_line(self.line)
            if section != RELATION:
                return section, identifier.decode(), "", ""
            tail = json.loads(b"{" + self.line[self.line.rfind(b',"source":"') + 1 :])
            return section, tail["source"], tail["type"], tail["target"]
        except (ValueError, KeyError) as error:
            raise self.complaint("not a line of a canonical export (kg export jsonl)") from error

    def complaint(self, reason: str) -> UsageError:
        return UsageError(f"{self._source}:{self._number}: {reason}")

    def record(self) -> _Record:
        """The object on the line."""
        try:
            found = json.loads(self.line)
        except ValueError as error:
            raise self.complaint("not a line of a canonical export (kg export jsonl)") from error
        return dict(found)


def diff(old: str, new: str) -> Iterator[Change]:
    """What changed from one graph to another, in the order of the canonical export, with flat memory.

    Args:
        old: A workspace, or a file of ``kg export jsonl`` (``.gz`` too).
        new: Another one.

    Raises:
        UsageError: if one cannot be read, or is no such file; the message names the line.
        WorkspaceError: if a folder is no workspace.
    """
    with _lines(old) as before, _lines(new) as after:
        one, other = _Walk(old, before), _Walk(new, after)
        while one.line or other.line:
            if one.line == other.line:
                one.step()
                other.step()
                continue
            left, right = one.key, other.key
            if right is None or (left is not None and left < right):
                yield from _single("removed", one.record())
                one.step()
            elif left is None or right < left:
                yield from _single("added", other.record())
                other.step()
            else:
                yield from _both(one.record(), other.record())
                one.step()
                other.step()


def _identity(record: _Record) -> tuple[What, str, dict[str, str]]:
    if "source" in record:
        return "relation", record["type"], {"source": record["source"], "target": record["target"]}
    what: What = "paper" if record["type"] == "Paper" else "entity"
    return what, record["type"], {"id": record["id"], "name": record["name"]}


def _single(change: Kind, record: _Record) -> Iterator[Change]:
    """What is only in one of the graphs, a relation with its evidence."""
    what, label, ids = _identity(record)
    yield Change(change, what, label, ids)
    for piece in record.get("evidence", ()):
        yield Change(change, "evidence", label, ids, evidence=piece)


def _both(old: _Record, new: _Record) -> Iterator[Change]:
    """What is in both graphs and not the same."""
    what, label, ids = _identity(new)
    fields = _fields(old, new)
    if fields:
        yield Change("changed", what, label, ids, fields)
    before, after = old.get("evidence", []), new.get("evidence", [])
    gone = [piece for piece in before if piece not in after]
    come = [piece for piece in after if piece not in before]
    for piece in gone:
        same = next((other for other in come if _place(other) == _place(piece)), None)
        if same is None:
            yield Change("removed", "evidence", label, ids, evidence=piece)
        else:
            come.remove(same)
            yield Change("changed", "evidence", label, ids, _fields(piece, same), same)
    for piece in come:
        yield Change("added", "evidence", label, ids, evidence=piece)


def _place(evidence: _Record) -> tuple[Any, ...]:
    return tuple(evidence[name] for name in _PLACE)


def _fields(old: _Record, new: _Record) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, properties by name; evidence is looked at apart."""
    before, after = (
        {**{k: v for k, v in record.items() if k not in ("properties", "evidence")}, **record.get("properties", {})}
        for record in (old, new)
    )
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {name: (before.get(name), after.get(name)) for name in names}
