"""The one spaCy pipeline: its components in order, and how a paper goes in and candidates come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kg.candidates import Candidate
from kg.extractors.base import TITLE_SEPARATOR, Sentences, sentences_of, text_of
from kg.vocabulary import SEEDS

__all__ = ["COMPONENTS", "create_pipeline", "run"]

COMPONENTS = (
    "kg_sentences",
    "kg_links",
    "kg_abbreviations",
    "kg_vocabulary",
    # "kg_hardware",
    "kg_names",
    # a trained span model adds its candidates here, before the cues decide
    "kg_cues",
    "kg_results",
)
_WITH_SEEDS = frozenset(("kg_vocabulary",))


def create_pipeline(components: Iterable[str] = COMPONENTS, seeds: Path = SEEDS) -> Language:
    """A blank English pipeline with these components (registered as ``spacy_factories`` entry points).

    Raises:
        ValueError: if no factory of that name is registered.
    """
    nlp = spacy.blank("en")
    for component in components:
        nlp.add_pipe(component, config={"folder": str(seeds)} if component in _WITH_SEEDS else {})
    return nlp


def run(nlp: Language, papers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Sentences, list[Candidate]]]:
    """For each (title, abstract): the text that the offsets refer to, its sentences and its decided candidates."""

    def docs() -> Iterator[Doc]:
        for title, abstract in papers:
            text = title + TITLE_SEPARATOR + abstract
            doc = nlp.make_doc(text)
            doc._.kg_text = text
            doc._.kg_title_end = len(title)
            yield doc

    for doc in nlp.pipe(docs(), batch_size=64):
        yield text_of(doc), sentences_of(doc), doc._.kg_mentions or []
