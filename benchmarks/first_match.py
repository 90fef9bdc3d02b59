#!/usr/bin/env python3
"""What first-match rules find on the candidates that the cues weigh: the alternative of docs/adr/0004.

    python benchmarks/first_match.py ../shared/gold/dev.jsonl -o found.jsonl
    python ../shared/gold/score.py ../shared/gold/dev.jsonl found.jsonl

The first rule that applies to a form decides: it is an unambiguous form of a vocabulary; a data word stands behind it;
it is proposed or stands before the colon of the title; it is coined or an acronym with a long form. Nothing else is a
mention.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from kg.candidates import Candidate
from kg.extractors.abbreviations import abbreviations_of
from kg.extractors.base import TITLE_SEPARATOR, candidates_of
from kg.extractors.pipeline import COMPONENTS, create_pipeline

_DATA = re.compile(r"\W{0,2}\s*(?:dataset|benchmark|corpus|corpora|data set)s?\b", re.IGNORECASE)


def decide(text: str, candidate: Candidate, acronyms: set[tuple[int, int]]) -> tuple[str, str] | None:
    """Type and role of a candidate by the first rule that applies, or None."""
    _, _, rule = candidate.extractor.partition(".")
    if candidate.type in ("Hardware", "Repository"):
        return candidate.type, candidate.role or "used"
    if candidate.type and rule == "exact":
        return candidate.type, {"Task": "addressed", "Metric": "reported"}.get(candidate.type, "used")
    if _DATA.match(text, candidate.end):
        return "Dataset", "used"
    if rule in ("colon", "proposed"):
        return "Method", "introduced"
    if rule == "coined" or (candidate.start, candidate.end) in acronyms:
        return "Method", "used"
    return None


def mentions(text: str, found: list[Candidate], acronyms: set[tuple[int, int]]) -> list[dict[str, Any]]:
    """Decided candidates without overlaps, the longer one first."""
    out: list[dict[str, Any]] = []
    taken: list[tuple[int, int]] = []
    for candidate in sorted(found, key=lambda c: (c.start - c.end, c.start, c.extractor)):
        decided = decide(text, candidate, acronyms)
        if decided is None or any(candidate.start < end and start < candidate.end for start, end in taken):
            continue
        taken.append((candidate.start, candidate.end))
        surface = text[candidate.start : candidate.end]
        entity = candidate.entry.id if candidate.entry else surface
        record = {"type": decided[0], "role": decided[1], "text": surface, "entity": entity, "named": candidate.named}
        out.append(record)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    nlp = create_pipeline(c for c in COMPONENTS if c not in ("kg_cues", "kg_results"))
    papers = [json.loads(line) for line in arguments.papers.read_text(encoding="utf-8").splitlines()]
    with arguments.output.open("w", encoding="utf-8") as out:
        for paper in papers:
            doc = nlp.make_doc(paper["title"] + TITLE_SEPARATOR + paper["abstract"])
            for _, component in nlp.pipeline:
                doc = component(doc)
            acronyms = {span for pair in abbreviations_of(doc) for span in (pair.short, pair.long)}
            found = mentions(doc.text, candidates_of(doc), acronyms)
            out.write(json.dumps({"paper_id": paper["id"], "title": paper["title"], "mentions": found}) + "\n")


if __name__ == "__main__":
    main()
