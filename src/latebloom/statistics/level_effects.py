"""How the step of generalisation depends on a categorical field: medians of its levels and their differences."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.statistics.bootstrap import REPEATS, SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL, Estimate
from latebloom.statistics.generalisation_times import GeneralisationTimes
from latebloom.statistics.median_step import median_step, medians


class LevelEffect(Config):
    """One level of a field compared with the reference level.

    median: step by which half of its runs generalise. difference: its median minus that of the
    reference, in steps. factor: its median over that of the reference. n of the last two: runs of both levels.
    """

    level: str
    reference: str
    median: Estimate
    difference: Estimate
    factor: Estimate


def level_effects(
    groups: Mapping[str, GeneralisationTimes], level: float = LEVEL, repeats: int = REPEATS, seed: int = SEED
) -> tuple[LevelEffect, ...]:
    """Every level against the first of ``groups`` (level: its runs), with intervals by bootstrap within each level.

    Undefined where a median is undefined, see `median_step`. Limits: each interval is for one comparison; with many
    levels some will exclude 0 by chance. Errors: UsageError for fewer than two levels.
    """
    if len(groups) < 2:
        raise UsageError(f"level effects: got {len(groups)} levels, expected at least two to compare")
    names = list(groups)
    # Each level has its own seed; with one seed, equal levels would have equal draws and a difference of exactly 0.
    draws = {name: _drawn(groups[name], repeats, seed + i) for i, name in enumerate(names)}
    estimates = {name: median_step(groups[name], level, repeats, seed + i) for i, name in enumerate(names)}
    first = names[0]
    with np.errstate(invalid="ignore", divide="ignore"):  # inf - inf is undefined and counts as such
        return tuple(
            LevelEffect(
                level=name,
                reference=first,
                median=estimates[name],
                difference=_contrast(estimates[name], estimates[first], draws[name] - draws[first], np.subtract),
                factor=_contrast(estimates[name], estimates[first], draws[name] / draws[first], np.divide),
            )
            for name in names[1:]
        )


def _drawn(times: GeneralisationTimes, repeats: int, seed: int) -> Float[np.ndarray, " repeats"]:
    """Median steps of resampled runs."""
    return medians(times, resampled_runs(len(times), repeats, seed)) if len(times) else np.full(repeats, np.nan)


def _contrast(
    estimate: Estimate, reference: Estimate, draws: Float[np.ndarray, " repeats"], combine: np.ufunc
) -> Estimate:
    """Combine two medians; the interval comes from the combined draws."""
    n = estimate.n + reference.n
    if estimate.value is None or reference.value is None:
        missing = estimate.reason if estimate.value is None else f"of the reference level, {reference.reason}"
        return Estimate.undefined(n, str(missing))
    if combine is np.divide and reference.value == 0:
        return Estimate.undefined(n, "the reference level generalises at step 0")
    low, high = percentile_interval(draws, estimate.level)
    reason = "in too many draws a survival curve stays above 1/2" if low is None or high is None else None
    value = float(combine(estimate.value, reference.value))
    return Estimate(value=value, low=low, high=high, n=n, level=estimate.level, reason=reason)
