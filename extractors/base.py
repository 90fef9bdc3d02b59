"""What the components share: the document extensions, and text helpers."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from typing import Any

from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.stored import storable
from kg.vocabulary import Entry

__all__ = [
    "TITLE_SEPARATOR",
    "Component",
    "Sentences",
    "Taken",
    "add_candidates",
    "candidates_of",
    "sentences_of",
    "text_of",
    "title_end_of",
    "type_of_class",
]

TITLE_SEPARATOR = "\n\n"
"""Stands between title and abstract in the text that the pipeline sees."""


Component = Callable[[Doc], Doc]

for _name in ("kg_abbreviations", "kg_candidates", "kg_mentions", "kg_sentences", "kg_text", "kg_title_end"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


def _slots(value: Candidate | Entry) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def _entry(*, aliases: list[str], ambiguous: list[str], **rest: Any) -> Entry:
    return Entry(aliases=tuple(aliases), ambiguous=frozenset(ambiguous), **rest)


storable(Candidate, _slots, Candidate)
storable(Entry, lambda entry: _slots(entry) | {"ambiguous": sorted(entry.ambiguous)}, _entry)


def text_of(doc: Doc) -> str:
    """The text of a document, put together once (``Doc.text`` joins its tokens at every call)."""
    text: str | None = doc._.kg_text
    if text is None:
        text = doc._.kg_text = doc.text
    return text


def title_end_of(doc: Doc) -> int:
    """Length of the title that the document begins with; 0 when it has none."""
    end: int | None = doc._.kg_title_end
    if end is None:
        end = doc._.kg_title_end = max(0, text_of(doc).find(TITLE_SEPARATOR))
    return end


def candidates_of(doc: Doc) -> list[Candidate]:
    """The candidates found so far, in the order of the components."""
    found: list[Candidate] | tuple[Candidate, ...] | None = doc._.kg_candidates
    if not isinstance(found, list):  # a DocBin gives tuples back
        found = doc._.kg_candidates = list(found or ())
    return found


def add_candidates(doc: Doc, found: Iterable[Candidate]) -> Doc:
    """Append candidates to a document and return it."""
    candidates_of(doc).extend(found)
    return doc


def type_of_class(name: str) -> str:
    """The node type of a class that the decisions and the model know: "Method+" and "Method-" are Methods."""
    return name.rstrip("+-")


class Sentences:
    """Sentence spans of a text, with look-up by offset."""

    __slots__ = ("spans", "starts")

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.spans = spans
        self.starts = [start for start, _ in spans]

    def at(self, offset: int) -> tuple[int, int]:
        """The sentence that an offset lies in (the last one that starts before it)."""
        return self.spans[max(0, bisect.bisect_right(self.starts, offset) - 1)]


class Taken:
    """The places of a text that mentions cover."""

    __slots__ = ("_covered",)

    def __init__(self, size: int) -> None:
        self._covered = bytearray(size)

    def take(self, start: int, end: int) -> None:
        """Cover a span."""
        self._covered[start:end] = b"\1" * (end - start)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing of a span is covered."""
        return self._covered.find(1, start, end) < 0


storable(
    Sentences,
    lambda found: {"spans": found.spans},
    lambda *, spans: Sentences([(start, end) for start, end in spans]),
)


def sentences_of(doc: Doc) -> Sentences:
    """The sentences that ``kg_sentences`` found; without that component, spaCy's own, or the whole text."""
    found: Sentences | None = doc._.kg_sentences
    if found is None:
        spans = [(s.start_char, s.end_char) for s in doc.sents] if doc.has_annotation("SENT_START") else []
        found = doc._.kg_sentences = Sentences(spans or [(0, len(text_of(doc)))])
    return found
