"""Only what is sure enough: mentions of an extraction, and lines of a canonical export.

What a reader gave (authors, affiliations, links of the record) has confidence 1 and stays. Entities that no paper
speaks of any more go, with their edges to each other.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from kg.model import Extraction
from kg.schema import RELATION_TYPES, counted_properties
from kg.sorted_lines import RELATION_START, line_of_fields

__all__ = ["sure_lines", "sure_mentions"]

Fields = dict[str, Any]


def sure_mentions(extraction: Extraction, least: float) -> Extraction:
    """The extraction with those mentions only whose confidence is at least ``least``."""
    if all(mention.confidence >= least for mention in extraction.mentions):
        return extraction
    kept = tuple(mention for mention in extraction.mentions if mention.confidence >= least)
    return extraction.model_copy(update={"mentions": kept})


def sure_lines(source: IO[bytes], least: float) -> IO[bytes]:
    """A canonical export with those edges and pieces of evidence only whose confidence is at least ``least``.

    Args:
        source: The export, as ``kg export jsonl`` writes it; read twice, from its start.
        least: Between 0 and 1.

    Returns:
        A file that is gone when it is closed, open at its start. An edge keeps its type and has the confidence, count
        and value that its evidence leaves it.
    """
    source.seek(0)
    kept = _entities_in(_relations(source, least))
    source.seek(0)
    target = tempfile.TemporaryFile()
    for line in source:
        if line.startswith(RELATION_START):
            relation = _sure(json.loads(line), least)
            if relation is not None and relation["source"] in kept and relation["target"] in kept:
                target.write(line_of_fields(relation).encode())
        elif json.loads(line)["id"] in kept:
            target.write(line)
    target.seek(0)
    return target


def _relations(source: IO[bytes], least: float) -> Iterator[tuple[str, str, bool]]:
    """Source, target and whether the source is a paper, of each edge that is sure enough; and each paper twice."""
    for line in source:
        fields = json.loads(line)
        if not line.startswith(RELATION_START):
            if fields["type"] == "Paper":
                yield fields["id"], fields["id"], True
        elif _sure(fields, least) is not None:
            yield fields["source"], fields["target"], "Paper" in RELATION_TYPES[fields["type"]].sources


def _entities_in(relations: Iterable[tuple[str, str, bool]]) -> set[str]:
    """Papers, what they speak of, and what that leads to."""
    kept: set[str] = set()
    between: dict[str, list[str]] = {}
    for source, target, of_paper in relations:
        if of_paper:
            kept.update((source, target))
        else:
            between.setdefault(source, []).append(target)
    waiting = [entity for entity in between if entity in kept]
    while waiting:
        for target in between.get(waiting.pop(), ()):
            if target not in kept:
                kept.add(target)
                waiting.append(target)
    return kept


def _sure(relation: Fields, least: float) -> Fields | None:
    """The edge with its sure evidence; None where nothing is left of it."""
    if not relation["evidence"]:
        return relation if relation["confidence"] >= least else None
    evidence = [piece for piece in relation["evidence"] if piece["confidence"] >= least]
    if not evidence:
        return None
    if len(evidence) == len(relation["evidence"]):
        return relation
    properties = _properties(relation, evidence)
    confidence = max(piece["confidence"] for piece in evidence)
    return {**relation, "confidence": confidence, "evidence": evidence, "properties": properties}


def _properties(relation: Fields, evidence: Iterable[Mapping[str, Any]]) -> Fields:
    """The properties of an edge, count and value those of its evidence: the largest and the first."""
    attributes = [item for piece in evidence for item in piece["attributes"].items()]
    found = {key: value for key, value in relation["properties"].items() if key not in ("count", "value")}
    found |= counted_properties(relation["type"], attributes)
    return dict(sorted(found.items()))
