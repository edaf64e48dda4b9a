"""Where a quantity crosses its bar and stays there, with an interval."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from latebloom.phases.level import by_cells, smoothed
from latebloom.phases.location import Location
from latebloom.phases.series import Series
from latebloom.phases.stays import DIP_SHARE, stays_from

RESOLUTION = 0.01
"""Half of the interval of a crossing is at least this share of its step. Arbitrary: crossings of neighbouring seeds are
ten times as far apart."""

NEIGHBOURS = 3
"""So many records on either side are looked at for touches and dips, however far apart they are. Arbitrary."""

NOISY = 3
"""A score that leaves the bar so many times near the crossing is noisy there, and is smoothed before it is compared
with the bar. Arbitrary: a slingshot leaves it once."""


def crossing(score: Series, bar: float, *, ending: float | None = None, between: bool = True) -> Location | None:
    """The step from which ``score`` (higher is better) stays at ``bar`` by the rule of `stays_from`, or None.

    between: interpolate linearly between the last record below the bar and the first at it, so that the answer does not
    depend on the spacing of the records; otherwise it is the first record at the bar. Where the records leave the bar
    `NOISY` times near the crossing, it is that of the score smoothed as for `end_of_fall`, since the forgiven dips
    would let noise bring it forward. The interval runs from the last record before the bar was first touched to the
    first record after which it was not left, both looked for within `DIP_SHARE` of the step or `NEIGHBOURS` records,
    and is at least `RESOLUTION` of the step wide on either side, within the record.
    """
    first = stays_from(score.step, score.value, bar, ending=ending)
    if first is None:
        return None
    reached = score.value >= bar
    step = float(score.step[first])
    if between:
        step = _between(score, first, bar)
        if np.count_nonzero(np.diff(reached[_near(score.step, first)].astype(int)) < 0) >= NOISY:
            step = _of_smoothed(score, bar, ending) or step
            first = int(np.searchsorted(score.step, step).clip(max=len(score) - 1))
    low, high = _noise(score.step, reached, first)
    low, high = min(low, step * (1 - RESOLUTION)), max(high, step * (1 + RESOLUTION))
    return Location(step, max(low, float(score.step[0])), min(high, float(score.step[-1])))


def _between(score: Series, first: int, bar: float) -> float:
    """Where the line between record ``first``, which is at the bar, and the one before it crosses the bar."""
    step = float(score.step[first])
    if first == 0:
        return step
    low, high = score.value[first - 1 : first + 1]
    before = float(score.step[first - 1])
    return before + (step - before) * float((bar - low) / (high - low))


def _of_smoothed(score: Series, bar: float, ending: float | None) -> float | None:
    """The crossing of the smoothed score; None where it does not stay at the bar."""
    later = score.between(1, np.inf)
    if not len(later):
        return None
    step, value = by_cells(later.step, later.value)
    smooth = Series(step, smoothed(value))
    first = stays_from(smooth.step, smooth.value, bar, ending=ending)
    return None if first is None else _between(smooth, first, bar)


def _near(step: Float[np.ndarray, " n"], first: int) -> Bool[np.ndarray, " n"]:
    """The records near record ``first``."""
    near = np.abs(step - step[first]) <= DIP_SHARE * step[first]
    near[max(first - NEIGHBOURS, 0) : first + NEIGHBOURS + 1] = True
    return near


def _noise(step: Float[np.ndarray, " n"], reached: Bool[np.ndarray, " n"], first: int) -> tuple[float, float]:
    """The record before the first touch of the bar near record ``first``, and the one after the last dip near it."""
    near = _near(step, first)
    touched = next(iter(np.flatnonzero(near & reached)), first)
    dips = np.flatnonzero(near & ~reached)
    settled = max(first, int(dips[-1]) + 1 if len(dips) else first)
    return float(step[max(int(touched) - 1, 0)]), float(step[min(max(settled, 1), len(step) - 1)])
