"""Previous-token and induction score of every head through training, beside the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._errors import UsageError
from latebloom._text import whole
from latebloom.circuits.induction import draw_sequences, head_scores
from latebloom.circuits.induction.columns import SEQUENCES
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.source import FigureSource
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, step_axis
from latebloom.phases import Phases, Series
from latebloom.tasks import RepeatedSubsequences

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

MOST_STEPS = 60
"""Checkpoints that scores are computed at where the run was not measured, spread evenly; each takes a few hundredths
of a second."""

NAMED = 0.25
"""A head is named in the figure where its score ever reaches this. Arbitrary."""

_SCORES = {"previous_token_score": "previous-token score", "induction_score": "induction score"}
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b0589a", "#c58f00", "#3c9fd4", "#7a4b24", "#5b5ea6")
_NO_PHASES = Phases((), (), False, "not marked in this figure")


@dataclass(frozen=True, eq=False)
class InductionHeads:
    """Losses in nats with ln(tokens - 1), that of guessing; each score (0 … 1) with a line per head, ``1.2`` being
    head 2 of layer 1."""

    loss: Curves
    scores: dict[str, Curves]


def repeated_task(source: FigureSource) -> RepeatedSubsequences:
    """The run's task. UsageError for a run of another one, or of a model without attention."""
    run = source.run
    if not isinstance(run.task, RepeatedSubsequences):
        raise UsageError(f"{run.path}: got a run of {run.task.name}, expected one of repeated_subsequences")
    if run.experiment.model.kind != "transformer":
        raise UsageError(f"{run.path} is a run of a model without attention, which has no heads to draw")
    return run.task


def data(source: FigureSource) -> InductionHeads:
    """Scores as measured, or from the checkpoints where they were not."""
    task = repeated_task(source)
    chance = float(np.log(task.answers))
    names = [name for name in ("train_loss", "test_loss") if source.maybe_series(name) is not None]
    lines = tuple(Line(name, name.removesuffix("_loss"), source.series(name)) for name in names)
    measured = any(name.startswith("induction_score.") for name in source.metrics.column_names)
    found = _measured(source) if measured else _computed(source, task)
    return InductionHeads(
        Curves(lines, _NO_PHASES, chance),
        {name: Curves(tuple(found[name]), _NO_PHASES) for name in _SCORES},
    )


def _measured(source: FigureSource) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {name: [] for name in _SCORES}
    for column in source.metrics.column_names:
        name, _, head = column.partition(".")
        if name in _SCORES:
            found[name].append(Line(head, head, source.series(column)))
    return found


def _computed(source: FigureSource, task: RepeatedSubsequences) -> dict[str, list[Line]]:
    chosen = np.unique(np.linspace(0, len(source.steps) - 1, MOST_STEPS).round().astype(int))
    steps = [source.steps[i] for i in chosen]
    sequences = draw_sequences(task, SEQUENCES)
    scores = [head_scores(source.run.checkpoint(step).model, sequences) for step in steps]
    by_name = {
        "previous_token_score": np.stack([score.previous_token.numpy() for score in scores]),
        "induction_score": np.stack([score.induction.numpy() for score in scores]),
    }
    return {
        name: [
            Line(f"{layer}.{head}", f"{layer}.{head}", Series.of(steps, values[:, layer, head]))
            for layer, head in np.ndindex(values.shape[1:])
        ]
        for name, values in by_name.items()
    }


def says(heads: InductionHeads) -> str:
    """The best head of each kind, and the loss at the end."""
    parts = []
    for name, label in _SCORES.items():
        best = max(heads.scores[name].lines, key=lambda line: line.series.value[-1])
        parts.append(f"{best.label} has the highest {label}, {best.series.value[-1]:.2f}")
    last = heads.loss.lines[-1]
    end = f"{last.label} loss is {last.series.value[-1]:.2f} at step {whole(heads.loss.end)}"
    return f"At the end head {parts[0]}, and head {parts[1]}; {end}."


def draw(figure: matplotlib.figure.Figure, heads: InductionHeads) -> None:
    """Loss above, scores below it, on one axis of steps."""
    top, *below = figure.subplots(3, 1, sharex=True, height_ratios=[1.2, 1, 1])
    top.set_ylabel("loss (nats)")
    # Names at the ends of lines are placed by the limits, so these come first.
    top.set_ylim(0, 1.05 * max(line.series.value.max() for line in heads.loss.lines))
    draw_curves(top, heads.loss, {"train_loss": Stroke(theme.TRAIN), "test_loss": Stroke(theme.TEST)})
    for axes, (name, label) in zip(below, _SCORES.items()):
        _draw_scores(axes, heads.scores[name], label)
    step_axis(below[-1])


def _draw_scores(axes: matplotlib.axes.Axes, curves: Curves, label: str) -> None:
    named = [line.name for line in curves.lines if line.series.value.max() >= NAMED]
    colours = {line.name: _COLOURS[i % len(_COLOURS)] for i, line in enumerate(curves.lines)}
    strokes = {
        name: Stroke(colour, 1.8) if name in named else Stroke(theme.FAINT, 1.0) for name, colour in colours.items()
    }
    axes.set_ylabel(label)
    axes.set_ylim(-0.03, 1.03)
    draw_curves(axes, curves, strokes, named, phase_names=False)


FIGURE = Figure(
    name="induction-heads",
    chapter="growth",
    title="Induction heads form",
    caption=(
        "Above, the loss on repeated tokens. In the middle, how much each head attends to the token before; below, "
        "how much it attends to what came after the same token earlier (head 1.2 is head 2 of layer 1; heads that "
        "never reach a quarter are grey). Neither kind of head is of use without the other, so the loss stays near "
        "guessing until both begin to form, and then falls at once. One layer cannot compose two heads and shows no "
        "such change."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 6.6),
    fits=lambda task: isinstance(task, RepeatedSubsequences),
)
