"""Reported values of metrics: "28.4 BLEU", "an accuracy of 86.2%", "FID of 2.3", "3.5x speedup"."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import Component, sentences_of, text_of

__all__ = ["find_value"]

_VALUE = r"[-+]?\$?\d+(?:[.,]\d+)*(?:\s?(?:\\?%|points?|pp|dB|ms|x|×|times|seconds?|s|hours?|fps|FPS|GB|MB|K|M|B))?"
_AFTER = re.compile(
    r"(?:\s+(?:scores?|rates?|values?|performance|on|in|for|test|set|the|[A-Z][\w-]*)){0,5}?\s*"
    r"(?:\s(?:of|is|was|to|at|by|up|around|about|approximately|over|reaches|reaching|only|from|nearly|as|low|high)|[:=(])"
    r"(?:\s(?:up|to|about|around|over|only|nearly|more|less|than|as|low|high|by))*\s*\(?(" + _VALUE + r")(?![\w.]*\w)"
)
_BEFORE = re.compile(
    r"(?<![\w.])(?<![^\W\d_]-)("  # the 4 of GPT-4 is no value
    + _VALUE
    + r")(?:\s+(?:\w+-)?(?:absolute|relative|higher|lower|better|average|mean|test|[A-Z][\w-]*)){0,2}\s+(?:in\s+)?$"
)


def find_value(text: str, start: int, end: int, sentence: tuple[int, int]) -> str | None:
    """The value that a sentence reports for the metric at ``[start:end]``, as written, or None."""
    if after := _AFTER.match(text, end, min(sentence[1], end + 60)):
        return after[1].strip()
    before = _BEFORE.search(text[max(sentence[0], start - 40) : start])
    return before[1].strip() if before else None


def add_values(doc: Doc) -> None:
    """Set the attribute ``value`` of each metric mention whose sentence gives one."""
    mentions: list[Candidate] = doc._.kg_mentions or []
    text = text_of(doc)
    for mention in mentions:
        if mention.type == "Metric":
            value = find_value(text, mention.start, mention.end, sentences_of(doc).at(mention.start))
            if value is not None:
                mention.attributes["value"] = value


@Language.factory("kg_results", requires=["doc._.kg_mentions"], assigns=["doc._.kg_mentions"])
def create_results(nlp: Language, name: str) -> Component:
    """Component that reads the values of metric mentions."""

    def read(doc: Doc) -> Doc:
        add_values(doc)
        return doc

    return read
