"""From when a quantity stays at its bar, dips forgiven: the one rule of "learned" and of every crossing."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

ROUNDING = 1e-12
"""Added to `DIP_SHARE`, so that dips of exactly this share are forgiven whatever their rounding."""

DIP_SHARE = 0.1
"""A set stays learned while dips take up at most this share of the steps so far. Our choice: slingshots recover within
a few per cent of the steps before them, and one of ten evenly spaced records may be a dip."""


def stays_from(
    step: Float[np.ndarray, " n"],
    score: Float[np.ndarray, " n"],
    bar: float,
    *,
    horizon: float = np.inf,
    ending: float | None = None,
) -> int | None:
    """The index of the first record from which ``score`` (higher is better) stays at ``bar``; None if there is none.

    It stays if two conditions hold. At every later record, dips have taken at most `DIP_SHARE` of the steps so far,
    where a dip counts by its length in steps. The score is at ``ending`` (default: ``bar``) at the last record or in
    most of the last `DIP_SHARE` of the steps, so that a collapse at the end is not a dip. Records after ``horizon``
    times the step do not count, and then neither does the end.
    """
    reached, edges = score >= bar, _edges(step)
    dips = np.cumsum(np.diff(edges) * ~reached)
    # Both dips and edges ascend, so no record before a stretch can be the first that exceeds what is forgiven after it.
    excess = np.maximum.accumulate(dips - (DIP_SHARE + ROUNDING) * edges[1:])
    # If any record of a stretch passes, its first record does, so only the first is tried.
    firsts = np.flatnonzero(reached & ~np.concatenate([[False], reached[:-1]]))
    ends = np.searchsorted(step, horizon * np.maximum(step[firsts], 1.0), side="right")
    stays = np.searchsorted(excess, dips[firsts], side="right") >= ends
    closed = ends == len(step)
    if closed.any() and final_score(step, score) < (bar if ending is None else ending):
        stays &= ~closed
    return int(firsts[np.argmax(stays)]) if stays.any() else None


def final_score(step: Float[np.ndarray, " n"], score: Float[np.ndarray, " n"]) -> float:
    """The score of the last record, or of most of the last `DIP_SHARE` of the steps if that is higher."""
    late = step >= (1 - DIP_SHARE) * step[-1]
    value, width = score[late], np.diff(_edges(step[late]))
    order = np.argsort(-value)
    reached = np.cumsum(width[order]) >= width.sum() / 2
    return float(max(value[-1], value[order][np.argmax(reached)]))


def _edges(step: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n+1"]:
    """The edges of the interval that each record represents, half-way to its neighbours."""
    return np.concatenate([step[:1], (step[:-1] + step[1:]) / 2, step[-1:]])
