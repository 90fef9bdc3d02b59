"""Lines of 100 MB, and a million-character abstract in every format: these are made to fill memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.formats import ABSTRACT, BEFORE, BOTH, FORMATS, Format
from tests.hostile.sample import Lost, Sample, sample

__all__ = ["samples"]

PIECE = "gull " * 200_000
# What becomes of a file with such a line: where reading goes on behind it, and where it cannot.
REST_LOST = frozenset(("json", "csl", "hf-daily"))
PAIRED = "hf-papers"


def samples() -> Iterator[Sample]:
    """All of them."""
    for form in FORMATS.values():
        at = form.position(2)
        kept = (BEFORE,) if form.name in REST_LOST else BOTH
        yield sample(
            "100 MB line",
            f"{form.name}: a line of 100 MB",
            form.file,
            _long_line(form),
            Lost("", at),
            kept=kept,
            heavy=True,
        )
    yield sample(
        "100 MB line",
        "a line of 100 MB and nothing else",
        "x.json",
        _spaces,
        Lost("no known format"),
        kept=(),
        heavy=True,
    )


def _long_line(form: Format) -> Callable[[Path], None]:
    """Writes a file whose second record has an abstract of 100 MB."""

    def write(path: Path) -> None:
        before, after = (
            form.around(form.good("Endless").replace(ABSTRACT, "@@")).split("@@")
            if (form.name != "openalex")
            else form.around(form.record('"Endless @@"')).split("@@")
        )
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(before)
            for _ in range(100):
                file.write(PIECE)
            file.write(after)

    return write


def _spaces(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b" " * 1_000_000)
