"""How the step of generalisation depends on a choice: the medians of its levels, and their differences."""

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
    """One level of a field beside the reference level.

    median: step by which half of its runs generalise. difference: its median less the reference's, in steps. factor:
    its median over the reference's. n of the last two: runs of both levels.
    """

    level: str
    reference: str
    median: Estimate
    difference: Estimate
    factor: Estimate


def level_effects(
    groups: Mapping[str, GeneralisationTimes], level: float = LEVEL, repeats: int = REPEATS, seed: int = SEED
) -> tuple[LevelEffect, ...]:
    """Every level against the first one of ``groups`` (level: its runs), intervals by bootstrap within each level.

    Undefined where a median is, see `median_step`. Limits: intervals are for one comparison each; with many levels
    some will miss 0 by chance. Errors: UsageError for fewer than two levels.
    """
    if len(groups) < 2:
        raise UsageError(f"level effects: got {len(groups)} levels, expected at least two to compare")
    names = list(groups)
    # A seed of its own for each level, or equal levels would be drawn alike and differ by nothing.
    draws = {name: _drawn(groups[name], repeats, seed + i) for i, name in enumerate(names)}
    estimates = {name: median_step(groups[name], level, repeats, seed + i) for i, name in enumerate(names)}
    first = names[0]
    with np.errstate(invalid="ignore", divide="ignore"):  # inf - inf is undefined, and counted so
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


def _contrast(own: Estimate, reference: Estimate, draws: Float[np.ndarray, " repeats"], combine: np.ufunc) -> Estimate:
    """Two medians combined, with the interval that the combined draws give."""
    n = own.n + reference.n
    if own.value is None or reference.value is None:
        missing = own.reason if own.value is None else f"of the reference level, {reference.reason}"
        return Estimate.undefined(n, str(missing))
    if combine is np.divide and reference.value == 0:
        return Estimate.undefined(n, "the reference level generalises at step 0")
    low, high = percentile_interval(draws, own.level)
    reason = "in too many draws a survival curve stays above 1/2" if low is None or high is None else None
    value = float(combine(own.value, reference.value))
    return Estimate(value=value, low=low, high=high, n=n, level=own.level, reason=reason)
