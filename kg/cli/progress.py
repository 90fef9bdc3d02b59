"""Progress of long work: a bar with rate and time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task, TaskID
    from rich.text import Text

__all__ = ["Stages"]


class Stages:
    """A context that shows the stages of a piece of work, one bar each.

    ``stages(name, total)`` starts one and gives the callback that counts its papers; total 0 means unknown.

    Args:
        unit: What is counted, where that is not papers.
    """

    def __init__(self, unit: str = "papers") -> None:
        self._unit = unit
        self._bars: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Stages:
        if sys.stderr.isatty():
            self._bars = _bars(self._unit)
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def __call__(self, name: str, total: int) -> Callable[[int], None]:
        """Begin a stage."""
        bars = self._bars
        if bars is None:
            return lambda _: None
        if self._task is not None:
            done = bars.tasks[-1].completed
            bars.update(self._task, total=done or 1, completed=done or 1)
        self._task = task = bars.add_task(name, total=total or None)
        return lambda count: bars.advance(task, count)


def _bars(unit: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} {unit}/s" if task.speed else "")

    columns: list[ProgressColumn | str] = [
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    ]
    return Progress(*columns, console=Console(stderr=True))
