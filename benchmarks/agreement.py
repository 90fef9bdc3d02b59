#!/usr/bin/env python3
"""Agreement of two annotations of the same papers: F1 over (type, form) pairs of a paper, and share of equal roles.

python benchmarks/agreement.py benchmarks/labels/corpus-labels.jsonl benchmarks/labels/corpus-labels-second.jsonl
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

TYPES = ("Method", "Dataset", "Hardware", "Task", "Metric")
CORE = TYPES[:3]


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {r["id"]: r["entities"] for r in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def forms(entities: list[dict[str, Any]], *, named: bool) -> dict[tuple[str, str], str]:
    """(type, form) -> role."""
    kept = (e for e in entities if e["named"] or not named)
    return {(e["type"], form): e["role"] for e in kept for form in e["forms"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    arguments = parser.parse_args()
    first, second = read(arguments.first), read(arguments.second)
    both = sorted(first.keys() & second.keys())
    print(f"{len(both)} papers annotated twice")
    for what, named in (("named", True), ("all", False)):
        counts: Counter[tuple[str, str]] = Counter()
        for paper in both:
            a, b = forms(first[paper], named=named), forms(second[paper], named=named)
            for kind, keys in (("first", a), ("second", b), ("shared", a.keys() & b.keys())):
                counts.update((key[0], kind) for key in keys)
            counts.update((key[0], "role") for key in a.keys() & b.keys() if a[key] == b[key])
        for label, group in (*((t, (t,)) for t in TYPES), ("core", CORE), ("every", TYPES)):
            one, other, shared, role = (sum(counts[t, k] for t in group) for k in ("first", "second", "shared", "role"))
            if one + other:
                f1 = 2 * shared / (one + other)
                print(f"{what:6} {label:9} F1 {f1:.3f}   role {role / max(1, shared):.3f}   {one} and {other} forms")


if __name__ == "__main__":
    main()
