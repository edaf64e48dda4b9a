"""Norms in the 2D Fourier basis, which show the products of a wave in x and a wave in y that a layer represents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from jaxtyping import Float

from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.figure import Figure
from latebloom.figures.heat import colour_bar, heat, name_waves, tick_keys
from latebloom.figures.of_pairs import wave_rows

if TYPE_CHECKING:
    import matplotlib.figure

MOST_VISIBLE = 40
"""In a map of more waves than this, a single cell is too small to be seen."""

MOST_KEYS = 6
"""More key frequencies than this are not enlarged, because their labels would overlap."""

PART = 64
"""Neurons that are transformed at a time."""


@dataclass(frozen=True, eq=False)
class FourierMap:
    """norms: of the coefficient vectors, by wave in x and wave in y; ``labels`` name the waves."""

    norms: Float[np.ndarray, "f f"]
    labels: tuple[str, ...]
    keys: tuple[int, ...]

    def energy(self) -> Float[np.ndarray, "f f"]:
        """Share of each term, without const · const."""
        energy = self.norms**2
        energy[0, 0] = 0
        return energy / max(float(energy.sum()), np.finfo(float).tiny)

    @property
    def linear_share(self) -> float:
        """Share of the energy in waves of x alone or y alone."""
        energy = self.energy()
        return float(energy[0].sum() + energy[:, 0].sum())

    @property
    def product_share(self) -> float:
        """Share of the energy in products of two waves of one key frequency."""
        waves, energy = np.array(wave_rows(self.labels)), self.energy()
        return float(sum(energy[np.ix_(waves == k, waves == k)].sum() for k in self.keys))

    @property
    def key_rows(self) -> list[int]:
        """Rows of const and of the key frequencies."""
        return [row for row, k in enumerate(wave_rows(self.labels)) if k == 0 or k in self.keys]


def says(fourier: FourierMap) -> str:
    """The energy in products of waves and in waves of one operand."""
    if not fourier.keys:
        linear = percent(fourier.linear_share)
        return f"There are no key frequencies. Without the constant, waves of x or y alone hold {linear} of the energy."
    return (
        f"Without the constant, {percent(fourier.product_share)} of the energy is in products of two waves of one key "
        f"frequency, and {percent(fourier.linear_share)} in waves of x alone or y alone."
    )


def size(fourier: FourierMap) -> tuple[float, float]:
    """The size in inches, for two maps if the key frequencies can be enlarged."""
    return (8.6, 4.3) if 0 < len(fourier.keys) <= MOST_KEYS else (5.6, 4.6)


def draw(figure: matplotlib.figure.Figure, fourier: FourierMap) -> None:
    """Draw the whole basis and, enlarged beside it, the rows and columns of the key frequencies."""
    top = float(np.sqrt(fourier.energy().max()) * np.sqrt((fourier.norms**2).sum() - fourier.norms[0, 0] ** 2))
    colours = theme.key_colours(fourier.keys)
    enlarged = 0 < len(fourier.keys) <= MOST_KEYS
    panels = figure.subplots(1, 2 if enlarged else 1, squeeze=False)[0]
    image = heat(panels[0], _widened(fourier.norms), top=top, upwards=False)
    tick_keys(panels[0], fourier.labels, fourier.keys, colours)
    if enlarged:
        rows = fourier.key_rows
        heat(panels[1], fourier.norms[np.ix_(rows, rows)], top=top, upwards=False)
        name_waves(panels[1], [fourier.labels[row] for row in rows], colours)
        panels[0].set_title(
            "all waves" + (" (each drawn three cells wide)" if len(fourier.norms) > MOST_VISIBLE else "")
        )
        panels[1].set_title("key frequencies alone")
    colour_bar(image, list(panels), "norm")


def _widened(norms: Float[np.ndarray, "wave_x wave_y"]) -> Float[np.ndarray, "wave_x wave_y"]:
    """Each cell of a large map also shows the largest of its neighbours, so that single cells can be seen."""
    if len(norms) <= MOST_VISIBLE:
        return norms
    varying = norms.copy()
    varying[0, 0] = 0
    widened: Float[np.ndarray, "wave_x wave_y"] = scipy.ndimage.maximum_filter(varying, size=3)
    return widened


def neurons_data(analysis: Analysis) -> FourierMap:
    """Norm over all neurons of each term's coefficients, in the final model."""
    import torch

    from latebloom.fourier import transform

    # A part at a time, since the coefficients of all neurons would take much memory.
    parts = of_pairs.grid(analysis).neurons.split(PART, dim=2)
    norms = torch.stack([transform(part, (0, 1)).square().sum(2) for part in parts]).sum(0).sqrt().numpy()
    return FourierMap(norms, of_pairs.labels(analysis), of_pairs.keys(analysis))


def logits_data(analysis: Analysis) -> FourierMap:
    """Norm over all answers of each term's coefficients, in the final model."""
    norms = of_pairs.grid(analysis).logit_coefficients.norm(dim=2).numpy()
    return FourierMap(norms, of_pairs.labels(analysis), of_pairs.keys(analysis))


NEURONS_FIGURE = Figure(
    name="neurons-fourier",
    chapter="circuit",
    title="All neurons, as products of waves",
    caption=(
        "The strength of every product (wave in x) × (wave in y) over all neurons together. The algorithm appears "
        "as strong cells in the top row and left column (waves of one operand alone) and in small blocks on the "
        "diagonal, where both waves have the same frequency. These blocks are the multiplication that it needs. The "
        "colour scale does not include the constant."
    ),
    data=neurons_data,
    says=says,
    draw=draw,
    size=size,
    family=MODULAR.name,
)

LOGITS_FIGURE = Figure(
    name="logits-fourier",
    chapter="circuit",
    title="The logits, as products of waves",
    caption=(
        "The same map for the logits, the scores of the answers. In a model that uses the algorithm, waves of one "
        "operand alone cancel, and 2 × 2 blocks of equal colour remain: the four products enter as cos w(x + y) and "
        "sin w(x + y) (x − y for subtraction), the two directions of the trigonometric identity. The colour scale "
        "does not include the constant."
    ),
    data=logits_data,
    says=says,
    draw=draw,
    size=size,
    family=MODULAR.name,
)
