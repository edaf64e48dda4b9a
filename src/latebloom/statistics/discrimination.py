"""How well a score separates members from other items: the area under the ROC curve, over many runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from jaxtyping import Bool, Float

from latebloom._config import Config
from latebloom.statistics.bootstrap import REPEATS, SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL, Estimate


class Discrimination(Config):
    """auc: mean over the runs with a defined AUC. by_run: the AUC of each run, None where undefined (see `auc`).

    left_out: number of runs with an undefined AUC.
    """

    auc: Estimate
    by_run: tuple[float | None, ...]
    left_out: int


def auc(score: Float[np.ndarray, " item"], member: Bool[np.ndarray, " item"]) -> float | None:
    """P(score of a member > score of another) + P(equal)/2 within one run: Mann-Whitney's U over the number of pairs.

    0.5: no better than guessing; 1: every member ranks first; below 0.5: reversed order. None without members,
    without others, or with a NaN score. Source: Hanley and McNeil, Radiology 143 (1982).
    """
    if member.all() or not member.any() or np.isnan(score).any():
        return None
    u = scipy.stats.mannwhitneyu(score[member], score[~member], method="asymptotic").statistic
    return float(u) / (int(member.sum()) * int((~member).sum()))


def discrimination(
    runs: Sequence[tuple[Float[np.ndarray, " item"], Bool[np.ndarray, " item"]]],
    level: float = LEVEL,
    repeats: int = REPEATS,
    seed: int = SEED,
) -> Discrimination:
    """Mean over runs of `auc`, with a bootstrap interval over runs. ``runs``: each run's scores and memberships.

    Items are ranked within their run, so scales may differ between runs. The bootstrap draws whole runs, because the
    items of one run are not independent. Every run has the same weight. Limits: those of `percentile_interval`; in
    particular, the interval has no width where every AUC is 1.
    """
    by_run = tuple(auc(score, member) for score, member in runs)
    usable = np.array([value for value in by_run if value is not None])
    return Discrimination(auc=_mean(usable, level, repeats, seed), by_run=by_run, left_out=len(by_run) - len(usable))


def _mean(values: Float[np.ndarray, " run"], level: float, repeats: int, seed: int) -> Estimate:
    """The mean with its bootstrap interval."""
    n = len(values)
    if n == 0:
        return Estimate.undefined(0, "no run has scores for both members and others")
    if n == 1:
        return Estimate(value=float(values[0]), n=1, level=level, reason="one run gives no interval")
    low, high = percentile_interval(values[resampled_runs(n, repeats, seed)].mean(axis=1), level)
    return Estimate(value=float(values.mean()), low=low, high=high, n=n, level=level)
