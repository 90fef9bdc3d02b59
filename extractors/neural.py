"""The trained span model as a spaCy component: it proposes spans, and tells ``kg_cues`` how likely each form is.

The model scores every span of up to twelve words for type, proper or common noun, and role in one pass (``kg train``
makes it, ``neural_runtime`` runs it). Candidates of the components before it are features of its words, so that it
knows what rules and vocabularies think; ``kg_cues`` weighs its opinion against theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.candidates import Candidate
from kg.config import MODEL
from kg.errors import ConfigError
from kg.extractors.abbreviations import abbreviations_of
from kg.extractors.base import (
    Component,
    add_candidates,
    candidates_of,
    sentences_of,
    text_of,
    title_end_of,
    type_of_class,
)
from kg.extractors.features import Form
from kg.extractors.neural_input import CLASSES, ROLES, Floats, Text, as_text
from kg.extractors.neural_runtime import SpanScores, best_spans, load_span_model

__all__ = ["DENSE", "PROPOSED", "RULES", "create_neural", "form_scores", "propose", "text_for_model"]

PROPOSED = 0.12
"""Least probability of being an entity at which a span becomes a candidate."""

RULES = ("kg_sentences", "kg_links", "kg_abbreviations", "kg_vocabulary", "kg_hardware", "kg_names")
"""The components that vote, in order."""

_CLASSES, _ROLES = len(CLASSES), len(ROLES)
DENSE = 2 * _CLASSES + _ROLES + 1
"""Length of what the model says of a form: mean and greatest log-probability of the classes, mean of the roles, 1."""
_FLOOR = -10.0

if not Doc.has_extension("kg_span_scores"):
    Doc.set_extension("kg_span_scores", default=None)


def text_for_model(doc: Doc) -> Text:
    """A document, gone through the components that vote, as the model sees it."""
    pairs = [(pair.short, pair.long) for pair in abbreviations_of(doc)]
    # its own of an earlier pass are no opinion of others
    votes = [candidate for candidate in candidates_of(doc) if candidate.extractor != "neural"]
    return as_text(text_of(doc), title_end_of(doc), sentences_of(doc).spans, votes, pairs)


def propose(doc: Doc, scores: SpanScores) -> Doc:
    """Keep the scores with the document, and make candidates of the spans that may be entities."""
    doc._.kg_span_scores = scores
    spans = list(scores.spans)
    found = sorted(spans[row] for row in np.flatnonzero(scores.classes[:, 0] < np.log1p(-PROPOSED)).tolist())
    return add_candidates(doc, [Candidate("", *span, True, 0.5, "neural") for span in found])


def form_scores(doc: Doc, forms: Mapping[str, Form]) -> Floats | None:
    """What the model thinks of each form, over its occurrences, shape (forms, DENSE); None if no model was run."""
    scores: SpanScores | None = doc._.kg_span_scores
    if scores is None:
        return None
    out = np.zeros((len(forms), DENSE), dtype=np.float32)
    for row, form in zip(out, forms.values(), strict=True):
        known = [scores.spans[span] for span in form.spans if span in scores.spans]
        if known:
            classes = np.maximum(scores.classes[known], _FLOOR)
            row[:_CLASSES] = classes.mean(axis=0)
            row[_CLASSES : 2 * _CLASSES] = classes.max(axis=0)
            row[2 * _CLASSES : -1] = np.maximum(scores.roles[known], _FLOOR).mean(axis=0)
            row[-1] = 1.0
    return out


def as_spans(doc: Doc, scores: SpanScores, classes: Sequence[str]) -> list[Span]:
    """The model's own mentions as spaCy spans, labelled with their type; those that no token boundary fits widen."""
    found = []
    for (start, end), kind, _ in best_spans(scores):
        span = doc.char_span(start, end, label=type_of_class(classes[kind]), alignment_mode="expand")
        if span is not None:
            found.append(span)
    return found


@Language.factory(
    "kg_neural",
    assigns=["doc._.kg_span_scores", "doc._.kg_candidates", "doc.spans"],
    default_config={"model": None, "spans_key": "kg_neural"},
)
def create_neural(nlp: Language, name: str, model: str | None, spans_key: str | None) -> Component:
    """Component that scores the spans of a document.

    For pipelines without ``kg_cues`` it also leaves the mentions that the model alone would make in
    ``doc.spans[spans_key]``.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        model: Folder that ``kg train`` wrote; None for the model that ships with the package.
        spans_key: Where the spans go; None for nowhere.

    Raises:
        ConfigError: if there is no such model.
    """
    folder = Path(model) if model else MODEL
    spans = load_span_model(folder)
    if (len(spans.classes), len(spans.roles)) != (_CLASSES, _ROLES):
        raise ConfigError(f"{folder} marks other classes or roles than this version knows; train it anew")

    def run(doc: Doc) -> Doc:
        scores = spans.score(text_for_model(doc))
        if spans_key:
            doc.spans[spans_key] = as_spans(doc, scores, spans.classes)
        return propose(doc, scores)

    return run
