"""``kg neo4j-browser``: style and guide for Neo4j Browser."""

from __future__ import annotations

import click

__all__ = ["neo4j_browser"]


@click.command(
    "neo4j-browser",
    help="Serve the style and the guide that Neo4j Browser shows the graph with, to this machine, until Ctrl-C.",
    epilog="Example:  kg neo4j-browser --port 8474",
)
@click.option(
    "--port", default=8474, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any that is free."
)
def neo4j_browser(port: int) -> None:
    """Serve until interrupted."""
    from kg.exporters.neo4j_browser.serve import browser_server

    with browser_server(port) as server:
        address = f"http://localhost:{server.server_address[1]}"
        click.echo("In Neo4j Browser, run each of these once; Ctrl-C ends this server.")
        click.echo(f"  :style {address}/style.grass")
        click.echo(f"  :play {address}/guide.html")
        server.serve_forever()
