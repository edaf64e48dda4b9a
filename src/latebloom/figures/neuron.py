"""One neuron: its activation over all pairs, and the same in the 2D Fourier basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat, operand_axes

if TYPE_CHECKING:
    import matplotlib.figure
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron's activations after the ReLU. frequency: its best frequency k. fve: the share of the variance that it
    explains. polynomial: the part of the activations made of 1, cos k, sin k of x and y and their products."""

    number: int
    frequency: int
    fve: float
    clustered: bool
    activation: Float[np.ndarray, "x y"]
    polynomial: Float[np.ndarray, "x y"]
    operands: tuple[str, str] = ("x", "y")


def data(analysis: Analysis) -> Neuron:
    """Neuron 0, as in the write-up, if it belongs to a key frequency's cluster; else the first that does; else the
    first live one. Errors: UsageError if none is live."""
    from latebloom.circuits.modular.page import shown_neuron

    number = analysis.final.exact.get(shown_neuron)
    if number is None:
        raise UsageError(f"{analysis.run.path} has no live neuron at step {analysis.step}")
    clusters = of_pairs.clusters(analysis)
    return Neuron(
        number,
        int(clusters.frequency[number]),
        float(clusters.fve[number]),
        bool(clusters.clustered[number]),
        of_pairs.grid(analysis).neurons[..., number].numpy(),
        _polynomial(analysis, number).numpy(),
        of_pairs.operand_names(analysis),
    )


def _polynomial(analysis: Analysis, number: int) -> Float[Tensor, "x y"]:
    """The neuron reduced to the 3×3 block of its frequency. Source: the write-up, footnote 26."""
    import torch

    from latebloom.circuits.modular.neurons import block_rows
    from latebloom.fourier import inverse_transform

    rows = torch.tensor(block_rows(int(of_pairs.clusters(analysis).frequency[number]), of_pairs.grid(analysis).order))
    coefficients = of_pairs.grid(analysis).neuron_coefficients(number)
    kept = torch.zeros_like(coefficients)
    kept[rows[:, None], rows] = coefficients[rows][:, rows]
    return inverse_transform(kept, (0, 1))


def says(neuron: Neuron) -> str:
    """The neuron's frequency, or the statement that it has none."""
    share = f"frequency {neuron.frequency} explains {percent(neuron.fve)} of its variance"
    if not neuron.clustered:
        return f"Neuron {neuron.number} has no clear frequency: {share}."
    return f"Neuron {neuron.number}: {share}."


def draw(figure: matplotlib.figure.Figure, neuron: Neuron) -> None:
    """Draw the neuron on the left and its nine terms on the right, on the same scale."""
    panels = figure.subplots(1, 2, sharey=True)
    top = float(neuron.activation.max())
    titles = (f"neuron {neuron.number}", f"waves of frequency {neuron.frequency} alone")
    for axes, values, title in zip(panels, (neuron.activation, neuron.polynomial), titles):
        image = heat(axes, values, top=top)
        axes.set_title(title)
        operand_axes(axes, neuron.operands, first=axes is panels[0])
    colour_bar(image, panels, "activation")


FIGURE = Figure(
    name="neuron",
    chapter="circuit",
    title="One neuron, over all pairs",
    caption=(
        "Left: the activation of one neuron for every pair (x, y). Right: the same activation with only nine terms "
        "in waves of a single frequency. In a model that memorises, the left map looks like noise and the right map "
        "is pale. In a model that has learned the algorithm, both maps show the same periodic pattern."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.0),
    family=MODULAR.name,
)
