"""The progress of a sweep: a live line in a terminal, otherwise a plain line every few seconds, or nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from latebloom._text import duration
from latebloom.sweeps.conduct import View
from latebloom.sweeps.tally import Tally

LINE_SECONDS = 10.0
"""Seconds between two plain lines."""


@contextmanager
def watch_sweep(quiet: bool) -> Iterator[View]:
    """A view for the coordinator on standard error for the duration of the block."""
    console = Console(stderr=True)
    if quiet:
        yield lambda tally: None
    elif console.is_terminal:
        yield from _live(console)
    else:
        yield _plain()


def line(tally: Tally) -> str:
    """The progress of the sweep in words."""
    parts = [f"{tally.count('finished')} finished", f"{len(tally.running)} running"]
    parts += [f"{tally.count(status)} {status}" for status in ("failed", "diverged") if tally.count(status)]
    left = tally.seconds_left
    parts += [] if left is None else [f"at most {duration(left)} left"]
    return ", ".join(parts)


def _live(console: Console) -> Iterator[View]:
    columns = (BarColumn(30), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        bar = progress.add_task("starting; Ctrl-C stops, the same command continues")

        def show(tally: Tally) -> None:
            over = tally.total - tally.left
            progress.update(bar, completed=over, total=tally.total, description=line(tally))

        yield show


def _plain() -> View:
    shown = monotonic() - LINE_SECONDS

    def show(tally: Tally) -> None:
        nonlocal shown
        if tally.left == 0 or monotonic() - shown >= LINE_SECONDS:
            shown = monotonic()
            print(f"{tally.total - tally.left}/{tally.total} runs: {line(tally)}", file=sys.stderr, flush=True)

    return show
