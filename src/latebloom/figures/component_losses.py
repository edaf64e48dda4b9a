"""Loss of each part of a task over training, with the phase change of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import percent, whole
from latebloom.analysis import Analysis
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.line_names import name_lines
from latebloom.figures.steps import step_axis
from latebloom.phases import Series
from latebloom.phases.components import ComponentChange
from latebloom.runs.components import ComponentLosses

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

_MARGIN = 2.0
"""If the run is longer, the axis ends at this multiple of the end of the last change, because the losses stay flat."""


def data(analysis: Analysis) -> ComponentLosses:
    """The losses logged in training. Errors: UsageError for a task with one part."""
    return analysis.parts


def _end(losses: ComponentLosses) -> float:
    """The last step to draw."""
    ends = [part.change.completion for part in losses.changes.parts if part.change is not None]
    last = float(losses.total.step[-1])
    if not ends or any(end is None for end in ends):
        return last
    return min(last, _MARGIN * max(end.step for end in ends if end is not None))


def says(losses: ComponentLosses) -> str:
    """The number of parts with a phase change, their steps in order, and the share of the fall that the parts
    explain."""
    changes = losses.changes
    dated = {part.name: part.step for part in changes.parts if part.step is not None}
    steps = ", ".join(f"{_plain(name)} at {whole(dated[name].step)}" for name in changes.order)
    own = "has a phase change of its own" if len(dated) == 1 else "have a phase change of their own"
    parts = [f"{len(dated)} of {len(losses.parts)} parts {own}{': ' if steps else ''}{steps}"]
    if losses.explained is not None:
        parts.append(
            f"falls of single parts make up {percent(losses.explained)} of the whole loss's fall from guessing"
        )
    return "; ".join(parts) + "."


def _plain(name: str) -> str:
    return name.replace("_", " ")


def draw(figure: matplotlib.figure.Figure, losses: ComponentLosses) -> None:
    """Draw the whole loss in black, each part in a colour, and its change as a thicker stretch with a dot at the
    middle."""
    axes, end = figure.subplots(), _end(losses)
    colours = theme.key_colours(range(len(losses.parts)))
    axes.set_ylim(0, 1.08 * max(float(np.max(_until(part, end).value)) for part in losses.parts.values()))
    axes.set_xlim(0, max(end, 1))
    axes.set_ylabel(f"{losses.kind} loss (nats)")
    axes.grid(axis="y")
    ends = [_whole_line(axes, _until(losses.total, end))]
    for i, (change, series) in enumerate(zip(losses.changes.parts, losses.parts.values())):
        shown = _until(series, end)
        axes.plot(shown.step, shown.value, color=colours[i], lw=1.1, zorder=3)
        _mark(axes, change, series, colours[i])
        at = "" if change.step is None else f" · {whole(change.step.step)}"
        ends.append((f"{_plain(change.name)}{at}", shown, colours[i]))
    name_lines(axes, ends)
    step_axis(axes)


def _whole_line(axes: matplotlib.axes.Axes, shown: Series) -> tuple[str, Series, str]:
    axes.plot(shown.step, shown.value, color=theme.INK, lw=2.4, zorder=4)
    return "whole loss", shown, theme.INK


def _mark(axes: matplotlib.axes.Axes, part: ComponentChange, series: Series, colour: str) -> None:
    if part.change is None:
        return
    end = float(series.step[-1]) if part.change.completion is None else part.change.completion.step
    inside = series.between(part.change.onset.step, end)
    axes.plot(inside.step, inside.value, color=colour, lw=3.2, zorder=5)
    if part.step is not None:
        height = series.at(part.step.step)
        axes.plot(part.step.step, height, "o", ms=6, mfc="white", mec=colour, mew=1.6, zorder=6)


def _until(series: Series, end: float) -> Series:
    return series.between(-np.inf, end)


FIGURE = Figure(
    name="component-losses",
    chapter="training",
    title="One phase change per part",
    caption=(
        "Each part of the task, such as one digit of a sum, has a loss of its own, and the whole loss is their mean. "
        "A part with a phase change stays near guessing and then falls at once (thick stretch, dot at its middle, "
        "step beside its name). Such falls are the bumps of the whole loss. Both axes are linear, because the whole "
        "is the mean of the losses, not of their logarithms."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.6),
    fits=lambda task: len(task.components) > 1,
)
