"""Options that several commands share, each written once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import click

from kg.errors import UsageError

__all__ = ["confidence_option", "config_options", "input_options", "json_option", "workspace_argument"]

F = TypeVar("F", bound=Callable[..., Any])


def _columns(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """``--map title=COL`` pairs as a dict."""
    columns: dict[str, str] = {}
    for value in values:
        field, equals, column = value.partition("=")
        field = field.replace("-", "_")
        if not equals or not field or not column:
            raise click.BadParameter(f"{value!r} is not FIELD=COLUMN, as in title=headline", ctx, param)
        if field in columns:
            raise click.BadParameter(f"{field} is mapped twice", ctx, param)
        columns[field] = column
    return columns


def input_options(*, required: bool = True) -> Callable[[F], F]:
    """INPUT... and how to read it: ``inputs``, ``format_name``, ``columns``, ``year`` and ``rejects``.

    They are the arguments of ``kg.readers.inputs.read_inputs``; ``RejectLog(rejects)`` is its ``on_reject``.
    """
    decorators = (
        click.argument("inputs", metavar="INPUT...", nargs=-1, required=required),
        click.option("--format", "format_name", metavar="NAME", help="Input format (kg formats); default: by content."),
        click.option(
            "--map",
            "columns",
            metavar="FIELD=COLUMN",
            multiple=True,
            callback=_columns,
            help="Column that holds a field (title, abstract, date, authors, doi, ...). Repeatable.",
        ),
        click.option(
            "--year", type=click.IntRange(1900, 2999), help="Year of saved pages that state only day and month."
        ),
        click.option(
            "--rejects",
            type=click.Path(dir_okay=False),
            metavar="FILE",
            help="Write what could not be read here, as JSON Lines.",
        ),
    )
    return _all(decorators)


def workspace_argument(function: F) -> F:
    """FOLDER: the workspace that ``kg build`` wrote."""
    return click.argument("folder", metavar="FOLDER", type=click.Path())(function)


def json_option(function: F) -> F:
    """``--json`` for programs."""
    return click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of a table.")(function)


def confidence_option(default: float | None = 0.0) -> Callable[[F], F]:
    """``--min-confidence``."""
    return click.option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        default=default,
        metavar="0..1",
        help="Keep only what is at least this sure; default: all.",
    )


def _all(decorators: Sequence[Callable[[F], F]]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def config_options(function: F) -> F:
    """The options that settings come from, as one argument ``config``: a function that reads and checks them.

    They are ``--workers``, ``--seeds``, ``--model``, ``--no-model``, ``--min-confidence`` and ``--config``.
    """

    @functools.wraps(function)
    def call(
        *args: Any,
        config_file: str | None,
        workers: int | None,
        seeds: str | None,
        model: str | None,
        no_model: bool,
        min_confidence: float | None,
        **kwargs: Any,
    ) -> Any:
        def read() -> Any:
            from pathlib import Path

            from kg.config import NO_MODEL, read_config

            if model and no_model:
                raise UsageError("give --model or --no-model, not both")
            given: dict[str, Any] = {
                "workers": workers,
                "seeds": Path(seeds) if seeds else None,
                "model": NO_MODEL if no_model else model,
                "min_confidence": min_confidence,
            }
            changes = {name: value for name, value in given.items() if value is not None}
            return read_config(config_file).model_copy(update=changes)

        return function(*args, config=read, **kwargs)

    decorators = (
        click.option("--workers", type=click.IntRange(0, 1024), metavar="N", help="Processes; default: one a core."),
        click.option(
            "--seeds",
            type=click.Path(exists=True, file_okay=False),
            metavar="FOLDER",
            help="Seed vocabularies to use instead of the built-in ones.",
        ),
        click.option(
            "--model",
            type=click.Path(exists=True, file_okay=False),
            metavar="FOLDER",
            help="Neural model to use instead of the built-in one (kg train).",
        ),
        click.option("--no-model", is_flag=True, help="Rules and vocabularies alone: faster, finds less."),
        confidence_option(None),
        click.option(
            "--config", "config_file", type=click.Path(), metavar="FILE", help="TOML file with settings (see the docs)."
        ),
    )
    decorated: Any = _all(decorators)(call)
    return cast("F", decorated)
