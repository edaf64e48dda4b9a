"""How many runs would decide a comparison with an edge, if they went like those that there are."""

from __future__ import annotations

from math import floor

import scipy

from latebloom.statistics.estimate import LEVEL


def runs_for_share(part: float, edge: float, level: float = LEVEL) -> int | None:
    """The smallest n with which Wilson's interval of a share ``part`` (0 to 1) leaves out ``edge`` (0 to 1, exclusive):
    the smallest n > z² edge (1 - edge) / (part - edge)². None where the share is the edge: no number of runs is enough.

    Source: the interval holds the shares that a score test does not reject (Wilson 1927, see `share`).
    """
    if part == edge:
        return None
    z = float(scipy.special.ndtri(0.5 + 0.5 * level))
    return floor(z**2 * edge * (1 - edge) / (part - edge) ** 2) + 1


def runs_for_value(value: float, low: float | None, high: float | None, n: int, edge: float) -> int | None:
    """The number of runs with which an interval that n runs give no longer crosses ``edge``, if the value stays and its
    distance to each end shrinks as 1 / √n. None where the value is the edge, or where the end beyond it is open (None).
    """
    end = low if value > edge else high
    return None if value == edge or end is None else floor(n * ((value - end) / (value - edge)) ** 2) + 1
