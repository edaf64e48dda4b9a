"""Restricted loss (the write-up's trig loss): the algorithm alone, without what was memorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import nats
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.source import FigureSource
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis

if TYPE_CHECKING:
    import matplotlib.figure

_LINES = {
    "train_loss": "train",
    "test_loss": "test",
    "restricted_train_loss": "restricted, train",
    "restricted_test_loss": "restricted, test",
}

_STROKES = {
    "train_loss": Stroke(theme.TRAIN, 1.3),
    "test_loss": Stroke(theme.TEST, 1.3),
    "restricted_loss": Stroke(theme.RESTRICTED, 2.2),
    "restricted_train_loss": Stroke(theme.RESTRICTED, 2.2),
    "restricted_test_loss": Stroke("#7cc4ec", 1.6, (0, (3, 2))),
}


def data(source: FigureSource) -> Curves:
    """Restricted loss on train and on test (on all pairs for a run without a split), beside the ordinary losses."""
    source.some_keys()
    whole = source.series("restricted_loss")
    found = [(name, label, source.maybe_series(name)) for name, label in _LINES.items()]
    lines = [Line(name, label, series) for name, label, series in found if series is not None]
    if all("restricted" not in line.name for line in lines):
        lines.append(Line("restricted_loss", "restricted", whole))
    return Curves(tuple(lines), source.phases, float(np.log(source.task.p)))


def says(curves: Curves) -> str:
    """Where the losses end."""
    ends = [f"{line.label} {nats(line.series.value[-1])}" for line in curves.lines]
    return f"Final losses: {'; '.join(ends)}."


def draw(figure: matplotlib.figure.Figure, curves: Curves) -> None:
    """Ordinary losses thin, restricted ones thick."""
    axes = figure.subplots()
    log_scale(axes, "loss (nats, log scale)")
    draw_curves(axes, curves, _STROKES)
    step_axis(axes)


FIGURE = Figure(
    name="restricted-loss",
    chapter="growth",
    title="Restricted loss: the algorithm alone",
    caption=(
        "The opposite cut: of the logits only cos w(x ± y) and sin w(x ± y) of the key frequencies are kept (the "
        "write-up calls it trig loss). It falls as the circuit forms. Test loss comes later, if it also has to "
        "wait for the memorised part to go. Where restricted loss is equal on train and test, it measures the "
        "algorithm and not memory."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.0),
)
