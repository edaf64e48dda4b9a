"""Draw a figure of a run, or of a sweep, by name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom._nearest import did_you_mean
from latebloom.analysis import Analysis
from latebloom.figures import FIGURES, SWEEP_FIGURES, Drawing, drawn
from latebloom.figures.sweep import drawn as sweep_drawn
from latebloom.lab.seeds.frame import OF_STUDIES, seed_frame
from latebloom.lab.seeds.study import study_seeds
from latebloom.runs import Run, open_run
from latebloom.sweeps.sweep import Sweep, load_sweep

if TYPE_CHECKING:
    import pandas


def figure(name: str, target: Run | Sweep | str | Path, by: Sequence[str] = (), root: str | Path = "runs") -> Drawing:
    """The figure of that name. A notebook displays it; ``.save()`` writes it to a file.

    target: a run or, for figures of sweeps, a sweep (an object, a path or a name under ``root``). by: the fields on the
    axes of a sweep's figure.
    Errors: UsageError for an unknown name, or if the figure is undefined for the run.
    """
    if name in SWEEP_FIGURES and not isinstance(target, Run):
        return _of_sweep(name, load_sweep(target, root), by)
    if name not in FIGURES:
        known = (*FIGURES, *SWEEP_FIGURES)
        raise UsageError(f"figure: got {name!r}, expected one of {', '.join(known)}{did_you_mean(name, known)}")
    if by:
        raise UsageError(f"--by: got {by[0]!r}, but {name} is a figure of one run; leave it out")
    if isinstance(target, Sweep):
        raise UsageError(f"figure {name}: got a sweep, expected a run; its runs are in .runs")
    return _of_run(name, open_run(target, root))


def _of_run(name: str, run: Run) -> Drawing:
    kind = FIGURES[name]
    data = kind.data_of(Analysis(run))
    return Drawing(name, run.path, kind.title, kind.caption, kind.says(data), partial(drawn, kind, data))


def _of_sweep(name: str, sweep: Sweep, by: Sequence[str]) -> Drawing:
    kind = SWEEP_FIGURES[name]
    data = kind.data_of(_frame(name, sweep), *by)
    return Drawing(name, sweep.path, kind.title, kind.caption, kind.says(data), partial(sweep_drawn, kind, data))


def _frame(name: str, sweep: Sweep) -> pandas.DataFrame:
    """The table for a sweep's figure; figures of seeds also need the circuit of every run."""
    return seed_frame(study_seeds(sweep)) if name in OF_STUDIES else sweep.frame
