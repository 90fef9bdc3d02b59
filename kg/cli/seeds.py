"""``kg seeds check`` and ``kg seeds list``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kg.cli.options import json_option
from kg.console import printable

__all__ = ["seeds"]


@click.group(epilog="Example:  kg seeds check")
def seeds() -> None:
    """Check and list the seed vocabularies."""


@seeds.command(epilog="Example:  kg seeds check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--errors-only", is_flag=True, help="Leave warnings out.")
@json_option
@click.pass_context
def check(ctx: click.Context, folder: Path | None, errors_only: bool, as_json: bool) -> None:
    """Find clashes and ill-formed lines in a seeds folder (default: the one that is in use).

    Prints one line a finding and ends with exit code 1 if there is an error.
    """
    from dataclasses import asdict

    from kg.vocabulary import SEEDS
    from kg.vocabulary_check import check_folder

    findings = check_folder(folder or SEEDS)
    errors = sum(finding.level == "error" for finding in findings)
    for finding in findings:
        if finding.level == "error" or not errors_only:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else printable(str(finding)))
    click.echo(f"errors: {errors}, warnings: {len(findings) - errors}", err=True)
    ctx.exit(1 if errors else 0)


@seeds.command("list", epilog="Example:  kg seeds list hardware")
@click.argument("entity_type", metavar="TYPE")
@click.option("--folder", type=click.Path(path_type=Path), help="Seeds folder (default: the one that is in use).")
@json_option
def list_(entity_type: str, folder: Path | None, as_json: bool) -> None:
    """List the entries of a type: method, dataset, hardware, task or metric."""
    from kg.errors import UsageError
    from kg.vocabulary import FILES, SEEDS, load_vocabulary

    label = entity_type.capitalize()
    if label not in FILES:
        raise UsageError(f"no vocabulary of type {entity_type!r}; known: {', '.join(FILES).lower()}")
    for entry in load_vocabulary(folder or SEEDS).entries:
        if entry.type != label:
            continue
        if as_json:
            row: dict[str, Any] = {"id": entry.id, "name": entry.name, "aliases": entry.aliases, "kind": entry.kind}
            click.echo(json.dumps(row | {"parent": entry.parent}, ensure_ascii=False))
        else:
            click.echo(printable("; ".join([f"{entry.name} ({entry.kind or 'no kind'})", *entry.aliases])))
