"""The step of generalisation against a numeric field of the experiment, with a fitted power law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom.figures import theme
from latebloom.figures.figure import fixed
from latebloom.figures.sweep.columns import generalisation_times, levels, with_values
from latebloom.figures.sweep.figure import SweepFigure, log_steps
from latebloom.statistics import GeneralisationTimes, PowerLaw, fit_power_law

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

_JITTER = 0.05
"""Runs at one value spread to either side over this part of the axis, or over a third of the smallest gap."""
_MOST_TICKS = 9


@dataclass(frozen=True, eq=False)
class FieldEffect:
    """Runs with a positive value of ``field``, and the law fitted to them; ``left_out``: the number of other runs."""

    field: str
    value: Float[np.ndarray, " run"]
    times: GeneralisationTimes
    law: PowerLaw
    left_out: int


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> FieldEffect:
    """From ``step`` and ``test_learned_at``. UsageError for a field of text, or without a positive value."""
    (field,) = fields
    table = with_values(table, ["step", field])
    values = levels(table, field)
    if any(isinstance(level, str) for level in values):
        raise UsageError(f"figure field-effect: got text in {field}, expected numbers; figure survival accepts text")
    value, times = np.array(values, dtype=float), generalisation_times(table)
    usable = (value > 0) & (times.step > 0)
    if not usable.any():
        raise UsageError(f"figure field-effect: got no run with {field} above 0, which a log scale needs")
    law = fit_power_law(value[usable], times[usable])
    return FieldEffect(field, value[usable], times[usable], law, int((~usable).sum()))


def says(effect: FieldEffect) -> str:
    """The exponent with its interval, and the number of omitted runs."""
    exponent, n = effect.law.exponent, len(effect.times)
    waiting = n - int(effect.times.generalised.sum())
    omitted = (
        f" {effect.left_out} runs with {effect.field} or step at 0 or below are left out." if effect.left_out else ""
    )
    if exponent.value is None or effect.law.scatter is None:
        return f"No law can be fitted to {n} runs: {exponent.reason}.{omitted}"
    low, high = (("no bound" if end is None else f"{end:.2f}") for end in (exponent.low, exponent.high))
    return (
        f"Step of generalisation ∝ {effect.field}^{exponent.value:.2f} (95 %: {low} to {high}), from {n} runs, of "
        f"which {waiting} had not generalised when they ended; scatter around the law: a factor of "
        f"{10**effect.law.scatter:.2g}.{omitted}"
    )


def draw(figure: matplotlib.figure.Figure, effect: FieldEffect) -> None:
    """A dot per run that generalised, an arrow at the last step of any other run, and the law with its band."""
    axes = figure.subplots()
    _draw_law(axes, effect.law)
    x, y, generalised = _spread(effect.value), effect.times.step, effect.times.generalised
    dot: dict[str, Any] = {"marker": "o", "ms": 5, "color": theme.RESTRICTED, "mec": "white", "mew": 0.6}
    arrow: dict[str, Any] = {"marker": r"$\uparrow$", "ms": 11, "color": theme.TEST, "mew": 0.2}
    for which, style, name in (
        (generalised, dot, "generalised"),
        (~generalised, arrow, "not generalised by its last step"),
    ):
        if which.any():
            axes.plot(x[which], y[which], ls="", zorder=4, label=f"{name} (n = {which.sum()})", **style)
    _scales(axes, effect)
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=8.5)


def _draw_law(axes: matplotlib.axes.Axes, law: PowerLaw) -> None:
    """The median step over the range of the field; the band only where it is bounded."""
    if not law.curve:
        return
    x, y = [point.field for point in law.curve], [point.step for point in law.curve]
    low = [np.nan if point.low is None else point.low for point in law.curve]
    high = [np.nan if point.high is None else point.high for point in law.curve]
    axes.fill_between(x, low, high, color=theme.CHANCE, alpha=0.22, lw=0, zorder=1)
    axes.plot(x, y, color=theme.INK, lw=1.4, zorder=2, label="power law (median, 95 % band)")


def _spread(value: Float[np.ndarray, " run"]) -> Float[np.ndarray, " run"]:
    """Spread runs at one value side by side, so that all are visible."""
    moved, places = np.log(value), np.unique(value)
    gaps = np.diff(np.log(places))
    reach = min(_JITTER * gaps.sum(), gaps.min() / 3) if gaps.size else _JITTER
    for level in places:
        members = np.flatnonzero(value == level)
        moved[members] += reach * np.linspace(-1, 1, len(members)) if len(members) > 1 else 0.0
    return np.exp(moved)


def _scales(axes: matplotlib.axes.Axes, effect: FieldEffect) -> None:
    """Both scales logarithmic, with the values of the field as ticks unless there are many."""
    from matplotlib.ticker import NullLocator

    log_steps(axes, "step of generalisation (log scale)")
    axes.set_xscale("log")
    values = np.unique(effect.value)
    if len(values) <= _MOST_TICKS:
        axes.set_xticks(values, [f"{value:g}" for value in values])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(f"{effect.field} (log scale)")


FIGURE = SweepFigure(
    name="field-effect",
    title="How the step of generalisation depends on a field",
    caption=(
        "Each dot is a run, at the step from which its test accuracy stays at 99 %, whether it grokked or generalised"
        " at once. An arrow is a run that ended earlier, so its step lies above the arrow. The line is the power "
        "law that makes dots and arrows most likely; it is straight on these scales. Runs at one value are drawn side"
        " by side."
    ),
    fields=(1, 1),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.4),
)
