"""What may begin a mention of hardware, and how to read it: vocabulary forms, product lines, vendors, and nouns.

Each term is asked at the places where its spelling stands as a word, and answers with the mention around it or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kg.extractors import hardware_patterns as p
from kg.extractors.base import TITLE_SEPARATOR
from kg.extractors.hardware_words import (
    CLASS_KINDS,
    EXTENDERS,
    LINE_WORDS,
    MODEL_VENDORS,
    MODIFIER_KINDS,
    NOT_A_NAME,
    NOT_PROPER,
    VENDORS,
)
from kg.vocabulary import Entry

__all__ = [
    "Find",
    "Form",
    "Head",
    "Line",
    "Term",
    "Vendor",
    "bare",
    "brand",
    "fold",
    "name_of",
    "own_name",
    "word_before",
]

_MOST_MODIFIERS = 4
_NEAR = 110
_FAR = 160
_LONGEST_TITLE = 2000
_PARTS = frozenset(("aircraft", "vehicle", "leg", "finger", "swarm"))  # seldom named after the word before them
_OPENING = "([{\"'`“‘~"
_NUMBERED = frozenset(("gpu", "tpu", "accelerator", "sensor", "robot", "cluster"))
_PROCESSING = frozenset(("gpu", "cpu", "tpu", "accelerator"))


@dataclass(slots=True)
class Find:
    """A mention in the making; ``name_end`` is where a product's name ends in it, 0 for common nouns."""

    start: int
    end: int
    rule: str
    kind: str
    name_end: int = 0
    entry: Entry | None = None
    maker: str = ""
    memory: int | None = None
    memory_at: int = 0
    group: str = ""
    introduced: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A surface form of a vocabulary entry."""

    entry: Entry
    bare: str
    lenient: bool
    ambiguous: bool

    def accepts(self, surface: str) -> bool:
        """Whether a spelling is this form, up to separators, plural and, where harmless, case."""
        joined = bare(surface)
        if joined in (self.bare, self.bare + "s"):
            return True
        if self.entry.kind == "robot" and self.bare.isupper() and joined == self.bare.capitalize():
            return True
        if not self.lenient:
            return False
        lower = self.bare.lower()
        return joined.lower() in (lower, lower + "s", lower[:-1] + "ies")

    def read(self, text: str, start: int, end: int) -> Find | None:
        """The mention that this form at ``[start:end]`` is part of, if it is one."""
        if not self.accepts(text[start:end]):
            return None
        if not self.entry.named:
            return self._noun(text, start, end)
        kind = self.entry.kind or "other"
        found = _product(text, start, end, kind, self._tail(text[start:end]))
        found.maker = self.entry.maker or ""
        found.rule = "entry"
        if kind in ("sensor", "robot") and _is_inside_name(text, found):
            return None
        if self.ambiguous:
            if not self._is_supported(text, found, end):
                return None
            found.rule = "ambiguous"
        return found

    def _tail(self, surface: str) -> re.Pattern[str] | None:
        """What may go on with the model: a number behind a line ("Xeon"), not one behind a number ("A100")."""
        kind = self.entry.kind or "other"
        if kind in _NUMBERED and any(c.isdigit() for c in surface):
            return None if kind in _PROCESSING else p.JOINED_TAIL
        return p.TAIL.get(kind)

    def _is_supported(self, text: str, found: Find, end: int) -> bool:
        start = found.start
        if text[max(0, start - 1) : start] == "-" or (found.end == end and text[end : end + 1] == "-"):
            return False
        if found.end > end or found.name_end > end:
            return True
        return p.CONTEXTS[found.kind].search(text, max(0, start - _NEAR), end + _NEAR) is not None

    def _noun(self, text: str, start: int, end: int) -> Find | None:
        kind = self.entry.kind or "other"
        clear = not self.ambiguous or (text[end - 1] == "s" and kind in _PROCESSING)
        if not clear and not p.CONTEXTS[kind].search(_around(text, start, end)):
            return None
        if text.startswith("Neural ", max(0, start - 7)):
            return None
        if self.bare.isupper() and p.JOINED_NAME.search(text, max(0, start - 12), start):
            return None
        begin = _modified(text, start, EXTENDERS.get(kind, frozenset()))
        if begin == start and kind in _PROCESSING and (model := _model_before(text, start)) is not None:
            return Find(_branded(text, model), end, "model", kind, name_end=start - 1)
        if kind == "memory" and (unit := _unit_of(text, start)):
            return unit
        if kind == "sensor" and (more := p.SENSOR_NOUN.match(text, end)):
            end = more.end()
        if kind == "sensor" and (model := _model_before(text, begin, p.SENSOR_MODEL)) is not None:
            return Find(_branded(text, model), end, "model", kind, name_end=begin - 1)
        elif (kind == "robot" or self.bare == "supercomputer") and (name := _name_before(text, begin)) is not None:
            return Find(name, end, "robot", kind, name_end=begin - 1)
        elif (
            kind in ("sensor", "robot") and p.TASK_AFTER.match(text, end) and not self.bare.lower().startswith("lidar")
        ):
            return None
        return Find(begin, end, "noun", kind)


@dataclass(frozen=True, slots=True)
class Line:
    """A product line, which a model must follow."""

    kind: str
    maker: str

    def read(self, text: str, start: int, end: int) -> Find | None:
        """The product of this line that stands at ``start``, if one does."""
        if text[start:end].islower():
            return None
        found = _product(text, start, end, self.kind, p.LINE_TAIL.get(self.kind) or p.TAIL.get(self.kind))
        if found.name_end == end and (self.kind == "tpu" or found.end == end):
            return None
        found.maker = self.maker
        return found


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's name: hardware with a model number or a class word behind it."""

    form: str
    vendor: str

    def read(self, text: str, start: int, end: int) -> Find | None:
        """The product of this vendor that stands at ``start``, if one does."""
        if text[start:end] != self.form:
            return None
        classed = p.BRAND_CLASS.match(text, end)
        if classed:
            name_end = classed.end(1) if classed[1] else end
            rule = "product" if classed[1] else "vendor"
            kind = "quantum" if "uantum" in classed[0] else _kind_of(classed[0])
            return Find(start, classed.end(), rule, kind, name_end=name_end, maker=self.vendor)
        if self.vendor in MODEL_VENDORS and (branded := p.BRANDED.match(text, end)):
            found = _product(text, start, branded.end(), "other", None)
            found.maker = self.vendor
            found.kind = MODEL_VENDORS[self.vendor]
            return found
        return None


@dataclass(frozen=True, slots=True)
class Head:
    """A noun that is hardware after some words only."""

    word: str
    kind: str
    modifiers: frozenset[str]

    def read(self, text: str, start: int, end: int) -> Find | None:
        """The phrase that this noun is the head of, if it is hardware."""
        if text[max(0, start - 1) : end] == " robot" and (called := _called(text, end)) is not None:
            return called
        if self.word in ("arm", "hand") and text[max(0, start - 1) : start] == "-":
            return None
        begin = _modified(text, start, self.modifiers)
        if self.kind == "robot" and self.word not in _PARTS and (name := _name_before(text, begin)) is not None:
            found = Find(name, end, "robot", "robot", name_end=begin - 1)
            return None if _is_inside_name(text, found) else found
        if self.kind == "sensor" and (model := _model_before(text, begin, p.SENSOR_MODEL)) is not None:
            return Find(_branded(text, model), end, "model", self.kind, name_end=begin - 1)
        if begin < start:
            if self.word == "memory" and (unit := _unit_of(text, begin)):
                return unit
            kind = _kind_of_modifiers(text[begin:start].lower()) or self.kind if self.kind == "edge" else self.kind
            return None if p.TASK_AFTER.match(text, end) else Find(begin, end, "phrase", kind)
        if (is_hardware := _BARE.get(self.word)) and is_hardware(text, start, end):
            return Find(start, end, "bare", self.kind)
        return None


def _title_end(text: str) -> int:
    """Where the title ends, -1 when there is none; the capitals of a title say little."""
    return text.find(TITLE_SEPARATOR, 0, _LONGEST_TITLE)


def _around(text: str, start: int, end: int) -> str:
    """What stands near ``[start:end]``, without it."""
    return text[max(0, start - _NEAR) : start] + " " + text[end : end + _NEAR]


def _unit_of(text: str, start: int) -> Find | None:
    """The processor whose memory is spoken of as a cost: "GPU memory usage" is no part of the machine, the GPU is."""
    used = p.MEMORY_USE.match(text, start)
    return Find(start, used.end(1), "noun", used[1].lower()) if used else None


def _kind_of_modifiers(words: str) -> str | None:
    """The kind that a device or platform is by the words before it."""
    return next((kind for word, kind in MODIFIER_KINDS.items() if word in words), None)


def _called(text: str, end: int) -> Find | None:
    """The robot whose name stands behind the word: "the humanoid robot BARTHOC"."""
    found = p.CALLED.match(text, end)
    if (
        not found
        or found[1] in NOT_A_NAME
        or found[1].lower() in NOT_PROPER
        or end < _title_end(text)
        or not p.NO_NOUN_AFTER.match(text, found.end())
    ):
        return None
    return Find(end + 1, found.end(), "robot", "robot", name_end=found.end())


def _is_camera(text: str, start: int, end: int) -> bool:
    """Whether "camera" is the thing itself, neither described before nor describing what follows ("camera pose")."""
    if text[max(0, start - 1) : start] == "-":
        return False
    if p.COMPANY_BEFORE.search(text, max(0, start - 20), start) or p.COMPANY_AFTER.match(text, end):
        return True
    return bool(p.NO_NOUN_AFTER.match(text, end) and p.NO_NOUN_BEFORE.search(text, max(0, start - 12), start))


def _are_accelerators(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "s" and not word_before(text, start)[1].lower().endswith(
        ("particle", "linear", "plasma", "electron")
    )


def _is_cluster(text: str, start: int, end: int) -> bool:
    """Whether "cluster" is of computers."""
    if not p.NO_NOUN_AFTER.match(text, end) or word_before(text, start)[1].lower() in (
        "to",
        "we",
        "then",
        "each",
        "same",
        "every",
    ):
        return False
    return p.COMPUTING.search(text, max(0, start - 120), end + 120) is not None


def _are_cores(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "s" and p.DIGITS_BEFORE.search(text, max(0, start - 7), start) is not None


_BARE: dict[str, Callable[[str, int, int], bool]] = {
    "camera": _is_camera,
    "accelerator": _are_accelerators,
    "cluster": _is_cluster,
    "core": _are_cores,
}
"""Nouns that are hardware on their own under a condition."""


Term = Form | Line | Vendor | Head


def bare(form: str) -> str:
    """A form without white space, hyphens and underscores."""
    return p.SEPARATORS.sub("", form)


def fold(text: str) -> str:
    """Lower case, of the same length whatever the text holds; lone surrogates become question marks."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower if lower.isascii() else lower.encode("utf-8", "replace").decode("utf-8")


def word_before(text: str, at: int) -> tuple[int, str]:
    """Start and text of the word that a space or hyphen separates from ``at``; the word is empty when there is none."""
    if at < 2 or text[at - 1] not in " -":
        return at, ""
    low = max(0, at - 32)
    start = max(text.rfind(" ", low, at - 1), text.rfind("\n", low, at - 1), low - 1) + 1
    if start == low and low and text[low - 1] not in " \n":
        return at, ""
    while start < at - 1 and text[start] in _OPENING:
        start += 1
    return start, text[start : at - 1]


def _modified(text: str, start: int, modifiers: frozenset[str]) -> int:
    """Where the phrase begins that these modifiers before ``start`` belong to."""
    for _ in range(_MOST_MODIFIERS):
        before, word = word_before(text, start)
        lower = word.lower()
        if lower not in modifiers and not (modifiers and p.MODIFIER.fullmatch(lower)):
            break
        start = before
    return start


def _branded(text: str, start: int) -> int:
    """Where a product's name begins, vendor and product line included."""
    for _ in range(_MOST_MODIFIERS):
        before, word = word_before(text, start)
        if brand(word) is None:
            earlier, first = word_before(text, before)
            if p.MARKS.sub("", f"{first} {word}") not in VENDORS:
                break
            before = earlier
        start = before
    return start


def brand(word: str) -> str | None:
    """A vendor's or a product line's word, without possessive and marks; None when it is neither."""
    word = p.MARKS.sub("", word)
    return word if word in LINE_WORDS or word in VENDORS else None


def _model_before(text: str, start: int, model: re.Pattern[str] = p.MODEL) -> int | None:
    """Where the model number begins that stands before a class word ("B300 GPUs"), if one does."""
    before, word = word_before(text, start)
    if not word or text[start - 1] != " ":
        return None
    if word in ("Ti", "SUPER", "Super", "Max"):
        before, number = word_before(text, before)
        word = f"{number} {word}"
    return before if model.fullmatch(word) and word not in NOT_A_NAME else None


def own_name(text: str, noun: Find) -> tuple[int, int] | None:
    """The name that the text gives to what a common noun says: "Name: a soft gripper", "a gripper called Name"."""
    if after := p.NAMED.match(text, noun.end):
        return after.span(1) if _may_be_own(after[1]) else None
    if text[noun.end - 1] == "s" or not (p.NO_NOUN_AFTER.match(text, noun.end) or text[noun.end] == "\n"):
        return None
    title_end = _title_end(text)
    before = (
        p.TITLED.match(text, 0, noun.start)
        if noun.end <= title_end
        else p.PRESENTED.search(text, max(title_end, noun.start - _FAR, 0), noun.start)
    )
    return before.span(1) if before and _may_be_own(before[1]) else None


def _may_be_own(name: str) -> bool:
    return name not in NOT_A_NAME and name.lower() not in NOT_PROPER and name not in VENDORS


def _name_before(text: str, start: int) -> int | None:
    """Where the name begins that stands before "robot" and its modifiers, if one does: coined, or "the Odin robot"."""
    before, word = word_before(text, start)
    if not word or text[start - 1] != " " or word in NOT_A_NAME:
        return None
    if p.COINED.fullmatch(word):
        return before
    if not p.PROPER.fullmatch(word) or word.lower() in NOT_PROPER or text[start].isupper() or start < _title_end(text):
        return None
    return before if p.ARTICLE_BEFORE.search(text, max(0, before - 8), before) else None


def _product(text: str, start: int, end: int, kind: str, tail: re.Pattern[str] | None) -> Find:
    """The product whose core stands at ``[start:end]``, with vendor, model, memory size and class word."""
    name_end = end
    if tail is not None and (model := tail.match(text, end)):
        name_end = model.end()
    if factor := p.FORM_FACTOR.match(text, name_end):
        name_end = factor.end()
    found = Find(_branded(text, start), name_end, "product", kind, name_end=name_end)
    class_words = p.CLASS_OF.get(kind, p.CLASS)
    if size := p.MEMORY.match(text, name_end):
        found.memory = int(size[1])
        found.memory_at = size.start()
        classed = class_words.match(text, size.end())
        if classed or "(" not in size[0]:
            found.end = found.name_end = size.end()
    else:
        classed = class_words.match(text, name_end)
    if classed:
        found.end = classed.end()
    return found


def _is_inside_name(text: str, found: Find) -> bool:
    """Whether the product's name is part of another name, as in "Kinect Fusion" and "the Kinect Gesture dataset"."""
    follows = p.NAME_GOES_ON.match(text, found.end)
    return follows is not None and (follows[1] is None or found.start > _title_end(text))


def name_of(surface: str, entry: Entry | None) -> str:
    """The product's name as the text writes it, in the singular."""
    name = " ".join(surface.replace("'s ", " ").replace("’s ", " ").split())
    if not name.endswith("s"):
        return name
    whole = {bare(form).lower() for form in entry.forms} if entry else set()
    known = bare(name[:-1]).lower()
    return name[:-1] if name[-2:-1].isdigit() or any(known.endswith(form) for form in whole) else name


def _kind_of(words: str) -> str:
    """The kind that a phrase with a class word says."""
    last = words.replace("-", " ").rsplit(" ", 1)[-1].lower()
    return CLASS_KINDS.get(last) or CLASS_KINDS.get(last.removesuffix("s"), "other")
