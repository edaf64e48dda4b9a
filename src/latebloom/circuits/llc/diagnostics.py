"""Whether chains have reached one distribution: split R-hat, effective draws, and drift.

Source: Vehtari et al. 2021, "Rank-normalization, folding, and localization: an improved R-hat" (without ranks).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def split_r_hat(draws: Float[ndarray, "chain draw"]) -> float:
    """The square root of the total variance of the halves of the chains over that within them: 1 where they agree."""
    half = draws.shape[1] // 2
    halves = np.concatenate([draws[:, :half], draws[:, -half:]])
    within = halves.var(1, ddof=1).mean()
    between = halves.mean(1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt((half - 1) / half + between / within))


def effective_draws(draws: Float[ndarray, "chain draw"]) -> float:
    """The number of independent draws with the same standard error of the mean, by Geyer's initial sequence."""
    chains, count = draws.shape
    centred = draws - draws.mean(1, keepdims=True)
    size = 1 << (2 * count - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    covariance = np.fft.irfft(power, size)[:, :count].mean(0) / count
    within = covariance[0] * count / (count - 1)
    between = draws.mean(1).var(ddof=1)
    total = covariance[0] + between
    if total == 0:
        return float(chains * count)
    correlation = 1 - (within - covariance) / total
    pairs = correlation[: count // 2 * 2].reshape(-1, 2).sum(1)
    ends = np.flatnonzero(pairs <= 0)
    kept = np.minimum.accumulate(pairs[: ends[0] if len(ends) else len(pairs)])
    return float(min(chains * count / max(2 * kept.sum() - 1, 1 / np.log10(chains * count)), chains * count))


def drift(draws: Float[ndarray, "chain draw"]) -> float:
    """The mean of the second halves of the chains less that of the first halves."""
    half = draws.shape[1] // 2
    return float(draws[:, -half:].mean() - draws[:, :half].mean())
