"""Medians of few runs, and ratios of two medians, with intervals that cover at these sizes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import scipy
from jaxtyping import Float

from latebloom.statistics.estimate import LEVEL, Estimate

Numbers = Sequence[float | int | None] | Float[np.ndarray, " run"]

FEWEST = 5
"""Values below which a median has no interval: even the range of four values covers it in only 88 %."""


def median_estimate(values: Numbers, level: float = LEVEL) -> Estimate:
    """Median of one value per run, with an interval between order statistics; in the unit of the values.

    A missing value (None) is left out. A value of inf, such as a step that was never reached, lies above every number.
    The interval assumes nothing about the distribution but independent runs. It is [x(k), x(n + 1 - k)] with coverage
    1 - 2 P(Binomial(n, 1/2) < k), interpolated between the two k whose coverage encloses the level. With five values
    it is their range, which covers 93.75 %.

    Source: Hettmansperger and Sheather, Statistics and Probability Letters 4 (1986). Measured coverage of a nominal
    95 % interval over 4000 samples each of five distributions (lognormal with sigma 0.3 and 2, exponential, half
    Cauchy, Pareto with exponent 1): 93 to 95 % with 5 values, 94 to 95 % with 10, 95 to 96 % with 20. The percentile
    bootstrap covers 93 to 95 %, 92 to 93 % and 93 to 94 %, and with 7 values only 87 %. Limits: no interval with fewer
    than five values; undefined where half of the values are infinite.
    """
    known = np.sort(np.array([value for value in values if value is not None], dtype=float))
    n = len(known)
    if n == 0:
        return Estimate.undefined(0, "no run has a value")
    value = float(np.median(known))
    if not np.isfinite(value):
        return Estimate.undefined(n, f"{int(np.isinf(known).sum())} of {n} values are infinite")
    if n < FEWEST:
        return Estimate(value=value, n=n, level=level, reason=f"{n} values give no interval of a median")
    low, high = _ends(known, level)
    return _bounded(value, low, high, n, level)


def ratio_of_medians(above: Numbers, below: Numbers, level: float = LEVEL) -> Estimate:
    """median(above) / median(below) of two independent sets of runs, with its interval; ``n`` is the smaller number.

    Values must be positive; None is left out and inf lies above every number. On the logarithm, the distances of the
    two medians from the ends of their own intervals (see `median_estimate`) add in squares:
    low = (a - b) - √((a - a_low)² + (b_high - b)²), and high likewise.

    Source: Zou and Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27 (2008).
    Measured coverage of a nominal 95 % interval, over 800 pairs of samples of the distributions that `median_estimate`
    names: 97 to 98 % with 5, 10 and 20 values each. Limits: where runs are paired and the pairs vary together, the
    interval is too wide; take the `median_estimate` of the ratios instead.
    """
    sides = [np.array([value for value in side if value is not None], dtype=float) for side in (above, below)]
    n = min(map(len, sides))
    if any((side <= 0).any() for side in sides):
        return Estimate.undefined(n, "a ratio of medians needs positive values")
    a, b = (median_estimate(np.log(side), level) for side in sides)
    if a.value is None or b.value is None:
        return Estimate.undefined(n, (a.reason if a.value is None else b.reason) or "")
    value = a.value - b.value
    if n < FEWEST:
        return Estimate(value=float(np.exp(value)), n=n, level=level, reason=f"{n} values give no interval of a median")
    low = value - np.hypot(_distance(a.value, a.low), _distance(b.value, b.high))
    high = value + np.hypot(_distance(a.value, a.high), _distance(b.value, b.low))
    # On the logarithm an open lower end is -inf; as a ratio it would be the number 0.
    low, high = (float(np.exp(end)) if np.isfinite(end) else end for end in (low, high))
    return _bounded(float(np.exp(value)), low, high, n, level)


def censored_ratio_of_medians(
    above: Sequence[float | int | None],
    below: Sequence[float | int | None],
    above_ends: Sequence[float | int],
    below_ends: Sequence[float | int],
    level: float = LEVEL,
) -> Estimate:
    """median(above) / median(below) of steps that some runs never reach: None, or inf, for a run that was followed to
    the step in ``…_ends``.

    The value takes such a run at its end. The lower end of the interval takes it at its end above the line, and at no
    step below, and the upper end the other way round; so an end is open only where it rests on such runs, and a side
    that half of its runs never reach still bounds the ratio. Errors and source: those of `ratio_of_medians`.
    """

    def never(steps: Sequence[float | int | None]) -> list[float]:
        return [np.inf if step is None else float(step) for step in steps]

    def reached(steps: Sequence[float | int | None], ends: Sequence[float | int]) -> list[float]:
        return [min(step, float(end)) for step, end in zip(never(steps), ends, strict=True)]

    least_above, least_below = reached(above, above_ends), reached(below, below_ends)
    ratio = ratio_of_medians(least_above, least_below, level)
    low = ratio_of_medians(least_above, never(below), level).low
    high = ratio_of_medians(never(above), least_below, level).high
    reason = ratio.reason or ("too many runs never get there" if None in (low, high) else None)
    return Estimate(**{**dict(ratio), "low": low, "high": high, "reason": reason})


def _ends(known: Float[np.ndarray, " run"], level: float) -> tuple[float, float]:
    """Ends of the interval of the median of sorted values."""
    n = len(known)
    k, weight = _places(n, level)
    return _between(known[k - 1], known[k], weight), _between(known[n - k], known[n - k - 1], weight)


@cache
def _places(n: int, level: float) -> tuple[int, float]:
    """k, whose interval has the least coverage that reaches the level, and how far to go from it towards k + 1."""
    k = max(1, int(scipy.stats.binom.ppf((1 - level) / 2, n, 0.5)))
    while k > 1 and _coverage(n, k) < level:
        k -= 1
    outer, inner = _coverage(n, k), _coverage(n, k + 1)
    part = float(np.clip((outer - level) / (outer - inner), 0, 1))
    return k, (n - k) * part / (k + (n - 2 * k) * part)


def _coverage(n: int, k: int) -> float:
    """Probability that the median lies between the k-th smallest and the k-th largest of n values."""
    return float(1 - 2 * scipy.stats.binom.cdf(k - 1, n, 0.5))


def _between(outer: float, inner: float, weight: float) -> float:
    """From the outer value towards the inner one by ``weight`` of the way; an infinite end stays infinite."""
    return float(outer if weight == 0 or np.isinf(outer) else outer + weight * (inner - outer))


def _distance(value: float, end: float | None) -> float:
    return np.inf if end is None else abs(end - value)


def _bounded(value: float, low: float, high: float, n: int, level: float) -> Estimate:
    """The estimate; an infinite end is open."""
    ends = [float(end) if np.isfinite(end) else None for end in (low, high)]
    reason = "too many values are infinite to bound the median" if None in ends else None
    return Estimate(value=value, low=ends[0], high=ends[1], n=n, level=level, reason=reason)
