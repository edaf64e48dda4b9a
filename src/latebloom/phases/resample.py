"""Reduce a series of any length and roughness to at most a few hundred points of log10 value."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

from latebloom.phases.series import Series

# The cost of the search for two corners grows with the square of the points: about 5 ms at 160, times 200 in the
# bootstrap. 160 points locate a corner to 1/160 of the window, and the window narrows to the change before the
# last fit.
MAX_POINTS = 160

# A running median over 1/20 of the points removes spikes that last up to 1/40 of the window. Arbitrary: a wider median
# removes longer spikes but flattens more of a peak.
SPIKE_FRACTION = 1 / 20


def log_points(series: Series) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Steps and log10 values, binned by medians to at most ``MAX_POINTS``, spikes removed.

    Values of zero or less are set to the smallest positive value of the series (a float32 loss can round to
    zero). Both are empty if no value is positive.
    """
    step, log = _binned(series)
    return step, running_median(log, median_width(len(log)))


def scatter(series: Series) -> float:
    """Standard deviation of the noise of the binned log10 values, in decades, before spikes are removed.

    Limits: a fall over few points counts as noise. Needs two positive values.
    """
    return _deviation(_binned(series)[1])


def scatter_of_records(series: Series) -> float:
    """Like `scatter`, of the records themselves. Needs two positive values."""
    return _deviation(np.log10(series.value[series.value > 0]))


def _deviation(values: Float[np.ndarray, " n"]) -> float:
    """1.4826 / sqrt(2) times the median distance between neighbours: the standard deviation of normal noise, hardly
    affected by spikes."""
    return float(1.4826 / np.sqrt(2) * np.median(np.abs(np.diff(values))))


def _binned(series: Series) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Steps and log10 values in bins."""
    positive = series.value > 0
    if not positive.any():
        return np.zeros(0), np.zeros(0)
    log = np.log10(np.maximum(series.value, series.value[positive].min()))
    return _bin_medians(series.step), _bin_medians(log)


def running_median(values: Float[np.ndarray, " n"], width: int) -> Float[np.ndarray, " n"]:
    """Median over a centred window of odd ``width``; near the ends the window shrinks and stays centred.

    Unlike a mean, it does not change a monotone sequence, including its corners.
    """
    out = values.copy()
    if len(values) < 3:
        return out
    half = (min(width, len(values)) - 1) // 2
    out[half : len(values) - half] = np.median(sliding_window_view(values, 2 * half + 1), axis=1)
    for i in range(1, half):
        out[i] = np.median(values[: 2 * i + 1])
        out[-1 - i] = np.median(values[-1 - 2 * i :])
    return out


def _bin_medians(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " m"]:
    """Medians of at most ``MAX_POINTS`` bins of neighbours, of equal size except perhaps the last."""
    size = -(-len(values) // MAX_POINTS)
    whole = len(values) // size * size
    medians = np.median(values[:whole].reshape(-1, size), axis=1)
    return medians if whole == len(values) else np.append(medians, np.median(values[whole:]))


def median_width(points: int) -> int:
    """Width of the running median over this many points: odd, and at least 3 to remove any single spike."""
    return max(3, 2 * int(points * SPIKE_FRACTION / 2) + 1)
