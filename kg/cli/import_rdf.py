"""``kg import rdf``: a graph out of an RDF file."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["rdf"]


@click.command(
    "rdf",
    help="Read the graph of a file that kg export rdf wrote in the default profile with full evidence: the identical "
    "graph. Without evidence the edges alone come back.",
    epilog="Example:  kg import rdf graph.ttl -o again",
)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(),
    help='New workspace; or a .jsonl file, or "-": JSON Lines.',
)
def rdf(file: str, output: str) -> None:
    """Read and keep."""
    from kg.cli.import_ import keep
    from kg.exporters.rdf_read import read_rdf

    graph = read_rdf(Path(file))
    if graph.relation_count and not any(relation.evidence for relation in graph.relations()):
        click.echo(f"{file} holds no evidence: edges come without sentences, and with confidence 1", err=True)
    keep(graph, output, Path(file).name)
