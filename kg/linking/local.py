"""Paper-local linking: the mentions of one paper to canonical entities.

Forms are one entity when the vocabulary says so, when the paper defines one as the acronym of the other, or when they
differ only in case, hyphens, plural or a generic head. What the paper itself defines outranks the vocabulary's reading
of an acronym.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kg.candidates import Candidate
from kg.ids import entity_id, link_key
from kg.links import parse_link
from kg.vocabulary import Entry, Vocabulary

__all__ = ["Link", "link_candidates"]

Link = tuple[str, str]
"""Canonical id and canonical name."""

_HEADS = (
    " dataset", " datasets", " benchmark", " benchmarks", " corpus", " model", " models", " framework", " algorithm",
    " method", " network", " networks", " architecture", " optimizer", " loss", " gpu", " gpus",
)  # fmt: skip


_LONG_KEY = 12
_TELLING = 6
"""Shortest key that names a vocabulary entry by itself: shorter ones are acronyms, and mean many things."""
_PREFIX = re.compile(
    r"\b(anti|auto|back|bi|co|feed|hyper|inter|intra|micro|mini|multi|nano|non|over|pre|pseudo|re|semi|sub|super|tele|"
    r"ultra|un|under|[23](?=-D\b))-(?=[^\W\d_])",
    re.IGNORECASE,
)
_NO_NAMES = re.compile(
    r"(?:[A-Z]\w+[ie]an|Bernoulli|Boltzmann|Cox|Dirichlet|Fourier|Hawkes|Hilbert|Ising|Laplace|Markov|Poisson|Potts)"
)
"""People's names and adjectives of them: a "Gaussian model" is not called Gaussian."""


class _Clusters:
    """Union-find over keys."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, key: str) -> str:
        self._parent.setdefault(key, key)
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def join(self, one: str, other: str) -> None:
        self._parent[self.root(one)] = self.root(other)


@lru_cache(maxsize=65536)
def _headless(form: str) -> str:
    """A proper name without the generic head behind it: "RLQ framework" is RLQ, a "deep network" stays one."""
    lower = form.lower()
    for head in _HEADS:
        if lower.endswith(head) and len(form) > len(head) + 1:
            rest = form[: -len(head)]
            return form if rest.islower() or _NO_NAMES.fullmatch(rest) else rest
    return form


def _is_distinctive(form: str) -> bool:
    """Whether an acronym is unlikely to stand for something else in another paper ("GaLore", "DMJD", not "CAP")."""
    letters = form.rstrip("s")
    return len(letters) >= 5 or any(c.islower() for c in letters) or any(c.isdigit() or c == "-" for c in letters)


@lru_cache(maxsize=65536)
def _key(entity_type: str, form: str) -> str:
    if entity_type == "Repository":
        return f"{entity_type}\t{form}"
    return f"{entity_type}\t{link_key(_headless(form))}"


def link_candidates(text: str, candidates: Sequence[Candidate], known: Vocabulary | None = None) -> list[Link]:
    """Canonical id and name of each candidate, in the order given.

    Args:
        text: The text that the candidates' offsets refer to.
        candidates: Typed candidates of one paper.
        known: Vocabulary that names what no candidate has an entry for ("auto-encoder": its autoencoder).
    """
    forms = [text[c.start : c.end] for c in candidates]
    clusters = _Clusters()
    for candidate, form in zip(candidates, forms, strict=True):
        key = _key(candidate.type, form)
        clusters.root(key)
        if candidate.group:
            clusters.join(key, _key(candidate.type, candidate.group))
        if candidate.entry is not None and not _is_overruled(candidate, form):
            clusters.join(key, f"{candidate.type}\t={candidate.entry.id}")
    members: dict[str, list[int]] = {}
    for number, (candidate, form) in enumerate(zip(candidates, forms, strict=True)):
        members.setdefault(clusters.root(_key(candidate.type, form)), []).append(number)
    links: list[Link] = [("", "")] * len(candidates)
    for numbers in members.values():
        only = candidates[numbers[0]]
        if len(numbers) == 1 and only.entry is not None and not only.group:
            links[numbers[0]] = (only.entry.id, only.entry.name)
            continue
        link = _canonical([candidates[n] for n in numbers], [forms[n] for n in numbers], known)
        for number in numbers:
            links[number] = link
    return links


def _is_overruled(candidate: Candidate, form: str) -> bool:
    """Whether the paper defines this acronym as something that the vocabulary entry is not."""
    entry = candidate.entry
    if not candidate.group or candidate.group == form or entry is None:
        return False
    long = link_key(candidate.group)
    return not any(_same_head(long, link_key(f)) for f in entry.forms) and not _is_distinctive(form)


def _same_head(one: str, other: str) -> bool:
    """Whether two keys are equal, or one is the other with words before it ("self-supervised vision transformer")."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _LONG_KEY and long.endswith(short))


def _canonical(candidates: Sequence[Candidate], forms: Sequence[str], known: Vocabulary | None) -> Link:
    entity_type = candidates[0].type
    if entity_type == "Repository":
        link = parse_link(str(candidates[0].attributes.get("url", forms[0])))
        if link is None:
            raise ValueError(f"not a web link: {forms[0]!r}")
        return link.id, link.id.partition(":")[2]
    entries = [c.entry for c, f in zip(candidates, forms, strict=True) if c.entry and not _is_overruled(c, f)]
    if not entries and known:
        entries = _respelt(candidates, forms, known)
    if entries:
        entry = _commonest_entry(entries)
        return entry.id, entry.name
    name = _name(candidates, forms)
    return entity_id(entity_type, _joined(entity_type, name)), name


def _joined(entity_type: str, name: str) -> str:
    """The name for its id: "non-convex" and "nonconvex", "3-D" and "3D" are spellings of one word."""
    return name if entity_type == "Dataset" else _PREFIX.sub(r"\1", name)


def _respelt(candidates: Sequence[Candidate], forms: Sequence[str], known: Vocabulary) -> list[Entry]:
    """Entries that the forms spell with other hyphens or number; of an abbreviated name, its long form."""
    found = []
    for candidate, form in zip(candidates, forms, strict=True):
        for spelling in {form, _headless(form)} if candidate.group in ("", form) else {candidate.group}:
            key = link_key(spelling)
            form, entry = known.by_key.get((candidate.type, key), ("", None))
            respelt = len(key) >= _TELLING and (form.islower() or not spelling.islower())
            if entry and (respelt or spelling == form):
                found.append(entry)
    return found


def _commonest_entry(entries: Iterable[Entry]) -> Entry:
    counts = Counter(entry.id for entry in entries)
    by_id = {entry.id: entry for entry in entries}
    return by_id[min(counts, key=lambda i: (-counts[i], i))]


def _name(candidates: Sequence[Candidate], forms: Sequence[str]) -> str:
    """Name of a cluster that no vocabulary knows: its distinctive acronym, else long form, else commonest form."""
    said = [str(c.attributes["name"]) for c in candidates if c.attributes.get("name")]
    if said:
        return min(said, key=lambda s: (-len(s), s))
    longs = {c.group for c in candidates if c.group}
    shorts = sorted({f for c, f in zip(candidates, forms, strict=True) if c.group and f != c.group})
    distinctive = [s for s in shorts if _is_distinctive(s)]
    if distinctive:
        return distinctive[0].removesuffix("s") if distinctive[0][:-1].isupper() else distinctive[0]
    counts = Counter(_headless(f) for f in (longs or forms))
    return min(counts, key=lambda f: (-counts[f], not f.islower() and f.isupper(), f))
