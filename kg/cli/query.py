"""``kg query``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from kg.cli.options import workspace_argument
from kg.cli.tables import echo_rows, format_option

__all__ = ["parameters_option", "query", "read_query", "timeout_option"]


def _parameters(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, Any]:
    """``--param name=value`` pairs; a value is JSON if it parses as such, else the text itself."""
    import json

    found: dict[str, Any] = {}
    for text in values:
        name, equals, value = text.partition("=")
        name = name.removeprefix("$")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"{text!r} is not NAME=VALUE, as in name=ResNet", ctx, param)
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def read_query(text: str | None, file: str | None) -> str:
    """The query given as an argument, in a file, or ("-") on standard input."""
    if (text is None) == (file is None):
        raise click.UsageError('give a query ("-" reads standard input), or --file FILE')
    if text is not None and text != "-":
        return text
    try:
        with click.open_file(file or "-", encoding="utf-8") as source:
            return str(source.read())
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read the query from {file or 'standard input'}: {error}") from error


parameters_option = click.option(
    "--param",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_parameters,
    help="Value of $NAME in the query: JSON, else text. Repeatable.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Time limit.",
)


@click.command(epilog='Example:  kg query graph "MATCH (m:Method) RETURN m.name AS method LIMIT 5"')
@workspace_argument
@click.argument("cypher", metavar="[QUERY]", required=False)
@click.option("--file", type=click.Path(dir_okay=False), metavar="FILE", help="Read the query from a file.")
@parameters_option
@timeout_option
@format_option
def query(
    folder: str,
    cypher: str | None,
    file: str | None,
    parameters: dict[str, Any],
    timeout: float,
    output_format: str,
) -> None:
    """Ask the graph of a workspace a question in Cypher.

    Queries only read. What the engine's Cypher lacks, and what to write instead, is in docs/reference/cypher.md.
    """
    from kg.workspace import Workspace

    text = read_query(cypher, file)
    with Workspace(folder).engine() as engine:
        result = engine.query(text, parameters, timeout)
    echo_rows(output_format, result.columns, result.rows)
    if output_format == "table":
        click.echo(f"{len(result.rows):,} row{'' if len(result.rows) == 1 else 's'}", err=True)
