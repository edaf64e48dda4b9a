"""The bootstrap over runs: how a statistic would vary with other runs of the same kind.

`scipy.stats.bootstrap` rejects infinite and undefined draws, and censored runs produce both.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

REPEATS = 1000  # 25 draws beyond either end of a 95 % interval
SEED = 0


def resampled_runs(n: int, repeats: int = REPEATS, seed: int = SEED) -> Int[np.ndarray, "repeats run"]:
    """Indices of ``n`` runs drawn with replacement, ``repeats`` times; the same for the same seed.

    Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979).
    """
    return np.random.default_rng(seed).integers(0, n, size=(repeats, n))


def percentile_interval(draws: Float[np.ndarray, " repeats"], level: float) -> tuple[float | None, float | None]:
    """Quantiles (1 ∓ level)/2 of the draws, in their unit, rounded outwards to a draw; None if not finite.

    A draw of ±inf is beyond any number; an undefined draw (NaN) counts as beyond both ends, so that the interval opens
    instead of relying on the defined draws. Limits: the interval is too narrow for few runs (a nominal 95 % interval
    from 8 simulated runs covers a mean AUC in 86 %, a median step in 93 %), and has no width where all runs agree.
    """
    if draws.size == 0:
        return None, None
    tail, last, unknown = (1 - level) / 2, draws.size - 1, np.isnan(draws)
    low = np.sort(np.where(unknown, -np.inf, draws))[int(np.floor(tail * last))]
    high = np.sort(np.where(unknown, np.inf, draws))[int(np.ceil((1 - tail) * last))]
    return _number(low), _number(high)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
