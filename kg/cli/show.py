"""``kg show``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import workspace_argument
from kg.cli.tables import echo_table, safe, shorten, width

if TYPE_CHECKING:
    from kg.embedded import EmbeddedGraph
    from kg.lookup import Named, PaperUse, Profile
    from kg.model import Paper, Source
    from kg.workspace import Workspace

__all__ = ["quoted", "resolve", "show"]

_HIDDEN = ("title", "abstract", "links", "provenance", "conflicts")
_LONGEST_VALUE = 300
_FORMS = 12
_FROM, _OTHERS = "Where each value is from", "What other records say"
_WIDEST = len("organizations")
_OF_RECORD = ("sources", "provenance", "conflicts")


@click.command(epilog='Example:  kg show graph "ResNet-50"')
@workspace_argument
@click.argument("entity")
@click.option("--limit", type=click.IntRange(1), default=5, show_default=True, help="Papers of each relation to list.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with all papers.")
def show(folder: str, entity: str, limit: int, as_json: bool) -> None:
    """Show an entity or a paper: aliases, variants, papers with the evidence, and what it is used with.

    ENTITY is an id, a name or an alias. If several entities bear the name they are listed, and the exit code is 2.
    """
    from kg.lookup import profile
    from kg.workspace import Workspace

    workspace = Workspace(folder)
    with workspace.engine() as engine:
        found = profile(engine, resolve(engine, entity))
    record = _record(workspace, found)
    if as_json:
        read = record.model_dump(include=set(_OF_RECORD)) if record else None
        said = {"read_from": read} if found.type == "Paper" else {}
        click.echo(json.dumps(asdict(found) | said, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join([*_lines(found, limit), *(_origin(record, limit) if record else _kept(found))]))
        if found.used_with:
            click.echo("\nUsed together with")
            rows = [(f"  {other.papers:,}", other.type, other.name, other.id) for other in found.used_with]
            echo_table(("", "", "", ""), rows, header=False)


def _record(workspace: Workspace, found: Profile) -> Paper | None:
    """The paper as the log has it; None for what is no paper, and where the log has none or cannot be read."""
    from kg.errors import KgError

    if found.type == "Paper":
        with suppress(KgError):
            return workspace.paper(found.id)
    return None


def resolve(engine: EmbeddedGraph, text: str) -> str:
    """The id of the one entity that a text names.

    Raises:
        UsageError: if there is none, or more than one; the message lists their ids.
    """
    from kg.errors import UsageError
    from kg.lookup import find

    found = find(engine, text)
    if len(found) > 1:
        listed = "; ".join(f"{named.id} ({named.name})" for named in found[:20])
        more = f" and {len(found) - 20} more" if len(found) > 20 else ""
        raise UsageError(f"{text!r} names {len(found)} entities; give the id of one: {listed}{more}")
    return found[0].id


def quoted(evidence: dict[str, Any], indent: str) -> list[str]:
    """The sentence of a piece of evidence, in quotes, wrapped."""
    text = f"“{safe(evidence['sentence'])}”"
    return wrap(text, width(), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _lines(found: Profile, limit: int) -> Iterator[str]:
    kind = f"{found.type}, {safe(found.kind)}" if found.kind else found.type
    yield f"{safe(found.name)}  ({kind})"
    yield f"  id          {safe(found.id)}"
    if found.aliases:
        shown = ", ".join(safe(alias) for alias in found.aliases[:_FORMS])
        more = f" and {len(found.aliases) - _FORMS} more" if len(found.aliases) > _FORMS else ""
        yield from _field("aliases", shown + more)
    for key, value in found.properties.items():
        if key not in _HIDDEN:
            yield from _field(key, safe(value))
    for title, others in (
        ("variant of", found.parents),
        ("variants", found.variants),
        ("made by", found.makers),
        ("products", found.products),
    ):
        if others:
            yield from _field(title, ", ".join(safe(other.name) for other in others))
    for relation, group in groupby(found.uses, key=lambda use: use.relation):
        yield from _uses(relation, list(group), limit)


def _field(title: str, text: str, column: int = 10) -> list[str]:
    first, next_ = f"  {title:<{column}}  ", " " * (column + 4)
    return wrap(text, width(), initial_indent=first, subsequent_indent=next_, break_on_hyphens=False)


def _origin(record: Paper, limit: int) -> Iterator[str]:
    """Where a paper was read; of several records, which one each value is from, and what the others say."""
    if record.sources:
        yield "\nRead from"
        for source in record.sources[:limit]:
            yield from wrap(f"{_place(source)} ({safe(source.format)})", width(), initial_indent="  ")
        if len(record.sources) > limit:
            yield f"  … {len(record.sources) - limit:,} more (--limit)"
    if record.provenance:
        yield f"\n{_FROM}"
        for name, sources in record.provenance.items():
            yield from _field(name, _places(sources), _WIDEST)
    if record.conflicts:
        yield f"\n{_OTHERS}"
        for conflict in record.conflicts:
            value = shorten(" ".join(safe(conflict.value).split()), _LONGEST_VALUE)
            yield from _field(conflict.field, f"{value}  [{_places(conflict.sources)}]", _WIDEST)


def _kept(found: Profile) -> Iterator[str]:
    """What the graph alone says of that: formats for places."""
    for name, title in (("provenance", _FROM), ("conflicts", _OTHERS)):
        if texts := found.properties.get(name):
            yield f"\n{title}"
            for text in texts:
                field, _, said = safe(text).partition(": ")
                yield from _field(field, said, _WIDEST)


def _place(source: Source) -> str:
    return f"{safe(source.path)}:{source.position}"


def _places(sources: Sequence[Source]) -> str:
    return ", ".join(map(_place, sources))


def _uses(relation: str, uses: Sequence[PaperUse], limit: int) -> Iterator[str]:
    yield f"\n{relation} ({len(uses):,})"
    for use in uses[:limit]:
        yield f"  {_title(use.other, use.date)}{_properties(use)}"
        for evidence in use.evidence[:1]:
            yield from quoted(evidence, "      ")
        if len(use.evidence) > 1:
            yield f"      and {len(use.evidence) - 1} more"
    if len(uses) > limit:
        yield f"  … {len(uses) - limit:,} more (--limit)"


def _title(other: Named, date: str | None) -> str:
    label = f"[{safe(other.id)}]"
    room = width() - len(label) - 30
    return f"{safe(date) + '  ' if date else ''}{shorten(safe(other.name), max(20, room))}  {label}"


def _properties(use: PaperUse) -> str:
    return "".join(f"  {key} {safe(value)}" for key, value in use.properties.items() if key != "position")
