"""Options of the commands that talk to a Neo4j server."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click

from kg.errors import UsageError

__all__ = ["neo4j_options"]

F = TypeVar("F", bound=Callable[..., Any])


def _password(variable: str, user: str) -> str:
    """The password: from the environment, or typed at a terminal; never from the command line, which others can see."""
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(f"no password: set {variable}, or name another variable with --password-env")
    typed: str = click.prompt(f"Password of {user}", hide_input=True, err=True)
    return typed


def neo4j_options(function: F) -> F:
    """``--uri``, ``--user``, ``--password-env``, ``--database``, ``--wait`` as one ``login``, and ``--graph``."""

    @functools.wraps(function)
    def call(
        *args: Any, uri: str, user: str, password_env: str, database: str | None, wait: float, **kwargs: Any
    ) -> Any:
        def login() -> Any:
            from kg.exporters.neo4j_connection import Login

            return Login(uri, _password(password_env, user), user, database, wait)

        return function(*args, login=login, **kwargs)

    decorators = (
        click.option("--uri", required=True, metavar="URI", help="bolt://HOST:7687 or neo4j://...; +s for TLS."),
        click.option("--user", default="neo4j", show_default=True, metavar="NAME", help="User of the database."),
        click.option(
            "--password-env",
            default="NEO4J_PASSWORD",
            show_default=True,
            metavar="VARIABLE",
            help="Environment variable that holds the password; asked for on a terminal where it is not set.",
        ),
        click.option("--database", metavar="NAME", help="Database; default: the user's home database."),
        click.option(
            "--graph", "graph_name", default="kg", show_default=True, metavar="NAME", help="Name of the graph."
        ),
        click.option(
            "--wait",
            type=click.FloatRange(0),
            default=300.0,
            show_default=True,
            metavar="SECONDS",
            help="How long to wait for a server that went away during the work.",
        ),
    )
    decorated: Any = call
    for decorator in reversed(decorators):
        decorated = decorator(decorated)
    return cast("F", decorated)
