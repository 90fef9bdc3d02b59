"""``kg diff``."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

from kg.cli.tables import echo_table, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.diff import Change

__all__ = ["diff"]

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_ORDER = ("paper", "entity", "relation", "evidence")
_LONGEST = 60


@click.command(epilog="Example:  kg diff graph other")
@click.argument("old", type=click.Path(exists=True))
@click.argument("new", type=click.Path(exists=True))
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Changes to list in the table.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(("table", "jsonl")),
    default="table",
    show_default=True,
    help="Output format; jsonl has all changes.",
)
def diff(old: str, new: str, limit: int, output_format: str) -> None:
    """Show what changed from one graph to another: papers, entities, relations and their evidence.

    OLD and NEW are workspaces or files of kg export jsonl.
    """
    from kg.diff import diff as compare

    changes = compare(old, new)
    if output_format == "jsonl":
        for change in changes:
            click.echo(json.dumps(change.record(), ensure_ascii=False))
    else:
        _echo(changes, limit)


def _echo(changes: Iterable[Change], limit: int) -> None:
    """How many there are of each kind, and the first of them, papers and entities before what connects them."""
    counts: Counter[tuple[str, str, str]] = Counter()
    first: list[Change] = []
    for change in changes:
        counts[change.what, change.type, change.change] += 1
        if change.what != "evidence" and len(first) < limit:
            first.append(change)
    if not counts:
        click.echo("no difference")
        return
    kinds = sorted({key[:2] for key in counts}, key=lambda kind: (_ORDER.index(kind[0]), kind[1]))
    rows = [(*kind, *(f"{counts[*kind, change]:,}" for change in _SIGNS)) for kind in kinds]
    echo_table(("what", "type", *_SIGNS), rows)
    if first:
        click.echo("")
        echo_table(("", "", "", ""), [_row(change) for change in first], header=False)
    rest = sum(number for (what, _, _), number in counts.items() if what != "evidence") - len(first)
    if rest:
        click.echo(f"... and {rest:,} more (--limit, or --format jsonl)", err=True)


def _row(change: Change) -> tuple[str, str, str, str]:
    sign = _SIGNS[change.change]
    if change.what == "relation":
        text = f"{change.ids['source']} -> {change.ids['target']}"
    else:
        text = f"{change.ids['id']}  {shorten(change.ids['name'], _LONGEST)}"
    return sign, change.type, text, ", ".join(change.fields)
