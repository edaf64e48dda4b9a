"""The operands in the plane of two directions, which form a circle if both are waves of one frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom.figures import theme

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

MOST = 5
"""The largest number of circles in one row."""


@dataclass(frozen=True, eq=False)
class Circle:
    """scores: one row per operand. k: the frequency of the plane. title, note: text above and below it. values: the
    first few operands, which label their points."""

    k: int
    scores: Float[np.ndarray, "x 2"]
    title: str
    note: str
    values: tuple[int, ...] = (0, 1, 2, 3)


def draw_circles(figure: matplotlib.figure.FigureBase, circles: Sequence[Circle], colours: dict[int, str]) -> None:
    """Draw the first few circles side by side."""
    panels = figure.subplots(1, min(MOST, len(circles)), squeeze=False)[0]
    for axes, circle in zip(panels, circles):
        _draw_circle(axes, circle, colours.get(circle.k, theme.CHANCE))


def _draw_circle(axes: matplotlib.axes.Axes, circle: Circle, colour: str) -> None:
    """Draw all operands as points, joined in order, with labels at the first few."""
    axes.plot(*circle.scores.T, color=colour, lw=0.4, alpha=0.22)
    axes.scatter(circle.scores[:, 0], circle.scores[:, 1], s=9, color=colour, lw=0)
    reach = 1.22 * max(float(np.abs(circle.scores).max()), 1e-12)
    for x, (right, up) in zip(circle.values, circle.scores):
        length = max(float(np.hypot(right, up)), 1e-12)
        away = (9 * right / length, 9 * up / length)
        axes.annotate(
            str(x), (right, up), xytext=away, textcoords="offset points", ha="center", va="center", fontsize=7.5
        )
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
    axes.set_title(circle.title, color=colour if colour != theme.CHANCE else theme.INK)
    axes.set_xlabel(circle.note, fontsize=7.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
