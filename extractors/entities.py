"""Entities of components that are not ours: a rule of spaCy, GLiNER, a language model, any that writes ``doc.ents``.

``kg_entities`` stands behind such a component and makes candidates of what it found. Before ``kg_cues`` they are one
more vote; after it, those that overlap no mention become mentions as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.candidates import Candidate
from kg.errors import ConfigError
from kg.extractors.base import Component, Taken, add_candidates
from kg.schema import NODE_TYPES

__all__ = ["create_entities", "foreign_candidates"]

_TYPES = ("Method", "Dataset", "Hardware", "Task", "Metric")
_NAMED = frozenset(("Method", "Dataset", "Hardware"))


def foreign_candidates(spans: Iterable[Span], types: Mapping[str, str], confidence: float) -> list[Candidate]:
    """Spans as candidates, in order of place, those of other labels left out.

    Args:
        spans: Entities of a document; ``span._.score``, where a component sets it, is their confidence.
        types: Label in lower case -> node type.
        confidence: Of spans without a score.
    """
    found = {}
    for span in spans:
        kind = types.get(span.label_.lower())
        text = span.text
        start = span.start_char + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if kind and start < end:
            given = span._.score if span.has_extension("score") else None
            sure = min(max(float(given), 0.0), 1.0) if isinstance(given, int | float) and given else confidence
            named = kind in _NAMED and not text.islower()
            found[start, end, kind] = Candidate(kind, start, end, named, round(sure, 4), "entities")
    return [found[place] for place in sorted(found)]


def _as_mentions(doc: Doc, found: Iterable[Candidate]) -> Doc:
    """Add those that overlap nothing that was decided."""
    mentions: list[Candidate] = list(doc._.kg_mentions)
    end_of_last = max((c.end for c in mentions), default=0)
    taken = Taken(max(end_of_last, len(doc.text)))
    for mention in mentions:
        taken.take(mention.start, mention.end)
    for candidate in found:
        if taken.is_free(candidate.start, candidate.end):
            taken.take(candidate.start, candidate.end)
            candidate.role = NODE_TYPES[candidate.type].roles[-1]
            mentions.append(candidate)
    doc._.kg_mentions = sorted(mentions, key=lambda c: (c.start, c.end))
    return doc


@Language.factory(
    "kg_entities",
    assigns=["doc._.kg_candidates"],
    default_config={"labels": {kind.lower(): kind for kind in _TYPES}, "spans": None, "confidence": 0.5},
)
def create_entities(
    nlp: Language, name: str, labels: dict[str, str], spans: str | None, confidence: float
) -> Component:
    """Component that takes over what components of others found.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        labels: Label of the other component, in any case -> Method, Dataset, Hardware, Task or Metric.
        spans: Key of ``doc.spans`` to read; None for ``doc.ents``.
        confidence: Of entities whose component gives no score.

    Raises:
        ConfigError: if a label is mapped to another type.
    """
    if unknown := sorted(set(labels.values()) - set(_TYPES)):
        raise ConfigError(f"kg_entities: labels: {unknown[0]} is no type (known: {', '.join(_TYPES)})")
    types = {label.lower(): kind for label, kind in labels.items()}

    def take(doc: Doc) -> Doc:
        given: Iterable[Span] = doc.ents if spans is None else doc.spans.get(spans, ())
        found = foreign_candidates(given, types, confidence)
        return add_candidates(doc, found) if doc._.kg_mentions is None else _as_mentions(doc, found)

    return take
