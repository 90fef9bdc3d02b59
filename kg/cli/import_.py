"""``kg import``: a graph that was exported comes back, as a workspace or as the canonical JSON Lines."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

__all__ = ["import_", "keep"]

_SOURCES = {"neo4j": ("kg.cli.import_neo4j", "neo4j"), "rdf": ("kg.cli.import_rdf", "rdf")}
"""Where graphs come from: module and attribute of the command by name."""


class _SourceGroup(click.Group):
    """A group that imports its commands on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the sources."""
        return sorted(_SOURCES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a source."""
        if cmd_name not in _SOURCES:
            return None
        module, attribute = _SOURCES[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group("import", cls=_SourceGroup, epilog="Example:  kg import rdf graph.ttl -o again")
def import_() -> None:
    """Read back a graph that kg export wrote."""


def keep(graph: KnowledgeGraph, output: str, origin: str) -> None:
    """Put an imported graph where the user wants it.

    Args:
        graph: The graph.
        output: "-" or a file that ends in .jsonl or .jsonl.gz: canonical JSON Lines; else the folder of a workspace.
        origin: Where it is from, for the manifest.

    Raises:
        UsageError: if the workspace holds papers, which a build makes its graph from.
        ServiceError: if the target cannot be written.
    """
    from kg.errors import UsageError, WorkspaceError
    from kg.exporters.jsonl import EXPORTER
    from kg.workspace import Workspace

    if output == "-":
        with tempfile.TemporaryDirectory() as scratch:
            aside = Path(scratch) / "graph.jsonl"
            EXPORTER.write(graph, aside)
            with aside.open("rb") as written:
                while chunk := written.read(1 << 20):
                    click.echo(chunk, nl=False)
        return
    if output.endswith((".jsonl", ".jsonl.gz")):
        EXPORTER.write(graph, Path(output))
        return
    workspace = Workspace(output)
    with workspace.lock():
        try:
            papers = workspace.paper_count
        except WorkspaceError:
            papers = 0
        if papers:
            raise UsageError(f"{output} holds a graph that was built from papers: choose another folder")
        workspace.publish(graph, {"fingerprint": "imported", "imported_from": origin})
    click.echo(f"{output}: {len(graph):,} entities, {graph.relation_count:,} relations", err=True)
