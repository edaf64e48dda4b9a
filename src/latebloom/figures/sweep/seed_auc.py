"""How early the embedding predicts the key frequencies of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import whole
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.sweep.columns import check_study, lists
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.statistics import Estimate
from latebloom.statistics.summaries import mean

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

NAME = "seed-auc"


@dataclass(frozen=True, eq=False)
class Curve:
    """Mean AUC over runs at each moment ``at``, and mean AUC of the control."""

    at: tuple[float, ...]
    auc: tuple[Estimate, ...]
    control: tuple[Estimate, ...]


@dataclass(frozen=True, eq=False)
class SeedAuc:
    """Against the step, and against multiples of the step from which each run's test loss stays under guessing."""

    n: int
    by_step: Curve
    by_clean_up: Curve


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> SeedAuc:
    """From the lists ``step.at``, ``step.auc``, ``step.control`` and ``clean_up.at`` …, the columns of `seed_frame`."""
    kinds = ("step", "clean_up")
    check_study(table, NAME, [f"{kind}.{part}" for kind in kinds for part in ("at", "auc", "control")])
    return SeedAuc(len(table), *(_curve(table, kind) for kind in kinds))


def _curve(table: pandas.DataFrame, kind: str) -> Curve:
    auc, control = (tuple(map(mean, zip(*lists(table, f"{kind}.{part}")))) for part in ("auc", "control"))
    return Curve(tuple(map(float, table[f"{kind}.at"].iloc[0])), auc, control)


def says(curves: SeedAuc) -> str:
    """The AUC at the first moment, and the first step at which it reaches 0.95 (arbitrary)."""
    curve = curves.by_step
    first = curve.auc[0] if curve.auc else Estimate.undefined(0, "there are no checkpoints")
    if first.value is None or first.low is None or first.high is None:
        return f"Over {curves.n} runs no prediction can be evaluated: {first.reason}."
    high_step = next((at for at, auc in zip(curve.at, curve.auc) if auc.value is not None and auc.value >= 0.95), None)
    later = "never 0.95" if high_step is None else f"0.95 from step {whole(high_step)}"
    return (
        f"At step {whole(curve.at[0])} the AUC is {first.value:.2f} (95 %: {first.low:.2f} to {first.high:.2f}, "
        f"{first.n} runs); {later}."
    )


def draw(figure: matplotlib.figure.Figure, curves: SeedAuc) -> None:
    """Two panels with a shared vertical axis, by step and by clean-up; bands are intervals of the mean."""
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, curve in ((left, curves.by_step), (right, curves.by_clean_up)):
        _draw_curve(axes, curve.at, curve.auc, theme.RESTRICTED, "own key frequencies")
        _draw_curve(axes, curve.at, curve.control, theme.CHANCE, "control: another run's")
        axes.axhline(0.5, color=theme.INK, lw=0.8, ls=(0, (1, 2)), zorder=1)
        axes.grid(axis="y")
    left.set_ylabel("AUC of the embedding's norms")
    _step_scale(left, curves.by_step.at)
    right.set_xlabel("step / step from which test loss stays under guessing")
    left.set_ylim(None, 1.02)
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=2, frameon=False, fontsize=8.5)


def _draw_curve(
    axes: matplotlib.axes.Axes, at: tuple[float, ...], curve: tuple[Estimate, ...], colour: str, label: str
) -> None:
    value, low, high = (
        [np.nan if end is None else end for end in ends]
        for ends in zip(*((auc.value, auc.low, auc.high) for auc in curve))
    )
    axes.fill_between(at, low, high, color=colour, alpha=0.18, lw=0, zorder=2)
    axes.plot(at, value, color=colour, marker=".", ms=4, zorder=3, label=label)


def _step_scale(axes: matplotlib.axes.Axes, at: tuple[float, ...]) -> None:
    """Logarithmic, with space for step 0 to the left of the first checkpoint."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_xlabel("training step (log scale, but for step 0)")
    positive = [step for step in at if step > 0]
    if not positive:
        return
    axes.set_xscale("symlog", linthresh=positive[0], linscale=0.4)
    axes.set_xlim(-positive[0] / 5, positive[-1] * 1.1)
    tens = [digit * 10.0**power for power in range(7) for digit in (1, 3)]
    axes.xaxis.set_major_locator(FixedLocator([0, *(step for step in tens if positive[0] < step <= positive[-1])]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, position: whole(float(value))))


FIGURE = SweepFigure(
    name=NAME,
    title="How early the winners can be predicted",
    caption=(
        "The probability that a frequency that becomes a key frequency has a larger norm in the embedding than one "
        "that does not, mean over runs with a 95 % band; 0.5 is guessing. The control uses the same norms to predict "
        "the key frequencies of another run. Left: at each step. Right: at multiples of the step from which the test "
        "loss of the run stays under guessing, over the runs with such a step."
    ),
    fields=(0, 0),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 3.6),
)
