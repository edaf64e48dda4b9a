"""One number for many runs: a share, a mean, a median, quartiles."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import scipy

from latebloom._config import Config
from latebloom.statistics.bootstrap import REPEATS, SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL, Estimate


def share(count: int | np.integer, n: int, level: float = LEVEL) -> Estimate:
    """Share (0 to 1) of ``n`` runs of which ``count`` uphold a statement, with Wilson's interval; undefined without
    runs.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); unlike the
    normal approximation it stays within 0 to 1 and has a width at 0 of n. Limits: whether a run generalises depends on
    how long it runs; where runs have different lengths, use `survival_curve`.
    """
    if n == 0:
        return Estimate.undefined(0, "there are no runs")
    part = int(count) / n
    low, high = _wilson(part, n, level)
    # Rounding puts Wilson's ends at 0 and n of n about 1e-17 outside.
    return Estimate(
        value=part, low=max(0.0, low) if count else 0.0, high=min(1.0, high) if count < n else 1.0, n=n, level=level
    )


def _wilson(part: float, n: int, level: float) -> tuple[float, float]:
    """The two solutions p of |part - p| = z √(p (1 - p) / n). `scipy.stats.binomtest`, which has them too, computes a
    p-value first, and takes a hundred times as long."""
    z = scipy.special.ndtri(0.5 + 0.5 * level)
    whole = 2 * (n + z**2)
    centre, reach = (2 * n * part + z**2) / whole, z / whole * sqrt(4 * n * part * (1 - part) + z**2)
    return float(centre - reach), float(centre + reach)


def share_difference(pairs: Sequence[tuple[float | bool, float | bool]], level: float = LEVEL) -> Estimate:
    """How much more often the first of two statements is true than the second, -1 to 1, of runs that come in pairs.

    (b - c) / n, of b pairs in which the first alone is true and c in which the second alone is. Where a pair is one of
    groups of runs, its two values are the shares of each for which the statement is true. The interval is Wald's with
    half a pair added to each of the four kinds of pairs, so that it has a width where all pairs are of one kind, of
    which a bootstrap would make none. Undefined without pairs.
    Source: Agresti and Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24 (2005).
    """
    n = len(pairs)
    if n == 0:
        return Estimate.undefined(0, "there are no pairs")
    differences = [float(a) - float(b) for a, b in pairs]
    apart, unlike, whole = sum(differences), sum(one**2 for one in differences) + 1, n + 2
    reach = scipy.special.ndtri(0.5 + 0.5 * level) * sqrt(unlike - apart**2 / whole)
    low, high = ((apart + sign * reach) / whole for sign in (-1, 1))
    return Estimate(value=apart / n, low=max(-1.0, low), high=min(1.0, high), n=n, level=level)


class Quartiles(Config):
    """The middle half of n values lies between low and high (interpolated). All are None without values."""

    n: int
    low: float | None = None
    median: float | None = None
    high: float | None = None


def quartiles(values: Sequence[float | int]) -> Quartiles:
    """Quartiles by linear interpolation; a run may have several values. Limits: no interval."""
    if not len(values):
        return Quartiles(n=0)
    low, middle, high = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75]))
    return Quartiles(n=len(values), low=low, median=middle, high=high)


def mean(values: Sequence[float | int | None], level: float = LEVEL) -> Estimate:
    """Mean of one value per run, with a bootstrap interval over runs. Runs without a value (None) are left out.

    Limits: those of `percentile_interval`; the interval of values that are all the same has no width. For true and
    false use `share`, or `share_difference` for pairs.
    """
    known = np.array([value for value in values if value is not None], dtype=float)
    n = len(known)
    if n == 0:
        return Estimate.undefined(0, "no run has a value")
    if n == 1:
        return Estimate(value=float(known[0]), n=1, level=level, reason="one run gives no interval")
    low, high = percentile_interval(known[resampled_runs(n, REPEATS, SEED)].mean(axis=1), level)
    return Estimate(value=float(known.mean()), low=low, high=high, n=n, level=level)
