"""Seed vocabularies: the names that the field knows, one JSON object a line in ``seeds/``."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from kg.errors import VocabularyError
from kg.ids import entity_id, link_key

__all__ = ["FILES", "SEEDS", "Entry", "Vocabulary", "load_vocabulary", "read_entries"]

SEEDS = Path(__file__).parent / "seeds"
FILES = {
    "Method": "methods.jsonl",
    "Dataset": "datasets.jsonl",
    "Hardware": "hardware.jsonl",
    "Task": "tasks.jsonl",
    "Metric": "metrics.jsonl",
}
_TYPES = {
    "name": str,
    "aliases": list,
    "kind": str,
    "parent": str,
    "year": int,
    "home": str,
    "named": bool,
    "maker": str,
    "ambiguous": list,
    "memory_gb": int,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One canonical entity of a seed vocabulary.

    Attributes:
        aliases: Other surface forms; spacing, hyphen and plural variants need not be listed.
        parent: Name of the entry of the same type that this is a version, size or subset of.
        ambiguous: The forms among name and aliases that also mean something else: they need support from the context.
    """

    type: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str | None = None
    parent: str | None = None
    year: int | None = None
    home: str | None = None
    named: bool = True
    maker: str | None = None
    memory_gb: int | None = None
    ambiguous: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Canonical id."""
        return entity_id(self.type, self.name)

    @property
    def forms(self) -> tuple[str, ...]:
        """Name and aliases."""
        return (self.name, *self.aliases)


def read_entries(path: Path, entity_type: str) -> Iterator[tuple[int, Entry]]:
    """Line number and entry of each line of a vocabulary file.

    Raises:
        VocabularyError: on an ill-formed line, an unknown key, a value of another type or a missing name; the message
            names file and line.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield number, _entry(line.removeprefix(codecs.BOM_UTF8), entity_type)
                except ValueError as error:
                    raise VocabularyError(f"{path.name}:{number}: {error}") from error


def _entry(line: bytes, entity_type: str) -> Entry:
    """The entry of a line; ``ValueError`` says what keeps it from being one."""
    try:
        raw = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str) or not raw["name"].strip():
        raise ValueError("needs a name")
    if unknown := raw.keys() - _TYPES.keys():
        raise ValueError(f"unknown key {min(unknown)!r}")
    for key, value in raw.items():
        if type(value) is not _TYPES[key]:
            raise ValueError(f"{key} is no {_TYPES[key].__name__}")
    for key, collection in (("aliases", tuple), ("ambiguous", frozenset)):
        forms = raw.get(key, ())
        if not all(type(form) is str for form in forms):
            raise ValueError(f"{key} holds what is no text")
        raw[key] = collection(forms)
    return Entry(type=entity_type, **raw)


class Vocabulary:
    """All entries of a seeds folder, by id and by (type, name)."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.by_id = {entry.id: entry for entry in entries}

    def parent_of(self, entry: Entry) -> Entry | None:
        """The entry that this one is a variant of, or None."""
        return self.by_id.get(entity_id(entry.type, entry.parent)) if entry.parent else None

    @cached_property
    def by_key(self) -> dict[tuple[str, str], tuple[str, Entry]]:
        """Form and entry by type and link key, of the keys that only one entry has and no ambiguous form."""
        found: dict[tuple[str, str], tuple[str, Entry]] = {}
        several: set[tuple[str, str]] = set()
        for entry in self.entries:
            for form in entry.forms:
                key = entry.type, link_key(form)
                if form in entry.ambiguous or found.setdefault(key, (form, entry))[1] is not entry:
                    several.add(key)
        return {key: known for key, known in found.items() if key not in several}

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """Read the vocabulary files of a folder; a missing file is an empty vocabulary.

        Raises:
            VocabularyError: on an ill-formed line.
        """
        found = [(t, folder / name) for t, name in FILES.items()]
        return cls([entry for t, path in found if path.exists() for _, entry in read_entries(path, t)])


@lru_cache(maxsize=4)
def load_vocabulary(folder: Path = SEEDS) -> Vocabulary:
    """The vocabulary of a folder, read once a process (default: the one that ships with the package)."""
    return Vocabulary.read(folder)
