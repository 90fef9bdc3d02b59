"""``kg export rdf``: the graph as linked data."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from kg.cli.options import confidence_option, workspace_argument
from kg.schema import RDF_PROFILES

__all__ = ["rdf"]


@click.command(
    "rdf",
    help="RDF: N-Triples, N-Quads, Turtle, TriG, JSON-LD or RDF/XML, by the suffix of FILE (.nt, .nq, .ttl, .trig, "
    ".jsonld, .rdf), compressed with .gz or .zst after it.",
    epilog="Example:  kg export rdf graph -o graph.ttl.gz --evidence none",
)
@workspace_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help='File; "-": N-Triples on standard output, "-.ttl" and so on: another syntax.',
)
@click.option(
    "--profile",
    type=click.Choice(RDF_PROFILES),
    default=RDF_PROFILES[0],
    show_default=True,
    help="Vocabulary to write in; the first is the one that kg import rdf reads.",
)
@click.option("--base", metavar="IRI", help="What minted IRIs begin with; default: where kg serve answers.")
@click.option(
    "--evidence",
    type=click.Choice(("none", "annotation", "full")),
    default="full",
    show_default=True,
    help="Plain edges; with the sentences as Web Annotations; with confidence and properties of each edge too.",
)
@click.option(
    "--statements",
    type=click.Choice(("reification", "named-graphs", "triple-terms")),
    help="How full evidence speaks of an edge; default: named graphs in .nq and .trig, else reification. Triple terms "
    "are RDF 1.2.",
)
@confidence_option()
def rdf(
    folder: str,
    output: str,
    profile: str,
    base: str | None,
    evidence: str,
    statements: str | None,
    min_confidence: float,
) -> None:
    """Write the graph of a workspace."""
    from kg.exporters.rdf import Options, groups_of_file, syntax_of, write_rdf
    from kg.exporters.rdf_terms import DEFAULT_BASE
    from kg.workspace import Workspace

    workspace = Workspace(folder)
    fingerprint = workspace.manifest().get("fingerprint")
    run = fingerprint if isinstance(fingerprint, str) else None
    options = Options(profile, DEFAULT_BASE if base is None else base, evidence, statements, run)
    with workspace.open_graph(min_confidence) as source:
        if output != "-" and not output.startswith("-."):
            write_rdf(groups_of_file(source, evidence != "none"), Path(output), options)
            return
        with tempfile.TemporaryDirectory() as scratch:
            suffix = output[1:] or ".nt"
            aside = Path(scratch) / f"graph{suffix}"
            syntax_of(aside)
            write_rdf(groups_of_file(source, evidence != "none"), aside, options)
            with aside.open("rb") as written:
                while chunk := written.read(1 << 20):
                    click.echo(chunk, nl=False)
