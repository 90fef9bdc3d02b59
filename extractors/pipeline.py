"""The one spaCy pipeline: its components in order, and how a paper goes in and candidates come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from kg.candidates import Candidate
from kg.config import MODEL
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
    "kg_neural",
    "kg_cues",
    "kg_results",
)
_WITH_SEEDS = ("kg_vocabulary", "kg_hardware")
_WITH_MODEL = ("kg_neural", "kg_cues")


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


def create_pipeline(
    components: Iterable[str] | None = None,
    seeds: Path = SEEDS,
    model: Path | None = MODEL,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Language:
    """A blank English pipeline with these components (registered as ``spacy_factories`` entry points).

    Args:
        components: Names in order; None for ``COMPONENTS``, which need no tokens and get none.
        seeds: Folder with the seed vocabularies.
        model: Folder of the neural model; None leaves ``kg_neural`` out of ``COMPONENTS``.
        settings: Component -> its settings.

    Raises:
        ValueError: if no factory of that name is registered.
        ConfigError: if a component needs a model that is not there.
    """
    whole = {"nlp": {"tokenizer": {"@tokenizers": "kg.whole_text.v1"}}}
    nlp = spacy.blank("en", config=whole if components is None else {})
    # a folder of the user's only: a saved pipeline should not name the place where this package is installed
    own: dict[str, dict[str, Any]] = {component: {} for component in COMPONENTS}
    if components is None:
        own["kg_neural"]["spans_key"] = None  # one token spans the whole text
    if seeds != SEEDS:
        for component in _WITH_SEEDS:
            own[component]["folder"] = str(seeds)
    if model not in (None, MODEL):
        for component in _WITH_MODEL:
            own[component]["model"] = str(model)
    for component in COMPONENTS if components is None else components:
        if model or component != "kg_neural":
            nlp.add_pipe(component, config={**own.get(component, {}), **(settings or {}).get(component, {})})
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
