"""The candidate: what extractors hand to linking."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.model import Attributes
from kg.vocabulary import Entry

__all__ = ["Candidate"]


@dataclass(slots=True)
class Candidate:
    """A possible mention: a half-open span of code points of the text, and what a component thinks of it.

    Attributes:
        type: Node type of ``schema.py``; empty while no component has decided.
        named: True for a proper name, False for a common noun.
        confidence: Estimated probability that the mention is right, 0 to 1.
        extractor: Name of the component, and of the rule where it has several ("names.colon").
        entry: The vocabulary entry that it matched.
        role: What the entity is to the paper; None leaves it to the component that decides.
        group: Mentions of one paper with the same non-empty group are one entity (the long form of an acronym).
        attributes: Hardware kind and count, metric value, link URL ...
    """

    type: str
    start: int
    end: int
    named: bool
    confidence: float
    extractor: str
    entry: Entry | None = None
    role: str | None = None
    group: str = ""
    attributes: Attributes = field(default_factory=dict)
