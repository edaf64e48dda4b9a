"""Sum of squared weights over training, which weight decay reduces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom._text import whole
from latebloom.analysis import Analysis
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS, SUM_SQUARED_WEIGHTS_OF

if TYPE_CHECKING:
    import matplotlib.figure

TOTAL = SUM_SQUARED_WEIGHTS.name

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b0589a", "#c58f00", "#3c9fd4", "#7a4b24", "#5b5ea6")


def data(analysis: Analysis) -> Curves:
    """The total, and every matrix measured by `latebloom measure`; biases and W_pos are left out because they are
    small."""
    lines = [Line(TOTAL, "all weights", analysis.require(TOTAL))]
    for name, values in SUM_SQUARED_WEIGHTS_OF.among(analysis.metrics).items():
        tensor = values["tensor"]
        if "W_" in tensor and tensor != "W_pos":
            lines.append(Line(name, tensor, analysis.require(name)))
    return Curves(tuple(lines), analysis.phases)


def says(curves: Curves) -> str:
    """The sum at the start, at its peak and at the end."""
    total = curves.lines[0].series
    peak = int(total.value.argmax())
    return (
        f"The sum starts at {whole(total.value[0])}, peaks at {whole(total.value[peak])} "
        f"(step {whole(total.step[peak])}) and ends at {whole(total.value[-1])}."
    )


def draw(figure: matplotlib.figure.Figure, curves: Curves) -> None:
    """Draw the total in black and each matrix in a colour."""
    axes = figure.subplots()
    strokes = {line.name: Stroke(_COLOURS[i % len(_COLOURS)], 1.3) for i, line in enumerate(curves.lines[1:])}
    log_scale(axes, "sum of squared weights (log scale)")
    draw_curves(axes, curves, {TOTAL: Stroke(theme.INK, 2.2), **strokes})
    step_axis(axes)


FIGURE = Figure(
    name="weight-norms",
    chapter="training",
    title="The cost of the solution: sum of squared weights",
    caption=(
        "Weight decay pulls every weight towards zero, so the sum of squared weights is the price of a solution. "
        "Memorising a train set needs large weights. Once an algorithm works, removing the memorised part costs less "
        "loss than it saves in weights. So the sum usually falls when a model groks."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.0),
)
