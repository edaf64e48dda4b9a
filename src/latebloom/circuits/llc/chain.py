"""One Langevin chain, with or without a Metropolis test; the step size is set during burn-in.

A step proposes w' = w - ε/2 ∇U(w) + √ε ξ with ξ ~ N(0, 1). The test accepts it with probability min(1, α), where

    ln α = U(w) - U(w') + (w' - w) · (∇U(w) + ∇U(w')) / 2 + ε/8 (|∇U(w)|² - |∇U(w')|²).

The quadratic part of U cancels in the first three terms and is left out of them, which float32 needs.
Source: Roberts and Tweedie 1996 (MALA); Welling and Teh 2011, and Lau et al. 2023 with the pull to w* (SGLD).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, log, sqrt

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from latebloom.circuits.llc.potential import Potential
from latebloom.circuits.llc.settings import TARGET, Sampling

HALVINGS = 80
"""The most halvings of the first step size."""


@dataclass(frozen=True, eq=False)
class Trace:
    """What a chain leaves. losses: of each draw, in nats. acceptance: mean of min(1, α) over the draws; without a
    Metropolis test too. step_size: ε of the draws. displacements: |w - w*|² of each draw."""

    losses: Float[ndarray, " draw"]
    acceptance: float
    step_size: float
    displacements: Float[ndarray, " draw"]


@dataclass(eq=False)
class _State:
    """weights, their loss, and the gradients of nβ L and of U."""

    weights: ndarray
    loss: float
    force: ndarray
    slope: ndarray


def run_chain(potential: Potential, sampling: Sampling, rng: np.random.Generator) -> Trace:
    """A chain from w*. A loss that is not finite is never accepted with a Metropolis test; without one it stops the
    chain, whose remaining losses are then infinite."""
    state, adjusted = _state(potential, potential.centre), sampling.sampler == "mala"
    given, target = sampling.step_size, TARGET[sampling.sampler]
    logarithm = log(given or _first_step(potential, state, rng))
    tried: list[float] = []
    losses = np.full(sampling.draws, np.inf)
    accepted, displacements = np.zeros(sampling.draws), np.zeros(sampling.draws)
    for step in range(sampling.burn_in + sampling.draws):
        draw = step - sampling.burn_in
        if draw == 0 and given is None:
            logarithm = float(np.mean(tried[len(tried) // 2 :]))
        state, chance = _step(potential, state, exp(logarithm), rng, adjusted)
        if not isfinite(state.loss):
            break
        if draw >= 0:
            away = state.weights - potential.centre
            losses[draw], accepted[draw], displacements[draw] = state.loss, chance, np.vdot(away, away)
        elif given is None:
            logarithm += (chance - target) / sqrt(step + 1)
            tried.append(logarithm)
    return Trace(losses, float(accepted.mean()), exp(logarithm), displacements)


def _state(potential: Potential, weights: ndarray) -> _State:
    loss, gradient = potential.loss(weights)
    force = potential.masked(gradient) * potential.n_beta
    return _State(weights, loss, force, force + potential.gamma * (weights - potential.centre))


def _step(
    potential: Potential, state: _State, size: float, rng: np.random.Generator, adjusted: bool
) -> tuple[_State, float]:
    """The next state, and the chance min(1, α) of its proposal."""
    noise = potential.masked(rng.standard_normal(len(state.weights), dtype=state.weights.dtype.type))
    other = _state(potential, state.weights - (size / 2) * state.slope + sqrt(size) * noise)
    chance = _chance(potential, state, other, size)
    return (other if not adjusted or rng.random() < chance else state), chance


def _chance(potential: Potential, state: _State, other: _State, size: float) -> float:
    if not isfinite(other.loss):
        return 0.0
    work = float(np.vdot(other.weights - state.weights, state.force + other.force)) / 2
    squares = float(np.vdot(state.slope - other.slope, state.slope + other.slope))
    logarithm = potential.n_beta * (state.loss - other.loss) + work + size / 8 * squares
    return exp(min(0.0, logarithm)) if isfinite(logarithm) else 0.0


def _first_step(potential: Potential, state: _State, rng: np.random.Generator) -> float:
    """The largest of 1/γ, 1/(2γ), 1/(4γ), … whose first proposal is accepted with a chance of one half."""
    size = 1 / potential.gamma
    for _ in range(HALVINGS):
        if _step(potential, state, size, rng, adjusted=True)[1] >= 0.5:
            break
        size /= 2
    return size
