"""The rule pipeline over sample texts, for the tests of the extractors."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from spacy.language import Language

from kg.candidates import Candidate
from kg.config import Config
from kg.extractors.pipeline import create_pipeline
from kg.model import Extraction, Mention, Paper
from kg.pipeline import Extractor


@lru_cache(maxsize=1)
def extractor() -> Extractor:
    """One extractor a process: its vocabularies take a second."""
    return Extractor(Config())


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """The spaCy pipeline of an extractor."""
    return create_pipeline()


def paper(title: str, abstract: str = "") -> Paper:
    """A paper of an arbitrary id."""
    return Paper(id="title:sample", title=title, abstract=abstract)


def extracted(title: str, abstract: str = "") -> Extraction:
    """What the pipeline finds in a paper."""
    return next(extractor().run([paper(title, abstract)]))


def mentions(title: str, abstract: str = "") -> tuple[Mention, ...]:
    """The mentions of a paper."""
    return extracted(title, abstract).mentions


def found(title: str, abstract: str = "") -> set[tuple[str, str]]:
    """(type, text) of the mentions of a paper."""
    return {(m.type, m.text) for m in mentions(title, abstract)}


def texts(text: str, candidates: Iterable[Candidate]) -> list[str]:
    """What candidates cover, in order of place."""
    return [text[c.start : c.end] for c in sorted(candidates, key=lambda c: (c.start, c.end))]
