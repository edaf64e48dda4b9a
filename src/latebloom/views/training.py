"""The progress of a training: a live picture in a terminal, plain lines elsewhere, or nothing."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from latebloom.runs import Observer
from latebloom.training import Experiment, Record
from latebloom.views.curve import TEST, TRAIN, loss_curve
from latebloom.views.history import History

LINE_SECONDS = 10.0
"""Seconds between two plain lines."""


@contextmanager
def watch_training(experiment: Experiment, quiet: bool = False) -> Iterator[Observer | None]:
    """An observer for `train_run` that shows progress on standard error for the duration of the block."""
    if quiet:
        yield None
        return
    history = History(experiment)
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(history)
        return
    with Live(console=console, get_renderable=lambda: _picture(history), refresh_per_second=2):
        yield history.take


def _plain(history: History) -> Observer:
    shown = time.monotonic() - LINE_SECONDS

    def observe(record: Record) -> None:
        nonlocal shown
        history.take(record)
        due = record.metrics is not None and time.monotonic() - shown >= LINE_SECONDS
        if due or record.stopped:
            shown = time.monotonic()
            print(history.line(), file=sys.stderr, flush=True)

    return observe


def _picture(history: History) -> Group:
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        Text(history.experiment.recipe, style="bold"),
        ProgressBar(total=history.steps, completed=history.step, width=30),
        f"{history.step}/{history.steps}",
        Text(history.time_left, style="dim"),
    )
    hint = Text("Ctrl-C stops after this step; --resume continues", style="dim")
    return Group(bar, _numbers(history), loss_curve(list(history.logged)), hint)


def _numbers(history: History) -> Text:
    text = Text()
    if history.logged:
        _, train, test = history.logged[-1]
        text.append(f"train {train:.3g}  ", style=TRAIN)
        text.append("" if test is None else f"test {test:.3g}  ", style=TEST)
        if history.stopped:
            text.append(history.outcome)
        else:
            text.append(history.phase)
    return text
