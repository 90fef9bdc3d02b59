"""``kg stats``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import workspace_argument
from kg.cli.tables import echo_rows, echo_table, format_option

if TYPE_CHECKING:
    from kg.lookup import Named

__all__ = ["stats"]


@click.command(epilog="Example:  kg stats graph --top 10")
@workspace_argument
@click.option("--top", "limit", type=click.IntRange(0), default=5, show_default=True, help="Entities of each type.")
@format_option
def stats(folder: str, limit: int, output_format: str) -> None:
    """Count what a workspace holds, and list the entities of each type that most papers have."""
    from kg.lookup import top
    from kg.schema import NODE_TYPES
    from kg.workspace import Workspace

    workspace = Workspace(folder)
    counts = workspace.manifest()["counts"]
    with workspace.engine() as engine:
        labels = [label for label in NODE_TYPES if label != "Paper" and limit]
        best = {label: found for label in labels if (found := top(engine, label, limit))}
    if output_format == "table":
        _echo(counts, best)
    elif output_format == "json":
        leaders = {label: [_record(named) for named in found] for label, found in best.items()}
        click.echo(json.dumps({"counts": counts, "top": leaders}, ensure_ascii=False, indent=2))
    else:
        echo_rows(output_format, ("what", "type", "id", "name", "count"), _rows(counts, best))


def _record(named: Named) -> dict[str, Any]:
    return {"id": named.id, "name": named.name, "papers": named.papers}


def _rows(counts: dict[str, Any], best: dict[str, list[Named]]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for what, number in sorted(counts.items()):
        if isinstance(number, dict):
            rows += [[what, label, None, None, count] for label, count in sorted(number.items())]
        else:
            rows.append([what, None, None, None, number])
    rows += [["top", label, named.id, named.name, named.papers] for label, found in best.items() for named in found]
    return rows


def _echo(counts: dict[str, Any], best: dict[str, list[Named]]) -> None:
    plain = [(what, counts[what]) for what in ("records", "papers", "evidence") if what in counts]
    click.echo(", ".join(f"{number:,} {_plural(what, number)}" for what, number in plain))
    for what in ("entities", "relations"):
        click.echo(f"\n{what.capitalize()}")
        ordered = sorted(counts[what].items(), key=lambda pair: (-pair[1], pair[0]))
        echo_table(("", ""), [(f"  {label}", f"{count:,}") for label, count in ordered], header=False)
    for label, found in best.items():
        click.echo(f"\n{label}, by number of papers")
        echo_table(("", "", ""), [(f"  {named.papers:,}", named.name, named.id) for named in found], header=False)


def _plural(what: str, number: int) -> str:
    noun = "pieces of evidence" if what == "evidence" else what
    return noun.replace("pieces", "piece").removesuffix("s") if number == 1 else noun
