"""Where a loss is highest before it falls."""

from __future__ import annotations

import numpy as np

from latebloom.phases.location import Location
from latebloom.phases.series import Series

RISE = 1.1
"""A peak is at this many times guessing or more. Arbitrary: losses of memorised examples rise to several times it, and
the noise of a loss over thousands of examples is far less."""

FLAT = 0.01
"""The interval of a peak holds the records around it within 1 % of its height. Arbitrary."""


def peak(loss: Series, guessing: float, before: float | None = None) -> Location | str:
    """Where ``loss`` (nats) is highest, at `RISE` times ``guessing`` (nats) or more, or why there is no peak.

    before: the step from which the loss stays under guessing; later records do not count. None: it does not, and it
    must fall half of the way back to guessing after the peak, because otherwise a later record may well be higher.
    """
    step, value = loss.step, loss.value
    inside = value if before is None else value[step <= before]
    top = int(np.argmax(inside))
    height = float(value[top])
    if height < RISE * guessing:
        return f"test loss does not rise to {RISE:g} times guessing ({guessing:.3g} nats)"
    if before is None and value[top:].min() > (height + guessing) / 2:
        return f"test loss does not fall again after step {step[top]:g}"
    lower = np.flatnonzero(value < (1 - FLAT) * height)
    earlier, later = lower[lower < top], lower[lower > top]
    low = step[earlier[-1]] if len(earlier) else step[0]
    high = step[later[0]] if len(later) else step[-1]
    return Location(float(step[top]), float(low), float(high))
