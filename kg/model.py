"""Frozen values that travel through the pipeline. Nothing but pydantic is imported here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Attributes", "Conflict", "Entity", "Evidence", "Extraction", "Mention", "Paper", "Relation", "Source"]

FieldName = Literal["title", "abstract"]
Attributes = dict[str, str | int | float | bool]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Value):
    """Where a paper was read: file as given, format, and line or record number from 1."""

    path: str
    format: str
    position: int


class Conflict(_Value):
    """A value that a merged paper could have had for a field, and the records that say so."""

    field: str
    value: str
    sources: tuple[Source, ...] = ()


class Paper(_Value):
    """A paper as a reader yields it, or several records of one paper merged.

    ``date`` is ISO 8601 to the precision known: ``2024``, ``2024-05`` or ``2024-05-17``. ``orcids`` maps a name as in
    ``authors`` to a bare ORCID, ``rors`` a name as in ``organizations`` to a bare ROR id. ``identifiers`` are sorted
    and say whose they are: ``openalex:W123``, ``s2:...``, ``acl:P19-1001``, ``pmid:1``, ``pmcid:PMC1``, ``dblp:...``.

    Only a merge (``kg.papers.merged``) fills ``provenance`` (field -> the records its value is from) and ``conflicts``.
    """

    id: str
    title: str
    abstract: str = ""
    date: str | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    organizations: tuple[str, ...] = ()
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    links: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    upvotes: int | None = None
    sources: tuple[Source, ...] = ()
    orcids: dict[str, str] = Field(default_factory=dict)
    rors: dict[str, str] = Field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    provenance: dict[str, tuple[Source, ...]] = Field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


class Mention(_Value):
    """A surface form at a place: ``text == getattr(paper, field)[start:end]``, offsets in Unicode code points.

    ``sentence`` is the half-open span of the enclosing sentence in the same field. ``entity`` and ``name`` are the
    canonical id and name that linking gave it; ``role`` is what the entity is to this paper.
    """

    type: str
    text: str
    field: FieldName
    start: int
    end: int
    entity: str
    name: str
    named: bool
    role: str
    confidence: float
    extractor: str
    sentence: tuple[int, int]
    attributes: Attributes = Field(default_factory=dict)


class Extraction(_Value):
    """All that was found in one paper by one pipeline: a pure function of (paper, fingerprint)."""

    paper_id: str
    fingerprint: str
    mentions: tuple[Mention, ...] = ()


class Evidence(_Value):
    """The place that an edge rests on."""

    sentence: str
    text: str
    field: FieldName
    start: int
    end: int
    extractor: str
    confidence: float
    attributes: Attributes = Field(default_factory=dict)


class Entity(_Value):
    """A node: a paper or a canonical entity. ``properties`` holds what ``schema.py`` lists for its type."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    named: bool = True
    kind: str | None = None
    properties: dict[str, str | int | float | bool | tuple[str, ...]] = Field(default_factory=dict)


class Relation(_Value):
    """An edge. One edge a (source, type, target); every sentence that says so is one ``Evidence`` of it."""

    source: str
    type: str
    target: str
    confidence: float = 1.0
    properties: Attributes = Field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
