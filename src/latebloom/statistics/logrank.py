"""Whether two groups of runs generalise at the same pace: the log-rank test."""

from __future__ import annotations

import numpy as np
import scipy

from latebloom._config import Config
from latebloom.statistics.generalisation_times import GeneralisationTimes


class SurvivalComparison(Config):
    """Log-rank test of two groups. chi_squared: with one degree of freedom; p_value: two-sided, under no difference.

    n, generalised: runs of each group. sooner: the group (0 or 1) that generalises sooner than it would without
    a difference. reason: why the three are None, in one clause.
    """

    chi_squared: float | None
    p_value: float | None
    sooner: int | None
    n: tuple[int, int]
    generalised: tuple[int, int]
    reason: str | None = None


def compare_survival(first: GeneralisationTimes, second: GeneralisationTimes) -> SurvivalComparison:
    """Log-rank test: chi² = (observed - expected number that generalised)² / variance, summed over the steps of
    generalisation.

    Undefined where a group is empty, where no run generalised, or where the groups are never at risk together. Source:
    Mantel, "Evaluation of survival data and two new rank order statistics", Cancer Chemotherapy Reports 50 (1966).
    Limits: insensitive to curves that cross; approximate for small groups. Test one pair, or correct for many.
    """
    n, generalised = (len(first), len(second)), (int(first.generalised.sum()), int(second.generalised.sum()))

    def undefined(reason: str) -> SurvivalComparison:
        return SurvivalComparison(
            chi_squared=None, p_value=None, sooner=None, n=n, generalised=generalised, reason=reason
        )

    if 0 in n:
        return undefined("a group has no runs")
    if sum(generalised) == 0:
        return undefined("no run of either group generalised")
    with np.errstate(invalid="ignore", divide="ignore"):
        test = scipy.stats.logrank(
            *(scipy.stats.CensoredData.right_censored(group.step, ~group.generalised) for group in (first, second))
        )
    if not np.isfinite(test.statistic):
        return undefined("one group had ended before the first run generalised")
    # scipy's statistic is observed minus expected in the first group, in standard deviations.
    sooner = None if test.statistic == 0 else int(test.statistic < 0)
    return SurvivalComparison(
        chi_squared=float(test.statistic**2), p_value=float(test.pvalue), sooner=sooner, n=n, generalised=generalised
    )
