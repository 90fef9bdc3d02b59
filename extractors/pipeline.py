"""The one spaCy pipeline: its components in order, and how a paper goes in and candidates come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from kg.candidates import Candidate
from kg.extractors.base import TITLE_SEPARATOR, Sentences, sentences_of
from kg.vocabulary import SEEDS

__all__ = ["COMPONENTS", "create_pipeline", "run"]

COMPONENTS = (
    "kg_sentences",
    "kg_links",
    "kg_abbreviations",
    "kg_vocabulary",
    "kg_hardware",
    "kg_names",
    # a trained span model adds its candidates here, before the cues decide
    "kg_cues",
    "kg_results",
)
_WITH_SEEDS = frozenset(("kg_vocabulary", "kg_hardware"))


class _WholeText:
    """Makes documents of one token: the components above read text, and spaCy's tokens would cost them a fifth.

    A spaCy vocabulary keeps every string it has seen, so each batch of papers gets a new one. There is no state to
    save; a saved pipeline names this tokenizer in its configuration.
    """

    def __init__(self) -> None:
        self._vocab = Vocab()

    def __call__(self, text: str) -> Doc:
        return Doc(self._vocab, words=[text], spaces=[False]) if text else Doc(self._vocab)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> _WholeText:
        return self

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        return

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> _WholeText:
        return self


def create_whole_text() -> Callable[[Language], _WholeText]:
    """The tokenizer ``kg.whole_text.v1`` (registered as ``spacy_tokenizers`` entry point): a text is one token."""
    return lambda nlp: _WholeText()


registry.tokenizers.register("kg.whole_text.v1", func=create_whole_text)


def create_pipeline(components: Iterable[str] | None = None, seeds: Path = SEEDS) -> Language:
    """A blank English pipeline with these components (registered as ``spacy_factories`` entry points).

    Args:
        components: Names in order; None for ``COMPONENTS``, which need no tokens and get none.
        seeds: Folder with the seed vocabularies.

    Raises:
        ValueError: if no factory of that name is registered.
    """
    whole = {"nlp": {"tokenizer": {"@tokenizers": "kg.whole_text.v1"}}}
    nlp = spacy.blank("en", config=whole if components is None else {})
    # a folder of the user's only: a saved pipeline should not name the place where this package is installed
    folder = {} if seeds == SEEDS else {"folder": str(seeds)}
    for component in COMPONENTS if components is None else components:
        nlp.add_pipe(component, config=folder if component in _WITH_SEEDS else {})
    return nlp


def run(nlp: Language, papers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Sentences, list[Candidate]]]:
    """For each (title, abstract): the text that the offsets refer to, its sentences and its decided candidates."""
    if isinstance(nlp.tokenizer, _WholeText):
        nlp.tokenizer = _WholeText()
    for title, abstract in papers:
        text = title + TITLE_SEPARATOR + abstract
        doc = nlp.make_doc(text)
        doc._.kg_text = text
        doc._.kg_title_end = len(title)
        for _, component in nlp.pipeline:
            doc = component(doc)
        yield text, sentences_of(doc), doc._.kg_mentions or []
