"""The lead of restricted and excluded loss over test loss, for each seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import whole
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.sweep.columns import check_study, maybe_numbers
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.statistics import Estimate
from latebloom.statistics.median_estimate import median_estimate

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

NAME = "seed-leads"
_LINEAR = 100.0
"""Up to this many steps on either side of 0 the scale is linear."""
ROWS = {"restricted": theme.RESTRICTED, "excluded": theme.TEST}


@dataclass(frozen=True, eq=False)
class SeedLeads:
    """The lead of each measure in steps, for each decided run; the median; and the number of undecided runs."""

    steps: dict[str, list[float]]
    median: dict[str, Estimate]
    undecided: dict[str, int]


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> SeedLeads:
    """From ``restricted.lead`` and ``excluded.lead`` in steps, null where undecided."""
    check_study(table, NAME, [f"{row}.lead" for row in ROWS])
    steps = {row: [v for v in maybe_numbers(table, f"{row}.lead") if v is not None] for row in ROWS}
    undecided = {row: len(table) - len(values) for row, values in steps.items()}
    return SeedLeads(steps, {row: median_estimate(values) for row, values in steps.items()}, undecided)


def says(leads: SeedLeads) -> str:
    """The number of runs in which each came first, and the median lead."""
    return " ".join(_sentence(leads, row) for row in ROWS)


def _sentence(leads: SeedLeads, row: str) -> str:
    steps, middle = leads.steps[row], leads.median[row]
    ties = sum(v == 0 for v in steps)
    tied = f" and with test loss in {ties}" if ties else ""
    count = f"{row.capitalize()} loss comes first in {sum(v > 0 for v in steps)} of {len(steps)} runs{tied}"
    open_runs = leads.undecided[row]
    undecided = f"; {open_runs} {'run is' if open_runs == 1 else 'runs are'} undecided" if open_runs else ""
    return count + (f", by a median of {whole(middle.value)} steps{undecided}." if middle.value is not None else ".")


def draw(figure: matplotlib.figure.Figure, leads: SeedLeads) -> None:
    """Two rows with a dot per run and, below the dots, the median with its interval."""
    axes = figure.subplots()
    for height, (row, colour) in enumerate(ROWS.items()):
        steps, middle = leads.steps[row], leads.median[row]
        # Spread the dots vertically, so that equal leads are visible.
        spread = 0.18 + 0.3 * (np.arange(len(steps)) % 7) / 7
        axes.scatter(steps, -height + spread, s=22, color=colour, alpha=0.7, lw=0, zorder=3)
        if middle.low is not None and middle.high is not None:
            axes.plot([middle.low, middle.high], [-height] * 2, color=colour, lw=2.4, zorder=3)
        if middle.value is not None:
            axes.plot(middle.value, -height, marker="D", ms=6, color=colour, mec="white", zorder=4)
    axes.axvline(0, color=theme.INK, lw=0.9, zorder=2)
    _lead_scale(axes, [step for steps in leads.steps.values() for step in steps])
    axes.set_yticks([0.15, -0.85], [f"{row}\nloss" for row in ROWS])
    axes.set_ylim(-1.2, 0.65)
    axes.set_xlabel("steps by which it comes before test loss (log scale beyond 100)")
    axes.grid(axis="x")


def _lead_scale(axes: matplotlib.axes.Axes, steps: list[float]) -> None:
    """Both signs on one axis, linear near 0."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = min([0.0, *steps]), max([100.0, *steps])
    axes.set_xscale("symlog", linthresh=_LINEAR, linscale=0.5)
    axes.set_xlim(min(-_LINEAR / 4, 1.3 * low), 1.3 * high)
    sizes = [digit * 10.0**power for power in range(2, 7) for digit in (1, 3)]
    ticks = [0.0, *sizes, *(-size for size in sizes)]
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if 1.3 * low <= tick <= 1.3 * high]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, position: whole(float(value))))


FIGURE = SweepFigure(
    name=NAME,
    title="Lead of restricted and excluded loss over test loss",
    caption=(
        "Each dot is a run; to the right of 0 the measure came first. Restricted loss: its first checkpoint under a "
        "tenth of chance, against that of test loss. Excluded loss: the first checkpoint at ten times train loss and "
        "the random control, against the step from which test loss stays under guessing. The diamond is the median, "
        "with its 95 % interval."
    ),
    fields=(0, 0),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 2.8),
)
