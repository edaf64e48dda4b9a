"""Where the fall of a loss ends, judged from the fall and a window after it, never from the rest of the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

from latebloom.phases.location import Location
from latebloom.phases.series import Series

RATIO = 1.02
"""Elapsed steps are divided into cells, each 2 % longer than the one before, so that the rule looks the same at every
speed of learning and hardly depends on the spacing of the records. Arbitrary; it limits an answer to about 2 %."""

SMOOTH = 5
"""The level at a cell is the median over so many cells around it (10 % of the elapsed steps), against noise."""

WINDOW = 1.5
"""The pace afterwards is that until so many times the elapsed steps. Arbitrary: a slingshot is over within a few per
cent of the steps before it, and a plateau as long as half of the fall is a plateau to the eye."""

LEAST_WINDOW = 1.06
"""Near the end of the record the window is as long as the record allows, down to this; then the loss must have become
level by the end of it."""

HORIZON = 10.0
"""A pause is no end: on average to every later step from twice to so many times the elapsed steps, the loss falls as
slowly too. Arbitrary; memorisation pauses at 0.01 nats until up to three times the step in the smaller models here."""

SLOWER_RANGE = (0.8, 1.25)
WINDOW_RANGE = (1.25, 1.5)
"""The interval covers these multiples of `Fall.slower` and these windows, which would have done as well."""

CUTS = (1.05, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8, 2.0)
"""The interval covers the answers of records that end after so many times the steps of the fall."""


@dataclass(frozen=True)
class Fall:
    """The fall of ``loss`` (nats) from ``level`` (nats) at step ``start``.

    It ends where the loss falls ``slower`` times more slowly, in decades per step, than on average until then, and not
    before it is ``depth`` decades under ``level``.
    """

    loss: Series
    start: float
    level: float
    depth: float
    slower: float


def end_of_fall(fall: Fall) -> Location | str:
    """The first step after which the loss falls `Fall.slower` times more slowly than on average since ``start``.

    All on a log scale. The pace afterwards is the fall from the level at that step to the median level over the window
    that follows, which is half as long as the fall (`WINDOW`), divided by half of that window. Later records can only
    show that it was a pause (`HORIZON`). The interval covers the spacing of the records, the answers for each half of
    the records, those for other constants (`SLOWER_RANGE`, `WINDOW_RANGE`), and those of a record that is cut soon
    after the end (`CUTS`).

    Returns the reason (a clause without a full stop) where there is no such step.
    """
    end = _end(fall)
    if isinstance(end, str):
        return end
    variants = chain(_variants(fall), _cut(fall, end))
    found = [other for other in (_end(*variant) for variant in variants) if not isinstance(other, str)]
    room = max(spacing(fall.loss, end), (RATIO - 1) * (end - fall.start))
    low, high = min(end, *found) - room, max(end, *found) + room
    return Location(end, max(low, fall.start), min(high, float(fall.loss.step[-1])))


def _variants(fall: Fall) -> Iterator[tuple[Fall, float]]:
    """The fall by other constants, and by every second record."""
    for share in SLOWER_RANGE:
        for window in WINDOW_RANGE:
            yield replace(fall, slower=share * fall.slower), window
    for first in (0, 1):
        yield replace(fall, loss=Series(fall.loss.step[first::2], fall.loss.value[first::2])), WINDOW


def _cut(fall: Fall, end: float) -> Iterator[tuple[Fall, float]]:
    """The fall as records show it that are cut soon after its end."""
    for share in CUTS:
        yield replace(fall, loss=fall.loss.between(-np.inf, fall.start + share * (end - fall.start))), WINDOW


def _end(fall: Fall, window: float = WINDOW) -> float | str:
    """The step at which the fall ends by these constants, or why there is none."""
    elapsed, decades = cells(fall.loss, fall.start, fall.level)
    if len(elapsed) < SMOOTH or (fall.loss.step > fall.start).sum() < SMOOTH:
        return "there are too few records to see its fall end"
    level = smoothed(decades)
    deep = level >= fall.depth
    if not deep.any():
        lowest, least = (fall.level * 10**-decades for decades in (float(level.max()), fall.depth))
        return f"it does not get below {least:.3g} nats; it falls to {lowest:.3g} nats"
    width, least, double, horizon = (round(np.log(w) / np.log(RATIO)) for w in (window, LEAST_WINDOW, 2.0, HORIZON))
    for cell in np.flatnonzero(deep[: len(level) - least]):
        pace = level[cell] / fall.slower
        after = slice(cell + 1, cell + 1 + width)
        later = slice(cell + double, cell + horizon)
        flat = np.median(decades[after]) - level[cell] < pace * (np.sqrt(window) - 1)
        if cell + width >= len(level):  # the window is cut short, so its later half has to be flat by itself too
            middle = (cell + len(level)) // 2
            flat &= level[-1] - level[middle] < pace * (elapsed[-1] - elapsed[middle]) / elapsed[cell]
        if flat and (level[later] - level[cell] < pace * (elapsed[later] / elapsed[cell] - 1)).all():
            return float(fall.start + elapsed[cell])
    return f"it is still falling at step {fall.loss.step[-1]:.10g}, or has not been level for long enough"


def cells(loss: Series, start: float, level: float) -> tuple[Float[np.ndarray, " cell"], Float[np.ndarray, " cell"]]:
    """Elapsed steps since ``start`` at the middle of each cell, and the decades fallen from ``level`` until then.

    The median of the records in a cell; a cell without records is interpolated. Losses of zero or less, which rounding
    makes, count as the smallest positive loss until then.
    """
    later = loss.step > start
    elapsed, value = loss.step[later] - start, loss.value[later]
    positive = np.minimum.accumulate(np.where(value > 0, value, np.inf))
    value = np.where(value > 0, value, positive)
    elapsed, value = elapsed[np.isfinite(value)], value[np.isfinite(value)]
    if len(elapsed) < 2:
        return np.zeros(0), np.zeros(0)
    return by_cells(elapsed, np.log10(level / value))


def by_cells(
    elapsed: Float[np.ndarray, " n"], value: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " cell"], Float[np.ndarray, " cell"]]:
    """The middle of each cell of `RATIO` and the median of the values in it; a cell without records is interpolated.

    elapsed: steps above zero, ascending, at least one.
    """
    cell = np.floor(np.log(elapsed) / np.log(RATIO)).astype(int)
    used, first = np.unique(cell, return_index=True)
    count = np.diff(first, append=len(cell))
    low, high = first + (count - 1) // 2, first + count // 2  # the two in the middle, or one twice
    ordered = value[np.lexsort((value, cell))]
    middle, inside = ((one[low] + one[high]) / 2 for one in (elapsed, ordered))
    grid = RATIO ** (np.arange(used[0], used[-1] + 1) + 0.5)
    return grid, np.interp(grid, middle, inside)


def smoothed(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Median over `SMOOTH` cells around each; the ends are repeated."""
    half = SMOOTH // 2
    return np.median(sliding_window_view(np.pad(values, half, mode="edge"), SMOOTH), axis=1)


def spacing(series: Series, step: float) -> float:
    """The larger of the two gaps between records that adjoin or enclose ``step``."""
    right = int(np.searchsorted(series.step, step))
    return float(np.diff(series.step)[max(right - 1, 0) : right + 1].max(initial=0.0))
