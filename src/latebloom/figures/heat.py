"""Heat maps: over the operands (x to the right, y up), or over the Fourier basis (first row on top)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float

from latebloom.figures import canvas, theme

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.image


def heat(
    axes: matplotlib.axes.Axes,
    values: Float[np.ndarray, "right along"],
    signed: bool = False,
    top: float | None = None,
    upwards: bool = True,
    aspect: Literal["equal", "auto"] = "equal",
) -> matplotlib.image.AxesImage:
    """Draw the first axis of ``values`` to the right and the second upwards (or downwards, as in a printed matrix).

    Signed values use the diverging map centred at 0, others the sequential map from 0. ``top``: the largest value of
    the scale; larger values have the same colour.
    """
    top = float(np.abs(values).max()) if top is None else top
    top = top if top > 0 else 1.0
    image = axes.imshow(
        values.T,
        cmap=canvas.diverging() if signed else canvas.sequential(),
        vmin=-top if signed else 0,
        vmax=top,
        origin="lower" if upwards else "upper",
        aspect=aspect,
    )
    for spine in axes.spines.values():
        spine.set_visible(True)
    return image


def colour_bar(image: matplotlib.image.AxesImage, axes: Any, label: str = "") -> None:
    """Add a narrow colour scale beside one or several axes."""
    bar = image.axes.figure.colorbar(image, ax=axes, shrink=0.75, aspect=26, pad=0.02)
    bar.outline.set_visible(False)
    if label:
        bar.set_label(label, color=theme.MUTED, fontsize=8.5)


def operand_axes(axes: matplotlib.axes.Axes, names: tuple[str, str], first: bool = True) -> None:
    """Label x and y with these names; ``first``: whether this is the first map of a row that shares y."""
    axes.set_xlabel(names[0])
    if first:
        axes.set_ylabel(names[1], rotation=0, labelpad=8 if len(names[1]) == 1 else 16)


def name_waves(axes: matplotlib.axes.Axes, labels: Sequence[str], colours: dict[int, str], both: bool = True) -> None:
    """Label every column (and row) with its wave, and those of a key frequency in its colour."""
    places = range(len(labels))
    axes.set_xticks(places, labels, rotation=90)
    ticks = list(axes.get_xticklabels())
    if both:
        axes.set_yticks(places, labels)
        ticks += axes.get_yticklabels()
    axes.tick_params(length=0)
    for tick, label in zip(ticks, [*labels, *labels]):
        k = int(label.split()[1]) if " " in label else 0
        tick.set_color(colours.get(k, theme.MUTED))


_CLOSEST = 0.055
"""Ticks closer than this share of the axis would overlap; only the first of two such ticks is labelled."""


def tick_keys(axes: matplotlib.axes.Axes, labels: Sequence[str], ks: Sequence[int], colours: dict[int, str]) -> None:
    """Put a tick between cos k and sin k of each key frequency, and one at const."""
    from latebloom.fourier import basis_rows

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
