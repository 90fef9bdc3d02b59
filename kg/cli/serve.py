"""``kg serve``."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Sequence

import click

from kg.cli.options import workspace_argument

__all__ = ["serve"]


@click.command(epilog="Example:  kg serve graph --port 8000")
@workspace_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@click.option("--base", metavar="IRI", help="What minted IRIs begin with; default: the address of this server.")
@click.option(
    "--timeout", default=30.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Seconds a query."
)
@click.option("--max-result", default=50, show_default=True, type=click.IntRange(1), help="Megabytes an answer.")
@click.option("--max-body", default=1000, show_default=True, type=click.IntRange(1), help="Kilobytes a request.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 256), help="Queries at a time.")
@click.option(
    "--cors",
    "origins",
    multiple=True,
    default=("*",),
    show_default=True,
    metavar="ORIGIN",
    help='Web origin whose scripts may read answers; "none": none. Repeatable.',
)
def serve(
    folder: str,
    host: str,
    port: int,
    base: str | None,
    timeout: float,
    max_result: int,
    max_body: int,
    processes: int,
    origins: Sequence[str],
) -> None:
    """Serve the graph of a workspace on the web, read-only, until Ctrl-C.

    /sparql is a SPARQL 1.1 endpoint, /.well-known/void describes the data, and the IRI of every entity answers with
    HTML, Turtle, N-Triples, JSON-LD or RDF/XML. When a new build is published, it is taken up.
    """
    from kg.errors import MissingExtraError
    from kg.exporters.rdf_terms import check_base
    from kg.workspace import Workspace

    try:
        from kg.server.app import Limits
        from kg.server.run import listen, run_server
    except ModuleNotFoundError as error:
        raise MissingExtraError(str(error.name), "serve") from error
    workspace = Workspace(folder)
    workspace.manifest()
    with listen(host, port) as sock:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{sock.getsockname()[1]}/"
        if not _is_loopback(host):
            click.echo(f"Anyone who reaches {host} can query this graph.", err=True)
        limits = Limits(timeout, max_result * 1_000_000, max_body * 1000)
        allowed = tuple(origin for origin in origins if origin != "none")
        click.echo(f"opening {folder} (the first time, the graph is loaded into a store)", err=True)

        def on_ready() -> None:
            click.echo(f"Serving {folder} at {address} (SPARQL: {address}sparql); Ctrl-C ends it.")
            sys.stdout.flush()

        run_server(workspace, sock, check_base(base or address), limits, allowed, processes, on_ready)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
