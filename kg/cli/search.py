"""``kg search``."""

from __future__ import annotations

import click

from kg.cli.options import workspace_argument
from kg.cli.tables import echo_rows, format_option

__all__ = ["entity_types", "search"]


def entity_types(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Entity types, whatever their case."""
    from kg.schema import NODE_TYPES

    known = {label.lower(): label for label in NODE_TYPES}
    for value in values:
        if value.lower() not in known:
            raise click.BadParameter(f"{value!r} is not one of {', '.join(NODE_TYPES)}", ctx, param)
    return tuple(known[value.lower()] for value in values)


@click.command(epilog="Example:  kg search graph resnet --type Method")
@workspace_argument
@click.argument("text")
@click.option(
    "--type", "types", metavar="TYPE", multiple=True, callback=entity_types, help="Only this type. Repeatable."
)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to list.")
@format_option
def search(folder: str, text: str, types: tuple[str, ...], limit: int, output_format: str) -> None:
    """Find entities and papers by a part of a name, an alias or a title; case, hyphens and spaces do not count.

    Exact matches come first, then names that begin with the text, then words that do, then the rest.
    """
    from kg.lookup import search as find
    from kg.schema import NODE_TYPES
    from kg.workspace import Workspace

    with Workspace(folder).engine() as engine:
        found = find(engine, text, types=types or tuple(NODE_TYPES), limit=limit)
    rows = [
        (
            named.type,
            named.name,
            form if form != named.name else None,
            named.papers if named.type != "Paper" else None,
            named.id,
        )
        for named, form in found
    ]
    echo_rows(output_format, ("type", "name", "matched", "papers", "id"), rows)
    if not found:
        click.echo(f"nothing found for {text!r}", err=True)
