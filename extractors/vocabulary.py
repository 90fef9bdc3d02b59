"""Seed-vocabulary matcher: every name of ``seeds/`` in one pass over the text (Aho and Corasick 1975).

Names and text are compared in lower case with every sign but ``+ * #`` as a space, and a name is entered as it is
written and with its letters and digits joined and parted, so that "CIFAR10", "CIFAR-10" and "cifar 10" are found alike.
What follows in the same word decides about a match: "BERT-based" is a mention of BERT, "BERT-XL" is a name of its own,
of BERT's type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from ahocorasick_rs import AhoCorasick
from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import Component, add_candidates, text_of
from kg.vocabulary import SEEDS, Entry, load_vocabulary

__all__ = ["Matcher", "matcher_for"]

_KEPT = frozenset("+*#")
_SIGNS = {sign: " " for sign in map(chr, range(128)) if not sign.isalnum() and sign not in _KEPT}
_FOLD = str.maketrans(_SIGNS)
_OTHER_SIGNS = re.compile(r"[^\w+*#]")
_DIGIT = re.compile(r"\d")
_TO_DIGIT = re.compile(r"(?<=[^\W\d_]) (?=\d)")
_TO_LETTER = re.compile(r"(?<=\d) (?=[^\W\d_])")
_PARTED = re.compile(r"(?<=[^\W\d_]{3})(?=\d)")
_SEPARATORS = re.compile(r"[\s_‐‑–−-]+")
_TAIL = re.compile(r"(?:[-/+.](?=\w)[\w+./^-]*[\w+]|[\w+]+)")
_LOWER_TAIL = re.compile(r"-[a-z]")
_PLURAL = frozenset("abcdefghijklmnopqrtuvwxyzé")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\w\s-]")
_ACRONYM = re.compile(r"\b[A-Z]{2,4}\b")
_MOST_SEAMS = 4
_TINY = 3
_LONGEST_JOINT = 60
"""What is joined to a form by hyphens and is longer than this is no name (and would be looked at again and again)."""


def _folded(text: str) -> str:
    """The text in lower case with signs as spaces, offset by offset."""
    lower = text.lower()
    if len(lower) != len(text):  # one letter (İ) becomes two in lower case
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    folded = lower.translate(_FOLD)
    return folded if folded.isascii() else _OTHER_SIGNS.sub(" ", folded)


def _patterns(form: str) -> set[str]:
    """What to look for, between spaces: the form, its letters and digits joined or parted, and its plural."""
    plain = " ".join(_folded(form).split())
    spellings = {plain} - {""}
    if _DIGIT.search(plain):
        joined = _TO_DIGIT.sub("", plain)
        spellings |= {joined, _TO_LETTER.sub("", joined), _PARTED.sub(" ", plain)}
    return {f" {s}{plural} " for s in spellings for plural in (("", "s") if s[-1] in _PLURAL else ("",))}


def _bare(form: str) -> str:
    return _SEPARATORS.sub("", form)


def _seams(form: str) -> set[int]:
    """Where letters are kept apart from letters, as numbers of characters before."""
    found = set()
    length = 0
    for part in _SEPARATORS.split(form):
        if length and part[:1].isalpha():
            found.add(length)
        length += len(part)
    return found


def _respellings(form: str) -> set[str]:
    """A name with other hyphens between its letters: "MS COCO" as "mscoco", "CelebA" as "celeb a"."""
    humps = _HUMP.findall(form)
    seams = [n for n in range(1, len(humps)) if humps[n - 1].isalpha() and humps[n].isalpha()]
    if not 0 < len(seams) <= _MOST_SEAMS:
        return set()
    return {
        "".join(" " * (number in opened) + hump for number, hump in enumerate(humps))
        for size in range(len(seams) + 1)
        for opened in combinations(seams, size)
    }


class _Form:
    """One surface form of an entry, ready to be compared with what stands in the text."""

    __slots__ = ("ambiguous", "bare", "bare_lower", "entry", "lenient", "seams", "spaces", "spells_acronym")

    def __init__(self, entry: Entry, form: str) -> None:
        self.entry = entry
        self.bare = _bare(form)
        self.bare_lower = self.bare.lower()
        self.ambiguous = form in entry.ambiguous
        self.seams = _seams(form)
        self.spaces = form.count(" ")
        self.spells_acronym = self.spaces > 0 and _ACRONYM.search(form) is not None
        several_words = " " in form and len(form) > 6
        distinctive = len(self.bare) >= 5 and (sum(c.isupper() for c in form) >= 2 or any(c.isdigit() for c in form))
        self.lenient = form.islower() or several_words or (distinctive and not self.ambiguous)

    def accepts(self, surface: str) -> bool:
        """Whether the surface form is this form, up to separators, a plural ``s`` and, where harmless, case."""
        return self._has_letters_of(surface) and self._has_seams_of(surface)

    def _has_seams_of(self, surface: str) -> bool:
        if len(self.bare) <= _TINY and " " in surface and not self.spaces:
            return False
        seams = _seams(surface)
        if seams == self.seams:
            return True
        capitals = sum(c.isupper() or c.isdigit() for c in surface)
        return capitals >= 2 and surface.count(" ") <= self.spaces and (seams <= self.seams or seams >= self.seams)

    def _has_letters_of(self, surface: str) -> bool:
        bare = _bare(surface)
        if bare == self.bare or bare == self.bare + "s":
            return True
        if not self.lenient:
            return False
        lower = bare.lower()
        if lower not in (self.bare_lower, self.bare_lower + "s"):
            return False
        if surface.islower() and self.spells_acronym:  # "map estimation" is no MAP estimation
            return False
        return self.bare.islower() or " " in surface or any(c.isupper() or c.isdigit() for c in bare)


class Matcher:
    """Finds the forms of vocabulary entries in texts.

    Args:
        entries: Vocabulary entries; the same form may belong to several (of different types).
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        forms: dict[str, list[_Form]] = {}
        for entry in entries:
            for form in entry.forms:
                known = _Form(entry, form)
                respelt = _respellings(form) if entry.named and not known.ambiguous else set()
                for pattern in {p for way in {form, *respelt} for p in _patterns(way)}:
                    forms.setdefault(pattern, []).append(known)
        self._forms = list(forms.values())
        self._automaton = AhoCorasick(list(forms)) if forms else None

    def find(self, text: str) -> list[Candidate]:
        """Candidates for the longest forms at each place of a text, one a type where a form has several entries."""
        if self._automaton is None:
            return []
        hits = self._automaton.find_matches_as_indexes(f" {_folded(text)} ", overlapping=True)
        found: list[Candidate] = []
        reached = 0
        # the haystack begins with a space and so does each pattern: offsets are those of the text
        for start, negative_end, index in sorted((begin, 2 - end, index) for index, begin, end in hits):
            end = -negative_end
            if start >= reached and (judged := _judge(text, start, end, self._forms[index])):
                found.extend(judged)
                reached = end
        return found


def _judge(text: str, start: int, end: int, forms: list[_Form]) -> list[Candidate]:
    """The candidates that a match of these forms at ``[start:end]`` gives rise to."""
    surface = text[start:end]
    if "\n" in surface or (start and (text[start - 1].isalnum() or text[start - 1] in "_@#\\")):
        return []
    tail = _TAIL.match(text, end, end + _LONGEST_JOINT)
    longer = tail is not None and not _LOWER_TAIL.match(text, end)
    prefix = _prefix(text, start)
    if prefix >= _LONGEST_JOINT or (tail is not None and longer and len(tail[0]) >= _LONGEST_JOINT):
        return []
    out: list[Candidate] = []
    judged: list[Entry] = []
    for form in forms:
        if form.entry in judged or not form.accepts(surface):
            continue
        judged.append(form.entry)
        if longer or prefix:
            if form.entry.named and not form.ambiguous and len(form.bare) > 2:
                stop = tail.end() if tail and longer else end
                out.append(_candidate(form, start - prefix, stop, exact=False))
        else:
            out.append(_candidate(form, start, end, exact=True))
    return out


def _prefix(text: str, start: int) -> int:
    """Length of a capitalised prefix that is joined to the match by a hyphen, as in "Tiny-ImageNet"."""
    if start < 2 or text[start - 1] != "-":
        return 0
    begin = start - 1
    least = max(0, start - _LONGEST_JOINT)
    while begin > least and (text[begin - 1].isalnum() or text[begin - 1] == "-"):
        begin -= 1
    return start - begin if text[begin].isupper() else 0


def _candidate(form: _Form, start: int, end: int, *, exact: bool) -> Candidate:
    entry = form.entry
    kind = "exact" if exact else "derived"
    rule = f"vocabulary.{'ambiguous' if form.ambiguous else kind}"
    return Candidate(
        entry.type,
        start,
        end,
        named=entry.named,
        confidence=0.5 if form.ambiguous else 0.9 if exact else 0.7,
        extractor=rule,
        entry=entry if exact else None,
    )


@lru_cache(maxsize=4)
def matcher_for(folder: Path = SEEDS) -> Matcher:
    """The matcher over the vocabularies of a folder, built once a process.

    Hardware is left to ``kg_hardware``, which reads its vocabulary together with counts, vendors and class words.
    """
    return Matcher(entry for entry in load_vocabulary(folder).entries if entry.type != "Hardware")


@Language.factory("kg_vocabulary", assigns=["doc._.kg_candidates"], default_config={"folder": None})
def create_vocabulary(nlp: Language, name: str, folder: str | None) -> Component:
    """Component that matches seed vocabularies.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        folder: Folder with vocabulary files; None for those that ship with the package.
    """
    matcher = matcher_for(Path(folder) if folder else SEEDS)

    def find(doc: Doc) -> Doc:
        return add_candidates(doc, matcher.find(text_of(doc)))

    return find
