"""``kg sparql``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import workspace_argument
from kg.cli.query import parameters_option, read_query, timeout_option
from kg.cli.tables import echo_rows

if TYPE_CHECKING:
    from kg.sparql.engine import Answer

__all__ = ["sparql", "table_of"]

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

    rows = {"csv": media.JSON, "table": media.JSON, "json": media.JSON, "tsv": media.TSV, "xml": media.XML}
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
        max_bytes=1 << 30,
    )

    def on_make() -> None:
        click.echo("loading the graph into a store for SPARQL (once)", err=True)

    with store_of(Workspace(folder), base or DEFAULT_BASE, on_make) as store, Worker(store) as worker:
        try:
            answer = worker.ask(question, timeout)
        except NotAcceptableError as error:
            raise UsageError(f"--format {output_format} cannot write this answer: {error}") from error
    _echo(answer, output_format or "table")


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


def _echo(answer: Answer, output_format: str) -> None:
    if answer.kind == "graph" or output_format not in ("table", "csv"):
        body = answer.body
        click.echo(body if body.endswith(b"\n") or not body else body + b"\n", nl=False)
        return
    columns, rows = table_of(answer.body, short=output_format == "table")
    echo_rows(output_format, columns, rows)
    if output_format == "table":
        click.echo(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", err=True)


def table_of(body: bytes, *, short: bool = False) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of a result in JSON; numbers and truth values as such, all else as text.

    Args:
        body: The result.
        short: Whether known IRIs are written with a prefix.
    """
    import json

    from kg.sparql.engine import short_iri

    result = json.loads(body)
    if "boolean" in result:
        return ["answer"], [[result["boolean"]]]
    columns: list[str] = result["head"]["vars"]
    bindings = result["results"]["bindings"]
    rows = []
    for binding in bindings:
        terms = [binding.get(name) for name in columns]
        rows.append([short_iri(t["value"]) if short and t and t["type"] == "uri" else _value(t) for t in terms])
    return columns, rows


_NUMBERS = {"integer": int, "nonNegativeInteger": int, "int": int, "long": int, "double": float, "decimal": float}


def _value(term: dict[str, Any] | None) -> Any:
    if term is None:
        return None
    value = term["value"]
    kind = term.get("datatype", "").removeprefix("http://www.w3.org/2001/XMLSchema#")
    if kind == "boolean":
        return value in ("true", "1")
    try:
        return _NUMBERS[kind](value) if kind in _NUMBERS else str(value)
    except ValueError:
        return str(value)
