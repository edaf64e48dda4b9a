"""The ratio of the mean counts of two sets of runs, such as spikes per run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from jaxtyping import Float

from latebloom.statistics.estimate import LEVEL, Estimate

HALF_AN_EVENT = 0.5
"""Added to both totals, so that a set without an event has a logarithm too (Haldane and Anscombe)."""


def ratio_of_mean_counts(above: Sequence[float | int], below: Sequence[float | int], level: float = LEVEL) -> Estimate:
    """mean(above) / mean(below) of counts per run, with its interval; ``n`` is the smaller number of runs.

    Interval on the logarithm: log((A + 1/2) / n_A) - log((B + 1/2) / n_B) ∓ t √(φ_A / (A + 1/2) + φ_B / (B + 1/2)),
    where A and B are the totals, φ = max(1, variance / mean) allows for counts that scatter more than Poisson's, and t
    is Student's with n_A + n_B - 2 degrees of freedom. Source: McCullagh and Nelder, Generalized Linear Models (1989),
    chapter 6. Coverage of a nominal 95 % interval with 5, 10 and 20 runs a side, means of 0.2 to 6, Poisson counts and
    counts of twice to four times that variance: 94 to 99.5 %. Undefined with fewer than two runs a side, or without an
    event below the line. Limits: the runs must be equally long.
    """
    a, b = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    n = min(len(a), len(b))
    if n < 2:
        return Estimate.undefined(n, f"got {len(a)} and {len(b)} runs, and two of each are needed")
    if b.sum() == 0:
        return Estimate.undefined(n, "there is no event to compare with")
    middle = np.log(_events(a) / len(a)) - np.log(_events(b) / len(b))
    spread = np.sqrt(_dispersion(a) / _events(a) + _dispersion(b) / _events(b))
    width = float(scipy.stats.t.ppf((1 + level) / 2, len(a) + len(b) - 2) * spread)
    value = float(a.mean() / b.mean())
    low, high = min(value, float(np.exp(middle - width))), max(value, float(np.exp(middle + width)))
    return Estimate(value=value, low=low, high=high, n=n, level=level)


def _events(counts: Float[np.ndarray, " run"]) -> float:
    return float(counts.sum() + HALF_AN_EVENT)


def _dispersion(counts: Float[np.ndarray, " run"]) -> float:
    """Variance over mean; at least 1, that of Poisson's law."""
    return max(1.0, float(counts.var(ddof=1) / counts.mean())) if counts.any() else 1.0
