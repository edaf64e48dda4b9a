"""The update rules as compiled passes over flat buffers; equal to torch's fused ones to rounding (tested)."""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.compiled import entry, inner
from latebloom.training.config import Optimiser
from latebloom.training.optimiser import EPSILON


class Rule(NamedTuple):
    """An optimiser's configuration in numbers."""

    is_sgd: bool
    decoupled: bool
    lr: float
    warmup: int
    weight_decay: float
    beta_first: float
    beta_second: float
    momentum: float


def rule_of(config: Optimiser) -> Rule:
    """The configuration as compiled code takes it."""
    names = (config.name == "sgd", config.name == "adamw")
    return Rule(*names, config.lr, config.warmup, config.weight_decay, *config.betas, config.momentum)


@entry
def update(rule, weights, gradient, first, second, step):  # type: ignore[no-untyped-def]
    """The update ``step`` → ``step + 1``, in place; ``second`` is for Adam's second moment."""
    lr = rule.lr * min(step / rule.warmup, 1.0) if rule.warmup > 0 else rule.lr
    if rule.is_sgd:
        _sgd(rule, weights, gradient, first, lr)
    else:
        _adam(rule, weights, gradient, first, second, lr, step + 1)


@inner
def _adam(rule, weights, gradient, first, second, lr, number):  # type: ignore[no-untyped-def]
    """m ← β₁m + (1-β₁)g,  v ← β₂v + (1-β₂)g²,  w ← (1 - lr·λ)w - lr · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε), t from 1.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization"; without decoupling, g ← g + λw instead.
    """
    real = weights.dtype.type
    beta_first, beta_second, epsilon = real(rule.beta_first), real(rule.beta_second), real(EPSILON)
    size = real(lr / (1 - rule.beta_first**number))
    root = real(np.sqrt(1 - rule.beta_second**number))
    keep = real(1 - lr * rule.weight_decay if rule.decoupled else 1)
    pull = real(0 if rule.decoupled else rule.weight_decay)
    for i in range(len(weights)):
        slope = gradient[i] + pull * weights[i]
        first[i] = beta_first * first[i] + (1 - beta_first) * slope
        second[i] = beta_second * second[i] + (1 - beta_second) * slope * slope
        weights[i] = keep * weights[i] - size * first[i] / (np.sqrt(second[i]) / root + epsilon)


@inner
def _sgd(rule, weights, gradient, velocity, lr):  # type: ignore[no-untyped-def]
    """u ← μu + g + λw,  w ← w - lr·u."""
    real = weights.dtype.type
    rate, pull, keep = real(lr), real(rule.weight_decay), real(rule.momentum)
    for i in range(len(weights)):
        velocity[i] = keep * velocity[i] + gradient[i] + pull * weights[i]
        weights[i] -= rate * velocity[i]
