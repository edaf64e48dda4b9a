"""Excluded loss: train loss without the key frequencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom._text import nats
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.circuits.modular.measures import EXCLUDED, EXCLUDED_ALONE
from latebloom.figures import of_pairs, theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis
from latebloom.measures.any_model import TRAIN_LOSS

if TYPE_CHECKING:
    import matplotlib.figure

MOST_NAMED = 10
"""If there are more lines than this, those of single frequencies have no labels."""


def data(analysis: Analysis) -> Curves:
    """Train loss, the excluded loss of all key frequencies together, and that of each alone if it was measured."""
    keys = of_pairs.some_keys(analysis)
    lines = [
        Line(TRAIN_LOSS.name, "train", analysis.require(TRAIN_LOSS.name)),
        Line(EXCLUDED.name, "without all keys", analysis.require(EXCLUDED.name)),
    ]
    singles = [(k, analysis.series(EXCLUDED_ALONE.of(k=k))) for k in keys]
    lines += [Line(f"k{k}", f"without k = {k}", series) for k, series in singles if series is not None]
    return Curves(tuple(lines), analysis.phases, analysis.chance)


def says(curves: Curves) -> str:
    """The final losses."""
    train, every, *singles = (line.series.value[-1] for line in curves.lines)
    alone = f", and without a single one it is {nats(min(singles))} to {nats(max(singles))}" if singles else ""
    return f"At the end train loss is {nats(train)}; without all key frequencies it is {nats(every)}{alone}."


def draw(figure: matplotlib.figure.Figure, curves: Curves) -> None:
    """Draw each frequency in its colour."""
    axes = figure.subplots()
    keys = [int(line.name[1:]) for line in curves.lines[2:]]
    strokes = {
        TRAIN_LOSS.name: Stroke(theme.TRAIN, 1.4),
        EXCLUDED.name: Stroke(theme.INK, 2.2),
        **{f"k{k}": Stroke(colour, 1.3) for k, colour in theme.key_colours(keys).items()},
    }
    named = [line.name for line in curves.lines if len(keys) <= MOST_NAMED or not line.name.startswith("k")]
    log_scale(axes, "loss on the train set (nats, log scale)")
    draw_curves(axes, curves, strokes, named)
    step_axis(axes)


FIGURE = Figure(
    name="excluded-loss",
    chapter="growth",
    title="Excluded loss: the model without the algorithm",
    caption=(
        "Train loss after removing cos w(x ± y) and sin w(x ± y) of the final key frequencies from the logits, "
        "one at a time and all together. While the model only memorises, this changes little. Where a curve rises "
        "above train loss, the model has begun to use the algorithm even for its train set. In the write-up this "
        "begins long before test loss falls."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.0),
    family=MODULAR.name,
)
