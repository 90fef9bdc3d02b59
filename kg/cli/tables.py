"""Rows of values to people and to programs: table, JSON, JSON Lines, CSV. All text in them is taken as hostile."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Any, TypeVar

import click

from kg.console import printable

__all__ = ["FORMATS", "echo_rows", "echo_table", "format_option", "safe", "shorten", "width"]

FORMATS = ("table", "json", "jsonl", "csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PIPE_WIDTH = 120
_LONGEST_WORD = 48  # ids and numbers up to this length are not broken
F = TypeVar("F", bound=Callable[..., Any])


def format_option(function: F) -> F:
    """``--format table|json|jsonl|csv``."""
    option = click.option(
        "--format",
        "output_format",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="Output format.",
    )
    return option(function)


def width() -> int:
    """Columns to write for: those of the terminal, or 120 into a pipe."""
    return max(40, shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns)


def safe(value: Any) -> str:
    """A value for display on one line: nothing in it that a terminal would obey."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict) and "label" in value and ("id" in value or "confidence" in value):
        name = value.get("name")
        return f"(:{value['label']} {printable(str(name))})" if name is not None else f"[:{value['label']}]"
    if isinstance(value, (list, tuple)):
        return ", ".join(safe(item) for item in value)
    if isinstance(value, dict):
        return printable(json.dumps(value, ensure_ascii=False))
    return printable(str(value))


def shorten(text: str, length: int) -> str:
    """The start of a text, with an ellipsis where it goes on."""
    return text if len(text) <= length else text[: max(1, length - 1)].rstrip() + "…"


def echo_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, header: bool = True) -> None:
    """Write a table of plain text; what does not fit its column goes on in the next line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=header, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    cells = [[safe(value) for value in row] for row in rows]
    for index, name in enumerate(columns):
        words = [row[index] for row in cells]
        whole = all(" " not in word and len(word) <= _LONGEST_WORD for word in words)
        table.add_column(Text(printable(name)), overflow="fold", no_wrap=whole)
    for row in cells:
        table.add_row(*map(Text, row))
    drawn = StringIO()
    Console(file=drawn, width=width(), highlight=False, markup=False, emoji=False).print(table)
    click.echo("\n".join(line.rstrip() for line in drawn.getvalue().splitlines()))


def echo_rows(output_format: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows in one of ``FORMATS``; CSV as they come."""
    if output_format == "table":
        echo_table(columns, rows)
    elif output_format == "csv":
        _echo_csv(columns, rows)
    else:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        if output_format == "json":
            click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        for record in records if output_format == "jsonl" else ():
            click.echo(json.dumps(record, ensure_ascii=False))


def _echo_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    """A CSV cell; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None or isinstance(value, (int, float)):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text
