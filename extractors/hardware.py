"""Hardware in titles and abstracts: products by name, products by the way they are named, and common nouns.

One Aho-Corasick pass over the case-folded text finds where something may begin: a form of the hardware vocabulary, a
product line ("RTX"), a vendor, or a noun that is hardware together with what stands before it ("stereo camera"). Only
there do anchored expressions look left for vendor, modifiers and the number of units, and right for model number,
memory size and class word, so that products which no vocabulary knows are found by the same rules as those it does.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind
from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors import hardware_patterns as p
from kg.extractors.base import Component, add_candidates, text_of
from kg.extractors.hardware_terms import Find, Form, Head, Line, Term, Vendor, bare, brand, fold, name_of, own_name
from kg.extractors.hardware_words import HEADS, LINES, NEVER_BARE, NUMBER_WORDS, VENDORS
from kg.model import Attributes
from kg.vocabulary import SEEDS, Entry, load_vocabulary

__all__ = ["CONFIDENCE", "HardwareMatcher", "find_hardware", "matcher_for"]

CONFIDENCE = {
    "entry": 0.97,
    "ambiguous": 0.93,
    "product": 0.86,
    "model": 0.9,
    "vendor": 0.85,
    "robot": 0.8,
    "noun": 0.92,
    "phrase": 0.87,
    "bare": 0.78,
}
"""Precision of each rule on the annotated training papers, rounded down where they hold few cases."""

_MOST_SPELLINGS = 81
_MOST_ACRONYMS = 20  # of one text; each is looked for in all of it
_RULES = tuple(CONFIDENCE)


def _count_of(text: str, start: int, end: int) -> int | None:
    """The number of units that the text states for the mention at ``[start:end]``."""
    said = p.COUNT.search(text, max(0, start - 48), start)
    if said and p.DURATION.match(text, end):
        return None
    if said:
        if said[3]:
            return NUMBER_WORDS[said[3].lower().removeprefix("a ")]
        digits = said[1].replace(",", "")
        return round(float(digits) * (1000 if said[2] else 1)) if len(digits) < 9 else None
    after = p.COUNT_AFTER.match(text, end)
    return int(after[1] or after[2]) if after else None


class HardwareMatcher:
    """Finds hardware by a vocabulary and by rules.

    Args:
        entries: Vocabulary entries; those of other types are passed over.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        terms: dict[str, list[Term]] = {}
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            if entry.type != "Hardware":
                continue
            for form in entry.forms:
                self._entries.setdefault(bare(form).lower(), entry)
                if entry.named or form not in NEVER_BARE:
                    _add_form(terms, entry, form)
        for word, (kind, maker) in LINES.items():
            _add(terms, word, Line(kind, maker))
        for form, vendor in VENDORS.items():
            _add(terms, form.lower(), Vendor(form, vendor))
        for word, (kind, modifiers) in HEADS.items():
            head = Head(word, kind, modifiers)
            for spelling in (word, _plural(word)):
                _add(terms, spelling, head)
        self._terms = list(terms.values())
        self._automaton = AhoCorasick(list(terms), matchkind=MatchKind.Standard)

    def find(self, text: str) -> list[Candidate]:
        """Hardware mentions of a text, free of overlaps, in order of place."""
        finds = [
            found
            for start, end, terms in self._hits(text)
            for term in terms
            if (found := term.read(text, start, end)) is not None
        ]
        if not finds:
            return []
        kept = _without_overlaps(finds)
        kept = _without_overlaps([*kept, *_own_names(text, kept), *_acronyms(text, kept)])
        return [self._candidate(text, found) for found in _without_appositions(text, kept)]

    def _hits(self, text: str) -> Iterator[tuple[int, int, list[Term]]]:
        """Places where a term stands as a word."""
        size = len(text)
        for index, start, end in self._automaton.find_matches_as_indexes(fold(text), overlapping=True):
            terms = self._terms[index]
            if end < size and (text[end].isalnum() or text[end] == "_"):
                goes_on = text[end].isdigit() or text[end].isupper()
                terms = [term for term in terms if goes_on and isinstance(term, Line)]
            if start and (text[start - 1].isalnum() or text[start - 1] in "_@#\\.") and not _is_times(text, start):
                continue
            yield start, end, terms

    def _candidate(self, text: str, found: Find) -> Candidate:
        named = found.name_end > 0
        attributes: Attributes = {"kind": found.kind}
        entry = self._entry(text, found)
        if named:
            attributes["name"] = name_of(text[found.start : found.name_end], entry)
        # "40GB A100 GPU": annotators leave the memory in front out of the form, unlike that behind the product
        before = p.MEMORY_BEFORE.search(text, max(0, found.start - 8), found.start)
        start = before.start() if before else found.start
        count = None if found.kind == "interconnect" else _count_of(text, start, found.end)
        if count is not None:
            attributes["count"] = count
        if vendor := (entry.maker if entry is not None else None) or found.maker:
            attributes["vendor"] = vendor
        memory = found.memory or (int(before[1]) if before else None) or (entry.memory_gb if entry else None)
        if memory:
            attributes["memory_gb"] = memory
        said = found.rule != "entry" and p.INTRODUCE.search(text, max(0, found.start - 80), found.start)
        introduced = found.introduced or said
        return Candidate(
            "Hardware",
            found.start,
            found.end,
            named=named,
            confidence=CONFIDENCE[found.rule],
            extractor="hardware",
            entry=entry,
            role="introduced" if introduced else "used",
            group=found.group,
            attributes=attributes,
        )

    def _entry(self, text: str, found: Find) -> Entry | None:
        """The vocabulary entry whose name the mention says in full, vendor and class word aside."""
        if not found.name_end:
            return self._entries.get(_singular(bare(text[found.start : found.end]).lower()))
        name = text[found.start : found.memory_at or found.name_end]
        if name.endswith("s"):
            name = name[:-1] if name[:-1] and bare(name).lower() not in self._entries else name
        if found.kind == "tpu":
            name = p.SLICE.sub("", name)
        words = [p.MARKS.sub("", word) for word in name.split()]
        for first in range(len(words)):
            key = bare("".join(words[first:])).lower()
            sized = self._entries.get(f"{key}{found.memory}gb") if found.memory else None
            if entry := sized or self._entries.get(key):
                return entry
            if brand(words[first]) is None and " ".join(words[first : first + 2]) not in VENDORS:
                break
        return None


def _is_times(text: str, start: int) -> bool:
    """Whether a number of units is joined to what begins at ``start``, as in "8xA100"."""
    return start > 1 and text[start - 1] in "xX" and text[start - 2].isdigit()


def _singular(form: str) -> str:
    return form[:-3] + "y" if form.endswith("ies") else form.removesuffix("s")


def _plural(word: str) -> str:
    return word[:-1] + "ies" if word.endswith("y") else word[:-2] + "es" if word.endswith("is") else word + "s"


def _add(terms: dict[str, list[Term]], pattern: str, term: Term) -> None:
    terms.setdefault(pattern, []).append(term)


def _add_form(terms: dict[str, list[Term]], entry: Entry, form: str) -> None:
    """Register every spelling of a form, and its plurals."""
    joined = bare(form)
    distinctive = len(joined) >= 5 and (sum(c.isupper() for c in form) >= 2 or any(c.isdigit() for c in form))
    ambiguous = form in entry.ambiguous
    lenient = form.islower() or (" " in form and len(form) > 6) or (distinctive and not ambiguous)
    term = Form(entry, joined, lenient, ambiguous)
    for spelling in _spellings(form):
        _add(terms, spelling, term)
        if spelling[-1].isalnum():
            _add(terms, spelling + "s", term)
            if spelling[-1] == "y":
                _add(terms, spelling[:-1] + "ies", term)


def _spellings(form: str) -> list[str]:
    """The ways to write a form, in lower case: separators changed or left out, letters and digits parted or joined."""
    pieces = p.PIECE.findall(form.lower())
    options: list[tuple[str, ...]] = []
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else ""
        if p.SEPARATORS.fullmatch(piece):
            after = pieces[number + 1] if number + 1 < len(pieces) else ""
            mixed = before.isdigit() != after.isdigit()
            options.append((piece, " ", "-", "") if mixed and before else (piece, " ", "-"))
            continue
        if len(before) > 2 and before.isalpha() and piece.isdigit():
            options.append(("", " ", "-"))
        options.append((piece,))
    spellings = dict.fromkeys(
        "".join(parts) for parts in itertools.islice(itertools.product(*options), _MOST_SPELLINGS)
    )
    return list(spellings)


def _without_overlaps(finds: list[Find]) -> list[Find]:
    """Products before common nouns, then the longest, in order of place."""
    kept: list[tuple[int, int, int]] = []
    order = sorted(range(len(finds)), key=lambda n: _rank(finds[n]))
    for number in order:
        found = finds[number]
        place = (found.start, found.end, number)
        at = bisect.bisect(kept, place)
        if (at == 0 or kept[at - 1][1] <= found.start) and (at == len(kept) or found.end <= kept[at][0]):
            kept.insert(at, place)
    return [finds[number] for _, _, number in kept]


def _rank(found: Find) -> tuple[bool, int, int, int]:
    return found.name_end == 0, found.start - found.end, found.start, _RULES.index(found.rule)


def _own_names(text: str, finds: list[Find]) -> Iterator[Find]:
    """Names that the text gives to devices, and where they recur: "Name: a soft gripper", "a gripper called Name"."""
    known: set[str] = set()
    for found in finds:
        if found.name_end or len(known) == _MOST_ACRONYMS:
            continue
        place = own_name(text, found)
        if place is None or (name := text[slice(*place)]) in known:
            continue
        known.add(name)
        for spot in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            yield replace(found, start=spot.start(), end=spot.end(), rule="robot", name_end=spot.end(), introduced=True)


def _acronyms(text: str, finds: list[Find]) -> Iterator[Find]:
    """Acronyms that the text defines for what was found: "soft pneumatic actuator (SPA)", and where they recur."""
    known: set[str] = set()
    for found in finds:
        defined = p.DEFINED.match(text, found.end)
        if defined is None or not _abbreviates(defined[1], text[found.start : found.end]):
            continue
        if defined[1] in known or len(known) == _MOST_ACRONYMS:
            continue
        known.add(defined[1])
        found.group = text[found.start : found.end]
        for place in re.finditer(rf"(?<![\w-]){defined[1]}s?(?![\w-])", text):
            yield replace(found, start=place.start(), end=place.end(), name_end=place.end() if found.name_end else 0)


def _abbreviates(acronym: str, form: str) -> bool:
    """Whether the capitals of an acronym are the first letters of words of the form, the last word's among them."""
    initials = "".join(word[0] for word in re.split(r"[ /-]", form) if word).upper()
    return acronym == initials[-len(acronym) :] if len(acronym) > len(initials) - 2 else False


def _without_appositions(text: str, finds: list[Find]) -> list[Find]:
    """Drop a common noun that only says what the product beside it is: "a quadruped robot, ANYmal"."""
    kept = []
    for number, found in enumerate(finds):
        if not found.name_end:
            after = finds[number + 1] if number + 1 < len(finds) else None
            before = finds[number - 1] if number else None
            if (
                after is not None
                and _explains(text, found, after)
                and p.PRODUCT_FOLLOWS.fullmatch(text, found.end, after.start)
            ):
                continue
            if (
                before is not None
                and _explains(text, found, before)
                and p.NOUN_FOLLOWS.fullmatch(text, before.end, found.start)
            ):
                continue
        kept.append(found)
    return kept


def _explains(text: str, noun: Find, product: Find) -> bool:
    return product.name_end > 0 and noun.kind == product.kind and text[noun.end - 1] != "s"


@lru_cache(maxsize=4)
def matcher_for(folder: Path = SEEDS) -> HardwareMatcher:
    """The matcher over the hardware vocabulary of a folder, built once a process."""
    return HardwareMatcher(load_vocabulary(folder).entries)


def find_hardware(text: str, folder: Path = SEEDS) -> list[Candidate]:
    """Hardware mentions of a text, free of overlaps, in order of place.

    Args:
        text: Any text; offsets of the candidates refer to it, in code points.
        folder: Folder of the seed vocabularies.

    Returns:
        Candidates of type "Hardware", with attributes kind, and where the text or the vocabulary says: count, vendor,
        memory_gb (of one unit), and, for products, name (without class word and count).
    """
    return matcher_for(folder).find(text)


@Language.factory("kg_hardware", assigns=["doc._.kg_candidates"], default_config={"folder": None})
def create_hardware(nlp: Language, name: str, folder: str | None) -> Component:
    """Component that finds hardware.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        folder: Folder with vocabulary files; None for those that ship with the package.
    """
    matcher = matcher_for(Path(folder) if folder else SEEDS)

    def find(doc: Doc) -> Doc:
        return add_candidates(doc, matcher.find(text_of(doc)))

    return find
