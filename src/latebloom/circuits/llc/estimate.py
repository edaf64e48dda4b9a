"""The estimate of a local learning coefficient from several chains, with an interval, or the reason why there is none.

λ = nβ (mean of L over the chains - L(w*)). Source: Lau et al. 2023, "The Local Learning Coefficient: A
Singularity-Aware Complexity Measure"; Watanabe 2013 for β = 1 / ln n.
"""

from __future__ import annotations

from math import inf, isfinite, log, sqrt
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import stdtrit

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.circuits.llc.chain import Trace, run_chain
from latebloom.circuits.llc.diagnostics import drift, effective_draws, split_r_hat
from latebloom.circuits.llc.potential import Loss, Potential
from latebloom.circuits.llc.settings import Sampling

LEVEL = 0.95
MOST_R_HAT = 1.1
"""Vehtari et al. 2021 ask for 1.01 where many quantities of one posterior are wanted; a mean of one needs less."""
FEWEST_DRAWS = 50
"""Effective draws, over all chains: the mean then has an error of a seventh of the spread of the draws."""
LEAST_ACCEPTANCE = {"mala": 0.2, "sgld": 0.574}
"""With a Metropolis test the chain would hardly move; without one its steps would be those that a test refuses."""
MOST_DRIFT = 0.1
"""Of the estimate, between the halves of the chains."""


class Diagnostics(Config):
    """How the chains went.

    by_chain: the estimate of each. r_hat, effective_draws: of nβ (L - L*). acceptance: mean chance of the Metropolis
    test. drift: between the halves of the chains, as a share of the estimate. step_size: ε, by chain. displacement:
    root mean square of |w - w*| over the chains; without the loss it would be √(weights / γ). explored: whether the
    chains agree in |w - w*|² too. Where they do not, they still move along directions that the loss leaves free. This
    changes nothing if the loss is as curved elsewhere along them; where valleys cross, the estimate is too low.
    """

    by_chain: tuple[float, ...]
    r_hat: float | None
    effective_draws: float
    acceptance: float
    drift: float
    step_size: tuple[float, ...]
    displacement: float
    explored: bool

    def rows(self) -> list[tuple[str, str]]:
        """As (quantity, value) pairs, for printing."""
        return [
            ("R-hat", "infinite" if self.r_hat is None else f"{self.r_hat:.3f}"),
            ("effective draws", f"{self.effective_draws:.0f}"),
            ("acceptance", f"{self.acceptance:.2f}"),
            ("drift between the halves", f"{self.drift:.1%}"),
            ("distance from the weights", f"{self.displacement:.4g}" + ("" if self.explored else ", still growing")),
        ]


class LearningCoefficient(Config):
    """A local learning coefficient, or the reason why there is none.

    value: λ; None where the diagnostics fail, with the ``reason``. low, high: ends of its 95 % interval, which is that
    of the sampling alone. loss: L(w*), nats. n: examples. beta, gamma: of the posterior that was sampled. weights: how
    many move. diagnostics: None where a chain diverged.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    loss: float
    n: int
    beta: float
    gamma: float
    weights: int
    diagnostics: Diagnostics | None = None

    def rows(self) -> list[tuple[str, str]]:
        """The estimate as (quantity, value) pairs, for printing."""
        interval = f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})" if self.value is not None else ""
        return [
            ("local learning coefficient", interval or f"undecided: {self.reason}"),
            ("loss of the weights", f"{self.loss:.4g} nats on {self.n} examples"),
            ("weights that move", str(self.weights)),
            ("posterior", f"β {self.beta:.4g}, γ {self.gamma:g}"),
            *(self.diagnostics.rows() if self.diagnostics is not None else ()),
        ]


def estimate(
    loss: Loss,
    centre: Float[ndarray, " d"],
    n: int,
    sampling: Sampling | None = None,
    free: Float[ndarray, " d"] | None = None,
) -> LearningCoefficient:
    """The local learning coefficient of a mean loss at some weights.

    loss: the mean over n examples, in nats, and its gradient. free: 1 for the weights that move, 0 for the others.
    Errors: UsageError for fewer than 3 examples, where ln n is no temperature.
    """
    if n < 3:
        raise UsageError(f"learning coefficient: got {n} examples, expected 3 or more")
    chosen = sampling or Sampling()
    beta = chosen.beta or 1 / log(n)
    weights = len(centre) if free is None else int(free.sum())
    start = loss(centre)[0]
    about: dict[str, Any] = {"loss": start, "n": n, "beta": beta, "gamma": chosen.gamma, "weights": weights}
    potential = Potential(loss, centre, n * beta, chosen.gamma, free)
    seeds = np.random.SeedSequence(chosen.seed).spawn(chosen.chains)
    traces = [run_chain(potential, chosen, np.random.default_rng(seed)) for seed in seeds]
    if not all(np.isfinite(trace.losses).all() for trace in traces):
        return LearningCoefficient(value=None, reason="a chain diverged: its loss is not finite", **about)
    return _judged(np.stack([n * beta * (trace.losses - start) for trace in traces]), traces, chosen, about)


def _judged(
    excess: Float[ndarray, "chain draw"], traces: list[Trace], sampling: Sampling, about: dict[str, Any]
) -> LearningCoefficient:
    """The estimate from nβ (L - L*) of every draw, by the rule of the module's constants."""
    chains, value, by_chain = len(excess), float(excess.mean()), excess.mean(1)
    moved = np.stack([trace.displacements for trace in traces])
    effective, r_hat = effective_draws(excess), split_r_hat(excess)
    error = max(by_chain.std(ddof=1) / sqrt(chains), excess.std() / sqrt(effective))
    width = float(stdtrit(chains - 1, (1 + LEVEL) / 2) * error)
    found = Diagnostics(
        by_chain=tuple(map(float, by_chain)),
        r_hat=r_hat if isfinite(r_hat) else None,
        effective_draws=effective,
        acceptance=float(np.mean([trace.acceptance for trace in traces])),
        drift=drift(excess) / value if value else 0.0,
        step_size=tuple(trace.step_size for trace in traces),
        explored=split_r_hat(moved) <= MOST_R_HAT,
        displacement=float(np.sqrt(moved.mean())),
    )
    reason = _reason(value, width, sampling, found)
    if reason:
        return LearningCoefficient(value=None, reason=reason, diagnostics=found, **about)
    return LearningCoefficient(value=value, low=value - width, high=value + width, diagnostics=found, **about)


def _reason(value: float, width: float, sampling: Sampling, found: Diagnostics) -> str:
    """Why the chains give no estimate; empty where they do."""
    if value - width <= 0:
        return f"the weights are no minimum for the chains: nβ (L - L*) is {value:.3g} ± {width:.2g}, not above 0"
    least = LEAST_ACCEPTANCE[sampling.sampler]
    if found.acceptance < least:
        return f"acceptance is {found.acceptance:.2f}, below {least:g}: the steps are too large"
    if found.r_hat is None or found.r_hat > MOST_R_HAT:
        return f"the chains disagree: R-hat is {found.r_hat or inf:.2f}, above {MOST_R_HAT:g}"
    if found.effective_draws < FEWEST_DRAWS:
        return f"the chains have {found.effective_draws:.0f} effective draws, fewer than {FEWEST_DRAWS}"
    if abs(found.drift) > MOST_DRIFT and abs(found.drift * value) > width:
        return f"the chains drift by {found.drift:.0%} of the estimate between their halves"
    return ""
