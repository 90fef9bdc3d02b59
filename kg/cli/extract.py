"""``kg extract``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import config_options, input_options
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.config import Config
    from kg.model import Extraction, Paper

__all__ = ["extract"]


@click.command(epilog='Example:  kg extract --text "We train GaLore on C4 with 8 NVIDIA A100 GPUs."')
@input_options(required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write records here; default: stdout."
)
@click.option("--text", metavar="TEXT", help="Read this text instead of files, and show it.")
@click.option("--show", is_flag=True, help="Print the texts with coloured mentions instead of records.")
@click.option("--html", type=click.Path(dir_okay=False), metavar="FILE", help="Write a page with the marked texts.")
@config_options
@click.pass_context
def extract(
    ctx: click.Context,
    inputs: tuple[str, ...],
    format_name: str | None,
    columns: Mapping[str, str],
    year: int | None,
    rejects: str | None,
    output: str | None,
    text: str | None,
    show: bool,
    html: str | None,
    config: Callable[[], Config],
) -> None:
    """Find methods, datasets, hardware, tasks, metrics and links in papers.

    Writes one JSON record a paper: {"paper_id", "title", "mentions": [...]}; offsets count Unicode code points of the
    field. Records of the same paper are not merged here: kg build does that.
    """
    if bool(inputs) == (text is not None):
        raise UsageError("give either INPUT files or --text")
    if sum((show, html is not None, output is not None)) > 1:
        raise UsageError("give one of --output, --show and --html")
    from kg.readers.inputs import read_inputs
    from kg.rejects import RejectLog

    with RejectLog(rejects) as log:
        papers: Iterable[Paper]
        if text is not None:
            papers = [_paper_of(text)]
        else:
            papers = read_inputs(inputs, format=format_name, columns=columns, on_reject=log, year=year)
        if html:
            _write_page(papers, Path(html), config())
        elif show or (text is not None and output is None):
            _show(papers, config())
        else:
            _write_records(papers, output, config())
    if log.count:
        where = f" (see {rejects})" if rejects else " (see them with --rejects FILE)"
        click.echo(f"kg: {log.count} records could not be read{where}", err=True)
        ctx.exit(1)


def _paper_of(text: str) -> Paper:
    from kg.ids import paper_id
    from kg.model import Paper
    from kg.readers.clean import clean_text

    cleaned = clean_text(text)
    return Paper(id=paper_id(cleaned), title="", abstract=cleaned)


def _write_records(papers: Iterable[Paper], output: str | None, config: Config) -> None:
    from kg.cli.progress import Stages
    from kg.exporters.base import open_output
    from kg.pipeline import extract as extracted

    with Stages() as stages:
        lines = extracted(papers, config, progress=stages("extracting", 0))
        if output in (None, "-"):
            for line in lines:
                sys.stdout.write(line + "\n")
            return
        with open_output(Path(str(output))) as out:
            out.writelines(line + "\n" for line in lines)


def _show(papers: Iterable[Paper], config: Config) -> None:
    from kg.display import marked_text
    from kg.pipeline import extractions

    colour = sys.stdout.isatty()
    for number, (paper, extraction) in enumerate(extractions(papers, config)):
        click.echo(("\n" if number else "") + marked_text(paper, extraction, colour=colour), color=colour)


def _write_page(papers: Iterable[Paper], target: Path, config: Config) -> None:
    from kg.display import html_page
    from kg.exporters.base import open_output
    from kg.pipeline import extractions

    with open_output(target) as out:
        out.writelines(html_page(_counted(extractions(papers, config))))


def _counted(items: Iterable[tuple[Paper, Extraction]]) -> Iterator[tuple[Paper, Extraction]]:
    from kg.cli.progress import Stages

    with Stages() as stages:
        tick = stages("extracting", 0)
        for item in items:
            yield item
            tick(1)
