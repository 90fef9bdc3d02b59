"""``kg export neo4j-admin``: files for Neo4j's bulk import."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

import click

from kg.cli.options import confidence_option, workspace_argument

__all__ = ["neo4j_admin"]


@click.command(
    "neo4j-admin",
    help="CSV files for 'neo4j-admin database import full', with the command, style and queries for Neo4j Browser.",
    epilog="Example:  kg export neo4j-admin graph -o neo4j-import",
)
@workspace_argument
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False), metavar="DIR", help="Folder for the files."
)
@click.option("--graph", "graph_name", default="kg", show_default=True, help="Name that every node and edge carries.")
@confidence_option()
def neo4j_admin(folder: str, output: str, graph_name: str, min_confidence: float) -> None:
    """Write the files and say how to load them."""
    from kg.exporters.neo4j_admin import write_import_files
    from kg.workspace import Workspace

    with Workspace(folder).open_graph(min_confidence) as source:

        def lines() -> IO[bytes]:
            source.seek(0)
            return source

        summary = write_import_files(lines, Path(output), graph_name, workers=os.cpu_count() or 1)
    nodes, relations = sum(summary.nodes.values()), sum(summary.relations.values())
    click.echo(f"wrote {nodes:,} nodes and {relations:,} relationships to {output}", err=True)
    click.echo(f"load them into an empty database, its server stopped: {Path(output) / 'import.sh'}", err=True)
