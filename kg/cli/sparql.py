"""``kg sparql``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import workspace_argument
from kg.cli.query import parameters_option, read_query, timeout_option
from kg.cli.tables import echo_rows

if TYPE_CHECKING:
    from kg.sparql.worker import Stream

__all__ = ["sparql", "table_of"]

_MOST_IN_TABLE = 10_000

_FORMATS = ("table", "json", "csv", "tsv", "xml", "turtle", "ntriples", "jsonld", "rdfxml")


@click.command(epilog='Example:  kg sparql graph "SELECT ?m { ?m a kg:Method } LIMIT 5"')
@workspace_argument
@click.argument("text", metavar="[QUERY]", required=False)
@click.option("--file", type=click.Path(dir_okay=False), metavar="FILE", help="Read the query from a file.")
@click.option("--saved", metavar="NAME", help="Ask a saved question, by its name or number; --saved list lists them.")
@parameters_option
@timeout_option
@click.option("--base", metavar="IRI", help="What minted IRIs begin with; default: where kg serve answers.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(_FORMATS),
    metavar="NAME",
    help=f"Output format: {', '.join(_FORMATS)}. Default: table; turtle for CONSTRUCT and DESCRIBE.",
)
def sparql(
    folder: str,
    text: str | None,
    file: str | None,
    saved: str | None,
    parameters: dict[str, Any],
    timeout: float,
    base: str | None,
    output_format: str | None,
) -> None:
    """Ask the graph of a workspace a question in SPARQL.

    Queries only read. Prefixes of the export (kg, lpwc, dcterms, skos, oa, ...) need no declaration. On first use the
    graph is loaded into a store, which is kept in the workspace. Terms: docs/reference/rdf.md.
    """
    if saved == "list":
        _list_saved()
        return
    from kg.errors import UsageError
    from kg.exporters.rdf_terms import DEFAULT_BASE
    from kg.sparql import negotiation as media
    from kg.sparql.engine import NotAcceptableError, Question
    from kg.sparql.store import store_of
    from kg.sparql.worker import Worker
    from kg.workspace import Workspace

    rows = {"csv": media.TSV, "table": media.TSV, "json": media.JSON, "tsv": media.TSV, "xml": media.XML}
    graphs = {
        **{"turtle": media.TURTLE, "ntriples": media.NTRIPLES, "jsonld": media.JSON_LD, "rdfxml": media.RDF_XML},
        **{"json": media.JSON_LD, "xml": media.RDF_XML},
    }
    query, examples = _saved(saved) if saved else (read_query(text, file), {})
    question = Question(
        query,
        rows=rows.get(output_format or "table"),
        graph=graphs.get(output_format or "turtle"),
        base=base or DEFAULT_BASE,
        parameters={name: _plain(value) for name, value in {**examples, **parameters}.items()},
        max_bytes=1 << 60,
    )

    def on_make() -> None:
        click.echo("loading the graph into a store for SPARQL (once)", err=True)

    with store_of(Workspace(folder), base or DEFAULT_BASE, on_make) as store, Worker(store) as worker:
        try:
            with worker.stream(question, timeout) as answer:
                _echo(answer, output_format or "table")
        except NotAcceptableError as error:
            raise UsageError(f"--format {output_format} cannot write this answer: {error}") from error


def _list_saved() -> None:
    from kg.sparql.questions import saved_questions

    echo_rows("table", ["name", "question"], [[question.name, question.title] for question in saved_questions()])


def _saved(name: str) -> tuple[str, dict[str, Any]]:
    """Query and example parameters of a saved question."""
    from kg.sparql.questions import saved_questions

    for question in saved_questions():
        if name in (question.name, question.name.partition("-")[0]):
            return question.sparql, question.params
    raise click.UsageError(f"there is no saved question {name!r}: see --saved list")


def _plain(value: Any) -> Any:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, str | int | float | bool):
            raise click.UsageError("a parameter of SPARQL is a text, a number, true, false, <IRI>, or a list of them")
    return value


def _echo(answer: Stream, output_format: str) -> None:
    """Write an answer as it comes; a table when it is complete."""
    if answer.kind == "graph" or output_format not in ("table", "csv"):
        _echo_pieces(answer.pieces)
        return
    if answer.kind == "boolean":
        echo_rows(output_format, ["answer"], [[answer.whole().body.strip() == b"true"]])
        return
    columns, rows = read(answer.pieces)
    if output_format == "csv":
        echo_rows("csv", columns, rows)
        return
    first = list(islice(rows, _MOST_IN_TABLE))
    echo_rows("table", columns, [[_short(value) for value in row] for row in first])
    if next(rows, None) is not None:
        click.echo(f"only the first {len(first):,} rows are shown; --format csv writes all", err=True)
        return
    click.echo(f"{len(first):,} row{'' if len(first) == 1 else 's'}", err=True)


def _echo_pieces(pieces: Iterator[bytes]) -> None:
    last = b""
    for piece in pieces:
        click.echo(piece, nl=False)
        last = piece or last
    if last and not last.endswith(b"\n"):
        click.echo()


def _short(value: Any) -> Any:
    from kg.sparql.engine import short_iri
    from kg.sparql.tsv import Iri

    return short_iri(value) if isinstance(value, Iri) else value


def read(pieces: Iterable[bytes]) -> tuple[list[str], Iterator[list[Any]]]:
    """Columns and rows of a result in TSV; numbers and truth values as such, all else as text."""
    from kg.sparql.tsv import lines_of, read_rows

    return read_rows(lines_of(pieces))


def table_of(body: bytes) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of a whole result in TSV."""
    columns, rows = read([body])
    return columns, list(rows)
