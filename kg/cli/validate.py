"""``kg validate``: does a graph keep to the schema, as SHACL shapes say it?"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from kg.cli.options import json_option

__all__ = ["validate"]

_SHOWN = 100


@click.command(
    epilog="Example:  kg validate graph",
    help="Check a workspace, or an RDF file in the default profile, against the SHACL shapes of the schema. Prints a "
    "line for each violation: node, property, value, what should be. Exit code 1: there are some. Holds the whole "
    "graph in memory; checks about ten thousand statements a second.",
)
@click.argument("target", metavar="FOLDER|FILE", type=click.Path())
@json_option
@click.pass_context
def validate(ctx: click.Context, target: str, as_json: bool) -> None:
    """Check and report."""
    from kg.console import one_line
    from kg.exporters.rdf import Options, groups_of_file, write_rdf
    from kg.exporters.rdf_validate import validate_file
    from kg.workspace import Workspace

    path = Path(target)
    if path.is_file():
        found = validate_file(path)
    else:
        with Workspace(path).open_graph() as source, tempfile.TemporaryDirectory() as scratch:
            aside = Path(scratch) / "graph.nt"
            write_rdf(groups_of_file(source), aside, Options())
            found = validate_file(aside)
    for violation in found:
        if as_json:
            click.echo(json.dumps(asdict(violation), ensure_ascii=False, sort_keys=True))
        else:
            parts = (violation.node, violation.path, violation.value, violation.message)
            click.echo("\t".join(_short(one_line(part)) for part in parts))
    counted = f"{len(found):,} violation{'s' if len(found) > 1 else ''}"
    click.echo(counted if found else "conforms", err=True)
    ctx.exit(1 if found else 0)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
