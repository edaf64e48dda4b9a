"""Lion: the sign of an interpolated gradient, with decoupled weight decay.

w ← (1 - lr·λ)w - lr · sign(β₁m + (1-β₁)g),  m ← β₂m + (1-β₂)g.
Every weight moves by the learning rate, so that a good rate is smaller, and a good weight decay larger, than AdamW's by
the same factor (three to ten). Published: β₁ = 0.9, β₂ = 0.99.
Source: Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", arXiv 2302.06675.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from latebloom._lazy import Deferred
from latebloom.training.optimisers.rule import Kernel, UpdateRule, decays
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    from torch import Tensor


MOMENTS = ("exp_avg",)


class LionNumbers(NamedTuple):
    """Settings of Lion for compiled code."""

    beta_first: float
    beta_second: float
    decoupled: float


def _kernel(numbers, weights, gradient, moments, lr, step):  # type: ignore[no-untyped-def]
    real = weights.dtype.type
    (mean,) = moments
    beta_first, beta_second = real(numbers.beta_first), real(numbers.beta_second)
    rate, keep = real(lr), real(1 - lr * numbers.decoupled)
    for i in range(len(weights)):
        direction = np.sign(beta_first * mean[i] + (1 - beta_first) * gradient[i])
        weights[i] = keep * weights[i] - rate * direction
        mean[i] = beta_second * mean[i] + (1 - beta_second) * gradient[i]


def _stacked(
    settings: Sequence[Optimiser],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    (mean,), (beta_first, beta_second) = moments, settings[0].betas
    weights.mul_(1 - lr * decays(settings, weights)).sub_(lr * mean.lerp(gradient, 1 - beta_first).sign_())
    mean.lerp_(gradient, 1 - beta_second)


def _numbers(settings: Optimiser) -> LionNumbers:
    return LionNumbers(*settings.betas, decoupled=settings.weight_decay)


LION = UpdateRule(
    "lion",
    Deferred("latebloom.training.optimisers.on_torch.lion:Lion"),
    moments=MOMENTS,
    kernel=Kernel(_kernel, _numbers),
    stacked=_stacked,
)
