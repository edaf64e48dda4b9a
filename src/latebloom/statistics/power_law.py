"""How the step of generalisation depends on a numeric field: a power law, fitted with censored runs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from latebloom._config import Config
from latebloom.statistics.bootstrap import SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL, Estimate
from latebloom.statistics.generalisation_times import GeneralisationTimes
from latebloom.statistics.lognormal_fit import MIN_GENERALISED, LognormalFit, fit_lognormal

REPEATS = 400  # each is a separate fit of a few milliseconds; ten draws lie beyond either end of a 95 % interval
POINTS = 25


class CurvePoint(Config):
    """The fitted median step of generalisation at this value of the field, with its interval."""

    field: float
    step: float
    low: float | None
    high: float | None


class PowerLaw(Config):
    """Median step of generalisation ∝ field^exponent.

    scatter: standard deviation of log10 step around the law, in decades. left_out: runs without a logarithm (field or
    step 0 or less). curve: the law over the range of the field. Where the exponent is undefined, scatter is None and
    the curve is empty.
    """

    exponent: Estimate
    scatter: float | None = None
    left_out: int = 0
    curve: tuple[CurvePoint, ...] = ()


def fit_power_law(
    field: Float[np.ndarray, " run"],
    times: GeneralisationTimes,
    level: float = LEVEL,
    repeats: int = REPEATS,
    seed: int = SEED,
) -> PowerLaw:
    """log step = a + exponent · log field + normal noise, by maximum likelihood; intervals by bootstrap over runs.

    Runs that have not generalised enter as P(step > last step), see `fit_lognormal`; leaving them out would bias the
    law towards the fast runs. Limits: one straight line and one scatter for all field values; check the figure. The
    model assumes that every run generalises if it trains long enough, which is wrong where some never can (too little
    data).
    """
    usable = (field > 0) & (times.step > 0)
    x, times, left_out = np.log(field[usable]), times[usable], int((~usable).sum())
    y = np.log(times.step)
    fit = fit_lognormal(x, y, times.generalised)
    if fit is None:
        return PowerLaw(exponent=Estimate.undefined(len(x), _why_not(x, times)), left_out=left_out)
    draws = [fit_lognormal(x[rows], y[rows], times.generalised[rows]) for rows in resampled_runs(len(x), repeats, seed)]
    slopes = np.array([np.nan if draw is None else draw.slope for draw in draws])
    low, high = percentile_interval(slopes, level)
    reason = "too many draws have too few runs that generalised" if low is None or high is None else None
    return PowerLaw(
        exponent=Estimate(value=fit.slope, low=low, high=high, n=len(x), level=level, reason=reason),
        scatter=fit.sigma / np.log(10),
        left_out=left_out,
        curve=tuple(_point(at, fit, draws, level) for at in np.linspace(x.min(), x.max(), POINTS)),
    )


def _why_not(x: Float[np.ndarray, " run"], times: GeneralisationTimes) -> str:
    """The reason why there is no fit, in one clause."""
    generalised = int(times.generalised.sum())
    if generalised < MIN_GENERALISED:
        return f"{generalised} of {len(times)} runs generalised, and a law with its scatter needs {MIN_GENERALISED}"
    if np.ptp(x[times.generalised]) == 0:
        return "all runs that generalised have the same value of the field"
    return "the runs that generalised lie exactly on a line, so their scatter cannot be estimated"


def _point(x: float, fit: LognormalFit, draws: list[LognormalFit | None], level: float) -> CurvePoint:
    """The law at one logarithm of the field."""
    logs = np.array([np.nan if draw is None else draw.intercept + draw.slope * x for draw in draws])
    low, high = (None if end is None else float(np.exp(end)) for end in percentile_interval(logs, level))
    return CurvePoint(field=float(np.exp(x)), step=float(np.exp(fit.intercept + fit.slope * x)), low=low, high=high)
