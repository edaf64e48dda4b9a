"""The uncertainty of the corners of a broken line: moving-block bootstrap of the residuals."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from latebloom.phases.broken_line import BrokenLine, CornerSearch

REPEATS = 200  # five draws lie beyond each of the 2.5 % and 97.5 % quantiles
SEED = 0

# A block holds a tenth of the points. It is longer than the running median (a twentieth), which correlates neighbours,
# and longer than the stretches over which a bent curve deviates from a straight line. Ten blocks still mix. Arbitrary.
BLOCK_FRACTION = 1 / 10


def bootstrap_corners(
    search: CornerSearch, y: Float[np.ndarray, " n"], line: BrokenLine
) -> Float[np.ndarray, "repeats k"]:
    """Corners refitted to ``line`` + residuals drawn in blocks of neighbours, ``REPEATS`` times, seeded.

    Source: Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics
    17 (1989). Limits: the spread measures how far noise and misfit move the corners under this rule; another
    definition of the same boundary may differ by more.
    """
    fitted, count = line.at(search.x), len(line.corners)
    residual = y - fitted
    residual = (residual - residual.mean()) * np.sqrt(line.n / max(1, line.n - 2 - 2 * count))
    rows = _block_rows(line.n, np.random.default_rng(SEED))
    return np.stack([search.x[search.corners(fitted + residual[row], count)] for row in rows])


def _block_rows(n: int, rng: np.random.Generator) -> Int[np.ndarray, "repeats n"]:
    """Indices of ``n`` points made of blocks of neighbours at random places."""
    length = max(2, round(n * BLOCK_FRACTION))
    starts = rng.integers(0, n - length + 1, size=(REPEATS, -(-n // length)))
    return (starts[:, :, None] + np.arange(length)).reshape(REPEATS, -1)[:, :n]
