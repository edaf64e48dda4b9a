"""The share of runs that have not generalised by each step; runs that ended earlier are censored."""

from __future__ import annotations

import warnings

import numpy as np
import scipy

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.statistics.estimate import LEVEL
from latebloom.statistics.generalisation_times import GeneralisationTimes


class SurvivalCurve(Config):
    """Share of runs not yet generalised, constant from each step to the next; starts with (0, 1).

    step: when a run generalised or ended. low, high: pointwise interval of ``survival``; None where it is undefined
    (before the first run generalised, and after the last if no run is left). at_risk: runs neither generalised nor
    ended just before the step. n: runs; generalised: of these.
    """

    step: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    at_risk: tuple[int, ...]
    n: int
    generalised: int
    level: float


def survival_curve(times: GeneralisationTimes, level: float = LEVEL) -> SurvivalCurve:
    """Kaplan and Meier's estimate S(t) = Π over steps t_i ≤ t of (1 - generalised at t_i / at risk just before t_i).

    Interval: Greenwood's variance on the scale log(-log S), which stays inside 0 … 1. Source: Kaplan and Meier,
    "Nonparametric estimation from incomplete observations", JASA 53 (1958). Limits: the interval is for one step, not
    for the whole curve, and wide where few runs are left. Errors: UsageError without runs.
    """
    if len(times) == 0:
        raise UsageError("survival curve: got no runs, expected at least one")
    survival = scipy.stats.ecdf(scipy.stats.CensoredData.right_censored(times.step, ~times.generalised)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # at S = 1 and S = 0 the interval is undefined
        interval = survival.confidence_interval(level, method="log-log")
    return SurvivalCurve(
        step=(0.0, *map(float, survival.quantiles)),
        survival=(1.0, *map(float, survival.probabilities)),
        low=(None, *map(_number, interval.low.probabilities)),
        high=(None, *map(_number, interval.high.probabilities)),
        at_risk=(len(times), *map(int, len(times) - np.searchsorted(np.sort(times.step), survival.quantiles))),
        n=len(times),
        generalised=int(times.generalised.sum()),
        level=level,
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
