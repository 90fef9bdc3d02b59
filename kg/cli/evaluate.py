"""``kg evaluate``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import config_options
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.config import Config
    from kg.evaluate import Calibration, Figures, GoldPaper, Guess, Pair

__all__ = ["compare", "evaluate", "show"]

_FILE = click.Path(exists=True, dir_okay=False)


@click.command(epilog="Example:  kg evaluate gold.jsonl --predictions found.jsonl --by source --calibration")
@click.argument("gold", metavar="GOLD.jsonl", type=_FILE)
@click.option("--predictions", type=_FILE, metavar="FILE", help="Records of kg extract; default: extract now.")
@click.option("--texts", type=_FILE, metavar="FILE", help="Papers with the texts of a GOLD that holds labels only.")
@click.option(
    "--by", type=click.Choice(("type", "kind", "source")), default="type", show_default=True, help="What to group by."
)
@click.option("--calibration", is_flag=True, help="Also say how far confidences mean what they say.")
@click.option("--format", "output_format", type=click.Choice(("table", "json")), default="table", show_default=True)
@config_options
@click.pass_context
def evaluate(
    ctx: click.Context,
    gold: str,
    predictions: str | None,
    texts: str | None,
    by: str,
    calibration: bool,
    output_format: str,
    config: Callable[[], Config],
) -> None:
    """Compare what is found in papers with what annotators found in them.

    GOLD.jsonl holds a paper a line: {"id", "title", "abstract", "entities": [{"type", "forms", "named", "role"}]}.
    Precision, recall and F1 of distinct forms, proper names ("named") and all; F1 of entities; share of right roles.
    A form that is annotated as a common noun counts neither for nor against the proper names.
    """
    pairs, missing, wrong = compare(gold, predictions, texts, config())
    show(pairs, missing, by=by, calibration=calibration, output_format=output_format)
    if wrong:
        ctx.exit(1)


def compare(gold: str, predictions: str | None, texts: str | None, config: Config) -> tuple[list[Pair], int, int]:
    """Annotated papers with their mentions, how many of them have none, and how many lines of ``gold`` are wrong.

    Raises:
        UsageError: if a file cannot be read, or there is nothing to compare.
    """
    from kg.evaluate import matched

    lines = _Lines(gold)
    papers = list(lines.papers())
    if not papers:
        raise UsageError(f"{gold}: no annotated paper")
    found = list(matched(papers, _predicted(predictions) if predictions else _extracted(papers, gold, texts, config)))
    least = config.min_confidence
    pairs: list[Pair] = [
        (p, [g for g in guesses or () if g.confidence is None or g.confidence >= least]) for p, guesses in found
    ]
    return pairs, sum(guesses is None for _, guesses in found), lines.wrong


def show(pairs: Sequence[Pair], missing: int, *, by: str, calibration: bool, output_format: str) -> None:
    """Write the figures to standard output."""
    from kg.evaluate import figures

    report: dict[str, Any] = {"papers_missing": missing, **figures(pairs)}
    groups = _groups(pairs, by)
    reliability = _reliability(pairs) if calibration else {}
    if output_format == "json":
        _echo_json(report, by, groups, reliability)
    else:
        _echo_tables(report, by, groups, reliability)


class _Lines:
    """The records of a JSON Lines file; what is wrong with a line is said once, on stderr."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.wrong = 0

    def papers(self) -> Iterator[GoldPaper]:
        from kg.evaluate import gold_paper

        for number, record in _records(self._path, self._complain):
            try:
                yield gold_paper(record)
            except ValueError as error:
                self._complain(number, str(error))

    def _complain(self, number: int, reason: str) -> None:
        from kg.console import one_line

        self.wrong += 1
        click.echo(f"kg: {self._path}:{number}: {one_line(reason)}", err=True)


def _records(path: str, on_error: Callable[[int, str], None]) -> Iterator[tuple[int, Any]]:
    """Line number and value of each line; lines that are no JSON go to ``on_error``."""
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line.decode("utf-8-sig"))
                except (ValueError, RecursionError):
                    on_error(number, "is not JSON")
                else:
                    yield number, value
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _predicted(path: str) -> Iterator[tuple[str, str, list[Guess]]]:
    from kg.evaluate import guesses_of

    def refuse(number: int, reason: str) -> None:
        raise UsageError(f"{path}:{number}: {reason}")

    for number, record in _records(path, refuse):
        try:
            yield guesses_of(record)
        except ValueError as error:
            raise UsageError(f"{path}:{number}: {error}") from error


def _extracted(
    papers: Sequence[GoldPaper], gold: str, texts: str | None, config: Config
) -> Iterator[tuple[str, str, list[Guess]]]:
    """What the pipeline finds now in the texts of the annotated papers."""
    from kg.cli.progress import Stages
    from kg.evaluate import guesses_of
    from kg.pipeline import extract
    from kg.readers.inputs import read_inputs

    wanted = {paper.id for paper in papers}
    source = texts or gold
    read = read_inputs([source], format=None if texts else "jsonl", on_reject=lambda reject: None)
    with Stages() as stages:
        lines = extract((p for p in read if p.id in wanted), config, progress=stages("extracting", len(wanted)))
        found = [guesses_of(json.loads(line)) for line in lines]
    if not found:
        raise UsageError(f"{source} holds no text of the annotated papers; say where they are with --texts")
    yield from found


def _groups(pairs: Sequence[Pair], by: str) -> list[dict[str, Any]]:
    """One row a group; none by type, which is in the figures."""
    from kg.evaluate import kinds, sources

    if by == "source":
        return [{"source": name, "papers": number, **core} for name, (number, core) in sources(pairs).items()]
    if by == "kind":
        return [{"type": name, "kind": kind, **prf} for (name, kind), prf in kinds(pairs).items()]
    return []


def _reliability(pairs: Sequence[Pair]) -> dict[str, Calibration]:
    from kg.evaluate import calibration, outcomes

    try:
        return {what: calibration(found) for what, found in outcomes(pairs).items()}
    except ValueError as error:
        raise UsageError(f"--calibration: {error}") from error


def _echo_json(
    report: dict[str, Any], by: str, groups: list[dict[str, Any]], reliability: dict[str, Calibration]
) -> None:
    from dataclasses import asdict

    if groups:
        report[f"by_{by}"] = groups
    if reliability:
        report["calibration"] = {what: asdict(found) for what, found in reliability.items()}
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))


_HEADER = ("named P", "R", "F1", "n", "all P", "R", "F1", "n", "entity F1", "role")


def _row(found: Figures) -> list[str]:
    """The cells of one line of figures."""
    cells = [f"{found[what][key]:.3f}" if key != "gold" else str(found[what][key]) for what, key in _CELLS]
    return [*cells, f"{found['ent']['f1']:.3f}", "" if found["role"] is None else f"{found['role']:.3f}"]


_CELLS = [(what, key) for what in ("named", "all") for key in ("p", "r", "f1", "gold")]


def _echo_tables(
    report: dict[str, Any], by: str, groups: list[dict[str, Any]], reliability: dict[str, Calibration]
) -> None:
    from kg.cli.tables import echo_table

    if report["papers_missing"]:
        click.echo(f"papers without a prediction: {report['papers_missing']}")
    if by == "type":
        order = ("Method", "Dataset", "Hardware", "core", "Task", "Metric", "every")
        echo_table(("", *_HEADER), [(name, *_row(report[name])) for name in order])
    elif by == "source":
        rows: Iterable[Sequence[Any]] = [(g["source"], g["papers"], *_row(g)) for g in groups]
        echo_table(("source", "papers", *_HEADER), [*rows, ("core", "", *_row(report["core"]))])
    else:
        cells = [(g["type"], g["kind"], *(f"{g[key]:.3f}" for key in ("p", "r", "f1")), g["gold"]) for g in groups]
        echo_table(("type", "kind or extractor", "named P", "R", "F1", "n"), cells)
    if reliability:
        _echo_reliability(reliability)


def _echo_reliability(reliability: dict[str, Calibration]) -> None:
    from kg.cli.tables import echo_table

    rows = [
        (what, f"{b.low:.1f}-{b.high:.1f}", b.count, f"{b.confidence:.3f}", f"{b.precision:.3f}")
        for what, found in reliability.items()
        for b in found.bins
    ]
    click.echo()
    echo_table(("core", "confidence", "forms", "mean", "precision"), rows)
    for what, found in reliability.items():
        click.echo(
            f"{what}: expected calibration error {found.error:.3f}; confidence 0.9 and more: {found.sure} forms, "
            f"precision {found.sure_precision:.3f}, recall {found.sure_recall:.3f}"
        )
