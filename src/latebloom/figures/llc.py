"""The local learning coefficient through training, with its interval, beside the losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._text import whole
from latebloom.analysis import Analysis
from latebloom.circuits.llc import LLC
from latebloom.circuits.llc.measures import LLC_HIGH, LLC_LOW
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis
from latebloom.measures.any_model import TEST_LOSS, TRAIN_LOSS
from latebloom.phases import Series

if TYPE_CHECKING:
    import matplotlib.figure

_LOSSES = {TRAIN_LOSS.name: Stroke(theme.TRAIN, 1.6), TEST_LOSS.name: Stroke(theme.TEST, 1.6)}


@dataclass(frozen=True, eq=False)
class Course:
    """The coefficient with the ends of its interval at the checkpoints that have it, and the losses."""

    value: Series
    low: Series
    high: Series
    losses: Curves


def data(analysis: Analysis) -> Course:
    """Of a run that was measured with it."""
    value, low, high = (analysis.require(column.name) for column in (LLC, LLC_LOW, LLC_HIGH))
    named = [(name, analysis.series(name)) for name in _LOSSES]
    lines = tuple(Line(name, name.partition("_")[0], series) for name, series in named if series is not None)
    return Course(value, low, high, Curves(lines, analysis.phases, analysis.chance))


def says(course: Course) -> str:
    """The largest and the last value."""
    top = int(course.value.value.argmax())
    return (
        f"The coefficient is at most {course.value.value[top]:.3g} (step {whole(course.value.step[top])}), and "
        f"{course.value.value[-1]:.3g} at step {whole(course.value.step[-1])}."
    )


def draw(figure: matplotlib.figure.Figure, course: Course) -> None:
    """Losses below, the coefficient above."""
    above, below = figure.subplots(2, 1, sharex=True)
    above.fill_between(course.low.step, course.low.value, course.high.value, color=theme.RESTRICTED, alpha=0.25, lw=0)
    above.plot(course.value.step, course.value.value, color=theme.RESTRICTED, lw=2, marker="o", ms=2.5)
    above.set_ylabel("coefficient λ")
    above.set_ylim(bottom=0)
    above.grid(axis="y")
    log_scale(below, "loss (nats, log scale)")
    draw_curves(below, course.losses, _LOSSES)
    step_axis(below)


FIGURE = Figure(
    name="llc",
    chapter="growth",
    title="The local learning coefficient: how many weights the train set constrains",
    caption=(
        "The coefficient λ counts, at half each, the directions in which the weights cannot move without "
        "raising train loss "
        "(directions of higher order count less). The band is the 95 % interval of the sampling. A "
        "checkpoint without a "
        "point is one at which the chains give no estimate."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 5.0),
    needs=LLC.name,
)
