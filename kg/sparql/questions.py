"""Saved questions in SPARQL: the same as the saved Cypher queries, and some in the terms of Linked Papers With Code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SavedQuestion", "saved_questions"]


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question.

    Attributes:
        name: File name without ending; it begins with the number of the saved Cypher query of the same question.
        params: Values for ``$name`` in the query, as an example.
    """

    name: str
    title: str
    description: str
    params: dict[str, Any]
    sparql: str


def saved_questions() -> list[SavedQuestion]:
    """The saved questions, in the order of their file names."""
    return [_read(path) for path in sorted((Path(__file__).parent / "saved").glob("*.rq"))]


def _read(path: Path) -> SavedQuestion:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    sparql = "\n".join(line for line in lines if not line.startswith("# "))
    return SavedQuestion(path.stem, head["title"], head["description"], json.loads(head["params"]), sparql)
