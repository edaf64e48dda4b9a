"""Previous-token and induction score of every head over training, with the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._errors import UsageError
from latebloom._text import whole
from latebloom.analysis import Analysis
from latebloom.circuits.induction.family import INDUCTION
from latebloom.circuits.induction.measures import INDUCTION as INDUCTION_SCORE
from latebloom.circuits.induction.measures import PREVIOUS_TOKEN, SEQUENCES
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, step_axis
from latebloom.measures import Column
from latebloom.phases import Series
from latebloom.tasks import RepeatedSubsequences

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

MOST_STEPS = 60
"""Number of checkpoints, evenly spaced, at which scores are computed if the run was not measured. Each takes a few
hundredths of a second."""

NAMED = 0.25
"""A head is labelled in the figure if its score ever reaches this value. Arbitrary."""

_SCORES = {PREVIOUS_TOKEN: "previous-token score", INDUCTION_SCORE: "induction score"}
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b0589a", "#c58f00", "#3c9fd4", "#7a4b24", "#5b5ea6")


@dataclass(frozen=True, eq=False)
class InductionHeads:
    """loss: losses in nats, with that of guessing, ln(tokens - 1). scores: each score (0 … 1) with a line per head,
    where ``1.2`` is head 2 of layer 1."""

    loss: Curves
    scores: dict[Column, Curves]


def repeated_task(analysis: Analysis) -> RepeatedSubsequences:
    """The run's task. Errors: UsageError for another task, or for a model without attention."""
    run = analysis.run
    if run.experiment.model.kind != "transformer":
        raise UsageError(f"{run.path} is a run of a model without attention, which has no heads to draw")
    return analysis.final.task_as(RepeatedSubsequences)


def data(analysis: Analysis) -> InductionHeads:
    """The measured scores, or scores computed from checkpoints if the run was not measured."""
    task = repeated_task(analysis)
    chance = float(np.log(task.answers))
    names = [name for name in ("train_loss", "test_loss") if analysis.series(name) is not None]
    lines = tuple(Line(name, name.removesuffix("_loss"), analysis.require(name)) for name in names)
    is_measured = INDUCTION_SCORE.among(analysis.metrics)
    scores = _measured(analysis) if is_measured else _computed(analysis, task)
    return InductionHeads(
        Curves(lines, None, chance),
        {column: Curves(tuple(scores[column]), None) for column in _SCORES},
    )


def _measured(analysis: Analysis) -> dict[Column, list[Line]]:
    return {
        column: [
            Line(values["head"], values["head"], analysis.require(name))
            for name, values in column.among(analysis.metrics).items()
        ]
        for column in _SCORES
    }


def _computed(analysis: Analysis, task: RepeatedSubsequences) -> dict[Column, list[Line]]:
    from latebloom.circuits.induction import draw_sequences, head_scores

    chosen = np.unique(np.linspace(0, len(analysis.steps) - 1, MOST_STEPS).round().astype(int))
    steps = [analysis.steps[i] for i in chosen]
    sequences = draw_sequences(task, SEQUENCES)
    scores = [head_scores(analysis.run.checkpoint(step).model, sequences) for step in steps]
    by_column = {
        PREVIOUS_TOKEN: np.stack([score.previous_token.numpy() for score in scores]),
        INDUCTION_SCORE: np.stack([score.induction.numpy() for score in scores]),
    }
    return {
        column: [
            Line(f"{layer}.{head}", f"{layer}.{head}", Series.of(steps, values[:, layer, head]))
            for layer, head in np.ndindex(values.shape[1:])
        ]
        for column, values in by_column.items()
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
    """Draw the loss above the scores, on the same axis of steps."""
    top, *below = figure.subplots(3, 1, sharex=True, height_ratios=[1.2, 1, 1])
    top.set_ylabel("loss (nats)")
    # The limits determine where the labels of lines are placed, so they are set first.
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
        "Above: the loss on repeated tokens. Middle: the attention of each head to the token before. Below: its "
        "attention to the tokens after earlier copies of the same token (head 1.2 is head 2 of layer 1; heads that "
        "never reach a quarter are grey). Neither kind of head is useful without the other, so the loss stays near "
        "guessing until both begin to form, and then falls at once. A model with one layer cannot compose two heads "
        "and shows no such change."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 6.6),
    family=INDUCTION.name,
)
