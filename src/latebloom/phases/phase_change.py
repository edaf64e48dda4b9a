"""One phase change: a plateau, a fall by at least half a decade, a plateau."""

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

MIN_POINTS = 8  # one corner needs seven points, and judging it needs one more

# A fall by less than half a decade (a factor of 3) is no phase change. Arbitrary; the shallowest published phase
# change, the test loss of 5-digit addition, is a whole decade deep.
MIN_DEPTH = 0.5

# A fall by less than this many standard deviations of the noise is no phase change either. Arbitrary; the deepest falls
# in pure noise are two or three standard deviations.
MIN_SIGNAL = 4.0

# A piece is part of the fall if it is more than half as steep as the deepest piece. Arbitrary: a change of speed
# by a factor of 2 is a visible corner.
CONTRAST = 2.0

# The window narrows to the fall this many times, to one duration of the fall on either side, so that the result does
# not depend on the length of the run. Arbitrary; results on synthetic curves are stable after two rounds.
ROUNDS = 3


@dataclass(frozen=True)
class PhaseChange:
    """A fall of a positive quantity. ``completion`` and ``midpoint`` are None if it still falls at the end.

    ``before`` and ``after`` are the fitted values at onset and at the end of the fall, in the quantity's unit;
    ``depth`` = log10(before / after), in decades. ``has_onset``: whether a slower piece precedes the fall; if
    none does, onset is the first step.
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
    """No phase change, and the reason (a clause without a full stop)."""

    reason: str


def find_phase_change(series: Series, *, contrast: float = CONTRAST, intervals: bool = True) -> PhaseChange | NoChange:
    """The deepest fall of ``series``: corners of the best continuous line of up to three pieces on log10 value.

    Onset is the corner from which the value falls at least ``contrast`` times as fast as before (the first step,
    if it falls from there), completion is the corner at which it slows by the same factor, and midpoint is their mean,
    where the value has lost half of the decades. The fall must be ``MIN_DEPTH`` decades deep and exceed the noise
    (``MIN_SIGNAL``). Without ``intervals`` there is no bootstrap, and every interval is the spacing of the points.
    Limits: returns one of several falls; values of zero or less count as the smallest positive value; the falls of a
    random walk count too.
    """
    usable = int(np.sum(series.value > 0))
    if usable < MIN_POINTS:
        return NoChange(f"{usable} usable points are too few (at least {MIN_POINTS} are needed)")
    accepted = [f for f in (_closed_in(series, w, contrast) for w in _late_windows(series)) if f is not None]
    if not accepted:
        return NoChange(f"there is no fall of {MIN_DEPTH} decades or more that begins or ends with a corner")
    return _measured(*max(accepted, key=lambda candidate: candidate[1].depth), intervals)


def _late_windows(series: Series) -> list[Series]:
    """The whole record, its later half and its last quarter: a late fall is a small part of the whole record."""
    first, last = series.step[0], series.step[-1]
    return [series.between(last - (last - first) * share, last) for share in (1.0, 0.5, 0.25)]


def _closed_in(series: Series, window: Series, contrast: float) -> tuple[Series, Fall] | None:
    """The fall in ``window``, refitted up to ``ROUNDS`` times in the surroundings of the previous fit."""
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
    """Whether the fall is shallower than `MIN_DEPTH`, or than `MIN_SIGNAL` times the noise."""
    return fall.depth < max(MIN_DEPTH, MIN_SIGNAL * scatter(window))


def _cut_off(fall: Fall, window: Series, series: Series) -> bool:
    """Whether a missing end of the fall lies outside the window but inside the record."""
    onset_outside = not fall.has_onset and window.step[0] > series.step[0]
    completion_outside = not fall.has_completion and window.step[-1] < series.step[-1]
    return bool(onset_outside or completion_outside)


def _measured(window: Series, fall: Fall, intervals: bool) -> PhaseChange:
    """Estimates of both ends of the fall and of its middle."""
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


def _gap(x: Float[np.ndarray, " n"], place: float) -> float:
    """The larger of the two gaps between points that adjoin or enclose ``place``."""
    right = int(np.searchsorted(x, place))
    return float(np.diff(x)[max(right - 1, 0) : right + 1].max())
