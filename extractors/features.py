"""What the text around a form, and the form itself, say about what it is.

Each distinct surface form of a paper gets one set of features, gathered over its occurrences: the words before and
after, the verbs near by, the list it stands in, its shape, and what the vocabularies and abbreviations say. ``cues``
weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from kg.candidates import Candidate
from kg.extractors.abbreviations import Abbreviation
from kg.extractors.base import Sentences
from kg.extractors.names import word_class
from kg.vocabulary import Entry

__all__ = ["Form", "collect_forms", "describe", "shape_features"]

_TOKEN = re.compile(r"[^\W_][\w'’-]*|[^\w\s]")
_SKIP = frozenset(
    """the a an our its their this these those novel new popular standard large-scale public publicly available
    existing recent widely used challenging original well-known proposed two three four both several various
    widely-used open-source official state-of-the-art sota modern large small common different multiple real-world
    current famous classic classical""".split()
)
_LIST_GAP = re.compile(r"\s*(?:,|,?\s*\band\b|,?\s*\bor\b|&|/|;|,?\s*\bas well as\b)\s*(?:the\s+)?")
_NEAR: dict[str, frozenset[str]] = {
    "propose": frozenset(
        """
        propose proposes proposed proposing introduce introduces introduced introducing present presents
        presented presenting develop develops developed developing design designs designed release releases
        released devise create created construct constructed build built describe describes named called
        dubbed termed namely coined denoted
        """.split()
    ),
    "compare": frozenset(
        """
        outperform outperforms outperformed outperforming surpass surpasses surpassing surpassed exceed
        exceeds exceeding beat beats beating over than versus vs compared compare comparison comparable
        baseline baselines competitors against unlike superior better faster slower prior
        """.split()
    ),
    "evaluate": frozenset(
        """
        evaluate evaluated evaluates evaluating evaluation evaluations experiment experiments benchmark
        benchmarks dataset datasets tested test validate validated accuracy results performance score
        """.split()
    ),
    "train": frozenset(
        """
        train trained training pretrain pretrained pre-trained pre-training pretraining fine-tune fine-tuned
        fine-tuning finetuned finetuning finetune
        """.split()
    ),
    "use": frozenset(
        """
        use uses used using utilize utilizes utilizing employ employs employing adopt adopts leverage
        leverages leveraging apply applied applying via based build builds integrate integrates combine
        combines combining extend extends
        """.split()
    ),
    "dataset": frozenset(
        """
        dataset datasets benchmark benchmarks corpus corpora data leaderboard challenge testbed collection
        """.split()
    ),
    "model": frozenset(
        """
        model models algorithm algorithms method methods network networks framework approach architecture
        architectures backbone backbones optimizer optimizers loss baselines system
        """.split()
    ),
}
_NEAR_OF: dict[str, tuple[str, ...]] = {}
for _class, _words in _NEAR.items():
    for _word in _words:
        _NEAR_OF[_word] = (*_NEAR_OF.get(_word, ()), _class)
_DATA_WORDS = re.compile(
    r"\b(?:dataset|data set|benchmark|corpus|testbed|collection|suite|challenge|database)s?\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Form:
    """A distinct surface form of one paper.

    Attributes:
        spans: Its occurrences that some component marked, in order of place.
        entries: Vocabulary entries by type.
        ambiguous: Types in which the vocabulary marks the form as ambiguous.
        rules: The rules that marked it.
        long: The long form's text when this is an abbreviation of it; ``short`` the other way round.
    """

    text: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    derived: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    long: str = ""
    short: str = ""

    def note(self, candidate: Candidate) -> None:
        """Take in what a candidate says of the form."""
        self.rules.add(candidate.extractor)
        if not candidate.type:
            return
        if candidate.extractor == "vocabulary.ambiguous":
            self.ambiguous.add(candidate.type)
        if candidate.entry is not None:
            self.entries[candidate.type] = candidate.entry
        else:
            self.derived.add(candidate.type)


def collect_forms(text: str, candidates: Iterable[Candidate], abbreviations: Iterable[Abbreviation]) -> dict[str, Form]:
    """The distinct forms among candidates and abbreviations, by text."""
    forms: dict[str, Form] = {}
    known: set[tuple[int, int]] = set()

    def form_at(start: int, end: int) -> Form:
        surface = text[start:end]
        form = forms.get(surface)
        if form is None:
            form = forms[surface] = Form(surface)
        if (start, end) not in known:
            known.add((start, end))
            form.spans.append((start, end))
        return form

    for candidate in candidates:
        if not text[candidate.start : candidate.end].strip():
            continue  # a component that is not ours may mark anything
        form_at(candidate.start, candidate.end).note(candidate)
    for pair in abbreviations:
        short, long = form_at(*pair.short), form_at(*pair.long)
        short.long, long.short = long.text, short.text
    for form in forms.values():
        form.spans.sort()
    return forms


@lru_cache(maxsize=65536)
def shape_features(text: str) -> tuple[str, ...]:
    """The features of a form alone, wherever it stands."""
    words = text.split()
    last = words[-1]
    first_class = word_class(re.sub(r"^\W+", "", words[0]) or "x")
    out = [
        f"len:{min(len(words), 5)}",
        f"first:{first_class}",
        f"lastc:{word_class(re.sub(r'^[^a-zA-Z0-9]+', '', last) or 'x')}",
    ]
    lower = last.lower()
    if len(words) > 1:
        out.append(f"head:{lower}")
        out.append(f"tail:{lower[-4:]}")
        out.append("caps:" + "".join("c" if w[0].isupper() else "n" if w[0].isdigit() else "l" for w in words[:4]))
    else:
        out.append(f"sfx3:{lower[-3:]}")
        out.append(f"sfx4:{lower[-4:]}")
        out.append(f"pfx3:{lower[:3]}")
        upper = sum(c.isupper() for c in text)
        if text.isupper() and text.isalpha():
            out.append(f"acronym:{min(len(text), 7)}")
        elif text[:-1].isupper() and text[-1] == "s":
            out.append("acronyms")
        elif upper >= 2:
            out.append("camel")
        if "-" in text:
            out.append("hyphen")
            out.append(f"part:{lower.rsplit('-', 1)[1]}")
            out.append(f"part1:{lower.split('-', 1)[0]}")
        if _DIGITS.search(text):
            out.append("digits")
        if text[0].islower():
            out.append("lower0" if upper else "lower")
    out.append(f"w:{text.lower()}")
    return tuple(out)


@lru_cache(maxsize=65536)
def _parts(word: str) -> tuple[str, ...]:
    """A word between spaces as the features see it: lower-case, signs apart, any number as ``#``."""
    return tuple("#" if part[0].isdigit() else part for part in _TOKEN.findall(word.lower()))


class _Surroundings:
    """The words before and after a place, within its sentence."""

    __slots__ = ("_first", "_last", "_lists", "_middle", "_sentences", "_text", "_title_end")

    def __init__(self, text: str, title_end: int, sentences: Sentences) -> None:
        self._text = text
        self._title_end = title_end
        self._sentences = sentences
        self._lists: dict[tuple[int, int], list[str]] = {}
        self._first = next((begin for begin in sentences.starts if begin >= title_end), 0)
        self._last = sentences.starts[-1]
        self._middle = (self._first + sentences.spans[-1][1]) / 2

    def features(self, span: tuple[int, int]) -> list[str]:
        """What stands around a span."""
        start, end = span
        if start < self._title_end:
            return _context("T", self._before(start), self._after(start, end))
        return [self._place(start), *_context("", self._before(start), self._after(start, end))]

    def list_features(self, enumeration: tuple[int, int]) -> list[str]:
        """What stands around an enumeration, for all its members."""
        found = self._lists.get(enumeration)
        if found is None:
            start, end = enumeration
            found = self._lists[enumeration] = ["list", *_context("E", self._before(start), self._after(start, end))]
        return found

    def _place(self, start: int) -> str:
        """Which sentence of the abstract an offset lies in (first, early, late, last), and whether it opens it."""
        begin = self._sentences.at(start)[0]
        if begin <= self._first:
            where = "first"
        elif begin == self._last:
            where = "last"
        else:
            where = "early" if begin < self._middle else "late"
        return f"S:{where}{'^' if start == begin else ''}"

    def _before(self, start: int) -> list[str]:
        """At least seven words and signs before an offset, the nearest last, where there are so many."""
        low = max(self._sentences.at(start)[0], start - 90)
        return [part for word in self._text[low:start].split()[-9:] for part in _parts(word)]

    def _after(self, start: int, end: int) -> list[str]:
        """At least four words and signs after a span, where there are so many."""
        high = min(self._sentences.at(start)[1], end + 60)
        return [part for word in self._text[end:high].split(maxsplit=4)[:4] for part in _parts(word)]


def _context(prefix: str, left: list[str], right: list[str]) -> list[str]:
    """What the words on both sides say; ``prefix`` tells titles and enumerations from the rest."""
    index = len(left) - 1
    while index >= 0 and left[index] in _SKIP:
        index -= 1
    near = left[index] if index >= 0 else "^"
    out = [f"{prefix}L:{near}", f"{prefix}R:{right[0] if right else '$'}"]
    if index >= 1:
        out.append(f"{prefix}L2:{left[index - 1]} {near}")
    if index < len(left) - 1:
        out.append(f"{prefix}Ld:{left[-1]}")
    if len(right) > 1:
        out.append(f"{prefix}R2:{right[0]} {right[1]}")
    for word in left[-7:]:
        if word in _NEAR_OF:
            out += [f"{prefix}NL:{name}" for name in _NEAR_OF[word]]
    # "trained ... on X": the nearest verb or noun with a meaning, joined to the word before the form
    telling = next((word for word in reversed(left[:index]) if word in _NEAR_OF), None) if index > 0 else None
    if telling:
        out += [f"{prefix}LC:{name} {near}" for name in _NEAR_OF[telling]]
    for word in right[:4]:
        if word in _NEAR_OF:
            out += [f"{prefix}NR:{name}" for name in _NEAR_OF[word]]
    return out


def _lists(text: str, forms: dict[str, Form]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each span in an enumeration of forms: the first and the last span of that enumeration, by their edges."""
    spans = sorted({span for form in forms.values() for span in form.spans})
    flat: list[tuple[int, int]] = []
    for span in spans:
        if flat and span[0] < flat[-1][1]:
            if span[1] - span[0] > flat[-1][1] - flat[-1][0]:
                flat[-1] = span
            continue
        flat.append(span)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    run: list[tuple[int, int]] = []
    for span in [*flat, (len(text) + 9, len(text) + 9)]:
        if run and (span[0] - run[-1][1] > 16 or not _LIST_GAP.fullmatch(text, run[-1][1], span[0])):
            if len(run) > 1:
                for member in run:
                    found[member] = (run[0][0], run[-1][1])
            run = []
        run.append(span)
    return found


def _vocabulary_features(form: Form) -> list[str]:
    out = []
    for entity_type, entry in form.entries.items():
        mark = "?" if entity_type in form.ambiguous else ""
        out.append(f"V:{entity_type}{'+' if entry.named else '-'}{mark}")
        if entry.kind:
            out.append(f"Vk:{entity_type}:{entry.kind}")
        if form.text != entry.name and form.text not in entry.aliases:
            out.append(f"Vx:{entity_type}")
    out.extend(f"Vd:{entity_type}" for entity_type in sorted(form.derived))
    return out or ["V:none"]


def _abbreviation_features(form: Form, forms: dict[str, Form]) -> list[str]:
    out = []
    if form.long:
        head = form.long.rsplit(" ", 1)[-1].lower()
        out += ["ab:short", f"abh:{head}", "ab:short:lower" if form.long.islower() else "ab:short:caps"]
        out += ["ab:" + f for f in _vocabulary_features(forms[form.long])]
    if form.short:
        out += ["ab:long", "ab:long:lower" if form.text.islower() else "ab:long:caps"]
        out.append("ab:of:" + word_class(form.short))
        if not (form.short.isupper() or form.short[:-1].isupper()):
            out.append("ab:of:mixed")
    return out


def describe(text: str, title_end: int, sentences: Sentences, forms: dict[str, Form]) -> dict[str, list[str]]:
    """The features that each form has in this paper, those of its shape left out, without repeats, in a fixed order.

    Args:
        text: Title, separator and abstract.
        title_end: Length of the title, 0 when there is none.
        sentences: Sentence spans of the text.
        forms: What ``collect_forms`` gave.
    """
    surroundings = _Surroundings(text, title_end, sentences)
    lists = _lists(text, forms)
    longest = _cover(forms)
    title = text[:title_end]
    described = {}
    for surface, form in forms.items():
        features = [f"src:{rule}" for rule in sorted(form.rules)]
        features += _vocabulary_features(form)
        features += _abbreviation_features(form, forms)
        features += _place(form, text, title, title_end)
        inside = [span for span in form.spans if span in longest]
        if inside:
            features.append("inside:all" if len(inside) == len(form.spans) else "inside:some")
        # where a form stands within a longer one, the words around it speak of the longer one
        for span in form.spans if len(form.spans) == 1 else [s for s in form.spans if s not in longest]:
            features += surroundings.features(span)
            if span in lists:
                features += surroundings.list_features(lists[span])
        described[surface] = list(dict.fromkeys(features))
    return described


def _place(form: Form, text: str, title: str, title_end: int) -> list[str]:
    count = text.count(form.text) if len(form.text) > 2 else len(form.spans)
    out = [f"n:{min(count, 4)}"]
    if title_end and form.text in title:
        out.append("title")
        if count > 1:
            out.append("title+")
    if "names.colon" in form.rules:
        out.append("colon:data" if _DATA_WORDS.search(title, len(form.text)) else "colon:other")
        if text.find(form.text, title_end) > 0:
            out.append("colon+")
    elif title and form.long and title.startswith(form.text + ":"):
        out.append("colon+")
    return out


def _cover(forms: dict[str, Form]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each span that lies within a longer one: that longer span."""
    spans = sorted({span for form in forms.values() for span in form.spans}, key=lambda s: (s[0], -s[1]))
    found = {}
    outer = (-1, -1)
    for span in spans:
        if span[1] <= outer[1]:
            found[span] = outer
        else:
            outer = span
    return found
