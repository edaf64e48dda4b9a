"""A continuous line with up to two corners, fitted to points by exact search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

# The fewest points between neighbouring corners, before the first and after the last: with fewer, a corner could fit
# a single outlier.
MIN_PIECE = 3

# Root-mean-square misfit (in units of y) below which a better fit is no evidence. 0.001 decades is 0.2 % of a
# loss. Arbitrary; it only prevents rounding errors of a perfect line from producing corners.
RESOLUTION = 1e-3


@dataclass(frozen=True, eq=False)
class BrokenLine:
    """A continuous piecewise-linear function: its knots and its misfit.

    ``x`` and ``y`` are the knots, including both ends; the inner knots are the corners. ``rss`` is the residual sum of
    squares over ``n`` points.
    """

    x: Float[np.ndarray, " knots"]
    y: Float[np.ndarray, " knots"]
    rss: float
    n: int

    @property
    def corners(self) -> Float[np.ndarray, " k"]:
        """Places of the corners, ascending."""
        return self.x[1:-1]

    @property
    def slopes(self) -> Float[np.ndarray, " pieces"]:
        """Slope of each piece, in y per x."""
        return np.diff(self.y) / np.diff(self.x)

    def bic(self, shared: int = 1) -> float:
        """Bayesian information criterion m ln(rss/n) + k ln m, with k = 2 + 2 per corner; lower is better.

        m = n / ``shared`` is the number of independent points if ``shared`` neighbours have the same noise.
        """
        variance, independent = max(self.rss / self.n, RESOLUTION**2), max(self.n / shared, 2.0)
        return float(independent * np.log(variance) + (2 + 2 * len(self.corners)) * np.log(independent))

    def at(self, x: Float[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
        """Values of the line at ``x`` (inside the fitted range)."""
        return np.interp(x, self.x, self.y)


class CornerSearch:
    """Least squares over every choice of corners among the points, for many ``y`` on the same ``x``.

    With hinges h_c(x) = max(0, x - c) and R their parts orthogonal to constant and x, corners i, j lower the
    residual sum of squares by c^T G^-1 c, where G = R^T R at (i, j) and c = R^T y: closed form for two corners.
    Corners lie on points, so the spacing of the points limits their accuracy.
    """

    def __init__(self, x: Float[np.ndarray, " n"]) -> None:
        self.x = x
        self._unit = (x - x[0]) / (x[-1] - x[0])
        hinges = np.maximum(0.0, self._unit[:, None] - self._unit[None, MIN_PIECE : len(x) - MIN_PIECE])
        line, _ = np.linalg.qr(np.stack([np.ones_like(x), self._unit], axis=1))
        self._hinges = hinges - line @ (line.T @ hinges)
        self._gram = self._hinges.T @ self._hinges

    def corners(self, y: Float[np.ndarray, " n"], count: int) -> Int[np.ndarray, " count"]:
        """Indices into ``x`` of the best ``count`` corners (0, 1 or 2)."""
        c = self._hinges.T @ y
        if count == 0:
            return np.zeros(0, dtype=int)
        if count == 1:
            return np.array([np.argmax(c**2 / np.diag(self._gram))]) + MIN_PIECE
        first, second, inverse = self._pairs
        a, b = c[first], c[second]
        best = np.argmax(inverse[0] * a * a + inverse[1] * a * b + inverse[2] * b * b)
        return np.array([first[best], second[best]]) + MIN_PIECE

    def fit(self, y: Float[np.ndarray, " n"], count: int) -> BrokenLine:
        """The best line with ``count`` corners."""
        corners = self.corners(y, count)
        hinges = np.maximum(0.0, self._unit[:, None] - self._unit[None, corners])
        basis = np.concatenate([np.ones((len(y), 1)), self._unit[:, None], hinges], axis=1)
        fitted = basis @ np.linalg.lstsq(basis, y, rcond=None)[0]
        knots = np.concatenate([[0], corners, [len(y) - 1]])
        return BrokenLine(self.x[knots], fitted[knots], float(np.sum((y - fitted) ** 2)), len(y))

    def most_corners(self) -> int:
        """The largest number of corners that this many points allow."""
        return int(np.clip((len(self.x) - 1) // MIN_PIECE - 1, 0, 2))

    @cached_property
    def _pairs(self) -> tuple[Int[np.ndarray, " q"], Int[np.ndarray, " q"], Float[np.ndarray, "3 q"]]:
        """Every allowed pair of corners and the the entries of its inverse 2 x 2 Gram matrix (off-diagonal doubled)."""
        first, second = np.triu_indices(len(self._gram), k=MIN_PIECE)
        one, two, both = self._gram[first, first], self._gram[second, second], self._gram[first, second]
        return first, second, np.stack([two, -2.0 * both, one]) / (one * two - both**2)


def fit_broken_line(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], shared: int = 1) -> BrokenLine:
    """The line with 0, 1 or 2 corners that has the lowest BIC; 0 corners means "no change".

    ``x`` strictly ascending, at least 2 points; up to about 500 points take about 30 ms. ``shared`` is the width of
    the filter that was applied to ``y``, 1 for none: filtered noise looks like structure. Limits: apart from the
    filter, BIC assumes independent residuals, so a smoothly bent curve gets corners; check their size before trusting
    them.
    """
    search = CornerSearch(x)
    fits = [search.fit(y, count) for count in range(search.most_corners() + 1)]
    return min(fits, key=lambda line: line.bic(shared))
