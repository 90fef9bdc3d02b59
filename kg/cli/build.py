"""``kg build``."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import config_options, input_options
from kg.console import printable

if TYPE_CHECKING:
    from kg.config import Config
    from kg.pipeline import BuildReport

__all__ = ["build"]


@click.command(epilog="Example:  kg build papers.jsonl -o graph")
@input_options(required=False)
@click.option(
    "-o", "--output", "folder", required=True, type=click.Path(file_okay=False), metavar="FOLDER", help="The workspace."
)
@click.option("--remove", metavar="PAPER", multiple=True, help="Remove a paper: its id, DOI or arXiv id. Repeatable.")
@click.option("--prune", is_flag=True, help="Remove what is no longer in the inputs.")
@config_options
@click.pass_context
def build(
    ctx: click.Context,
    inputs: tuple[str, ...],
    format_name: str | None,
    columns: Mapping[str, str],
    year: int | None,
    rejects: str | None,
    folder: str,
    remove: tuple[str, ...],
    prune: bool,
    config: Callable[[], Config],
) -> None:
    """Read papers, extract what is new, and publish the graph of all papers of the workspace.

    Run it again with more inputs to add them; a killed build goes on where it stopped. What could not be read is listed
    in FOLDER/rejects.jsonl (or --rejects FILE), and the exit code is then 1.

    With --prune the inputs become all that the workspace has. A paper that --remove took away comes back with the next
    input that has it.
    """
    from pathlib import Path

    from kg.cli.progress import Stages
    from kg.pipeline import build as run
    from kg.rejects import RejectLog
    from kg.workspace import Workspace

    if not inputs and (prune or not remove):
        raise click.UsageError("Missing argument 'INPUT...'.")
    settings = config()
    workspace = Workspace(folder)
    with workspace.lock():
        target = rejects or str(Path(folder) / "rejects.jsonl")
        with RejectLog(target) as log, Stages() as stages:
            report = run(
                workspace,
                inputs,
                settings,
                format=format_name,
                columns=columns,
                year=year,
                remove=remove,
                prune=prune,
                on_reject=log,
                on_stage=stages,
            )
    _summarise(report, folder)
    if report.rejected:
        kept = ", so nothing was pruned" if prune else ""
        click.echo(f"kg: {report.rejected} records could not be read (see {target}){kept}", err=True)
    for name in report.unknown:
        click.echo(f"kg: there is no paper {printable(name)!r} to remove", err=True)
    if report.rejected or report.unknown:
        ctx.exit(1)


def _summarise(report: BuildReport, folder: str) -> None:
    counts = report.manifest["counts"]
    added = report.added
    rows = {
        "read": f"{added.records + report.rejected:,} records: {added.new:,} new papers, {added.merged:,} merged, "
        f"{added.unchanged:,} known, {report.rejected:,} rejected",
        "removed": f"{report.removed:,} papers" if report.removed else "",
        "extracted": f"{report.extracted:,} papers" + ("" if report.extracted else " (nothing new)"),
        "graph": f"{_total(counts['entities']):,} nodes, {_total(counts['relations']):,} edges, "
        f"{counts['evidence']:,} pieces of evidence" + ("" if report.published else " (unchanged)"),
        "nodes": _by_type(counts["entities"]),
        "edges": _by_type(counts["relations"]),
    }
    for label, text in rows.items():
        if not text:
            continue
        # a name and its number stay on one line
        filled = textwrap.fill(text, 100, initial_indent=f"{label:<12}", subsequent_indent=" " * 12)
        click.echo(filled.replace("\u00a0", " "))
    click.echo(f"{'workspace':<12}{folder}")


def _total(counts: Mapping[str, Any]) -> int:
    return int(sum(counts.values()))


def _by_type(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}\u00a0{number:,}" for name, number in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
