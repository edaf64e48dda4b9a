"""Losses of a training on few sums beside those of the published run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._errors import UsageError
from latebloom._text import nats, whole
from latebloom.analysis import Analysis
from latebloom.circuits.digits.family import DIGITS
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.line_names import name_lines
from latebloom.figures.steps import log_scale, step_axis
from latebloom.phases import Series
from latebloom.published import published
from latebloom.tasks import DigitAddition, Task

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

PUBLISHED_DIGITS = 5
"""The published curve is that of sums of this many digits."""

_COLOURS = {"train": theme.TRAIN, "test": theme.TEST}


@dataclass(frozen=True, eq=False)
class FewSums:
    """Train and test loss in nats by name: ours, and single points of the published curve."""

    ours: dict[str, Series]
    published: dict[str, Series]

    @property
    def end(self) -> float:
        """The last step of either."""
        return max(float(series.step[-1]) for series in (*self.ours.values(), *self.published.values()))


def data(analysis: Analysis) -> FewSums:
    """The losses logged in training. Errors: UsageError for another task, or without a train and a test set."""
    if not _fits(analysis.task):
        raise UsageError(f"figure {FIGURE.name}: got a run of {analysis.task.name}, expected 5-digit addition")
    series = {name: analysis.series(f"{name}_loss") for name in _COLOURS}
    ours = {name: one for name, one in series.items() if one is not None}
    if not analysis.run.experiment.data.fixed or len(ours) < len(_COLOURS):
        raise UsageError(
            f"figure {FIGURE.name}: got a run on a stream or without a test set, expected a finite train set"
        )
    return FewSums(ours, {name: _points(f"digits_few.{name}_curve") for name in _COLOURS})


def _points(id: str) -> Series:
    step, loss = np.array(published(id).value, dtype=float).T
    return Series(step, loss)


def says(curves: FewSums) -> str:
    """Where both test losses are highest, and how they end."""
    return f"Our test loss {_course(curves.ours['test'])}; the published one {_course(curves.published['test'])}."


def _course(test: Series) -> str:
    at = int(np.argmax(test.value))
    highest = f"is highest at step {whole(test.step[at])} ({nats(test.value[at])} nats)"
    return f"{highest} and is {nats(test.value[-1])} at step {whole(test.step[-1])}"


def draw(figure: matplotlib.figure.Figure, curves: FewSums) -> None:
    """Draw test loss on a linear scale, as published, and train loss below it on a log scale."""
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    top.set_ylabel("test loss (nats)")
    log_scale(bottom, "train loss (nats, log)")
    _draw(top, curves, "test")
    _draw(bottom, curves, "train")
    step_axis(bottom)


def _draw(axes: matplotlib.axes.Axes, curves: FewSums, name: str) -> None:
    ours, points = curves.ours[name], curves.published[name]
    axes.plot(ours.step, ours.value, color=_COLOURS[name], lw=1.6, zorder=3)
    axes.plot(points.step, points.value, "o", ms=4.5, mfc="white", mec=theme.INK, mew=1.1, zorder=4, clip_on=False)
    axes.set_xlim(0, curves.end)
    axes.grid(axis="y")
    name_lines(axes, [("ours", ours, _COLOURS[name]), ("published", points, theme.INK)])


def _fits(task: Task) -> bool:
    return isinstance(task, DigitAddition) and task.digits == PUBLISHED_DIGITS


FIGURE = Figure(
    name="few-sums",
    chapter="training",
    title="Few sums, beside the published run",
    caption=(
        "Test loss (above, linear) and train loss (below, on a log scale) of 5-digit addition on a fixed set of sums. "
        "The line is this run; the points are read off the curve that the authors published, on 700 sums. Settings and "
        "initial weights of the published run are not recorded, so steps can differ by a factor."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.8),
    family=DIGITS.name,
    fits=_fits,
)
