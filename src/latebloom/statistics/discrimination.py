"""How well a score separates members from other items: the area under the ROC curve, over many runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

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
    # scipy.stats.mannwhitneyu, which has U too, computes a p-value as well, and takes fifty times as long.
    others = np.sort(score[~member])
    below, up_to = (np.searchsorted(others, score[member], side) for side in ("left", "right"))
    u = float((below + up_to).sum()) / 2
    return u / (len(below) * len(others))


def discrimination(
    runs: Sequence[tuple[Float[np.ndarray, " _item"], Bool[np.ndarray, " _item"]]],
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


def stratified_auc(
    strata: Sequence[tuple[Float[np.ndarray, " _item"], Bool[np.ndarray, " _item"], Int[np.ndarray, " _item"]]],
    level: float = LEVEL,
    repeats: int = REPEATS,
    seed: int = SEED,
) -> Estimate:
    """P(score of a member > score of another) + P(equal)/2, over all pairs of one stratum: Σ U / Σ pairs.

    strata: scores, memberships and units of items, such as runs on equally much data, which are compared among
    themselves alone. Items of one unit, such as runs with one seed, may depend on each other, within a stratum and
    between strata: the bootstrap draws whole units. n: members, or others if these are fewer.
    Source: van Elteren's stratified Wilcoxon test, Bull. Int. Stat. Inst. 37 (1960). Limits: those of
    `percentile_interval`; a stratum without members, or without others, says nothing.
    """
    known = np.unique(np.concatenate([unit for _, _, unit in strata])) if strata else np.zeros(0, int)
    drawn = _times_drawn(len(known), repeats, seed)
    wins, pairs = np.zeros(repeats + 1), np.zeros(repeats + 1)
    for score, member, unit in strata:
        better = (np.sign(score[:, None] - score[None]) + 1) / 2
        counts = drawn[:, np.searchsorted(known, unit)]
        inside, outside = counts * member, counts * ~member
        wins += ((inside @ better) * outside).sum(axis=1)
        pairs += inside.sum(axis=1) * outside.sum(axis=1)
    members, items = (sum(int(one.sum()) for _, one, _ in strata), sum(len(one) for _, one, _ in strata))
    n = min(members, items - members)
    if pairs[0] == 0:
        return Estimate.undefined(n, "no stratum has both members and others")
    low, high = percentile_interval(wins[1:][pairs[1:] > 0] / pairs[1:][pairs[1:] > 0], level)
    return Estimate(value=float(wins[0] / pairs[0]), low=low, high=high, n=n, level=level)


def _times_drawn(n: int, repeats: int, seed: int) -> Float[np.ndarray, "draw unit"]:
    """How often the bootstrap draws each unit: once in the first row, the sample itself."""
    drawn = [np.bincount(one, minlength=n) for one in resampled_runs(n, repeats, seed)] if n else np.zeros((repeats, 0))
    return np.vstack([np.ones(n), drawn])


def _mean(values: Float[np.ndarray, " run"], level: float, repeats: int, seed: int) -> Estimate:
    """The mean with its bootstrap interval."""
    n = len(values)
    if n == 0:
        return Estimate.undefined(0, "no run has scores for both members and others")
    if n == 1:
        return Estimate(value=float(values[0]), n=1, level=level, reason="one run gives no interval")
    low, high = percentile_interval(values[resampled_runs(n, repeats, seed)].mean(axis=1), level)
    return Estimate(value=float(values.mean()), low=low, high=high, n=n, level=level)
