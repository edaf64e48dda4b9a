"""Principal components of the embedding: waves of single frequencies, in pairs that form circles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.circles import Circle, draw_circles
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    from torch import Tensor

COUNT = 10
"""Number of components shown: two for each of five key frequencies."""


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """content: each component's share of energy by frequency k = 1 …. variance: each component's share of the whole.
    circles: pairs of components that form one, strongest first."""

    content: Float[np.ndarray, "component k"]
    variance: Float[np.ndarray, " component"]
    circles: tuple[Circle, ...]
    keys: tuple[int, ...]


def data(analysis: Analysis) -> PrincipalComponents:
    """The components of the final embedding, centred over the operands."""
    from latebloom.circuits.modular.embedding import embedding_components
    from latebloom.fourier import energy_by_frequency, transform

    pca = embedding_components(of_pairs.grid(analysis).embedding, COUNT)
    energy = energy_by_frequency(transform(pca.scores, (0,)))
    content = (energy / energy.sum(0).clamp(min=1e-300)).T.numpy()
    values = of_pairs.first_operands(analysis)
    circles = tuple(_circle(pca.scores, values, *pair) for pair in pca.circles())
    return PrincipalComponents(content, pca.variance.numpy(), circles, of_pairs.keys(analysis))


def _circle(scores: Float[Tensor, "x component"], values: tuple[int, ...], k: int, first: int, second: int) -> Circle:
    from latebloom.circuits.modular.embedding import circularity

    plane = scores[:, [first, second]]
    share = percent(float(circularity(plane, k)))
    return Circle(k, plane.numpy(), f"k = {k}: {share}", f"components {first + 1} and {second + 1}", values)


def says(components: PrincipalComponents) -> str:
    """The share of one frequency in each component and in each circle."""
    purest = components.content.max(1)
    pairs = ", ".join(circle.title for circle in components.circles)
    circles = (
        f"their circles, with the share of variance at the frequency: {pairs}" if pairs else "no two form a circle"
    )
    return (
        f"The first {len(purest)} components hold {percent(components.variance.sum())} of the variance; each has "
        f"{percent(purest.min())} to {percent(purest.max())} of its energy on one frequency; "
        f"{circles}."
    )


def draw(figure: matplotlib.figure.Figure, components: PrincipalComponents) -> None:
    """Draw the frequencies of the components above, and circles below."""
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
        "The directions along which the embedding varies most. Above: the energy of each component by frequency; one "
        "strong cell in a row means a component of one frequency. Below: pairs of components of the same frequency "
        "plotted against each other, if there are any, with a thin line through 0, 1, 2, … Two pure waves put the "
        "numbers on a circle, and adding 1 is a rotation by 2πk/p, so the algorithm needs no further step for “mod p”."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 5.2),
    family=MODULAR.name,
)
