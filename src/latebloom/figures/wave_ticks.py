"""Ticks of a map over the whole Fourier basis: key frequencies by number, in their colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from latebloom.figures import theme
from latebloom.fourier import basis_rows

if TYPE_CHECKING:
    import matplotlib.axes

_CLOSEST = 0.055
"""Ticks closer than this share of the axis would overlap; of two such, the later goes unnamed."""


def tick_keys(axes: matplotlib.axes.Axes, labels: Sequence[str], ks: Sequence[int], colours: dict[int, str]) -> None:
    """A tick between cos k and sin k of each key frequency, and one at const."""
    p = len(labels)
    shown: list[tuple[float, int]] = [(0.0, 0)]
    for k in sorted(ks):
        rows = basis_rows(k, p)
        place = sum(rows) / len(rows)
        if place - shown[-1][0] > _CLOSEST * p:
            shown.append((place, k))
    names = ["const", *(str(k) for _, k in shown[1:])]
    axes.set_xticks([place for place, _ in shown], names)
    axes.set_yticks([place for place, _ in shown], names)
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        for tick, (_, k) in zip(ticks, shown):
            tick.set_color(colours.get(k, theme.MUTED))
    axes.set_xlabel("wave in x (frequency)")
    axes.set_ylabel("wave in y (frequency)")
