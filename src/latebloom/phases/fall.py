"""The falling stretch of a broken line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from latebloom.phases.broken_line import BrokenLine, fit_broken_line
from latebloom.phases.resample import median_width


@dataclass(frozen=True)
class Fall:
    """Pieces ``first`` … ``last`` of ``line``: adjacent pieces that fall at comparable speed."""

    line: BrokenLine
    first: int
    last: int

    @property
    def start(self) -> float:
        """Where the fall begins."""
        return float(self.line.x[self.first])

    @property
    def end(self) -> float:
        """Where the fall ends."""
        return float(self.line.x[self.last + 1])

    @property
    def duration(self) -> float:
        """End minus start."""
        return self.end - self.start

    @property
    def depth(self) -> float:
        """How far it falls, in units of y; negative if it rises."""
        return float(self.line.y[self.first] - self.line.y[self.last + 1])

    @property
    def has_onset(self) -> bool:
        """Whether a slower piece precedes the fall."""
        return self.first > 0

    @property
    def has_completion(self) -> bool:
        """Whether a slower piece follows the fall."""
        return self.last + 1 < len(self.line.slopes)


def find_fall(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], contrast: float) -> Fall | None:
    """The deepest piece of the best broken line, with neighbours that fall faster than 1/``contrast`` of its speed.

    None where that is the whole line, because a fall needs a corner. Takes the points from :func:`log_points`.
    """
    line = fit_broken_line(x, y, shared=median_width(len(x)))
    deepest = int(np.argmin(np.diff(line.y)))
    falling = line.slopes < line.slopes[deepest] / contrast
    first, last = deepest, deepest
    while first > 0 and falling[first - 1]:
        first -= 1
    while last + 1 < len(falling) and falling[last + 1]:
        last += 1
    fall = Fall(line, first, last)
    return fall if fall.has_onset or fall.has_completion else None
