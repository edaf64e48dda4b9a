"""Where a loss is highest before it falls."""

from __future__ import annotations

import numpy as np

from latebloom.phases.level import SMOOTH, cells, smoothed, spacing
from latebloom.phases.location import Location
from latebloom.phases.resample import scatter
from latebloom.phases.series import Series

RISE = 1.2
"""A peak is at this many times guessing or more, after smoothing. Arbitrary: losses of memorised examples rise to
several times it, and the smoothed noise of a loss over thousands of examples is far less."""

FLAT = 0.01
"""The interval of a peak holds what is within 1 % of its height, and within twice the noise. Arbitrary."""


def peak(loss: Series, guessing: float, before: float | None = None) -> Location | str:
    """Where ``loss`` (nats), smoothed as for `end_of_fall`, is highest, at `RISE` times ``guessing`` (nats) or more.

    before: the step from which the loss stays under guessing; later records do not count. None: it does not, and it
    must fall half of the way back to guessing after the peak, because otherwise a later record may well be higher.
    Returns the reason where there is no peak.
    """
    start = float(loss.step[0])
    near = loss if before is None else loss.between(start, before)
    elapsed, fallen = cells(near, start, guessing)
    if len(elapsed) < SMOOTH:
        return f"{len(elapsed)} records of test loss above guessing are too few to see a peak"
    risen = -smoothed(fallen)
    top = int(np.argmax(risen))
    if risen[top] < np.log10(RISE):
        return f"test loss does not rise to {RISE:g} times guessing ({guessing:.3g} nats)"
    if before is None and 10 ** risen[top:].min() > (10 ** risen[top] + 1) / 2:
        return f"test loss does not fall again after step {start + elapsed[top]:.0f}"
    noise = 2 * scatter(near)
    lower = np.flatnonzero(risen < risen[top] - np.log10(1 + FLAT) - noise)
    low, high = lower[lower < top].max(initial=0), lower[lower > top].min(initial=len(risen) - 1)
    step = start + float(elapsed[top])
    room = spacing(loss, step)
    return Location(step, start + float(elapsed[low]) - room, start + float(elapsed[high]) + room)
