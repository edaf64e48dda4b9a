"""One neuron in the 2D Fourier basis: a handful of terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import neuron, of_pairs, theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat, name_waves, tick_keys

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure


NEGLIGIBLE = 1e-3
"""Terms below this share of the largest are left out of the formula, because they are below its three digits."""


@dataclass(frozen=True, eq=False)
class NeuronFourier:
    """The neuron of the figure "neuron". coefficients: on the orthonormal basis. formula: the terms of its frequency,
    for waves of amplitude 1. labels: of the basis rows."""

    number: int
    frequency: int
    fve: float
    coefficients: Float[np.ndarray, "f f"]
    formula: dict[str, float]
    labels: tuple[str, ...]
    keys: tuple[int, ...]

    @property
    def block(self) -> list[int]:
        """Rows of {const, cos k, sin k} of its frequency."""
        from latebloom.circuits.modular.neurons import block_rows

        return block_rows(self.frequency, len(self.labels))


def data(analysis: Analysis) -> NeuronFourier:
    """The neuron of the final model."""
    from latebloom.circuits.modular.neurons import neuron_formula

    shown: neuron.Neuron = analysis.get(neuron.data)
    return NeuronFourier(
        shown.number,
        shown.frequency,
        shown.fve,
        of_pairs.grid(analysis).neuron_coefficients(shown.number).numpy(),
        neuron_formula(of_pairs.grid(analysis), shown.number, shown.frequency),
        of_pairs.labels(analysis),
        of_pairs.keys(analysis),
    )


def says(spectrum: NeuronFourier) -> str:
    """The neuron as a formula."""
    least = NEGLIGIBLE * max(map(abs, spectrum.formula.values()))
    kept = {name: value for name, value in spectrum.formula.items() if abs(value) > least}
    terms = " ".join(f"{'+' if value >= 0 else '−'} {abs(value):.3g} {name}" for name, value in kept.items())
    terms = terms.removeprefix("+ ").replace(" 1 ", " ", 1)
    return f"Neuron {spectrum.number} ≈ {terms}, which explains {percent(spectrum.fve)} of its variance."


def draw(figure: matplotlib.figure.Figure, spectrum: NeuronFourier) -> None:
    """Draw the whole basis on the left and the neuron's frequency, enlarged, on the right; the scale omits const ·
    const."""
    whole, zoom = figure.subplots(1, 2)
    off_scale = spectrum.coefficients.copy()
    off_scale[0, 0] = 0
    top = float(np.abs(off_scale).max())
    colours = theme.key_colours(spectrum.keys)
    heat(whole, spectrum.coefficients, signed=True, top=top, upwards=False)
    tick_keys(whole, spectrum.labels, spectrum.keys or (spectrum.frequency,), colours)
    whole.set_title("all waves")
    block = spectrum.coefficients[np.ix_(spectrum.block, spectrum.block)]
    image = heat(zoom, block, signed=True, top=top, upwards=False)
    name_waves(zoom, [spectrum.labels[row] for row in spectrum.block], colours)
    _write_numbers(zoom, block, top)
    zoom.set_title(f"frequency {spectrum.frequency} alone")
    colour_bar(image, [whole, zoom], "coefficient")


def _write_numbers(axes: matplotlib.axes.Axes, block: Float[np.ndarray, "f f"], top: float) -> None:
    for (x, y), value in np.ndenumerate(block):
        colour = "white" if abs(value) > 0.6 * top else theme.INK
        axes.text(x, y, _short(value, top), ha="center", va="center", color=colour, fontsize=9)


def _short(value: float, top: float) -> str:
    """Three digits, without an exponent."""
    if abs(value) < 1e-6 * top:
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


FIGURE = Figure(
    name="neuron-fourier",
    chapter="circuit",
    title="The same neuron, as a sum of waves",
    caption=(
        "The same activation written as products of a wave in x (column) and a wave in y (row). Of p² possible "
        "terms, a neuron of the algorithm has only those of its own frequency, enlarged on the right: the constant, "
        "cos k and sin k of each operand, and their products, which the answer needs. The cells hold coefficients of "
        "waves of unit length; the formula holds amplitudes. The colour scale does not include the constant."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 4.0),
    family=MODULAR.name,
)
