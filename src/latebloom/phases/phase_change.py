"""One phase change: a plateau, a fall by a good part of a decade or more, a plateau."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from latebloom.phases.bootstrap import bootstrap_corners
from latebloom.phases.broken_line import CornerSearch
from latebloom.phases.fall import Fall, find_fall
from latebloom.phases.location import Location
from latebloom.phases.resample import log_points, scatter
from latebloom.phases.series import Series

MIN_POINTS = 8  # one corner needs seven points to be possible, and one more to be judged

# A fall by less than half a decade (a factor of 3) is no phase change. Arbitrary; the shallowest of the published
# ones, 5-digit addition's test loss, falls by a whole decade.
MIN_DEPTH = 0.5

# Nor is a fall by less than this many standard deviations of the noise. Arbitrary; the deepest falls that noise
# alone calls forth are of two or three.
MIN_SIGNAL = 4.0

# Something is part of the fall if it is more than half as steep as the deepest piece. Arbitrary: a change of speed
# by a factor of 2 is a corner that one can see.
CONTRAST = 2.0

# The window closes in on the fall this often, to one duration of the fall on either side: the answer then does
# not depend on how long the run went on. Arbitrary; planted curves stop moving after two rounds.
ROUNDS = 3


@dataclass(frozen=True)
class PhaseChange:
    """A fall of a positive quantity. ``completion`` and ``midpoint`` are None while it still falls.

    ``before`` and ``after`` are the fitted values at onset and at the end of the fall, in the quantity's unit;
    ``depth`` = log10(before / after), in decades. ``has_onset``: whether something slower comes before the fall; where
    nothing does, onset is the first step.
    """

    onset: Location
    has_onset: bool
    midpoint: Location | None
    completion: Location | None
    depth: float
    before: float
    after: float


@dataclass(frozen=True)
class NoChange:
    """Nothing was found, and why (a clause without a full stop)."""

    reason: str


def find_phase_change(series: Series, *, contrast: float = CONTRAST, intervals: bool = True) -> PhaseChange | NoChange:
    """The deepest fall of ``series``: corners of the best continuous line of up to three pieces on log10 value.

    Onset is the corner from which the value falls at least ``contrast`` times as fast as before (the first step,
    if it falls from there), completion the corner at which it slows again by as much, midpoint their mean, where
    half of the decades are gone. The fall must be ``MIN_DEPTH`` decades deep and stand out of the noise
    (``MIN_SIGNAL``). Without ``intervals`` the bootstrap is left out, and every interval is the spacing of the points
    alone. Limits: of several falls one is found; what is zero or less counts as the smallest positive value; a random
    walk has falls too, and they are found.
    """
    usable = int(np.sum(series.value > 0))
    if usable < MIN_POINTS:
        return NoChange(f"{usable} usable points are too few (at least {MIN_POINTS} are needed)")
    accepted = [f for f in (_closed_in(series, w, contrast) for w in _late_windows(series)) if f is not None]
    if not accepted:
        return NoChange(f"there is no fall of {MIN_DEPTH} decades or more that begins or ends with a corner")
    return _measured(*max(accepted, key=lambda found: found[1].depth), intervals)


def _late_windows(series: Series) -> list[Series]:
    """The whole record, its later half and its last quarter: a late fall is small beside all that came before."""
    first, last = series.step[0], series.step[-1]
    return [series.between(last - (last - first) * share, last) for share in (1.0, 0.5, 0.25)]


def _closed_in(series: Series, window: Series, contrast: float) -> tuple[Series, Fall] | None:
    """The fall of ``window``, found again ``ROUNDS`` times in the surroundings of the fall found before."""
    answer = None
    for _ in range(ROUNDS):
        x, y = log_points(window)
        fall = find_fall(x, y, contrast) if len(x) >= MIN_POINTS else None
        if fall is None or _too_shallow(fall, window) or _cut_off(fall, window, series):
            break
        answer = window, fall
        window = series.between(fall.start - fall.duration, fall.end + fall.duration)
    return answer


def _too_shallow(fall: Fall, window: Series) -> bool:
    """Whether the fall is no more than a ripple, or no more than the noise."""
    return fall.depth < max(MIN_DEPTH, MIN_SIGNAL * scatter(window))


def _cut_off(fall: Fall, window: Series, series: Series) -> bool:
    """Whether the fall has an end missing that lies outside the window and not outside the record."""
    onset_outside = not fall.has_onset and window.step[0] > series.step[0]
    completion_outside = not fall.has_completion and window.step[-1] < series.step[-1]
    return bool(onset_outside or completion_outside)


def _measured(window: Series, fall: Fall, intervals: bool) -> PhaseChange:
    """Estimates for both ends of the fall and for its middle."""
    x, y = log_points(window)
    line = fall.line
    draws = bootstrap_corners(CornerSearch(x), y, line) if intervals else line.corners[None]
    knots = np.concatenate([np.full((len(draws), 1), x[0]), draws, np.full((len(draws), 1), x[-1])], axis=1)
    starts, ends, middle = knots[:, fall.first], knots[:, fall.last + 1], (fall.start + fall.end) / 2
    onset = Location.exactly(float(window.step[0]))
    if fall.has_onset:
        onset = Location.of(fall.start, starts, _gap(x, fall.start))
    settled = fall.has_completion
    return PhaseChange(
        onset=onset,
        has_onset=fall.has_onset,
        midpoint=Location.of(middle, (starts + ends) / 2, _gap(x, middle)) if settled else None,
        completion=Location.of(fall.end, ends, _gap(x, fall.end)) if settled else None,
        depth=fall.depth,
        before=float(10 ** line.y[fall.first]),
        after=float(10 ** line.y[fall.last + 1]),
    )


def _gap(x: Float[np.ndarray, "n"], place: float) -> float:
    """The larger of the two gaps between points that meet at ``place`` or lie round it."""
    right = int(np.searchsorted(x, place))
    return float(np.diff(x)[max(right - 1, 0) : right + 1].max())
