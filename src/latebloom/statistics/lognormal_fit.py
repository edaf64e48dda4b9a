"""A straight line through log steps, some of them lower bounds: Tobit regression by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from jaxtyping import Bool, Float

MIN_GENERALISED = 3  # a line through two points leaves no residual to estimate the noise from
_NO_SPREAD = 1e-9  # of the log steps: a smaller spread is rounding
_LOG_ROOT_2PI = np.log(2 * np.pi) / 2


@dataclass(frozen=True)
class LognormalFit:
    """y = intercept + slope · x + sigma · noise, with standard normal noise."""

    intercept: float
    slope: float
    sigma: float


def fit_lognormal(
    x: Float[np.ndarray, " run"], y: Float[np.ndarray, " run"], known: Bool[np.ndarray, " run"]
) -> LognormalFit | None:
    """Maximise Σ over known runs log(φ(r)/σ) + Σ over the others log(1 - Φ(r)), with r = (y - intercept - slope x)/σ.

    ``y``: log steps, a lower bound where not ``known``. Where y is the log of a time this is the log-normal accelerated
    failure time model. In θ = 1/σ and (intercept, slope)/σ the likelihood is concave, so there is one maximum:
    Olsen, "Note on the uniqueness of the maximum likelihood estimator for the Tobit model", Econometrica 46 (1978).
    None where there is no maximum: fewer than three known runs, known runs at one x only (the others could push the
    slope to infinity), or known runs exactly on a line (σ = 0).
    """
    if known.sum() < MIN_GENERALISED or np.ptp(x[known]) == 0:
        return None
    # In units in which x and y are of order one, the optimiser needs no tuning.
    middle, width = float(x.mean()), float(x.std())
    u = (x - middle) / width
    rise, at_middle = np.polyfit(u[known], y[known], 1)
    spread = float(np.std(y[known] - at_middle - rise * u[known]))
    if spread < _NO_SPREAD * max(1.0, float(np.abs(y).max())):
        return None
    v = (y - at_middle) / spread
    bounds = [(None, None), (None, None), (1e-6, None)]
    start = [0.0, rise / spread, 1.0]
    optimum = scipy.optimize.minimize(_loss, start, (u, v, known), "L-BFGS-B", jac=True, bounds=bounds)
    level, slope, theta = optimum.x
    slope = slope / theta * spread / width
    return LognormalFit(float(at_middle + level / theta * spread - slope * middle), float(slope), float(spread / theta))


def _loss(
    parameters: Float[np.ndarray, " 3"],
    u: Float[np.ndarray, " run"],
    v: Float[np.ndarray, " run"],
    known: Bool[np.ndarray, " run"],
) -> tuple[float, Float[np.ndarray, " 3"]]:
    """Minus the log-likelihood and its gradient in (intercept/σ, slope/σ, 1/σ)."""
    level, slope, theta = parameters
    r = theta * v - level - slope * u
    density, tail = -(r**2) / 2 - _LOG_ROOT_2PI, scipy.special.log_ndtr(-r)
    value = np.where(known, np.log(theta) + density, tail).sum()
    by_r = np.where(known, -r, -np.exp(density - tail))
    gradient = np.array([-by_r.sum(), -(by_r * u).sum(), (by_r * v).sum() + known.sum() / theta])
    return -float(value), -gradient
