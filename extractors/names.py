"""Names that no vocabulary knows: coined words by their shape, capitalised phrases, and what a paper says it proposes.

The component finds spans only; which of them are methods, datasets or nothing is for ``cues`` to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import Component, Sentences, add_candidates, sentences_of, text_of, title_end_of
from kg.extractors.words import CONNECTORS, GENERIC_HEADS, OPENERS, PHRASE_ENDS, PRAISE, SCAFFOLD

__all__ = ["find_names", "word_class"]

# words with a capital or a digit in them: nothing else can be part of a name, but for connectors between two of these
_WORD = re.compile(r"(?<![\w.+@/*^&'’$\\{}-])(?=[a-z.+@/*^&'’$\\{}-]*[^\Wa-z_])[^\W_](?:[\w.+@/*^&'’$\\{}-]*[\w+*$}])?")
_JOINTS = frozenset(
    (" ", *(f" {small} " for small in CONNECTORS), " of the ", " in the ", " for the ", " on the ", " to the ")
)
_CAMEL = re.compile(r"[^\W\d_]*[a-zé][A-Z]|[A-Z]{2,}[a-z]|[A-Za-z]\d+[A-Za-z]|[a-z]+\d+$")
_VERSION = re.compile(
    r"(?:[vV]?\d+(?:\.\d+)*[A-Za-z]?|\d+(?:\.\d+)?[BMKbmk]|\d+x\d+[BM]|XL|XXL|Large|Base|Small|Tiny|Mini|Nano|Pro|Turbo|Ultra|Plus)"
)
_NUMBER = re.compile(r"[\d.,%/x×-]+(?:st|nd|rd|th|s|K|M|B|k|x|D|d|GB|TB|MB|ms|fps|Hz|GHz|FPS|°)?")
_POSSESSIVE = re.compile(r"['’]s?$")
_LEADING_PART = re.compile(r"^(?:non|pre|post|multi|un|re|semi|self|cross|co)-", re.IGNORECASE)
_PROPOSE = re.compile(
    r"\b(?:[Ww]e|[Pp]aper|[Ww]ork|[Aa]rticle|[Aa]uthors|[Ss]tudy|[Rr]eport)\s+"
    r"(?:\w+ly\s+|then\s+|also\s+|further\s+|first\s+|here\s+|thus\s+)?"
    r"(?:propose|present|introduce|develop|design|describe|devise|formulate|release|construct|build|create|contribute|"
    r"adopt|employ|use)s?\s+(?:and\s+\w+\s+)?(?:an?|the|two|our|three)?\s*"
)
_CALLED = re.compile(
    r"\b(?:called|named|dubbed|termed|namely|coined|referred to as|known as|i\.e\.,)\s+[\"“'`]*(?:the\s+|an?\s+)?"
)
_ADJECTIVE = re.compile(rf"(?:(?:{'|'.join(PRAISE)}),?\s+)+")
_PHRASE = re.compile(r"[^\W_][\w-]*(?:\s+[^\W_][\w-]*){0,6}")
_PHRASE_STOP = re.compile(rf"\s+(?:{'|'.join(PHRASE_ENDS)})\b.*")
_TITLE_BREAK = re.compile(
    r"[:;,?!.()]\s*(?:(?:An?|The|Towards?|On)\s+)?|\s+[-–—]\s+"
    r"|\s+(?:for|via|with|by|using|through|from|to|in|on|under|and|of|towards?|based on|as)\s+(?:(?:an?|the)\s+)?",
    re.IGNORECASE,
)
_TITLE_COLON = re.compile(r"\s*(?::|：|\s[-–—]\s)\s*")

_HEADED = re.compile(
    r"(?:['’]s)?[ -](?:algorithm|analysis|bound|decomposition|dimension|distance|distribution|divergence|entropy|"
    r"equation|error|filter|filtering|gradient|inequality|kernel|law|loss|machine|mechanism|method|metric|model|network|norm|process|"
    r"regression|regularization|rotation|rule|sampler|sampling|score|sketch|statistic|surface|test|theorem|theory|"
    r"training|transform|transformation|tree|wavelet)(?:s|es)?(?![\w-])|(?:['’]s)? (?:inequalities|processes)(?![\w-])"
)
"""What a person's or a coined name stands before: "Gumbel process", "Sinkhorn loss", "Fisher's law"."""
_PART = re.compile(r"[^\W\d_][\w.+-]*[\w+]")

_LONGEST_WORD = 80
"""No name is longer; the shapes take quadratic time."""

_MOST_PARTS = 4

_Word = tuple[int, int, str, str]
"""Start, end, text and class of a word."""


@lru_cache(maxsize=65536)
def word_class(word: str) -> str:
    """Shape of a word: coined, cap, version, number or low.

    >>> word_class("SegFormer3D"), word_class("Vision"), word_class("7B"), word_class("12,000"), word_class("the")
    ('coined', 'cap', 'version', 'number', 'low')
    """
    if len(word) > _LONGEST_WORD:
        return "low"
    if _NUMBER.fullmatch(word) and not (word[-1] in "BM" and word[0].isdigit()):
        return "version" if re.fullmatch(r"\d{1,2}(?:\.\d)?|20\d\d", word) else "number"
    if _VERSION.fullmatch(word):
        return "version"
    upper = sum(c.isupper() for c in word)
    core = _LEADING_PART.sub("", word)
    if upper and ((upper >= 2 and not _title_hyphens(word)) or _CAMEL.search(core) or any(c.isdigit() for c in core)):
        return "coined"
    if not upper and re.fullmatch(r"[a-z]+\d[a-z]+", word):
        return "coined"
    if word[0].isupper():
        return "cap"
    return "low"


def _title_hyphens(word: str) -> bool:
    """Whether the capitals of a word are only those of title case, as in "Low-Rank" or "State-of-the-Art"."""
    parts = re.split(r"[-/]", word)
    return len(parts) > 1 and all(len(part) > 1 and part[1:] == part[1:].lower() for part in parts)


@lru_cache(maxsize=65536)
def _clean(word: str) -> tuple[str, str]:
    """A word without possessive and closing punctuation, and its class."""
    bare = word if "$" in word[:-1] else word.rstrip(".'’/\\$")
    bare = _POSSESSIVE.sub("", bare) or word
    return bare, word_class(bare)


def _words(text: str, begin: int, end: int) -> list[_Word]:
    """The words of a stretch of text that can be part of a name."""
    out = []
    for match in _WORD.finditer(text, begin, end):
        start = match.start()
        word, kind = _clean(match[0])
        out.append((start, start + len(word), word, kind))
    return out


def _runs(text: str, words: list[_Word]) -> Iterator[tuple[int, int]]:
    """Index ranges of maximal runs of name-like words, parted by single spaces or, if capitalised, a connector."""
    first = 0
    total = len(words)
    while first < total:
        if words[first][3] not in ("coined", "cap"):
            first += 1
            continue
        last = first
        while last + 1 < total:
            gap = text[words[last][1] : words[last + 1][0]]
            kind = words[last + 1][3]
            if gap != " " and (gap not in _JOINTS or words[last][3] != "cap" or kind != "cap"):
                break
            if kind == "number" or kind == "low":
                break
            last += 1
        yield first, last
        first = last + 1


def _is_opener(word: _Word) -> bool:
    return word[3] == "cap" and (word[2].lower() in OPENERS or word[2] in SCAFFOLD)


def _trimmed(words: list[_Word], first: int, last: int) -> tuple[int, int] | None:
    """A run without sentence openers in front and without generic heads behind; None when nothing is left."""
    while first <= last and _is_opener(words[first]):
        first += 1
    while last > first and words[first][3] == "coined" and words[last][2].lower() in GENERIC_HEADS:
        last -= 1
    return None if first > last or words[first][3] == "version" else (first, last)


def _in_title(text: str, words: list[_Word]) -> Iterator[tuple[int, int]]:
    """Coined words of a title with the versions that follow: its capitals say nothing, its shapes do."""
    for index, (start, end, _, kind) in enumerate(words):
        if kind == "coined":
            following = index + 1
            while (
                following < len(words) and words[following][3] == "version" and text[end : words[following][0]] == " "
            ):
                end = words[following][1]
                following += 1
            yield start, end


def _before_colon(text: str, title_end: int) -> tuple[int, int] | None:
    """What stands before the colon of a title, when it is short enough to be a name."""
    match = _TITLE_COLON.search(text, 0, title_end)
    if match is None or match.end() >= title_end:
        return None
    name = text[: match.start()]
    begin = len(name) - len(name.lstrip())
    return (begin, match.start()) if match.start() - begin >= 2 and len(name.split()) <= 6 else None


def _title_phrases(text: str, title_end: int) -> Iterator[tuple[int, int]]:
    """Phrases of two to six words of a title, between its connectors and signs: many a long form stands there only."""
    begin = 0
    for match in chain(_TITLE_BREAK.finditer(text, 0, title_end), (None,)):
        end = match.start() if match else title_end
        if 1 <= text.count(" ", begin, end) <= 5 and text[begin].isalnum():
            yield begin, end
        begin = match.end() if match else end


def _proposed(text: str, title_end: int) -> Iterator[tuple[int, int]]:
    """Noun phrases that follow "we propose a novel ..." and the like, up to the word that ends them."""
    for match in chain(_PROPOSE.finditer(text, title_end), _CALLED.finditer(text, title_end)):
        at = match.end()
        if adjective := _ADJECTIVE.match(text, at):
            at = adjective.end()
        phrase = _PHRASE.match(text, at)
        if phrase is None:
            continue
        found = _PHRASE_STOP.sub("", phrase[0], count=1)
        words = found.split()
        if 2 <= len(words) <= 6:
            yield at, at + len(found)
            if len(words) > 2 and words[-1].lower() in GENERIC_HEADS:
                yield at, at + len(found) - len(words[-1]) - 1


def _in_abstract(text: str, words: list[_Word], openings: set[int]) -> Iterator[tuple[int, int, str]]:
    """Runs of name-like words with the rule that they follow, and with the head behind them."""
    for first, last in _runs(text, words):
        kept = _trimmed(words, first, last)
        if kept is None:
            continue
        low, high = kept
        if low == high and words[low][3] == "cap" and words[low][0] in openings:
            continue
        coined = any(words[i][3] == "coined" for i in range(low, high + 1))
        yield words[low][0], words[high][1], "coined" if coined else "cap"
        if headed := _HEADED.match(text, words[high][1]):
            yield words[low][0], headed.end(), "headed"


def _parts(words: list[_Word]) -> Iterator[tuple[int, int]]:
    """Names that a slash joins, as in "GPT-3/LLaMA": each that has the shape of one."""
    for start, _, word, kind in words:
        if kind != "coined" or "/" not in word or "://" in word or word.count("/") > _MOST_PARTS:
            continue
        for part in _PART.finditer(word):
            if word_class(part[0]) == "coined" and (part.start() == 0 or word[part.start() - 1] == "/"):
                yield start + part.start(), start + part.end()


def find_names(text: str, title_end: int, sentences: Sentences) -> list[Candidate]:
    """Possible names of a text, untyped (type ``""``), with the rule that found each.

    Args:
        text: Title, separator and abstract.
        title_end: Length of the title; 0 when the text is an abstract alone.
        sentences: Sentence spans of the text.
    """
    found: dict[tuple[int, int], Candidate] = {}

    def add(start: int, end: int, rule: str, *, named: bool = True) -> None:
        if end - start >= 2 and (start, end) not in found:
            found[start, end] = Candidate("", start, end, named, 0.3, f"names.{rule}")

    if span := _before_colon(text, title_end):
        add(*span, "colon")
    for start, end in _in_title(text, _words(text, 0, title_end)):
        add(start, end, "title")
    for start, end in _title_phrases(text, title_end):
        add(start, end, "phrase")
    words = _words(text, title_end, len(text))
    for start, end, rule in _in_abstract(text, words, set(sentences.starts)):
        add(start, end, rule)
    for start, end in _parts(words):
        add(start, end, "part")
    for start, end in _proposed(text, title_end):
        add(start, end, "proposed", named=False)
    return list(found.values())


@Language.factory("kg_names", assigns=["doc._.kg_candidates"])
def create_names(nlp: Language, name: str) -> Component:
    """Component that finds possible names."""

    def find(doc: Doc) -> Doc:
        return add_candidates(doc, find_names(text_of(doc), title_end_of(doc), sentences_of(doc)))

    return find
