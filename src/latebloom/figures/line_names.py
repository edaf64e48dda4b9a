"""Labels at the ends of lines, in place of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latebloom.phases import Series

if TYPE_CHECKING:
    import matplotlib.axes

_LABEL_GAP = 0.052
"""Smallest distance between two labels, as a share of the axes' height."""


def name_lines(axes: matplotlib.axes.Axes, lines: Sequence[tuple[str, Series, str]]) -> None:
    """Write labels to the right of the axes, each connected to its line's end and moved apart where lines end close
    together.

    ``lines``: name, series and colour of each.
    """
    axes.get_ylim()  # makes matplotlib compute the limits now
    ends = [(_end_height(axes, series), label, colour) for label, series, colour in lines]
    ends.sort(key=lambda end: end[0])
    heights = spread([height for height, _, _ in ends], _LABEL_GAP)
    for (true, label, colour), height in zip(ends, heights):
        axes.plot([1, 1.02], [true, height], transform=axes.transAxes, color=colour, lw=0.8, clip_on=False)
        axes.text(1.026, height, label, transform=axes.transAxes, color=colour, va="center", fontsize=8.5)


def _end_height(axes: matplotlib.axes.Axes, series: Series) -> float:
    """Height of the line's last point, 0 … 1 within the axes."""
    usable = series.value[series.value > 0]
    last = usable[-1] if len(usable) else axes.get_ylim()[0]
    pixels = axes.transData.transform((series.step[-1], last))
    return float(np.clip(axes.transAxes.inverted().transform(pixels)[1], 0, 1))


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """The ascending heights, moved as little as needed to be ``gap`` apart (groups of neighbours keep their mean)."""
    pools: list[list[float]] = []
    for height in heights:
        pools.append([height])
        while len(pools) > 1 and _bottom(pools[-1], gap) - _top(pools[-2], gap) < gap - 1e-12:
            last = pools.pop()
            pools[-1] += last
    return [_bottom(pool, gap) + gap * i for pool in pools for i in range(len(pool))]


def _bottom(pool: Sequence[float], gap: float) -> float:
    return sum(pool) / len(pool) - gap * (len(pool) - 1) / 2


def _top(pool: Sequence[float], gap: float) -> float:
    return sum(pool) / len(pool) + gap * (len(pool) - 1) / 2
