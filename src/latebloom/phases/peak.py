"""Where a loss is highest before it falls."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from latebloom.phases.level import RATIO, SMOOTH, cells, smoothed, spacing
from latebloom.phases.location import Location
from latebloom.phases.resample import scatter, scatter_of_records
from latebloom.phases.series import Series

RISE = 1.2
"""A peak is at this many times guessing or more, after smoothing. Arbitrary: losses of memorised examples rise to
several times it, and the smoothed noise of a loss over thousands of examples is far less."""

HALF = SMOOTH // 2 + 1
"""Cells on either side of the top in which its highest record is looked for: the smoothing and the width of a cell."""

FLAT = 0.01
"""The interval of a peak holds what is within 1 % of its height, and within the noise of both. Arbitrary."""

DEVIATIONS = 3
"""Standard deviations of the noise: a flat top has some hundred cells, and one of them ends the interval."""


def peak(loss: Series, guessing: float, before: float | None = None) -> Location | str:
    """Where ``loss`` (nats), smoothed as for `end_of_fall`, is highest, at `RISE` times ``guessing`` (nats) or more.

    before: the step from which the loss stays under guessing; later records do not count. None: it does not, and it
    must fall half of the way back to guessing after the peak, because otherwise a later record may well be higher.
    The step is that of the highest record in the window of the smoothing, as a reader of the record sees it. Returns
    the reason where there is no peak.
    """
    start = float(loss.step[0])
    near = loss if before is None else loss.between(start, before)
    elapsed, fallen = cells(near, start, guessing)
    if len(elapsed) < SMOOTH:
        return "there are too few records of test loss above guessing to see a peak"
    risen = -smoothed(fallen)
    top = int(np.argmax(risen))
    if risen[top] < np.log10(RISE):
        return f"test loss does not rise to {RISE:g} times guessing ({guessing:.3g} nats)"
    if before is None and 10 ** risen[top:].min() > (10 ** risen[top] + 1) / 2:
        return f"test loss does not fall again after step {start + elapsed[top]:.0f}"
    noise = _noise(near, elapsed)
    doubt = np.log10(1 + FLAT) + DEVIATIONS * np.hypot(noise, noise[top])
    lower = np.flatnonzero(risen < risen[top] - doubt)
    low, high = lower[lower < top].max(initial=0), lower[lower > top].min(initial=len(risen) - 1)
    step = _highest(near, start + float(elapsed[max(top - HALF, 0)]), start + float(elapsed[top:][: HALF + 1][-1]))
    room = spacing(loss, step)
    low, high = start + float(elapsed[low]), start + float(elapsed[high])
    return Location(step, max(min(low, step) - room, start), max(high, step) + room)


def _noise(loss: Series, elapsed: Float[np.ndarray, " cell"]) -> Float[np.ndarray, " cell"]:
    """Standard deviation (decades) of the smoothed loss at each of the steps ``elapsed`` since the first.

    That of one record, divided by the root of the records that are smoothed together: few early, many late. Noise that
    lasts for many records shows only in bins of them, so the scatter of these is the least.
    """
    around = RATIO**HALF
    since = loss.step - loss.step[0]
    records = np.searchsorted(since, elapsed * around) - np.searchsorted(since, elapsed / around)
    return np.maximum(scatter(loss), scatter_of_records(loss) / np.sqrt(np.maximum(records, 1)))


def _highest(loss: Series, low: float, high: float) -> float:
    """The step of the highest record between two steps, or of the record nearest to them."""
    inside = loss.between(low, high)
    if not len(inside):
        return float(loss.step[np.abs(loss.step - (low + high) / 2).argmin()])
    return float(inside.step[inside.value.argmax()])
