"""``kg import neo4j``: a graph back from a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from kg.cli.neo4j_options import neo4j_options

if TYPE_CHECKING:
    from kg.exporters.neo4j_connection import Login

__all__ = ["neo4j"]


@click.command(epilog="Example:  NEO4J_PASSWORD=... kg import neo4j --uri bolt://localhost:7687 -o graph.jsonl")
@neo4j_options
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(),
    metavar="TARGET",
    help='Workspace folder; a name that ends in .jsonl or .jsonl.gz, or "-": the canonical JSON Lines.',
)
def neo4j(login: Callable[[], Login], graph_name: str, output: str) -> None:
    """Read back the graph that a Neo4j server holds, just as 'kg export neo4j' loaded it."""
    from kg.cli.import_ import keep
    from kg.exporters.neo4j import read_graph

    address = login()
    graph = read_graph(address, graph_name)
    keep(graph, output, address.uri)
    click.echo(f"read {len(graph):,} nodes and {graph.relation_count:,} edges from {address.uri}", err=True)
