"""A bulk export read back, from its CSV files alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kg.errors import KgError, UsageError
from kg.exporters.neo4j_admin import MARK
from kg.exporters.neo4j_cypher import EVIDENCE
from kg.graph import KnowledgeGraph
from kg.model import Entity, Evidence, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES

__all__ = ["read_import_files"]

# Unlike the csv module, this tells an empty text ("") from no value.
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)')
_READ: dict[str, Callable[[str], Any]] = {
    "long": int,
    "double": float,
    "boolean": lambda text: text == "true",
    "string": str,
}


def read_import_files(folder: Path) -> KnowledgeGraph:
    """The graph of a bulk export. A list without items is absent in it, as it is in a database.

    Raises:
        UsageError: if the folder holds no such export, or a damaged one.
    """
    try:
        described = json.loads((folder / MARK).read_text(encoding="utf-8"))
        delimiter = chr(int(described["array_delimiter"][2:], 16))
        graph, whole = KnowledgeGraph(), {}
        for label in described["nodes"]:
            for row in _rows(folder, label, delimiter):
                entity = _entity(label, row)
                whole[row["id"]] = entity.id
                graph.add_entity(entity)
        for type in described["relationships"]:
            for row in _rows(folder, type, delimiter):
                graph.add_relation(_relation(type, row, whole))
    except (OSError, KeyError, TypeError, ValueError, ValidationError, KgError) as error:
        raise UsageError(f"{folder} is no bulk export that can be read: {str(error).splitlines()[0]}") from error
    return graph


def _rows(folder: Path, name: str, delimiter: str) -> Iterator[dict[str, Any]]:
    if name not in NODE_TYPES and name not in RELATION_TYPES:
        raise ValueError(f"unknown type {name!r}")
    columns = []
    for column in (folder / f"{name}.header.csv").read_text(encoding="utf-8").strip().split(","):
        title, _, kind = column.partition(":")
        kind = kind.partition("(")[0]  # START_ID(graph)
        columns.append((title or kind.lower(), kind))
    text = (folder / f"{name}.csv").read_bytes().decode()
    position = 0
    while position < len(text):
        row = {}
        for column, kind in columns:
            found = _FIELD.match(text, position)
            if found is None:
                raise ValueError(f"{name}.csv is damaged at character {position}")
            position = found.end()
            quoted, bare, _ = found.groups()
            value = bare or None if quoted is None else quoted.replace('""', '"')
            row[column] = _value(value, kind, delimiter)
        yield row


def _value(value: str | None, kind: str, delimiter: str) -> Any:
    if value is None:
        return None
    if kind.endswith("[]"):
        return tuple(_READ[kind[:-2]](item) for item in value.split(delimiter))
    return _READ.get(kind, str)(value)


def _given(row: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: row[name] for name in names if row[name] is not None}


def _entity(label: str, row: dict[str, Any]) -> Entity:
    return Entity(
        id=row["id"] if row["long_id"] is None else row["long_id"],
        type=label,
        name=row["name"],
        aliases=row["aliases"] or (),
        named=row["named"],
        kind=row["kind"],
        properties=_given(row, NODE_TYPES[label].properties),
    )


def _relation(type: str, row: dict[str, Any], whole: dict[str, str]) -> Relation:
    columns = {key: row[name] or () for name, key in EVIDENCE.items()}
    pieces = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return Relation(
        source=whole[row["start_id"]],
        type=type,
        target=whole[row["end_id"]],
        confidence=row["confidence"],
        properties=_given(row, RELATION_TYPES[type].properties),
        evidence=tuple(Evidence(**{**piece, "attributes": json.loads(piece["attributes"])}) for piece in pieces),
    )
