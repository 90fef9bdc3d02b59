"""``kg export``: one subcommand an exporter of the registry."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import confidence_option, workspace_argument

if TYPE_CHECKING:
    from kg.workspace import Workspace

__all__ = ["export"]


# Exports that are no single file, or have options, have commands of their own: module and attribute by name.
_SERVICES = {
    "neo4j": ("kg.cli.export_neo4j", "neo4j"),
    "neo4j-admin": ("kg.cli.export_neo4j_admin", "neo4j_admin"),
    "rdf": ("kg.cli.export_rdf", "rdf"),
}


class ExporterGroup(click.Group):
    """A group whose commands are the registered exporters."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the exporters."""
        from kg.registry import EXPORTERS

        return sorted({*EXPORTERS.names(), *_SERVICES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of an exporter."""
        from kg.registry import EXPORTERS

        if cmd_name in _SERVICES:
            module, attribute = _SERVICES[cmd_name]
            command: click.Command = getattr(import_module(module), attribute)
            return command
        return _command(EXPORTERS.get(cmd_name)) if cmd_name in EXPORTERS.names() else None


@click.group(cls=ExporterGroup, epilog="Example:  kg export jsonl graph -o graph.jsonl")
def export() -> None:
    """Write the graph of a workspace in another format."""


def _command(exporter: Any) -> click.Command:
    """The command of one exporter."""

    @click.command(
        exporter.name,
        help=f"{exporter.description}.",
        epilog=f"Example:  kg export {exporter.name} graph -o graph{exporter.extensions[0]}",
    )
    @workspace_argument
    @click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help='File; "-": standard output.',
    )
    @confidence_option()
    def run(folder: str, output: str, min_confidence: float) -> None:
        from kg.workspace import Workspace

        workspace = Workspace(folder)
        if output != "-":
            _write(exporter, workspace, Path(output), min_confidence)
            return
        with tempfile.TemporaryDirectory() as scratch:
            aside = Path(scratch) / f"graph{exporter.extensions[0]}"
            _write(exporter, workspace, aside, min_confidence)
            with aside.open("rb") as source:
                while chunk := source.read(1 << 20):
                    click.echo(chunk, nl=False)

    return run


def _write(exporter: Any, workspace: Workspace, path: Path, min_confidence: float) -> None:
    """Write the graph of a workspace: line by line where the exporter can, else from memory."""
    if hasattr(exporter, "write_lines"):
        with workspace.open_graph(min_confidence, check=True) as lines:
            exporter.write_lines(lines, path)
    else:
        exporter.write(workspace.graph(min_confidence), path)
