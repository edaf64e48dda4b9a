"""One neuron: its activation over all pairs, and the same in the 2D Fourier basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat, operand_axes
from latebloom.figures.source import FigureSource

if TYPE_CHECKING:
    import matplotlib.figure


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron's activations after the ReLU; its best frequency, and how much of the variance that explains."""

    number: int
    frequency: int
    fve: float
    clustered: bool
    activation: Float[np.ndarray, "x y"]


def data(source: FigureSource) -> Neuron:
    """Neuron 0, as in the write-up, if it belongs to a key frequency's cluster; else the first that does; else the
    first live one. UsageError where none is live."""
    clusters = source.clusters
    live = clusters.live.nonzero().flatten().tolist()
    if not live:
        raise UsageError(f"{source.run.path} has no live neuron at step {source.step}")
    in_key = [n for n in live if bool(clusters.clustered[n]) and int(clusters.frequency[n]) in source.keys]
    number = (in_key or live)[0]
    return Neuron(
        number,
        int(clusters.frequency[number]),
        float(clusters.fve[number]),
        bool(clusters.clustered[number]),
        source.grid.neurons[..., number].numpy(),
    )


def says(neuron: Neuron) -> str:
    """Its frequency, or that it has none."""
    share = f"frequency {neuron.frequency} explains {neuron.fve:.0%} of its variance"
    if not neuron.clustered:
        return f"Neuron {neuron.number} has no clear frequency: {share}."
    return f"Neuron {neuron.number}: {share}."


def draw(figure: matplotlib.figure.Figure, neuron: Neuron) -> None:
    """One map over the pairs."""
    axes = figure.subplots()
    image = heat(axes, neuron.activation)
    axes.set_title(f"neuron {neuron.number}")
    operand_axes(axes)
    colour_bar(image, axes, "activation")


FIGURE = Figure(
    name="neuron",
    title="One neuron is a pattern of waves",
    caption=(
        "The activation of one neuron for every pair (x, y). In a model that only memorises this looks like noise. "
        "Here it is periodic in both operands, because the neuron computes with waves of one frequency."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(5.2, 4.2),
)
