"""The share of runs that have generalised by each step, for each level of one field or pair of levels of two."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import whole
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.line_names import name_lines
from latebloom.figures.steps import step_axis
from latebloom.figures.sweep.columns import generalisation_times, in_order, level_text, levels, with_values
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.phases import Series
from latebloom.statistics import (
    Estimate,
    GeneralisationTimes,
    SurvivalComparison,
    SurvivalCurve,
    compare_survival,
    median_step,
    survival_curve,
)

MOST_BANDS = 6
"""With more groups the bands are left out, since they would hide each other."""

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas


@dataclass(frozen=True, eq=False)
class SurvivalGroup:
    """The runs at one level of each field, or all runs without a field."""

    name: str
    times: GeneralisationTimes
    curve: SurvivalCurve
    median: Estimate

    @classmethod
    def of(cls, name: str, times: GeneralisationTimes) -> SurvivalGroup:
        """The group with its curve and median."""
        return cls(name, times, survival_curve(times), median_step(times))


@dataclass(frozen=True, eq=False)
class Survival:
    """Groups in the order of the levels of the fields. comparison: of the two groups if there are exactly two."""

    fields: tuple[str, ...]
    groups: tuple[SurvivalGroup, ...]
    comparison: SurvivalComparison | None

    @property
    def end(self) -> float:
        """The last step of any run."""
        return max(float(group.times.step.max()) for group in self.groups)


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> Survival:
    """From ``step`` and ``test_learned_at``; runs without a step or a value of a field are left out."""
    table = with_values(table, ["step", *fields])
    times = generalisation_times(table)
    if not fields:
        return Survival((), (SurvivalGroup.of("all runs", times),), None)
    columns = [levels(table, field) for field in fields]
    run_levels = list(zip(*columns))
    groups = tuple(
        SurvivalGroup.of(", ".join(map(level_text, joint)), times[np.array([other == joint for other in run_levels])])
        for joint in product(*map(in_order, columns))
        if joint in run_levels
    )
    comparison = compare_survival(groups[0].times, groups[1].times) if len(groups) == 2 else None
    return Survival(fields, groups, comparison)


def says(survival: Survival) -> str:
    """For each group the number of runs that generalised and the median step; whether two groups differ."""
    parts = "; ".join(_group_clause(group) for group in survival.groups)
    of_field = f"By {', '.join(survival.fields)}: " if survival.fields else ""
    test = survival.comparison
    if test is None or test.p_value is None:
        return f"{of_field}{parts}."
    return f"{of_field}{parts}. Log-rank test of the two: chi² = {test.chi_squared:.3g}, p = {test.p_value:.2g}."


def _group_clause(group: SurvivalGroup) -> str:
    count = f"{group.name}: {group.curve.generalised} of {group.curve.n} generalised"
    median = group.median
    if median.value is None or median.low is None:
        return f"{count}, the median was not reached"
    high = "no bound" if median.high is None else whole(median.high)
    return f"{count}, half by step {whole(median.value)} ({whole(median.low)} to {high})"


def draw(figure: matplotlib.figure.Figure, survival: Survival) -> None:
    """A rising step curve per group, with its band where groups are few; a tick where a run ended without
    generalising."""
    axes = figure.subplots()
    colours = theme.key_colours(range(len(survival.groups)))
    names = []
    for i, group in enumerate(survival.groups):
        share = _draw_group(axes, group, colours[i], survival.end)
        if len(survival.groups) <= MOST_BANDS:
            _draw_band(axes, group.curve, colours[i])
        label = f"{group.name}  (n = {group.curve.n})"
        names.append((label, Series(np.array([survival.end]), np.array([share])), colours[i]))
    axes.set_xlim(0, survival.end)
    axes.set_ylim(-0.02, 1.03)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_ylabel("runs that have generalised")
    axes.axhline(0.5, color=theme.CHANCE, lw=0.8, ls=(0, (1, 2)), zorder=1)
    axes.grid(axis="y")
    step_axis(axes)
    name_lines(axes, names)
    if survival.fields:
        over = ", ".join(survival.fields)
        axes.text(1.026, 1.06, over, transform=axes.transAxes, color=theme.MUTED, fontsize=8.5, style="italic")


def _draw_group(axes: matplotlib.axes.Axes, group: SurvivalGroup, colour: str, end: float) -> float:
    """Draw one group and return its share at the end; the line is dotted after its last run."""
    curve = group.curve
    step, share = np.array(curve.step), 1 - np.array(curve.survival)
    axes.plot(step, share, color=colour, drawstyle="steps-post", zorder=3)
    axes.plot([step[-1], end], [share[-1]] * 2, color=colour, lw=1.1, ls=(0, (1, 1.5)), zorder=3)
    ended = group.times.step[~group.times.generalised]
    at = share[np.searchsorted(step, ended, side="right") - 1]
    axes.plot(ended, at, ls="", marker="|", ms=8, mew=1.3, color=colour, zorder=4, clip_on=False)
    return float(share[-1])


def _draw_band(axes: matplotlib.axes.Axes, curve: SurvivalCurve, colour: str) -> None:
    low, high = (np.array([np.nan if v is None else 1 - v for v in ends]) for ends in (curve.high, curve.low))
    axes.fill_between(curve.step, low, high, step="post", color=colour, alpha=0.13, lw=0, zorder=2)


FIGURE = SweepFigure(
    name="survival",
    title="When runs generalise",
    caption=(
        "The share of runs that have generalised by each step, and, of up to six groups, a 95 % band (one minus "
        "Kaplan and Meier's estimate). A run generalises at the step from which its test accuracy stays at 99 %, "
        "whether it grokked or generalised at once. A small vertical tick marks a run that ended earlier; it counts "
        "until its last step. "
        "A line is dotted after its last run."
    ),
    fields=(0, 2),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.2),
)
