"""The step by which half of all runs generalise."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from latebloom.statistics.bootstrap import REPEATS, SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL, Estimate
from latebloom.statistics.generalisation_times import GeneralisationTimes

_ROUNDING = 1e-9  # a product of n ratios equals 1/2 up to rounding


def median_step(times: GeneralisationTimes, level: float = LEVEL, repeats: int = REPEATS, seed: int = SEED) -> Estimate:
    """The first step t with S(t) ≤ 1/2 on the survival curve, with a bootstrap interval over runs.

    Where S is exactly 1/2 over a stretch that ends when a run generalises, the middle of the stretch; without censored
    runs this is the usual median. Undefined where the curve stays above 1/2; the interval has no upper bound where more
    than (1 - level)/2 of the draws stay above 1/2. Source: Brookmeyer and Crowley, Biometrics 38 (1982), for the
    median; Efron, JASA 76 (1981), for drawing (step, censored) pairs. Limits: those of `percentile_interval`.
    """
    n = len(times)
    if n == 0:
        return Estimate.undefined(0, "there are no runs")
    value = medians(times, np.arange(n)[None])[0]
    if not np.isfinite(value):
        return Estimate.undefined(
            n, f"{times.generalised.sum()} of {n} runs generalised, and the survival curve stays above 1/2"
        )
    low, high = percentile_interval(medians(times, resampled_runs(n, repeats, seed)), level)
    reason = "in too many draws the survival curve stays above 1/2" if high is None else None
    return Estimate(value=float(value), low=low, high=high, n=n, level=level, reason=reason)


def medians(times: GeneralisationTimes, rows: Int[np.ndarray, "repeats other"]) -> Float[np.ndarray, " repeats"]:
    """The median step of each row of runs (indices); inf where the survival curve stays above 1/2.

    Computes all rows at once, since the bootstrap needs a thousand. The curve is that of `survival_curve`.
    """
    order = np.lexsort((~times.generalised, times.step))  # at equal steps, generalising precedes the end of a run
    step, generalised = times.step[order], times.generalised[order]
    copies = np.stack([np.bincount(row, minlength=len(step)) for row in rows])[:, order]
    at_risk = np.cumsum(copies[:, ::-1], axis=1)[:, ::-1]
    survival = np.cumprod(1 - generalised * copies / np.maximum(at_risk, 1), axis=1)
    first = _first_step(survival <= 0.5 + _ROUNDING, step)
    below = _first_step(survival < 0.5 - _ROUNDING, step)
    return np.where(np.isfinite(below), (first + below) / 2, first)


def _first_step(
    reached: Bool[np.ndarray, "repeats run"], step: Float[np.ndarray, " run"]
) -> Float[np.ndarray, " repeats"]:
    """The first step at which each row is true, or inf."""
    return np.where(reached.any(axis=1), step[reached.argmax(axis=1)], np.inf)
