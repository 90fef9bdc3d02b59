"""``kg path``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kg.cli.options import workspace_argument
from kg.cli.search import entity_types
from kg.cli.show import quoted, resolve
from kg.cli.tables import safe, shorten, width

if TYPE_CHECKING:
    from kg.lookup import Hop, Named

__all__ = ["path"]


@click.command(epilog='Example:  kg path graph "ResNet-50" "A100"')
@workspace_argument
@click.argument("start", metavar="A")
@click.argument("goal", metavar="B")
@click.option(
    "--through",
    metavar="TYPE",
    multiple=True,
    callback=entity_types,
    help="Types that the path may lead through. Repeatable; default: Paper, Method, Dataset, Hardware, Task.",
)
@click.option("--max-hops", type=click.IntRange(1), default=8, show_default=True, help="Longest path to look for.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hop, one a line.")
@click.pass_context
def path(
    ctx: click.Context, folder: str, start: str, goal: str, through: tuple[str, ...], max_hops: int, as_json: bool
) -> None:
    """Show the shortest connection between two entities, with the sentence behind each step.

    Edges are followed in either direction. If there is no such path, the exit code is 1.
    """
    from kg.lookup import THROUGH, paths_between
    from kg.workspace import Workspace

    with Workspace(folder).engine() as engine:
        ends = resolve(engine, start), resolve(engine, goal)
        hops = paths_between(engine, *ends, through=through or THROUGH, max_hops=max_hops)
    if as_json:
        for hop in hops:
            click.echo(json.dumps(asdict(hop), ensure_ascii=False))
    elif hops:
        click.echo("\n".join(_lines(hops)))
    if not hops:
        reason = "both are the same entity" if ends[0] == ends[1] else f"no path within {max_hops} hops"
        click.echo(f"kg: {safe(ends[0])} and {safe(ends[1])}: {reason}", err=True)
        ctx.exit(0 if ends[0] == ends[1] else 1)


def _lines(hops: list[Hop]) -> Iterator[str]:
    yield _node(hops[0].start)
    for hop in hops:
        yield f"  {'──' if hop.forward else '<─'} {hop.relation} {'─>' if hop.forward else '──'}"
        for evidence in hop.evidence[:1]:
            yield from quoted(evidence, "     ")
        yield _node(hop.end)


def _node(named: Named) -> str:
    label = f"({named.type}, {safe(named.id)})"
    return f"{shorten(safe(named.name), max(20, width() - len(label) - 2))}  {label}"
