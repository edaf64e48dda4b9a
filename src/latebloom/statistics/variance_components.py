"""Which of two crossed factors decides an outcome, and how much is left to chance: components of variance."""

from __future__ import annotations

import numpy as np
import scipy
from jaxtyping import Float

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.statistics.estimate import LEVEL, Estimate

FEWEST_LEVELS = 5
"""Levels of the first factor below which there is no interval."""


class VarianceComponents(Config):
    """Shares of the variance of an outcome, which add up to 1. first, second: of the two factors by themselves.
    together: of their combination beyond both. rest: of repetitions of one combination. Each rests on as many values as
    there are levels of the first factor."""

    first: Estimate
    second: Estimate
    together: Estimate
    rest: Estimate


def variance_components(
    outcomes: Float[np.ndarray, "first second repetition item"], level: float = LEVEL
) -> VarianceComponents:
    """Shares of the variance, summed over the items, such as 1 where a frequency won and 0 where it did not.

    Two-way random effects with repetitions, from mean squares: σ²_rest = MS_rest, σ²_together = (MS_together -
    MS_rest)/r, σ²_first = (MS_first - MS_together)/(b r), σ²_second = (MS_second - MS_together)/(a r); each is summed
    over the items, and a sum below 0 counts as 0. Source: Searle, Casella and McCulloch, "Variance Components", 1992,
    chapter 4. The interval is the jackknife's over the levels of the first factor, with Student's t (Arvesen, Annals of
    Mathematical Statistics 40, 1969), cut off at 0 and 1; a bootstrap of levels would repeat some, which makes their
    variance smaller and the rest larger. Limits: the levels of the second factor stay as they are, so the interval is
    for these. Errors: UsageError with fewer than two levels of a factor, or two repetitions.
    """
    a, b, r, _ = outcomes.shape
    if min(a, b, r) < 2:
        raise UsageError(f"components of variance: got {a} x {b} x {r} runs, expected at least 2 of each")
    found = _shares(outcomes)
    if np.isnan(found).any():
        reason = "the outcome does not vary"
        return VarianceComponents(**{name: Estimate.undefined(a, reason) for name in VarianceComponents.model_fields})
    left_out = np.array([_shares(np.delete(outcomes, i, axis=0)) for i in range(a)]) if a >= FEWEST_LEVELS else None
    if left_out is None or np.isnan(left_out).any():
        reason = f"{a} levels give no interval" if left_out is None else "without one level the outcome does not vary"
        return _named([Estimate(value=float(one), n=a, level=level, reason=reason) for one in found])
    spread = np.sqrt((a - 1) / a * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    width = scipy.stats.t.ppf((1 + level) / 2, a - 1) * spread
    lows, highs = np.clip(found - width, 0, 1), np.clip(found + width, 0, 1)
    return _named(
        [
            Estimate(value=float(value), low=float(low), high=float(high), n=a, level=level)
            for value, low, high in zip(found, lows, highs)
        ]
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
