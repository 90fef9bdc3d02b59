"""Sentence boundaries for titles and abstracts: LaTeX, "e.g.", "et al.", initials, decimals and URLs do not end one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.extractors.base import TITLE_SEPARATOR, Component, Sentences, text_of

__all__ = ["sentence_spans"]

# A stop, closing quotes or brackets, white space, and a word that can open a sentence: one with a capital or a digit.
_STOP = re.compile(r"[.!?][\"'”’)\]}*]*\s+(?=[\"'“‘(\[{$\\*]*\w*[^\Wa-z_])|" + re.escape(TITLE_SEPARATOR))
_SPACE = re.compile(r"\s+")
_NEVER_FINAL = frozenset(
    "e.g i.e cf vs viz fig figs eq eqs sec secs tab ref refs resp approx no nos dr prof mr mrs ms st al w.r.t a.k.a "
    "vol pp dept univ incl ca".split()
)
_OPENERS = frozenset(
    "we the this these in our to it as however moreover furthermore additionally finally for by on with while when "
    "although experiments results extensive code based using unlike here specifically that such they there thus hence "
    "therefore then first second third".split()
)


def _ends_sentence(text: str, stop: int, following: int) -> bool:
    """Whether the stop at ``stop`` closes a sentence, given that the next word begins at ``following``."""
    if text[stop] != ".":
        return True
    word = text[max(0, stop - 24) : stop].rsplit(maxsplit=1)[-1:]
    bare = word[0].lstrip("([{").rstrip(".").lower() if word else ""
    next_word = text[following : following + 14].split(maxsplit=1)[0].lower().rstrip(",") if text[following:] else ""
    if bare in _NEVER_FINAL:
        return bare == "al" and next_word in _OPENERS
    if len(bare) == 1 and bare.isalpha():
        return next_word in _OPENERS
    return True


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of a text, in code points, without surrounding white space."""
    spans = []
    begin = _after_space(text, 0)
    for match in _STOP.finditer(text):
        stop, following = match.start(), match.end()
        if match[0] != TITLE_SEPARATOR:
            if not _ends_sentence(text, stop, following) or _in_math(text, begin, stop):
                continue
            end = stop + len(match[0].rstrip())
        else:
            end = begin + len(text[begin:stop].rstrip())
        if end > begin:
            spans.append((begin, end))
        if following > begin:
            begin = _after_space(text, following)
    end = len(text.rstrip())
    if end > begin:
        spans.append((begin, end))
    return spans or [(0, len(text))]


def _after_space(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


def _in_math(text: str, begin: int, stop: int) -> bool:
    dollars = text.count("$", begin, stop) - text.count("\\$", begin, stop)
    return dollars % 2 == 1 and "$" in text[stop : stop + 80]


@Language.factory("kg_sentences", assigns=["doc._.kg_sentences", "token.is_sent_start"])
def create_sentences(nlp: Language, name: str) -> Component:
    """Component that marks sentence starts on tokens and keeps the spans for the other components."""

    def mark(doc: Doc) -> Doc:
        spans = sentence_spans(text_of(doc))
        sentences = doc._.kg_sentences = Sentences(spans)
        if len(doc) > 1:
            # one array, not token by token: each assignment to Token.is_sent_start scans the whole document
            offsets = doc.to_array("IDX")
            marks: Any = np.full(len(doc), -1, dtype=np.int64)
            marks[np.searchsorted(offsets, sentences.starts).clip(max=len(doc) - 1)] = 1
            doc.from_array(["SENT_START"], marks[:, None].astype(np.uint64))
        return doc

    return mark
