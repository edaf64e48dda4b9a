"""The initial embedding in the planes of the final components, which shows how much of a circle was there at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.circles import MOST, Circle, draw_circles
from latebloom.figures.figure import Figure, fixed

if TYPE_CHECKING:
    import matplotlib.figure

    from latebloom.circuits.modular.initial import InitialCircle


@dataclass(frozen=True, eq=False)
class InitialEmbedding:
    """One plane per pair of final components on one frequency, strongest first."""

    circles: tuple[InitialCircle, ...]
    keys: tuple[int, ...]
    values: tuple[int, ...]


def data(analysis: Analysis) -> InitialEmbedding:
    """The planes of the checkpoint at step 0. Errors: UsageError without one, or if no two final components make a
    circle."""
    from latebloom.circuits.modular.initial import initial_circles

    if analysis.steps[0] != 0:
        raise UsageError(
            f"{analysis.run.path} has no checkpoint at step 0, and this figure needs the initial embedding"
        )
    circles = initial_circles(of_pairs.grid_at(analysis, 0).embedding, of_pairs.grid(analysis).embedding)
    if not circles:
        raise UsageError(f"{analysis.run.path}: no two principal components of the final embedding make a circle")
    return InitialEmbedding(tuple(circles), of_pairs.keys(analysis), of_pairs.first_operands(analysis))


def says(embedding: InitialEmbedding) -> str:
    """The circularity in each plane, compared with random planes."""
    shares = (
        f"k = {c.k}: {percent(c.circularity)} (random planes {percent(c.control)})" for c in embedding.circles[:MOST]
    )
    return f"Share of the initial variance that is already at the plane's frequency: {'; '.join(shares)}."


def draw(figure: matplotlib.figure.Figure, embedding: InitialEmbedding) -> None:
    """Draw the planes side by side."""
    circles = [
        Circle(
            c.k,
            c.scores.numpy(),
            f"k = {c.k}: {c.circularity:.0%}",
            f"random {c.control:.0%}, most {c.control_max:.0%}",
            embedding.values,
        )
        for c in embedding.circles
    ]
    draw_circles(figure, circles, theme.key_colours(embedding.keys))


FIGURE = Figure(
    name="initial-embedding",
    chapter="growth",
    title="The final planes, before training",
    caption=(
        "The untrained, random embedding in the planes of the final circles. Above each panel: the share of its "
        "variance that is already at the final frequency; below: the same in random planes. If the number above is "
        "larger than those below, training started from directions that were good by chance. The write-up’s "
        "footnote 5 reports a faint circle there."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 2.3),
    family=MODULAR.name,
)
