"""The share of runs of which something holds: that they grok, that a claim holds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool
from scipy import stats

from latebloom.statistics.estimate import LEVEL, Estimate


def share(holds: Bool[np.ndarray, " run"], level: float = LEVEL) -> Estimate:
    """Share (0 … 1) of the runs of which it holds, with Wilson's interval; undefined without runs.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); unlike the
    usual ± it stays inside 0 … 1 and has a width at 0 of n. Limits: whether a run groks depends on how long it runs;
    where runs have different lengths, `survival_curve` is the honest answer.
    """
    n = len(holds)
    if n == 0:
        return Estimate.undefined(0, "there are no runs")
    test = stats.binomtest(int(holds.sum()), n)
    interval = test.proportion_ci(level, method="wilson")
    # Rounding puts Wilson's ends at 0 and n of n some 1e-17 outside.
    low, high = max(0.0, float(interval.low)), min(1.0, float(interval.high))
    return Estimate(value=float(test.statistic), low=low, high=high, n=n, level=level)
