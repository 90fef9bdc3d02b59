"""Acronyms and their long forms, both ways round.

Forward, "long form (ACR)": A. S. Schwartz and M. A. Hearst, "A simple algorithm for identifying abbreviation
definitions in biomedical text", Pacific Symposium on Biocomputing 8, 2003. Reverse, "ACR (long form)": the same match
on the bracket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from kg.extractors.base import TITLE_SEPARATOR, Component, text_of
from kg.extractors.stored import storable

__all__ = ["Abbreviation", "abbreviations_of", "find_abbreviations"]

_BRACKET = re.compile(r"\(([^()]{2,100})\)")
_LONGEST = 90
_LONGEST_TITLE = 400
_LEAST_INITIALS = 0.6
_SHORT = re.compile(r"[^\W_][\w.&/+^*-]{0,13}(?: [\w.&/+-]{1,8})?")
_TITLE_NAME = re.compile(r"\s*([^\W_][\w.+-]{1,13})\s*[:：]\s+")
_SENTENCE_END = re.compile(r"[.;:!?]\s")
_ARTICLE = re.compile(r"(?:An?|The|Towards?)\s")
_PHRASE_END = re.compile(
    r"(?:(?=[.;:!?]|\n|$)|\s+(?=(?:for|in|on|via|by|with|under|using|based|to|from|at|towards?|through|without)\s))",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"([^\W_][\w.&/+^*-]*)\s*$")
_SPOKEN = str.maketrans({"2": "t", "4": "f"})
_STOPS = ".;:!?,"
_BREAKS = re.compile(r"[.;:!?,()\[\]](?:\s|$)|" + re.escape(TITLE_SEPARATOR))
_LEADING = re.compile(r"(?:(?:a|an|the|our|and|or|of|by|with|using|via)\s+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and its long form, as half-open spans of the text."""

    short: tuple[int, int]
    long: tuple[int, int]


storable(
    Abbreviation,
    lambda pair: {"short": pair.short, "long": pair.long},
    lambda *, short, long: Abbreviation((short[0], short[1]), (long[0], long[1])),
)


def _is_short_form(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return (
        2 <= len(text) <= 14
        and len(letters) >= 2
        and any(c.isupper() for c in letters)
        and (len(letters) <= 10)
        and _SHORT.fullmatch(text) is not None
        and not (text[0].isupper() and text[1:].islower() and len(text) > 5)
    )


def _match_long_form(short: str, before: str) -> int | None:
    """Offset in ``before`` where the long form of ``short`` begins (Schwartz and Hearst, figure 1), or None."""
    letters = [c for c in short.lower() if c.isalnum()]
    lower = before.lower()
    if len(lower) != len(before):
        return None
    at = len(lower)
    for position in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= 0 and (lower[at] != letters[position] or (position == 0 and at > 0 and lower[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
    return at


def _long_form(short: str, before: str) -> tuple[int, int] | None:
    """Span within ``before`` of the long form that ends there and that ``short`` abbreviates."""
    bare = short[:-1] if len(short) > 2 and short[-1] == "s" and short[-2].isupper() else short
    words = min(len(bare) + 5, 2 * len(bare))
    starts = [m.start() for m in re.finditer(r"\S+", before)]
    cut = starts[-words] if len(starts) >= words else 0
    for match in _BREAKS.finditer(before, cut, max(cut, len(before) - 1)):
        cut = match.end()
    window = before[cut:]
    begin = _match_long_form(bare, window)
    if begin is None and any(c in bare for c in "24"):
        begin = _match_long_form(bare.translate(_SPOKEN), window)
    if begin is None:
        return None
    # "self-supervised learning (SSL)" is no supervised learning
    if begin and window[begin - 1] == "-" and window[begin] == window[begin].lower():
        begin = max(window.rfind(" ", 0, begin), window.rfind("\n", 0, begin)) + 1
    if leading := _LEADING.match(window, begin):
        begin = leading.end()
    found = window[begin:].rstrip()
    if (
        found[-1:] in _STOPS
        or len(found) <= len(bare)
        or (" " not in found and "-" not in found and len(found) < 2 * len(bare))
    ):
        return None
    return cut + begin, cut + begin + len(found)


def _title_expansion(text: str) -> Abbreviation | None:
    """The title "ACR: All Clear Rules for ..." as a definition, when the letters are those of the phrase."""
    end = text.find(TITLE_SEPARATOR, 0, _LONGEST_TITLE)
    named = _TITLE_NAME.match(text, 0, max(end, 0))
    if named is None or not _is_short_form(named[1]) or _ARTICLE.match(text, named.end()):
        return None
    letters = [c for c in named[1].lower() if c.isalpha()]
    begin = named.end()
    for stop in _PHRASE_END.finditer(text, begin, end):
        phrase = text[begin : stop.start()]
        words = len(phrase.split())
        if words > min(len(letters) + 5, 2 * len(letters)) or _SENTENCE_END.search(phrase):
            return None
        if words > 1 and _match_long_form(named[1], phrase) == 0 and _are_initials(letters, phrase):
            return Abbreviation(named.span(1), (begin, stop.start()))
    return None


def _are_initials(letters: list[str], phrase: str) -> bool:
    """Whether most of the letters begin words of the phrase, or parts of them."""
    initials = {word[:1] for word in re.split(r"[ -]", phrase.lower())}
    return sum(letter in initials for letter in letters) >= _LEAST_INITIALS * len(letters)


def find_abbreviations(text: str) -> list[Abbreviation]:
    """All abbreviation definitions of a text, in order of place."""
    found = []
    if title := _title_expansion(text):
        found.append(title)
    for match in _BRACKET.finditer(text):
        inner = match[1].strip()
        if len(inner) > _LONGEST or TITLE_SEPARATOR in inner:
            continue
        inner_start = match.start(1) + match[1].find(inner)
        head = re.split(r"[;,]\s", inner, maxsplit=1)[0].strip("'\"“”` ")
        offset = inner_start + inner.find(head)
        before = text[max(0, match.start() - 160) : match.start()].rstrip()
        if _is_short_form(head):
            base = max(0, match.start() - 160)
            if span := _long_form(head, before):
                short = (offset, offset + len(head))
                found.append(Abbreviation(short, (base + span[0], base + span[1])))
                continue
        if " " in inner or "-" in inner:
            found.extend(_reverse(text, match.start(), inner, inner_start))
    return found


def _reverse(text: str, bracket: int, inner: str, inner_start: int) -> list[Abbreviation]:
    word = _WORD_BEFORE.search(text, max(0, bracket - 24), bracket)
    if word is None or not _is_short_form(word[1]) or len(inner.split()) > 10:
        return []
    begin = _match_long_form(word[1].rstrip("s") if word[1][:-1].isupper() else word[1], inner)
    if begin != 0:
        return []
    return [Abbreviation((word.start(1), word.end(1)), (inner_start, inner_start + len(inner)))]


def abbreviations_of(doc: Doc) -> list[Abbreviation]:
    """The abbreviations that ``kg_abbreviations`` found in a document; found now if that component did not run."""
    found: list[Abbreviation] | None = doc._.kg_abbreviations
    if found is None:
        found = doc._.kg_abbreviations = find_abbreviations(text_of(doc))
    return found


@Language.factory("kg_abbreviations", assigns=["doc._.kg_abbreviations"])
def create_abbreviations(nlp: Language, name: str) -> Component:
    """Component that finds abbreviation definitions."""

    def find(doc: Doc) -> Doc:
        doc._.kg_abbreviations = find_abbreviations(text_of(doc))
        return doc

    return find
