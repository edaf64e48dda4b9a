"""Which of two crossed factors decides an outcome, and how much is left to chance: components of variance."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.statistics.bootstrap import REPEATS, SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL, Estimate

FEWEST_LEVELS = 5
"""Levels of the first factor below which there is no interval."""


class VarianceComponents(Config):
    """Shares of the variance of an outcome. first, second: of the two factors by themselves. together: of their
    combination beyond both. rest: of repetitions of one combination. n: levels of the first factor. The shares add up
    to 1."""

    first: Estimate
    second: Estimate
    together: Estimate
    rest: Estimate


def variance_components(
    outcomes: Float[np.ndarray, "first second repetition item"],
    level: float = LEVEL,
    repeats: int = REPEATS,
    seed: int = SEED,
) -> VarianceComponents:
    """Shares of the variance, summed over the items, such as 1 where a frequency won and 0 where it did not.

    Two-way random effects with repetitions, from mean squares: σ²_rest = MS_rest, σ²_together = (MS_together -
    MS_rest)/r, σ²_first = (MS_first - MS_together)/(b r), σ²_second = (MS_second - MS_together)/(a r); each is summed
    over the items, and a sum below 0 counts as 0. The interval draws whole levels of the first factor. Source: Searle,
    Casella and McCulloch, "Variance Components", 1992, chapter 4. Limits: levels of the second factor are not drawn
    anew, so the interval is for these. Errors: UsageError with fewer than two levels of a factor, or two repetitions.
    """
    a, b, r, _ = outcomes.shape
    if min(a, b, r) < 2:
        raise UsageError(f"components of variance: got {a} x {b} x {r} runs, expected at least 2 of each")
    found = _shares(outcomes)
    if np.isnan(found).any():
        reason = "the outcome does not vary"
        return VarianceComponents(**{name: Estimate.undefined(a, reason) for name in VarianceComponents.model_fields})
    if a < FEWEST_LEVELS:
        return _named(
            [Estimate(value=float(one), n=a, level=level, reason=f"{a} levels give no interval") for one in found]
        )
    drawn = np.array([_shares(outcomes[rows]) for rows in resampled_runs(a, repeats, seed)])
    ends = [percentile_interval(column[~np.isnan(column)], level) for column in drawn.T]
    return _named(
        [Estimate(value=float(v), low=low, high=high, n=a, level=level) for v, (low, high) in zip(found, ends)]
    )


def _named(shares: list[Estimate]) -> VarianceComponents:
    return VarianceComponents(**dict(zip(VarianceComponents.model_fields, shares)))


def _shares(y: Float[np.ndarray, "first second repetition item"]) -> Float[np.ndarray, " share"]:
    """The four shares, in the order of the fields; NaN where nothing varies."""
    a, b, r, _ = y.shape
    cell, rows, columns, mean = y.mean(axis=2), y.mean(axis=(1, 2)), y.mean(axis=(0, 2)), y.mean(axis=(0, 1, 2))
    rest = ((y - cell[:, :, None]) ** 2).sum() / (a * b * (r - 1))
    both = cell - rows[:, None] - columns[None] + mean
    together = r * (both**2).sum() / ((a - 1) * (b - 1))
    first = b * r * ((rows - mean) ** 2).sum() / (a - 1)
    second = a * r * ((columns - mean) ** 2).sum() / (b - 1)
    parts = np.maximum([(first - together) / (b * r), (second - together) / (a * r), (together - rest) / r, rest], 0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(parts / parts.sum())
