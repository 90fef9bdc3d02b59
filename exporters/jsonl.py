"""The canonical export: one JSON object a line, entities before relations, sorted. Equal graphs give equal bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from pydantic import ValidationError

from kg.bulk import compact, no_garbage_collection
from kg.errors import KgError, UsageError
from kg.exporters.base import open_input, open_output
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.sorted_lines import RELATION_START, line_of_fields

__all__ = ["EXPORTER", "JsonLines", "line_of", "lines_of"]

_RELATION_START = RELATION_START.decode()


def lines_of(graph: KnowledgeGraph) -> Iterator[str]:
    """The lines of the canonical export, each with its line end."""
    for entity in graph.entities():
        yield line_of(entity)
    for relation in graph.relations():
        yield line_of(relation)


def line_of(value: Entity | Relation) -> str:
    """The line of an entity or a relation, with its line end."""
    return line_of_fields(_entity_fields(value) if isinstance(value, Entity) else _relation_fields(value))


# Written out, keys in order: pydantic's dump of a value and the encoder's sorting take twice as long.


def _entity_fields(entity: Entity) -> dict[str, Any]:
    return {
        "aliases": entity.aliases,
        "id": entity.id,
        "kind": entity.kind,
        "name": entity.name,
        "named": entity.named,
        "properties": _ordered(entity.properties),
        "type": entity.type,
    }


def _relation_fields(relation: Relation) -> dict[str, Any]:
    return {
        "confidence": relation.confidence,
        "evidence": [_evidence_fields(piece) for piece in relation.evidence],
        "properties": _ordered(relation.properties),
        "source": relation.source,
        "target": relation.target,
        "type": relation.type,
    }


def _evidence_fields(evidence: Evidence) -> dict[str, Any]:
    return {
        "attributes": _ordered(evidence.attributes),
        "confidence": evidence.confidence,
        "end": evidence.end,
        "extractor": evidence.extractor,
        "field": evidence.field,
        "sentence": evidence.sentence,
        "start": evidence.start,
        "text": evidence.text,
    }


def _ordered(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return values if len(values) < 2 else dict(sorted(values.items()))


class JsonLines:
    """JSON Lines; a file name that ends in ``.gz`` is gzipped."""

    name = "jsonl"
    description = "JSON Lines: one entity or relation a line, sorted; the same graph gives the same bytes"
    extensions: tuple[str, ...] = (".jsonl", ".jsonl.gz")

    @no_garbage_collection()
    def write(self, graph: KnowledgeGraph, path: Path) -> None:
        """Write the graph to a file.

        Raises:
            ServiceError: if the target cannot be written.
        """
        with open_output(path) as out:
            out.writelines(lines_of(graph))

    def write_lines(self, lines: IO[bytes], path: Path) -> None:
        """Write what the file of an export holds to another file, without reading it as a graph.

        Raises:
            ServiceError: if the target cannot be written.
        """
        with open_output(path) as out, TextIOWrapper(lines, encoding="utf-8", newline="\n") as source:
            copyfileobj(source, out, 1 << 20)

    @no_garbage_collection()
    def read_back(self, path: Path) -> KnowledgeGraph:
        """The graph that ``write`` wrote.

        Raises:
            UsageError: if the file cannot be read or is no such export; the message names the line.
        """
        with open_input(path) as lines:
            return self.read_lines(lines, path)

    @no_garbage_collection()
    def read_lines(self, lines: Iterable[str | bytes], path: Path) -> KnowledgeGraph:
        """The graph of these lines of an export.

        Raises:
            UsageError: if one is no such line; the message names it as one of the file at ``path``.
        """
        graph = KnowledgeGraph()
        for number, line in enumerate(lines, 1):
            try:
                _add_line(graph, line if isinstance(line, str) else line.decode())
            except (ValueError, ValidationError, KgError) as error:
                raise UsageError(f"{path}:{number}: {str(error).splitlines()[0]}") from error
        return graph


def _add_line(graph: KnowledgeGraph, line: str) -> None:
    if line.startswith(_RELATION_START):
        relation = Relation.model_validate_json(line)
        for evidence in relation.evidence:
            compact(evidence)
        graph.add_relation(compact(relation))
    else:
        graph.add_entity(compact(Entity.model_validate_json(line)))


EXPORTER = JsonLines()
