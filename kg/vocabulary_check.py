"""Finds what is wrong in a folder of seed vocabularies: ill-formed lines, clashes, parents that are none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from kg.errors import RecordError, UsageError
from kg.ids import entity_id, link_key
from kg.readers.clean import clean_text
from kg.vocabulary import FILES, Entry

__all__ = ["KINDS", "PAPERS", "YEARS", "Finding", "check_folder"]

PAPERS = "papers.jsonl"
YEARS = range(1600, 2036)
_HARDWARE = "gpu tpu cpu accelerator edge mobile cluster interconnect memory storage quantum sensor robot other"
KINDS: dict[str, frozenset[str]] = {
    "Method": frozenset(
        {
            "agent",
            "algorithm",
            "architecture",
            "framework",
            "inference technique",
            "library",
            "loss",
            "model",
            "optimizer",
            "prompting",
            "technique",
            "tool",
            "training technique",
        }
    ),
    "Dataset": frozenset({"benchmark", "corpus", "dataset", "simulator"}),
    "Hardware": frozenset(_HARDWARE.split()),
    "Task": frozenset(
        {"general", "graph", "multimodal", "nlp", "rl", "robotics", "science", "speech", "systems", "vision"}
    ),
    "Metric": frozenset({"efficiency", "error", "other", "quality", "ranking", "similarity"}),
}
_SHORTEST_CLEAR = 3  # shorter forms mean many things and must be marked as ambiguous

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong; a file with errors must not ship, a warning asks for a second look."""

    file: str
    line: int
    level: Level
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.message}"


@dataclass(frozen=True, slots=True)
class _Seed:
    file: str
    line: int
    entry: Entry

    def finding(self, message: str, level: Level = "error") -> Finding:
        return Finding(self.file, self.line, level, message)


def check_folder(folder: Path) -> list[Finding]:
    """All findings in the vocabularies and seed papers of a folder, by file and line.

    Raises:
        UsageError: if the folder holds no vocabulary, or a file cannot be read.
    """
    present = {t: folder / name for t, name in FILES.items() if (folder / name).is_file()}
    papers = folder / PAPERS
    if not present and not papers.is_file():
        raise UsageError(f"no seed vocabulary in {folder}; expected {', '.join(FILES.values())} or {PAPERS}")
    findings: list[Finding] = []
    seeds: list[_Seed] = []
    for entity_type, path in present.items():
        for number, line in _lines(path):
            entry, problems = _parse(line, entity_type)
            findings.extend(Finding(path.name, number, "error", problem) for problem in problems)
            if entry:
                seeds.append(_Seed(path.name, number, entry))
    for check in (_values, _forms, _duplicates, _clashes, _parents, _order):
        findings.extend(check(seeds))
    if papers.is_file():
        findings.extend(_papers(papers))
    return sorted(set(findings))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_SHAPES: dict[str, tuple[str, Callable[[object], bool]]] = {
    "aliases": ("a list of texts", _is_texts),
    "ambiguous": ("a list of texts", _is_texts),
    "year": ("a whole number", _is_count),
    "memory_gb": ("a whole number", _is_count),
    "named": ("true or false", lambda value: isinstance(value, bool)),
}
_KEYS = {field.name for field in fields(Entry)} - {"type"}


def _parse(line: str, entity_type: str) -> tuple[Entry | None, list[str]]:
    """The entry of a line, or what keeps it from being one."""
    try:
        raw: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return None, [f"not JSON: {error}"]
    if not isinstance(raw, dict) or not _is_text(raw.get("name")):
        return None, ["not an object with a name"]
    problems = [f"unknown key {key!r}" for key in sorted(raw.keys() - _KEYS)]
    for key in sorted(raw.keys() & _KEYS):
        shape, fits = _SHAPES.get(key, ("a text", _is_text))
        if not fits(raw[key]):
            problems.append(f"{key} is not {shape}")
    if problems:
        return None, problems
    raw["aliases"] = tuple(raw.get("aliases", ()))
    raw["ambiguous"] = frozenset(raw.get("ambiguous", ()))
    return Entry(type=entity_type, **raw), []


def _values(seeds: list[_Seed]) -> Iterator[Finding]:
    for seed in seeds:
        entry = seed.entry
        if entry.kind is None:
            yield seed.finding(f"{entry.name}: no kind", "warning")
        elif entry.kind not in KINDS[entry.type]:
            known = ", ".join(sorted(KINDS[entry.type]))
            yield seed.finding(f"{entry.name}: unknown kind {entry.kind!r}; known: {known}")
        if entry.year is not None and entry.year not in YEARS:
            yield seed.finding(f"{entry.name}: year {entry.year} is not in {YEARS.start} to {YEARS.stop - 1}")
        if entry.home and (not entry.home.startswith("https://") or entry.home.split() != [entry.home]):
            yield seed.finding(f"{entry.name}: home {entry.home!r} is no https address")
        if entry.type != "Hardware" and (entry.maker or entry.memory_gb):
            yield seed.finding(f"{entry.name}: maker and memory_gb are for hardware")


def _forms(seeds: list[_Seed]) -> Iterator[Finding]:
    for seed in seeds:
        entry = seed.entry
        keys: dict[str, str] = {}
        for form in entry.forms:
            if form != clean_text(form):
                yield seed.finding(f"{form!r}: white space or invisible characters in a form")
            twin = keys.setdefault(link_key(form), form)
            if twin is not form:
                yield seed.finding(f"{entry.name}: alias {form!r} adds nothing to {twin!r}", "warning")
            if len(form) < _SHORTEST_CLEAR and form not in entry.ambiguous:
                yield seed.finding(f"{entry.name}: {form!r} is short and not marked as ambiguous", "warning")
        for form in sorted(entry.ambiguous.difference(entry.forms)):
            yield seed.finding(f"{entry.name}: ambiguous {form!r} is neither the name nor an alias")


def _duplicates(seeds: list[_Seed]) -> Iterator[Finding]:
    first: dict[str, _Seed] = {}
    for seed in seeds:
        other = first.setdefault(seed.entry.id, seed)
        if other is not seed:
            yield seed.finding(f"{seed.entry.name}: same id as line {other.line}, {seed.entry.id}")


def _clashes(seeds: list[_Seed]) -> Iterator[Finding]:
    """Forms that two entries lay claim to."""
    owners: dict[str, list[tuple[_Seed, str]]] = {}
    for seed in seeds:
        for key, form in {link_key(form): form for form in reversed(seed.entry.forms)}.items():
            owners.setdefault(key, []).append((seed, form))
    for claims in owners.values():
        for index, (seed, form) in enumerate(claims[1:], 1):
            yield from _clash(seed, form, claims[:index])


def _clash(seed: _Seed, form: str, earlier: list[tuple[_Seed, str]]) -> Iterator[Finding]:
    for other, other_form in earlier:
        where = f"{other.entry.name} ({other.file}:{other.line})"
        if other.entry.type == seed.entry.type:
            if other.entry.id != seed.entry.id:
                yield seed.finding(f"{seed.entry.name}: {form!r} is also a form of {where}")
        elif form not in seed.entry.ambiguous or other_form not in other.entry.ambiguous:
            message = f"{seed.entry.name}: {form!r} is also a form of the {other.entry.type.lower()} {where}"
            yield seed.finding(f"{message}; mark it as ambiguous in both", "warning")


def _parents(seeds: list[_Seed]) -> Iterator[Finding]:
    by_id = {seed.entry.id: seed.entry for seed in seeds}
    for seed in seeds:
        entry = seed.entry
        if entry.parent is None:
            continue
        if entity_id(entry.type, entry.parent) not in by_id:
            yield seed.finding(f"{entry.name}: unknown parent {entry.parent!r}")
            continue
        chain: list[str] = []
        current: Entry | None = entry
        while current and current.parent and current.name not in chain:
            chain.append(current.name)
            current = by_id.get(entity_id(current.type, current.parent))
        if current and current.id == entry.id and chain:
            yield seed.finding(f"{entry.name}: is its own ancestor: {' -> '.join([*chain, entry.name])}")


def _order(seeds: list[_Seed]) -> Iterator[Finding]:
    """The first line of each file that is out of order."""
    last: dict[str, tuple[str, str]] = {}
    told: set[str] = set()
    for seed in seeds:
        key = (seed.entry.name.casefold(), seed.entry.name)
        if key < last.get(seed.file, key) and seed.file not in told:
            told.add(seed.file)
            yield seed.finding(f"{seed.entry.name} stands after {last[seed.file][1]}: sort the lines by name")
        last[seed.file] = key


def _papers(path: Path) -> Iterator[Finding]:
    from kg.identity import merge_keys
    from kg.protocols import ReadOptions
    from kg.readers.json_records import JSONL
    from kg.readers.streams import FileInput

    first: dict[str, int] = {}
    with FileInput(str(path)) as source:
        for item in JSONL.read(source, ReadOptions()):
            if isinstance(item, RecordError):
                yield Finding(path.name, item.position or 0, "error", item.reason)
                continue
            line = item.sources[0].position
            if not item.abstract:
                yield Finding(path.name, line, "error", f"{item.title}: no abstract")
            if not item.date or int(item.date[:4]) not in YEARS:
                yield Finding(path.name, line, "error", f"{item.title}: no year")
            keys = (f"id {item.id}", *merge_keys(item))
            for other in sorted({first[key] for key in keys if key in first}):
                yield Finding(path.name, line, "error", f"{item.title}: same paper as line {other}")
            first.update({key: line for key in keys if key not in first})
