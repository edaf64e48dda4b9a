"""The skip trigrams in the weights: the tokens that END attends to, and the answers that it copies from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.circuits.skip_trigrams.family import SKIP_TRIGRAMS
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat
from latebloom.tasks import SkipTrigrams
from latebloom.tasks.skip_trigrams import FILLERS, TRIGGERS

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from latebloom.circuits.skip_trigrams import Trigram

TOKENS = (*map(str, range(FILLERS + TRIGGERS)), "START", "END")


@dataclass(frozen=True, eq=False)
class TrigramCircuit:
    """scores: QK, scores of the tokens for ``END``, minus the mean over tokens 0 … 9. written: OV, summed over heads,
    each answer over the mean of the others. arrives: OV weighted by attention (nats). trigrams: strongest first."""

    scores: Float[np.ndarray, "token head"]
    written: Float[np.ndarray, "token answer"]
    arrives: Float[np.ndarray, "token answer"]
    trigrams: tuple[Trigram, ...]


def data(analysis: Analysis) -> TrigramCircuit:
    """The trigrams of the final model. Errors: UsageError unless it is a one-layer attention-only transformer."""
    from latebloom.circuits.skip_trigrams import end_tables, skip_trigrams
    from latebloom.circuits.skip_trigrams.trigrams import leads, strengths

    tables = end_tables(analysis.final.model, analysis.final.task_as(SkipTrigrams))
    scores = tables.token_scores - tables.token_scores[:, :FILLERS].mean(1, keepdim=True)
    return TrigramCircuit(
        scores.T.numpy(),
        leads(tables).sum(0).numpy(),
        strengths(tables).numpy(),
        tuple(skip_trigrams(tables)),
    )


def says(circuit: TrigramCircuit) -> str:
    """The number of the strongest trigrams that are the task's own, and their strength."""
    from latebloom.circuits.skip_trigrams import trigrams_found

    strongest, own = circuit.trigrams[:TRIGGERS], trigrams_found(circuit.trigrams)
    following = circuit.trigrams[TRIGGERS].strength
    return (
        f"Of the {TRIGGERS} strongest trigrams, {own} are the task's own. The {TRIGGERS} raise their answers by "
        f"{strongest[-1].strength:.3g} to {strongest[0].strength:.3g} nats, and the next by {following:.3g}."
    )


def draw(figure: matplotlib.figure.Figure, circuit: TrigramCircuit) -> None:
    """Draw three maps with one row per token, from top to bottom."""
    panels = figure.subplots(1, 3, sharey=True, width_ratios=[0.9, 2, 2])
    heads, answers = (list(map(str, range(first, end))) for first, end in ((0, circuit.scores.shape[1]), (10, 20)))
    _panel(panels[0], circuit.scores, "QK: score", "head", heads)
    _panel(panels[1], circuit.written, "OV: if attended to", "answer", answers)
    _panel(panels[2], circuit.arrives, "attention × OV", "answer", answers)
    panels[0].set_yticks(range(len(TOKENS)), TOKENS)
    panels[0].set_ylabel("token before END")


def _panel(
    axes: matplotlib.axes.Axes, values: Float[np.ndarray, "token column"], title: str, label: str, names: list[str]
) -> None:
    image = heat(axes, values.T, signed=True, upwards=False, aspect="auto")
    axes.set_title(title)
    axes.set_xlabel(label)
    axes.set_xticks(range(len(names)), names)
    axes.tick_params(length=0)
    colour_bar(image, axes)


FIGURE = Figure(
    name="trigram-circuit",
    chapter="circuit",
    title="Skip trigrams in the weights",
    caption=(
        "Left: the QK circuit, the score of each token for END, minus the mean over the tokens 0 … 9, for each head. "
        "Middle: the OV circuit, the lead of each answer over the mean of the others when a token has all the "
        "attention, summed over heads. Right: the OV circuit of each head weighted by its attention to that token "
        "among average others, which is the actual lead in nats. A model that solves the task by skip trigrams attends "
        "to 10 … 19 and has a diagonal there."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.6),
    family=SKIP_TRIGRAMS.name,
)
