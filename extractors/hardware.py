"""Hardware in titles and abstracts: products by name, products by the way they are named, and common nouns.

One Aho-Corasick pass over the case-folded text finds where something may begin: a form of the hardware vocabulary, a
product line ("RTX"), a vendor, or a noun that is hardware together with what stands before it ("stereo camera"). Only there
do anchored expressions look left for the vendor, the modifiers and the number of units, and right for model number, memory
size and class word, so that products which no vocabulary knows are found by the same rules as those it does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind
from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import TITLE_SEPARATOR, Component, add_candidates
from kg.extractors.hardware_words import (
    CLASS_KINDS,
    CLASS_MODIFIERS,
    CLASS_NOUNS,
    CONTEXT,
    EXTENDERS,
    HEADS,
    LINE_WORDS,
    LINES,
    MODEL_VENDORS,
    MODIFIER_KINDS,
    NEVER_BARE,
    NOT_A_NAME,
    NOT_PROPER,
    NUMBER_WORDS,
    VENDORS,
)
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
_MOST_MODIFIERS = 4
_NEAR = 110
_OPENING = "([{\"'`“‘~"
_PROCESSING = frozenset(("gpu", "cpu", "tpu", "accelerator"))

_SEPARATORS = re.compile(r"[\s_-]+")
_PIECE = re.compile(r"[^\W\d_]+|\d+|[\s_-]+|[^\w\s-]")


def _any(words: Iterable[str]) -> str:
    """An alternation, the longest words first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def _class_of(nouns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:[ -](?:{_any(CLASS_MODIFIERS)})){{0,3}}(?:[ -](?:{_any(nouns)})s?(?!\w|-[a-z]))+")


_CLASS = _class_of(noun for noun in CLASS_NOUNS if noun.lower() not in ("arm", "hand"))
_GPU_CLASS = _class_of(noun for noun in CLASS_NOUNS if noun.lower() not in ("arm", "hand", "device", "robot"))
_ROBOT_CLASS = _class_of(CLASS_NOUNS)
_BRAND_CLASS = re.compile(r"((?: [A-Z][\w+-]*| \d[\w+-]*){0,3}?)" + _ROBOT_CLASS.pattern)
_MEMORY = re.compile(
    r"(?:[ -](?:SXM\d?|PCI[eE]|NVL|VRAM))*[ -]?\(?(?<![\d.])(\d{1,4}) ?(?:GB|GiB|G)\b(?: (?:HBM\d\w?|VRAM|memory|RAM))?\)?"
)
_MEMORY_BEFORE = re.compile(r"(?<![\w.])(\d{1,4}) ?G(?:i?B)? $")
_FORM_FACTOR = re.compile(r"(?:[ -](?:SXM\d?|PCIe|PCI-E|NVL|Max-Q|Ada|Super|SUPER|Ti))+(?!\w)")
_UNIT = r"(?![\w%×]|[.,]\d| ?(?:%|x\b|×|[fF][pP][sS]|k?Hz|ms\b|s\b|seconds|hours|days|minutes|times|nodes|GB\b|images|[cC]ores?\b|threads))"
_TAIL = {
    kind: re.compile(pattern + _UNIT)
    for kind, pattern in {
        "cpu": r"[ -]?(?:[A-Z]{1,2}\d?-)?[A-Z]?\d{3,5}[A-Z]{0,3}\d?(?: ?[vV]\d)?",
        "gpu": r"[ -]?(?:[A-Z]{1,2})?\d{2,4}[A-Z]{0,3}(?: ?(?:Ti|XTX|XT|SUPER|Super))?",
        "mobile": r"[ -]?(?:\d{1,3}[a-z+]?|X[SR]?|SE)(?: ?(?:Pro|Plus|Max|Ultra|XL|Mini|mini|Lite|Elite|Gen ?\d))*",
        "edge": r"[ -](?:\d[AB]?\+?|[A-Z]{1,3}\d{0,2}|Nano|Xavier|Orin|Thor|Zero|Pico|Mega|Uno)(?: (?:Model [AB]\+?|NX|AGX|Nano|Super|\dW))*",
        "accelerator": r"[ -]?(?:[A-Z]{1,2})?\d{1,4}[A-Z]{0,2}",
        "tpu": r"[ -]?[vV]?\d{1,2}[a-z]?(?:-\d+)?",
        "sensor": r"[ -](?:[A-Z]{1,4}[- ]?\d{1,4}[A-Za-z]{0,3}|[vV]\d)",
        "robot": r"[ -](?:[A-Z]{1,3}[- ]?\d{1,4}[a-z+]?|\d{1,3}[a-z+]?)",
        "other": r"[ -]?\d{1,2}[A-Za-z]?(?: (?:Pro|Plus))?",
        "cluster": r"[ -](?:[A-Z]{1,3}\d{2,4}|\d)",
    }.items()
}
"""What makes a model of a product line, by kind."""
_LINE_TAIL = {
    "gpu": re.compile(
        r"[ -]?(?:PRO |Pro )?(?:[A-Z]{1,2})?\d{3,4}[A-Z]{0,2}\d?(?:[ -]?(?:Ti|TI|ti|XTX|XT|SUPER|Super|Ada|D))*"
        r"(?: (?:Generation|Mobile|Max-Q|Laptop))?(?!\w)"
    ),
    "tpu": re.compile(r"[ -]?[vV]?\d{1,2}[a-z]?(?:-\d+)?(?: [Pp]ods?\b)?(?!\w)"),
}
_MODEL = re.compile(r"[A-Z]{1,5}-?\d{1,4}[A-Za-z]{0,3}(?:-\d{1,3}[A-Z]{0,2})?|\d{4} ?(?:Ti|ti|TI|XT)")
_BRANDED = re.compile(
    r" (?:[A-Z]{1,6}[- ]?\d{1,5}[A-Za-z]{0,4}(?:-\d{1,4}[A-Za-z]{0,3})?(?: [A-Z]?\d{1,4}[A-Za-z]{0,2})?|\d{4} ?(?:Ti|ti|XT))(?!\w)"
)
_COINED = re.compile(r"(?:[A-Z]{3,}[\w]*|[A-Z][a-z]+[A-Z]\w*|[A-Z][\w-]*\d\w*|[a-z][A-Z]\w+)(?:-[A-Z\d]\w*)*")
_CALLED = re.compile(
    r" ((?:[A-Z]{3,}\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]\w*\d\w*|[a-z][A-Z]\w+|[A-Z][a-z]{2,})(?:-[A-Z\d]\w*)*)(?: (?:[IVX]+|\d{1,2})\b)?"
)
_PROPER = re.compile(r"[A-Z][a-z]{2,}")
_ARTICLE_BEFORE = re.compile(r"\b(?:the|an?|our|on|with|using|of) $")
_DEFINED = re.compile(r" \(([A-Z]{2,6})s?\)")
_MARKS = re.compile(r"(?:['’]s|\((?:R|TM|r|tm)\)|[®™])$")
_SLICE = re.compile(r"-\d+(?: [Pp]ods?)?$")
_MODIFIER = re.compile(r"[\w-]+-(?:mounted|legged|fingered|actuated)")
_JOINED_NAME = re.compile(
    r"(?<![\w-])(?!(?:Multi|Single|Inter|Intra|Per|CPU|GPU|TPU|NPU|NIC|Non|Many|On|Off|Pre|Low|MR|VR|AR)-)[A-Z]\w*-$"
)
_MEMORY_USE = re.compile(
    r"([CG]PU)[ -][Mm]emory (?:consumption|usages?|footprints?|pressure|overheads?|costs?|requirements|utilization|demands?|budgets?)\b"
)
_TASK_AFTER = re.compile(
    r" (?:navigation|localization|re-?localization|locomotion|tracking|poses?|SLAM|calibration|learning|odometry|teleoperation|interactions?|"
    r"manipulation|skills?|behaviou?rs?|motions?|trajector(?:y|ies)|planning|ego-?motion|geometry|intrinsics|extrinsics)\b",
    re.IGNORECASE,
)
_NO_NOUN_AFTER = re.compile(
    r"[.,;:)]|$| (?:and|or|to|in|on|is|are|with|for|that|which|can|as|at|has|have|from|by|of|mounted|was|while|were|using|when|who|whose|where|but|developed|designed|built|"
    r"attached|installed|placed|instead|without|during|under|into|through|containing|featuring|equipped)\b"
)
_NO_NOUN_BEFORE = re.compile(
    r"(?:\b(?:an?|of|and|or|with|from|by|single|two|three|four|multiple|in|on|using|several|one|many|as|like|both|only|different|via|to)|[.,(]) $",
    re.IGNORECASE,
)
_COMPUTING = re.compile(
    r"[CGT]PU|[Aa]ccelerator|[Dd]istributed training|HPC|[Ss]upercomput|[Ii]nterconnect|[Dd]ata ?center|\bnodes?\b.{0,40}train"
)
_DURATION = re.compile(r"(?:s?[ -]|·)?(?:hours?|hrs?|days?|months?|weeks?|years?|minutes|[Hh]ours)\b")
_DIGITS_BEFORE = re.compile(r"(?<![\w.])\d[\d,]* $")
_SENSOR_NOUN = re.compile(r"[ -](?:sensor|scanner|unit|module)s?(?!\w)")

_QUALITY = (
    r"(?:high-end|low-end|modern|commodity|consumer|consumer-grade|standard|different|additional|identical|cheap|old|desktop|powerful|"
    r"heterogeneous|real|recent|new|small|low-cost|tiny|distributed|parallel|physical|commercial|popular|cloud|off-the-shelf|"
    r"synchronized|calibrated|fixed|external|simulated|autonomous|regular|moderate|ordinary|typical|\d+ ?GB)"
)
_COUNT = re.compile(
    r"(?<![\w.,$])(?:(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+(?=\s?[kK]))?)(\s?[kK](?=[\s+-]))?\+?|((?:a )?single|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"sixteen|twenty|thirty-two|thirty|sixty-four|dual))(?:\s?[xX×*]|\s?\$\\times\$|\s?\\times)?[ -]?"
    rf"(?:{_QUALITY}[ -]){{0,2}}$",
    re.IGNORECASE,
)
_NAME_GOES_ON = re.compile(r"[ -](?:(?:[\w-]+ )?(?:[Dd]ataset|[Bb]enchmark|[Dd]atabase|[Cc]orpus)\b|([A-Z]\w+))")
_COUNT_AFTER = re.compile(r" ?[x×*] ?(\d{1,5})\b|s? \((\d{1,5})\)")
_INTRODUCE = re.compile(
    r"\b(?:[Ww]e|[Pp]aper|[Ww]ork|[Aa]rticle|[Aa]uthors)\s+(?:have\s+)?(?:also\s+)?"
    r"(?:present|introduce|develop|propose|design|describe|build|built)(?:s|ed|d)?\s+(?:(?:an?|the|our)\s+)?(?:[\w-]+,?\s+){0,3}$"
)
_PRODUCT_FOLLOWS = re.compile(
    r",? \(?(?:the |a |called |named |namely )?(?:(?!(?:and|or|with|to|for|on|using|from|in|of|via|by|as|like|is|are)\b)\w+ )?"
)
_NOUN_FOLLOWS = re.compile(r",? (?:\(|which is )?(?:an?|the) (?:[\w'’-]+ ){0,3}")
_COMPANY = r"(?:[Ll]i[Dd][Aa][Rr]|LIDAR|[Rr]adar|IMU|GPS|[Mm]icrophone|[Ll]aser|[Ss]onar)"
_COMPANY_BEFORE = re.compile(rf"{_COMPANY}s?(?:,| and| or|/|-| &)? ?(?:and |or |a |the )?$")
_COMPANY_AFTER = re.compile(rf"(?:,| and| or|/|-| &)? ?(?:and |or |a |the )?(?:\dD )?{_COMPANY}")
CONTEXTS = {kind: re.compile(pattern) for kind, pattern in CONTEXT.items()}


@dataclass(slots=True)
class _Find:
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


@dataclass(frozen=True, slots=True)
class _Form:
    """A surface form of a vocabulary entry."""

    entry: Entry
    bare: str
    lenient: bool
    ambiguous: bool

    def accepts(self, surface: str) -> bool:
        """Whether a spelling is this form, up to separators, plural and, where harmless, case."""
        bare = _bare(surface)
        if bare in (self.bare, self.bare + "s"):
            return True
        if self.entry.kind == "robot" and self.bare.isupper() and bare == self.bare.capitalize():
            return True
        if not self.lenient:
            return False
        lower = self.bare.lower()
        return bare.lower() in (lower, lower + "s", lower[:-1] + "ies")

    def read(self, text: str, start: int, end: int) -> _Find | None:
        """The mention that this form at ``[start:end]`` is part of, if it is one."""
        if not self.accepts(text[start:end]):
            return None
        if not self.entry.named:
            return self._noun(text, start, end)
        kind = self.entry.kind or "other"
        found = _product(text, start, end, kind, _TAIL.get(kind))
        found.maker = self.entry.maker or ""
        found.rule = "entry"
        if kind in ("sensor", "robot") and _is_inside_name(text, found):
            return None
        if self.ambiguous:
            if not self._is_supported(text, found, end):
                return None
            found.rule = "ambiguous"
        return found

    def _is_supported(self, text: str, found: _Find, end: int) -> bool:
        start = found.start
        if start and text[start - 1] == "-" or text[end : end + 1] == "-" and found.end == end:
            return False
        if found.end > end or found.name_end > end:
            return True
        return CONTEXTS[found.kind].search(text, max(0, start - _NEAR), end + _NEAR) is not None

    def _noun(self, text: str, start: int, end: int) -> _Find | None:
        kind = self.entry.kind or "other"
        if self.ambiguous and text[end - 1] != "s" and not CONTEXTS[kind].search(_around(text, start, end)):
            return None
        if text.startswith("Neural ", max(0, start - 7)):
            return None
        if self.bare.isupper() and _JOINED_NAME.search(text, max(0, start - 12), start):
            return None
        begin = _modified(text, start, EXTENDERS.get(kind, frozenset()))
        if begin == start and kind in _PROCESSING and (model := _model_before(text, start)) is not None:
            return _Find(_branded(text, model), end, "model", kind, name_end=start - 1)
        if kind == "memory" and (unit := _unit_of(text, start)):
            return unit
        if kind == "sensor" and (more := _SENSOR_NOUN.match(text, end)):
            end = more.end()
        elif kind == "robot" and (name := _name_before(text, begin)) is not None:
            return _Find(name, end, "robot", kind, name_end=begin - 1)
        elif kind in ("sensor", "robot") and _TASK_AFTER.match(text, end) and not self.bare.lower().startswith("lidar"):
            return None
        return _Find(begin, end, "noun", kind)


@dataclass(frozen=True, slots=True)
class _Line:
    """A product line, which a model must follow."""

    kind: str
    maker: str

    def read(self, text: str, start: int, end: int) -> _Find | None:
        """The product of this line that stands at ``start``, if one does."""
        if text[start:end].islower():
            return None
        found = _product(text, start, end, self.kind, _LINE_TAIL.get(self.kind) or _TAIL.get(self.kind))
        if found.name_end == end and (self.kind == "tpu" or found.end == end):
            return None
        found.maker = self.maker
        return found


@dataclass(frozen=True, slots=True)
class _Vendor:
    """A vendor's name: hardware with a model number or a class word behind it."""

    form: str
    vendor: str

    def read(self, text: str, start: int, end: int) -> _Find | None:
        """The product of this vendor that stands at ``start``, if one does."""
        if text[start:end] != self.form:
            return None
        classed = _BRAND_CLASS.match(text, end)
        if classed:
            name_end = classed.end(1) if classed[1] else end
            rule = "product" if classed[1] else "vendor"
            return _Find(start, classed.end(), rule, _kind_of(classed[0]), name_end=name_end, maker=self.vendor)
        if self.vendor in MODEL_VENDORS and (branded := _BRANDED.match(text, end)):
            found = _product(text, start, branded.end(), "other", None)
            found.maker = self.vendor
            found.kind = MODEL_VENDORS[self.vendor]
            return found
        return None


@dataclass(frozen=True, slots=True)
class _Head:
    """A noun that is hardware after some words only."""

    word: str
    kind: str
    modifiers: frozenset[str]

    def read(self, text: str, start: int, end: int) -> _Find | None:
        """The phrase that this noun is the head of, if it is hardware."""
        if text[start - 1 : end] == " robot" and (called := _called(text, end)) is not None:
            return called
        if self.word in ("arm", "hand") and text[start - 1 : start] == "-":
            return None
        begin = _modified(text, start, self.modifiers)
        if self.kind == "robot" and (name := _name_before(text, begin)) is not None:
            found = _Find(name, end, "robot", "robot", name_end=begin - 1)
            return None if _is_inside_name(text, found) else found
        if begin < start:
            if self.word == "memory" and (unit := _unit_of(text, begin)):
                return unit
            kind = _kind_of_modifiers(text[begin:start].lower()) or self.kind if self.kind == "edge" else self.kind
            return None if _TASK_AFTER.match(text, end) else _Find(begin, end, "phrase", kind)
        if (is_hardware := _BARE.get(self.word)) and is_hardware(text, start, end):
            return _Find(start, end, "bare", self.kind)
        return None


def _around(text: str, start: int, end: int) -> str:
    """What stands near ``[start:end]``, without it."""
    return text[max(0, start - _NEAR) : start] + " " + text[end : end + _NEAR]


def _unit_of(text: str, start: int) -> _Find | None:
    """The processor whose memory is spoken of as a cost: "GPU memory usage" is no part of the machine, the GPU is."""
    used = _MEMORY_USE.match(text, start)
    return _Find(start, used.end(1), "noun", used[1].lower()) if used else None


def _kind_of_modifiers(words: str) -> str | None:
    """The kind that a device or platform is by the words before it."""
    return next((kind for word, kind in MODIFIER_KINDS.items() if word in words), None)


def _called(text: str, end: int) -> _Find | None:
    """The robot whose name stands behind the word: "the humanoid robot BARTHOC"."""
    found = _CALLED.match(text, end)
    if (
        not found
        or found[1] in NOT_A_NAME
        or end < text.find(TITLE_SEPARATOR)
        or not _NO_NOUN_AFTER.match(text, found.end())
    ):
        return None
    return _Find(end + 1, found.end(), "robot", "robot", name_end=found.end())


def _is_camera(text: str, start: int, end: int) -> bool:
    """Whether "camera" is the thing itself, neither described before nor describing what follows ("camera pose")."""
    if text[start - 1 : start] == "-":
        return False
    if _COMPANY_BEFORE.search(text, max(0, start - 20), start) or _COMPANY_AFTER.match(text, end):
        return True
    return bool(_NO_NOUN_AFTER.match(text, end) and _NO_NOUN_BEFORE.search(text, max(0, start - 12), start))


def _are_accelerators(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "s" and not _word_before(text, start)[1].lower().endswith(
        ("particle", "linear", "plasma", "electron")
    )


def _is_cluster(text: str, start: int, end: int) -> bool:
    """Whether "cluster" is of computers."""
    if not _NO_NOUN_AFTER.match(text, end) or _word_before(text, start)[1].lower() in (
        "to",
        "we",
        "then",
        "each",
        "same",
        "every",
    ):
        return False
    return _COMPUTING.search(text, max(0, start - 120), end + 120) is not None


def _are_cores(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "s" and _DIGITS_BEFORE.search(text, max(0, start - 7), start) is not None


_BARE: dict[str, Callable[[str, int, int], bool]] = {
    "camera": _is_camera,
    "accelerator": _are_accelerators,
    "cluster": _is_cluster,
    "core": _are_cores,
}
"""Nouns that are hardware on their own under a condition."""


_Term = _Form | _Line | _Vendor | _Head


def _bare(form: str) -> str:
    return _SEPARATORS.sub("", form)


def _fold(text: str) -> str:
    """Lower case, of the same length whatever the text holds."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _word_before(text: str, at: int) -> tuple[int, str]:
    """Start and text of the word that a space or hyphen separates from ``at``; the word is empty when there is none."""
    if at < 2 or text[at - 1] not in " -":
        return at, ""
    low = max(0, at - 32)
    start = max(text.rfind(" ", low, at - 1), text.rfind("\n", low, at - 1), low - 1) + 1
    while start < at - 1 and text[start] in _OPENING:
        start += 1
    return start, text[start : at - 1]


def _modified(text: str, start: int, modifiers: frozenset[str]) -> int:
    """Where the phrase begins that these modifiers before ``start`` belong to."""
    for _ in range(_MOST_MODIFIERS):
        before, word = _word_before(text, start)
        lower = word.lower()
        if lower not in modifiers and not (modifiers and _MODIFIER.fullmatch(lower)):
            break
        start = before
    return start


def _branded(text: str, start: int) -> int:
    """Where a product's name begins, vendor and product line included."""
    for _ in range(_MOST_MODIFIERS):
        before, word = _word_before(text, start)
        if _brand(word) is None:
            earlier, first = _word_before(text, before)
            if _MARKS.sub("", f"{first} {word}") not in VENDORS:
                break
            before = earlier
        start = before
    return start


def _brand(word: str) -> str | None:
    """A vendor's or a product line's word, without possessive and marks; None when it is neither."""
    word = _MARKS.sub("", word)
    return word if word in LINE_WORDS or word in VENDORS else None


def _model_before(text: str, start: int) -> int | None:
    """Where the model number begins that stands before a class word ("B300 GPUs"), if one does."""
    before, word = _word_before(text, start)
    if word in ("Ti", "SUPER", "Super", "Max"):
        before, number = _word_before(text, before)
        word = f"{number} {word}"
    return before if _MODEL.fullmatch(word) and word not in NOT_A_NAME else None


def _name_before(text: str, start: int) -> int | None:
    """Where the name begins that stands before "robot" and its modifiers, if one does: coined, or "the Odin robot"."""
    before, word = _word_before(text, start)
    if not word or text[start - 1] != " " or word in NOT_A_NAME:
        return None
    if _COINED.fullmatch(word):
        return before
    if (
        not _PROPER.fullmatch(word)
        or word.lower() in NOT_PROPER
        or text[start].isupper()
        or start < text.find(TITLE_SEPARATOR)
    ):
        return None
    return before if _ARTICLE_BEFORE.search(text, max(0, before - 8), before) else None


def _product(text: str, start: int, end: int, kind: str, tail: re.Pattern[str] | None) -> _Find:
    """The product whose core stands at ``[start:end]``, with vendor, model, memory size and class word."""
    name_end = end
    if tail is not None and (model := tail.match(text, end)):
        name_end = model.end()
    if factor := _FORM_FACTOR.match(text, name_end):
        name_end = factor.end()
    found = _Find(_branded(text, start), name_end, "product", kind, name_end=name_end)
    class_words = _ROBOT_CLASS if kind == "robot" else _GPU_CLASS if kind == "gpu" else _CLASS
    if size := _MEMORY.match(text, name_end):
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


def _is_inside_name(text: str, found: _Find) -> bool:
    """Whether the product's name is part of another name, as in "Kinect Fusion" and "the Kinect Gesture dataset"."""
    follows = _NAME_GOES_ON.match(text, found.end)
    return follows is not None and (follows[1] is None or found.start > text.find(TITLE_SEPARATOR))


def _name_of(surface: str, entry: Entry | None) -> str:
    """The product's name as the text writes it, in the singular."""
    name = " ".join(surface.replace("'s ", " ").replace("’s ", " ").split())
    forms = {_bare(form) for form in entry.forms} if entry else set()
    plural = name.endswith("s") and (
        name[-2:-1].isdigit() or entry is not None and not any(f.endswith("s") for f in forms)
    )
    return name[:-1] if plural else name


def _kind_of(words: str) -> str:
    """The kind that a phrase with a class word says."""
    last = words.replace("-", " ").rsplit(" ", 1)[-1].lower()
    return CLASS_KINDS.get(last) or CLASS_KINDS.get(last.removesuffix("s"), "other")


def _count_of(text: str, start: int, end: int) -> int | None:
    """The number of units that the text states for the mention at ``[start:end]``."""
    said = _COUNT.search(text, max(0, start - 48), start)
    if said and _DURATION.match(text, end):
        return None
    if said:
        if said[3]:
            return NUMBER_WORDS[said[3].lower().removeprefix("a ")]
        digits = said[1].replace(",", "")
        return round(float(digits) * (1000 if said[2] else 1)) if len(digits) < 9 else None
    after = _COUNT_AFTER.match(text, end)
    return int(after[1] or after[2]) if after else None


class HardwareMatcher:
    """Finds hardware by a vocabulary and by rules.

    Args:
        entries: Vocabulary entries; those of other types are passed over.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        terms: dict[str, list[_Term]] = {}
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            if entry.type != "Hardware":
                continue
            for form in entry.forms:
                self._entries.setdefault(_bare(form).lower(), entry)
                if entry.named or form not in NEVER_BARE:
                    _add_form(terms, entry, form)
        for word, (kind, maker) in LINES.items():
            _add(terms, word, _Line(kind, maker))
        for form, vendor in VENDORS.items():
            _add(terms, form.lower(), _Vendor(form, vendor))
        for word, (kind, modifiers) in HEADS.items():
            head = _Head(word, kind, modifiers)
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
        kept = _without_overlaps([*kept, *_acronyms(text, kept)])
        return [self._candidate(text, found) for found in _without_appositions(text, kept)]

    def _hits(self, text: str) -> Iterator[tuple[int, int, list[_Term]]]:
        """Places where a term stands as a word."""
        size = len(text)
        for index, start, end in self._automaton.find_matches_as_indexes(_fold(text), overlapping=True):
            terms = self._terms[index]
            if end < size and (text[end].isalnum() or text[end] == "_"):
                if not (text[end].isdigit() and isinstance(terms[0], _Line)):
                    continue
            if start and (text[start - 1].isalnum() or text[start - 1] in "_@#\\.") and not _is_times(text, start):
                continue
            yield start, end, terms

    def _candidate(self, text: str, found: _Find) -> Candidate:
        surface = text[found.start : found.end]
        named = found.name_end > 0
        attributes: Attributes = {"kind": found.kind}
        entry = self._entry(text, found)
        if named:
            attributes["name"] = _name_of(text[found.start : found.name_end], entry)
        count = _count_of(text, found.start, found.end)
        if count is not None:
            attributes["count"] = count
        if entry is not None and entry.maker or found.maker:
            attributes["vendor"] = (entry.maker if entry is not None else None) or found.maker
        memory = found.memory or _memory_before(text, found.start) or (entry.memory_gb if entry else None)
        if memory:
            attributes["memory_gb"] = memory
        introduced = found.rule != "entry" and _INTRODUCE.search(text, max(0, found.start - 80), found.start)
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

    def _entry(self, text: str, found: _Find) -> Entry | None:
        """The vocabulary entry whose name the mention says in full, vendor and class word aside."""
        if not found.name_end:
            return self._entries.get(_singular(_bare(text[found.start : found.end]).lower()))
        name = text[found.start : found.memory_at or found.name_end]
        if name.endswith("s"):
            name = name[:-1] if name[:-1] and _bare(name).lower() not in self._entries else name
        if found.kind == "tpu":
            name = _SLICE.sub("", name)
        words = name.split()
        for first in range(len(words)):
            key = _bare("".join(words[first:])).lower()
            sized = self._entries.get(f"{key}{found.memory}gb") if found.memory else None
            if entry := sized or self._entries.get(key):
                return entry
            if _brand(words[first]) is None and " ".join(words[first : first + 2]) not in VENDORS:
                break
        return None


def _is_times(text: str, start: int) -> bool:
    """Whether a number of units is joined to what begins at ``start``, as in "8xA100"."""
    return start > 1 and text[start - 1] in "xX" and text[start - 2].isdigit()


def _memory_before(text: str, start: int) -> int | None:
    found = _MEMORY_BEFORE.search(text, max(0, start - 8), start)
    return int(found[1]) if found else None


def _singular(form: str) -> str:
    return form[:-3] + "y" if form.endswith("ies") else form.removesuffix("s")


def _plural(word: str) -> str:
    return word[:-1] + "ies" if word.endswith("y") else word[:-2] + "es" if word.endswith("is") else word + "s"


def _add(terms: dict[str, list[_Term]], pattern: str, term: _Term) -> None:
    terms.setdefault(pattern, []).append(term)


def _add_form(terms: dict[str, list[_Term]], entry: Entry, form: str) -> None:
    """Register every spelling of a form, and its plurals."""
    bare = _bare(form)
    distinctive = len(bare) >= 5 and (sum(c.isupper() for c in form) >= 2 or any(c.isdigit() for c in form))
    ambiguous = form in entry.ambiguous
    lenient = form.islower() or (" " in form and len(form) > 6) or (distinctive and not ambiguous)
    term = _Form(entry, bare, lenient, ambiguous)
    for spelling in _spellings(form):
        _add(terms, spelling, term)
        if spelling[-1].isalnum():
            _add(terms, spelling + "s", term)
            if spelling[-1] == "y":
                _add(terms, spelling[:-1] + "ies", term)


def _spellings(form: str) -> list[str]:
    """The ways to write a form, in lower case: separators changed or left out, letters and digits parted or joined."""
    pieces = _PIECE.findall(form.lower())
    options: list[tuple[str, ...]] = []
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else ""
        if _SEPARATORS.fullmatch(piece):
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


def _without_overlaps(finds: list[_Find]) -> list[_Find]:
    """Products before common nouns, then the longest, in order of place."""
    kept: list[_Find] = []
    for found in sorted(finds, key=lambda f: (f.name_end == 0, f.start - f.end, f.start, _RANK[f.rule])):
        if all(found.end <= other.start or other.end <= found.start for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda f: f.start)


def _acronyms(text: str, finds: list[_Find]) -> Iterator[_Find]:
    """Acronyms that the text defines for what was found: "dielectric elastomer actuator (DEA)", and where they recur."""
    for found in finds:
        defined = _DEFINED.match(text, found.end)
        if defined is None or not _abbreviates(defined[1], text[found.start : found.end]):
            continue
        found.group = text[found.start : found.end]
        for place in re.finditer(rf"(?<![\w-]){defined[1]}s?(?![\w-])", text):
            yield replace(found, start=place.start(), end=place.end(), name_end=place.end() if found.name_end else 0)


def _abbreviates(acronym: str, form: str) -> bool:
    """Whether the capitals of an acronym are the first letters of words of the form, the last word's among them."""
    initials = "".join(word[0] for word in re.split(r"[ /-]", form) if word).upper()
    return acronym == initials[-len(acronym) :] if len(acronym) > len(initials) - 2 else False


def _without_appositions(text: str, finds: list[_Find]) -> list[_Find]:
    """Drop a common noun that only says what the product beside it is: "a quadruped robot, ANYmal", "ANYmal, a quadruped robot"."""
    kept = []
    for number, found in enumerate(finds):
        if not found.name_end:
            after = finds[number + 1] if number + 1 < len(finds) else None
            before = finds[number - 1] if number else None
            if (
                after is not None
                and _explains(text, found, after)
                and _PRODUCT_FOLLOWS.fullmatch(text, found.end, after.start)
            ):
                continue
            if (
                before is not None
                and _explains(text, found, before)
                and _NOUN_FOLLOWS.fullmatch(text, before.end, found.start)
            ):
                continue
        kept.append(found)
    return kept


def _explains(text: str, noun: _Find, product: _Find) -> bool:
    return product.name_end > 0 and noun.kind == product.kind and text[noun.end - 1] != "s"


_RANK = {rule: number for number, rule in enumerate(CONFIDENCE)}


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


@Language.factory("kg_hardware", assigns=["doc._.kg_candidates"], default_config={})
def create_hardware(nlp: Language, name: str) -> Component:
    """Component that finds hardware.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
    """
    matcher = matcher_for()

    def find(doc: Doc) -> Doc:
        return add_candidates(doc, matcher.find(doc.text))

    return find
