"""Principal components of the embedding: waves of single frequencies, in pairs that make circles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from torch import Tensor

from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.embedding import circularity, embedding_components
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.circles import Circle, draw_circles
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat
from latebloom.fourier import energy_by_frequency, transform

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

COUNT = 10
"""Components shown: two for each of five key frequencies."""


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """content: each component's share of energy by frequency k = 1 …; variance: each component's share of the whole.
    circles: pairs of components that make one, strongest first."""

    content: Float[np.ndarray, "component k"]
    variance: Float[np.ndarray, " component"]
    circles: tuple[Circle, ...]
    keys: tuple[int, ...]


def data(analysis: Analysis) -> PrincipalComponents:
    """Of the final embedding, centred over the operands."""
    found = embedding_components(of_pairs.grid(analysis).embedding, COUNT)
    energy = energy_by_frequency(transform(found.scores, (0,)))
    content = (energy / energy.sum(0).clamp(min=1e-300)).T.numpy()
    values = of_pairs.first_operands(analysis)
    circles = tuple(_circle(found.scores, values, *pair) for pair in found.circles())
    return PrincipalComponents(content, found.variance.numpy(), circles, of_pairs.keys(analysis))


def _circle(scores: Float[Tensor, "x component"], values: tuple[int, ...], k: int, first: int, second: int) -> Circle:
    plane = scores[:, [first, second]]
    share = percent(circularity(plane, k))
    return Circle(k, plane.numpy(), f"k = {k}: {share}", f"components {first + 1} and {second + 1}", values)


def says(components: PrincipalComponents) -> str:
    """How pure they are."""
    purest = components.content.max(1)
    pairs = ", ".join(circle.title for circle in components.circles) or "none"
    return (
        f"The first {len(purest)} components hold {percent(components.variance.sum())} of the variance; each has "
        f"{percent(purest.min())} to {percent(purest.max())} of its energy on one frequency; "
        f"circles, and how much of their variance is on their frequency: {pairs}."
    )


def draw(figure: matplotlib.figure.Figure, components: PrincipalComponents) -> None:
    """Frequencies of the components above, circles below."""
    if not components.circles:
        _draw_content(figure.subplots(), components)
        return
    above, below = figure.subfigures(2, 1, height_ratios=[1.25, 1], squeeze=False).flat
    _draw_content(above.subplots(), components)
    draw_circles(below, components.circles, theme.key_colours(components.keys))


def _draw_content(axes: matplotlib.axes.Axes, components: PrincipalComponents) -> None:
    count, ks = components.content.shape
    image = heat(axes, components.content.T, top=1.0, upwards=False, aspect="auto")
    image.set_extent((0.5, ks + 0.5, count + 0.5, 0.5))
    axes.set_yticks(range(1, count + 1), [f"{i}  ({v:.0%})" for i, v in enumerate(components.variance, start=1)])
    axes.set_ylabel("component (its variance)")
    axes.set_xlabel("frequency k")
    axes.tick_params(length=0)
    colour_bar(image, axes, "share of energy")


FIGURE = Figure(
    name="principal-components",
    chapter="circuit",
    title="Principal components of the embedding",
    caption=(
        "The directions along which the embedding varies most. Above: how each component’s energy is spread over "
        "frequencies; one dark cell in a row means a component of one frequency. Below: pairs of components of "
        "the same frequency against each other, a thin line joining 0, 1, 2, … Two pure waves put the numbers on "
        "a circle, and adding 1 turns it by 2πk/p: this is how the algorithm gets its “mod p” for free."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 5.2),
    family=MODULAR.name,
)
