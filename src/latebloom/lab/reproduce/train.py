"""Train and measure what one system needs; what is there already is left as it is."""

from collections.abc import Callable
from pathlib import Path

from latebloom.lab.measure import measure
from latebloom.lab.reproduce.catalogue import Entry
from latebloom.runs import Run
from latebloom.sweeps.place import Folder
from latebloom.sweeps.plan import OVER
from latebloom.sweeps.tally import Tally
from latebloom.sweeps.train import train_sweep

Told = Callable[[str], None]
"""Told in a line what is being done."""


def train_system(entry: Entry, folder: Path, workers: int | None, quiet: bool, told: Told) -> tuple[list[Run], Tally]:
    """The runs of the system's sweep in ``folder`` that are over, in the order of the sweep, and how training went."""
    tally = train_sweep(Folder(folder), entry.jobs(), workers=workers, quiet=quiet)
    runs = trained_runs(entry, folder)
    if entry.measured and tally.stopped is None:
        for number, run in enumerate(runs, start=1):
            told(f"{entry.system}: measuring run {number} of {len(runs)}")
            measure(run)
    return runs, tally


def trained_runs(entry: Entry, folder: Path) -> list[Run]:
    """Those runs of the system's sweep that are there and over."""
    runs = [Run(folder / job.name) for job in entry.jobs()]
    return [run for run in runs if run.directory.exists() and run.status in OVER]
