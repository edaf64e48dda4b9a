"""Restricted loss (the write-up's trig loss): the loss of the algorithm alone, without memorised answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom._text import nats
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.circuits.modular.measures import RESTRICTED, RESTRICTED_TEST, RESTRICTED_TRAIN
from latebloom.figures import of_pairs, theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis
from latebloom.measures.any_model import TEST_LOSS, TRAIN_LOSS

if TYPE_CHECKING:
    import matplotlib.figure

_LINES = {
    TRAIN_LOSS.name: "train",
    TEST_LOSS.name: "test",
    RESTRICTED_TRAIN.name: "restricted, train",
    RESTRICTED_TEST.name: "restricted, test",
}

_STROKES = {
    TRAIN_LOSS.name: Stroke(theme.TRAIN, 1.3),
    TEST_LOSS.name: Stroke(theme.TEST, 1.3),
    RESTRICTED.name: Stroke(theme.RESTRICTED, 2.2),
    RESTRICTED_TRAIN.name: Stroke(theme.RESTRICTED, 2.2),
    RESTRICTED_TEST.name: Stroke("#7cc4ec", 1.6, (0, (3, 2))),
}


def data(analysis: Analysis) -> Curves:
    """Restricted loss on train and test (on all pairs for a run without a split), and the ordinary losses."""
    of_pairs.some_keys(analysis)
    whole = analysis.require(RESTRICTED.name)
    named = [(name, label, analysis.series(name)) for name, label in _LINES.items()]
    lines = [Line(name, label, series) for name, label, series in named if series is not None]
    if not any(line.name in (RESTRICTED_TRAIN.name, RESTRICTED_TEST.name) for line in lines):
        lines.append(Line(RESTRICTED.name, "restricted", whole))
    return Curves(tuple(lines), analysis.phases, analysis.chance)


def says(curves: Curves) -> str:
    """The final losses."""
    ends = [f"{line.label} {nats(line.series.value[-1])}" for line in curves.lines]
    return f"Final losses: {'; '.join(ends)}."


def draw(figure: matplotlib.figure.Figure, curves: Curves) -> None:
    """Draw ordinary losses thin and restricted losses thick."""
    axes = figure.subplots()
    log_scale(axes, "loss (nats, log scale)")
    draw_curves(axes, curves, _STROKES)
    step_axis(axes)


FIGURE = Figure(
    name="restricted-loss",
    chapter="growth",
    title="Restricted loss: the algorithm alone",
    caption=(
        "The opposite of excluded loss: only cos w(x ± y) and sin w(x ± y) of the key frequencies are kept in the "
        "logits (the write-up calls it trig loss). It falls as the circuit forms. Test loss falls later if the "
        "memorised part must be removed first. Where restricted loss is equal on train and test, it measures the "
        "algorithm and not memorised answers."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.0),
    family=MODULAR.name,
)
