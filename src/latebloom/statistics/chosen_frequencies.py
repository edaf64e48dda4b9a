"""Which frequencies many runs choose, how many each run chooses, and whether all are equally likely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.statistics.bootstrap import SEED

SIMULATIONS = 5000  # the smallest p-value is 1/5001; at 0.05 its own error is 0.003


class Evenness(Config):
    """Are all frequencies equally likely? chi_squared: Σ over k of (chosen - mean)²/mean; p_value: of this or more.

    low, high: the range that contains the count of any one k with probability 95 % if every run chooses its number of
    frequencies uniformly. All are None, with a reason, where no run has a choice.
    """

    chi_squared: float | None = None
    p_value: float | None = None
    low: int | None = None
    high: int | None = None
    reason: str | None = None


class ChosenFrequencies(Config):
    """Over ``n`` runs. number: runs by number of key frequencies. chosen: runs that have k as a key frequency, by k."""

    n: int
    number: dict[int, int]
    chosen: dict[int, int]
    evenness: Evenness


def chosen_frequencies(
    runs: Sequence[Sequence[int]], frequencies: int, simulations: int = SIMULATIONS, seed: int = SEED
) -> ChosenFrequencies:
    """``runs``: each run's key frequencies, of 1 … ``frequencies`` ((p - 1)/2 for an odd p).

    The frequencies of a run are distinct, so counts scatter less than a chi² table assumes. The p-value is therefore
    simulated with the number of frequencies of each run fixed: (1 + simulations with as large a chi²)/(1 +
    simulations), seeded (Davison and Hinkley, "Bootstrap methods", 1997, section 4.2). Limits: low … high is for one k
    chosen beforehand, not for the highest count. Errors: UsageError for a frequency out of range or twice in one run.
    """
    for run in runs:
        if len(set(run)) < len(run) or not all(1 <= k <= frequencies for k in run):
            raise UsageError(f"key frequencies: got {list(run)}, expected different ones from 1 … {frequencies}")
    sizes = [len(run) for run in runs]
    counts = np.bincount([k - 1 for run in runs for k in run], minlength=frequencies).astype(np.int64)
    return ChosenFrequencies(
        n=len(runs),
        number=dict(sorted(Counter(sizes).items())),
        chosen={k: int(count) for k, count in enumerate(counts, start=1)},
        evenness=_evenness(counts, sizes, simulations, seed),
    )


def _evenness(counts: Int[np.ndarray, " k"], sizes: Sequence[int], simulations: int, seed: int) -> Evenness:
    """Compare the counts with those of runs that choose uniformly."""
    frequencies = len(counts)
    if all(size in (0, frequencies) for size in sizes):
        return Evenness(reason="no run has some frequencies and lacks others")
    rng, one_each = np.random.default_rng(seed), np.ones(frequencies, dtype=np.int64)
    # Drawing `size` balls from an urn with one of each gives a 1 for each frequency drawn.
    even = sum(rng.multivariate_hypergeometric(one_each, size, simulations, method="count") for size in sizes)
    mean = counts.mean()
    observed = float(((counts - mean) ** 2).sum() / mean)
    simulated = ((even - mean) ** 2).sum(axis=1) / mean
    low, high = np.quantile(even, [0.025, 0.975], method="nearest")
    at_least = int((simulated >= observed * (1 - 1e-12)).sum())
    return Evenness(chi_squared=observed, p_value=(1 + at_least) / (1 + simulations), low=int(low), high=int(high))
