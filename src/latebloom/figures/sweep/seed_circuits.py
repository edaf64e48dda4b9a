"""Clock or pizza: two numbers for each seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._errors import UsageError
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.sweep.columns import check_study, pairs
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.statistics.summaries import quartiles

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas

NAME = "seed-circuits"
NUMBERS = ("gradient_symmetricity", "distance_irrelevance")


@dataclass(frozen=True, eq=False)
class SeedCircuits:
    """(gradient symmetricity, distance irrelevance) of each run, final and at step 0; ``left_out``: other runs."""

    final: list[tuple[float, float]]
    initial: list[tuple[float, float]]
    left_out: int


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> SeedCircuits:
    """From ``final.gradient_symmetricity`` … UsageError if no run has them."""
    columns = {which: [f"{which}.{name}" for name in NUMBERS] for which in ("final", "initial")}
    check_study(table, NAME, [*columns["final"], *columns["initial"]])
    final, initial = (pairs(table, *columns[which]) for which in ("final", "initial"))
    if not final:
        raise UsageError(f"figure {NAME}: no run has these numbers; they need a model that embeds each operand")
    return SeedCircuits(final, initial, len(table) - len(final))


def says(circuits: SeedCircuits) -> str:
    """Median and quartiles of both numbers."""
    first, second = (quartiles(values) for values in zip(*circuits.final))
    omitted = f" {circuits.left_out} runs in which they are undefined are left out." if circuits.left_out else ""
    return (
        f"{first.n} runs: gradient symmetricity {first.median:.2f} ({first.low:.2f} to {first.high:.2f}, the middle "
        f"half), distance irrelevance {second.median:.2f} ({second.low:.2f} to {second.high:.2f}).{omitted}"
    )


def draw(figure: matplotlib.figure.Figure, circuits: SeedCircuits) -> None:
    """A dot per run, a cross per untrained model, and the two ideals."""
    axes = figure.subplots()
    for which, colour, marker, name in (
        (circuits.initial, theme.CHANCE, "x", "the same seeds at step 0"),
        (circuits.final, theme.RESTRICTED, "o", f"trained (n = {len(circuits.final)})"),
    ):
        if which:
            x, y = np.array(which).T
            axes.scatter(x, y, s=26, marker=marker, color=colour, alpha=0.75, lw=1, zorder=3, label=name)
    for place, name, side in (((0, 1), "ideal clock", "left"), ((1, 0), "ideal pizza", "right")):
        axes.scatter(place[0], place[1], marker="*", s=110, color=theme.TEST, zorder=2, clip_on=False)
        axes.annotate(f"  {name}  ", place, color=theme.TEST, fontsize=8.5, ha=side, va="bottom")
    axes.set_xlim(-0.05, 1.05)
    axes.set_ylim(-0.05, 1.08)
    axes.set_xlabel("gradient symmetricity")
    axes.set_ylabel("distance irrelevance")
    axes.grid()
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8.5)


FIGURE = SweepFigure(
    name=NAME,
    title="Clock or pizza",
    caption=(
        "Each dot is a run. Gradient symmetricity: whether both operands affect every logit equally. Distance "
        "irrelevance: how much of the variation of the correct logit remains at fixed x - y. Multiplying the waves of "
        "the operands (clock) gives 0 and almost 1; adding them first (pizza) gives 1 and 0. Untrained models "
        "(crosses) are symmetric because their attention is even, although they are not pizzas."
    ),
    fields=(0, 0),
    data=data,
    says=says,
    draw=draw,
    size=fixed(5.6, 4.4),
)
