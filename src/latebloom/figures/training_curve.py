"""Train and test loss and accuracy over training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import nats, whole
from latebloom.analysis import Analysis
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis
from latebloom.measures.any_model import TRAIN_LOSS
from latebloom.phases import Series

if TYPE_CHECKING:
    import matplotlib.figure

LOW = 0.01
"""The figure's sentence gives the step from which a loss stays below this (nats). Arbitrary, far below guessing."""

_STROKES = {"train": Stroke(theme.TRAIN), "test": Stroke(theme.TEST)}


@dataclass(frozen=True, eq=False)
class TrainingCurve:
    """Losses in nats, with that of guessing; accuracies 0 … 1 (None if not recorded)."""

    loss: Curves
    accuracy: Curves | None


def data(analysis: Analysis) -> TrainingCurve:
    """The losses and accuracies logged in training."""
    analysis.require(TRAIN_LOSS.name)
    accuracies = _lines(analysis, "accuracy")
    return TrainingCurve(
        Curves(_lines(analysis, "loss"), analysis.phases, analysis.chance),
        Curves(accuracies, analysis.phases) if accuracies else None,
    )


def _lines(analysis: Analysis, quantity: str) -> tuple[Line, ...]:
    named = ((name, analysis.series(f"{name}_{quantity}")) for name in ("train", "test"))
    return tuple(Line(name, name, series) for name, series in named if series is not None)


def says(curve: TrainingCurve) -> str:
    """The step from which each loss stays low."""
    return "; ".join(f"{line.label} loss {_learned(line.series)}" for line in curve.loss.lines).capitalize() + "."


def _learned(series: Series) -> str:
    high = np.flatnonzero(series.value >= LOW)
    if len(high) == 0:
        return f"is below {LOW} throughout"
    if high[-1] == len(series) - 1:
        return f"never stays below {LOW}: it ends at {nats(series.value[-1])}"
    return f"is below {LOW} from step {whole(series.step[high[-1] + 1])} on and ends at {nats(series.value[-1])}"


def draw(figure: matplotlib.figure.Figure, curve: TrainingCurve) -> None:
    """Draw losses above and accuracies below, on the same axis of steps."""
    if curve.accuracy is None:
        top, bottom = figure.subplots(), None
    else:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        bottom.set_ylim(-0.04, 1.04)
        bottom.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        bottom.set_ylabel("accuracy")
        draw_curves(bottom, curve.accuracy, _STROKES, named=(), phase_names=False)
    log_scale(top, "loss (nats, log scale)")
    draw_curves(top, curve.loss, _STROKES)
    step_axis(top if bottom is None else bottom)


FIGURE = Figure(
    name="training-curve",
    chapter="training",
    title="Loss over training",
    caption=(
        "Cross-entropy on the train set and on unseen examples (test), on a log scale; below, the share of right "
        "answers. Grokking is a gap in time: train loss collapses early, test loss stays at or above guessing for a "
        "long time and then falls as well. Coloured bands mark the phases, which are detected from the two losses."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.8),
)
