"""``kg export neo4j``: into a running server."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, TYPE_CHECKING

import click

from kg.cli.neo4j_options import neo4j_options
from kg.cli.options import confidence_option, workspace_argument

if TYPE_CHECKING:
    from kg.exporters.neo4j import LoadReport
    from kg.exporters.neo4j_connection import Login

__all__ = ["neo4j"]


@click.command(epilog="Example:  NEO4J_PASSWORD=... kg export neo4j graph --uri bolt://localhost:7687")
@workspace_argument
@neo4j_options
@confidence_option()
def neo4j(folder: str, login: Callable[[], Login], graph_name: str, min_confidence: float) -> None:
    """Load the graph into a running Neo4j server (5 or newer), and check what it holds afterwards.

    Loading again updates what changed and deletes what is gone. Nodes and edges that do not carry the graph's name are
    never touched. A load that was interrupted can be begun again; a server that restarts meanwhile is waited for.
    """
    from kg.cli.progress import Stages
    from kg.exporters.neo4j import load_lines
    from kg.workspace import Workspace

    workspace = Workspace(folder)
    counts = workspace.manifest()["counts"]
    total = 0 if min_confidence else sum(counts["entities"].values()) + sum(counts["relations"].values())
    address = login()
    with workspace.open_graph(min_confidence) as source, Stages("rows") as stages:

        def lines() -> IO[bytes]:
            source.seek(0)
            return source

        report = load_lines(lines, address, graph_name, total=total, on_stage=stages)
    click.echo(_summary(report, graph_name, address.uri), err=True)


def _summary(report: LoadReport, graph_name: str, uri: str) -> str:
    nodes, edges = sum(report.nodes.values()), sum(report.relations.values())
    text = f"{uri} holds {graph_name!r}: {nodes:,} nodes, {edges:,} edges, {report.evidence:,} pieces of evidence"
    if report.retracted_nodes or report.retracted_relations:
        text += f"; deleted {report.retracted_nodes:,} nodes and {report.retracted_relations:,} edges that are gone"
    if report.released_nodes:
        text += f"; left {report.released_nodes:,} nodes that are gone, since edges of others need them"
    return text
