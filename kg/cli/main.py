"""The ``kg`` command: its table of commands, and the one place where errors become exit codes.

    0  fine         1  some records failed (see the rejects file)         2  wrong use         3  something else failed
    130  interrupted (Ctrl-C)                                             141  nobody reads the output any more

A command is a module in ``kg/cli`` and one row of ``COMMANDS``; it is imported when it is called, so that ``kg --help``
imports none of them.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click

from kg import __version__
from kg.console import one_line, utf8_output
from kg.errors import KgError

__all__ = ["COMMANDS", "cli", "main"]


class _Row(NamedTuple):
    target: str
    help: str


COMMANDS: dict[str, _Row] = {
    "build": _Row("kg.cli.build:build", "Build a workspace: papers in, knowledge graph out."),
    "extract": _Row("kg.cli.extract:extract", "Find methods, datasets and hardware in papers or in a text."),
    "query": _Row("kg.cli.query:query", "Ask a workspace a question in Cypher."),
    "sparql": _Row("kg.cli.sparql:sparql", "Ask a workspace a question in SPARQL."),
    "serve": _Row("kg.cli.serve:serve", "Serve a workspace: SPARQL endpoint, entity pages."),
    "search": _Row("kg.cli.search:search", "Find entities and papers by words."),
    "show": _Row("kg.cli.show:show", "Show an entity: aliases, papers, evidence, neighbours."),
    "path": _Row("kg.cli.path:path", "Show how two entities are connected."),
    "diff": _Row("kg.cli.diff:diff", "Show what changed from one graph to another."),
    "stats": _Row("kg.cli.stats:stats", "Count what a workspace holds."),
    "export": _Row("kg.cli.export:export", "Write the graph in another format."),
    "neo4j-browser": _Row("kg.cli.neo4j_browser:neo4j_browser", "Serve style and guide to Neo4j Browser."),
    "import": _Row("kg.cli.import_:import_", "Read a graph back from a database."),
    "validate": _Row("kg.cli.validate:validate", "Check a graph against the SHACL shapes of the schema."),
    "formats": _Row("kg.cli.formats:formats", "List the input formats."),
    "evaluate": _Row("kg.cli.evaluate:evaluate", "Compare what is found in papers with annotations."),
    "train": _Row("kg.cli.train:train", "Train the neural extractor on annotated papers."),
    "seeds": _Row("kg.cli.seeds:seeds", "Check and list the seed vocabularies."),
}

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_UNEXPECTED = 3


class KgGroup(click.Group):
    """A group that imports its commands on demand and ends with the exit codes above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Command names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        module, _, attribute = row.target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a name that is nearly right."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, and end the process with an exit code; with ``standalone_mode=False`` raise instead."""

        def run() -> Any:
            return super(KgGroup, self).main(args, prog_name or "kg", complete_var, standalone_mode=False, **extra)

        if not standalone_mode:
            return run()
        utf8_output()
        sys.exit(_exit_code(run))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and flush what it wrote, so that a closed pipe shows here and not at the very end."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _silence(sys.stdout)
            raise click.exceptions.Exit(_BROKEN_PIPE) from None
        return result


def _exit_code(run: Callable[[], Any]) -> int:
    """Run a command line; say in one line on stderr what went wrong, if something did.

    A command ends with another code than 0 by ``ctx.exit(code)``, or by returning it.
    """
    try:
        result = run()
    except click.exceptions.Abort:
        return _complain("interrupted", _INTERRUPTED)
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # click >= 8.2: a group called alone shows its help
            error.show()
            return error.exit_code
        command = error.ctx.command_path if error.ctx else "kg"
        return _complain(f"{error.format_message()} (see {command} --help)", error.exit_code)
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except KgError as error:
        _debug()
        return _complain(str(error), error.exit_code)
    except Exception as error:  # nothing else is left that could tell the user what happened
        _debug()
        hint = "please report it, with what KG_DEBUG=1 shows"
        return _complain(
            f"unexpected error: {type(error).__name__}: {one_line(str(error))[:300]} ({hint})", _UNEXPECTED
        )
    return result if isinstance(result, int) else 0


def _debug() -> None:
    """Write the traceback if ``KG_DEBUG=1`` asks for it."""
    if os.environ.get("KG_DEBUG") == "1":
        import traceback

        click.echo(traceback.format_exc(), err=True)


def _complain(message: str, code: int) -> int:
    try:
        click.echo(f"kg: {one_line(message)}", err=True)
    except OSError:
        _silence(sys.stderr)
    return code


def _silence(stream: Any) -> None:
    """Point a stream that cannot be written to nowhere, or the interpreter complains when it closes it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # pragma: no cover - a stream without a file has nothing to silence
        return


@click.group(
    "kg",
    cls=KgGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example:  kg build papers.jsonl -o graph  then  kg stats graph",
)
@click.version_option(__version__, "--version", message="kg %(version)s")
def cli() -> None:
    """Knowledge graphs of research papers: methods, datasets and hardware, with the sentence behind every edge."""


def main() -> NoReturn:
    """Entry point of the ``kg`` script."""
    cli.main()
    raise AssertionError  # pragma: no cover - cli.main ends the process
