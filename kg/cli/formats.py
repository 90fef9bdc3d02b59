"""``kg formats``."""

from __future__ import annotations

import json

import click

from kg.cli.options import json_option

__all__ = ["formats"]


@click.command(epilog="Example:  kg formats")
@json_option
def formats(as_json: bool) -> None:
    """List the input formats.

    A format is told by content; --format NAME (of kg build and kg extract) forces one. Inputs may be files, folders,
    quoted globs or "-" for standard input, and may be compressed or packed into archives.
    """
    from kg.registry import READERS

    rows = [(reader.name, " ".join(reader.extensions), reader.description) for reader in READERS]
    if as_json:
        for name, extensions, description in rows:
            row = {"name": name, "extensions": extensions.split(), "description": description}
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    width = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, extensions, description in rows:
        click.echo(f"{name:<{width[0]}}  {extensions:<{width[1]}}  {description}")
