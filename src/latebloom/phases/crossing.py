"""Where a quantity crosses its bar and stays there, with an interval."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from latebloom.phases.location import Location
from latebloom.phases.series import Series
from latebloom.phases.stays import DIP_SHARE, stays_from

RESOLUTION = 0.01
"""Half of the interval of a crossing is at least this share of its step. Arbitrary: crossings of neighbouring seeds are
ten times as far apart."""

NEIGHBOURS = 3
"""So many records on either side are looked at for touches and dips, however far apart they are. Arbitrary."""


def crossing(score: Series, bar: float, *, ending: float | None = None, between: bool = True) -> Location | None:
    """The step from which ``score`` (higher is better) stays at ``bar`` by the rule of `stays_from`, or None.

    between: interpolate linearly between the last record below the bar and the first at it, so that the answer does not
    depend on the spacing of the records; otherwise it is the first record at the bar. The interval runs from the last
    record before the bar was first touched to the first record after which it was not left, both looked for within
    `DIP_SHARE` of the step or `NEIGHBOURS` records, and is at least `RESOLUTION` of the step wide on either side.
    """
    first = stays_from(score.step, score.value, bar, ending=ending)
    if first is None:
        return None
    step = float(score.step[first])
    if between and first > 0:
        low, high = score.value[first - 1 : first + 1]
        before = float(score.step[first - 1])
        step = before + (step - before) * float((bar - low) / (high - low))
    low, high = _noise(score.step, score.value >= bar, first)
    return Location(step, min(low, step * (1 - RESOLUTION)), max(high, step * (1 + RESOLUTION)))


def _noise(step: Float[np.ndarray, "n"], reached: Bool[np.ndarray, "n"], first: int) -> tuple[float, float]:
    """The record before the first touch of the bar near record ``first``, and the one after the last dip near it."""
    near = np.abs(step - step[first]) <= DIP_SHARE * step[first]
    near[max(first - NEIGHBOURS, 0) : first + NEIGHBOURS + 1] = True
    touched = np.flatnonzero(near & reached)[0]
    dips = np.flatnonzero(near & ~reached)
    settled = max(first, int(dips[-1]) + 1 if len(dips) else first)
    return float(step[max(touched - 1, 0)]), float(step[min(max(settled, 1), len(step) - 1)])
