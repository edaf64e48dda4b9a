"""Adam with weight decay as L2 in the gradient: g ← g + λw.

m ← β₁m + (1-β₁)g,  v ← β₂v + (1-β₂)g²,  w ← w - lr · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε), t from 1.
Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from latebloom.training.optimisers.rule import Kernel, UpdateRule, decays
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


EPSILON = 1e-8
"""ε: torch's default, which the published code uses."""

MOMENTS = ("exp_avg", "exp_avg_sq")
"""torch's names of m and v."""


class AdamNumbers(NamedTuple):
    """Settings of Adam and AdamW for compiled code; one of ``l2`` and ``decoupled`` (weight decay) is zero."""

    beta_first: float
    beta_second: float
    l2: float
    decoupled: float


def adam_kernel(numbers, weights, gradient, moments, lr, step):  # type: ignore[no-untyped-def]
    """The function of a `Kernel`, for Adam and AdamW."""
    real = weights.dtype.type
    first, second = moments
    number = step + 1
    beta_first, beta_second, epsilon = real(numbers.beta_first), real(numbers.beta_second), real(EPSILON)
    size = real(lr / (1 - numbers.beta_first**number))
    root = real(np.sqrt(1 - numbers.beta_second**number))
    keep, pull = real(1 - lr * numbers.decoupled), real(numbers.l2)
    for i in range(len(weights)):
        slope = gradient[i] + pull * weights[i]
        first[i] = beta_first * first[i] + (1 - beta_first) * slope
        second[i] = beta_second * second[i] + (1 - beta_second) * slope * slope
        weights[i] = keep * weights[i] - size * first[i] / (np.sqrt(second[i]) / root + epsilon)


def step_along_moments(
    betas: tuple[float, float],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    """Update the moments, then the weights along them, for several members, in place."""
    first, second = moments
    number, (beta_first, beta_second) = step + 1, betas
    first.lerp_(gradient, 1 - beta_first)
    second.mul_(beta_second).addcmul_(gradient, gradient, value=1 - beta_second)
    size = lr / (1 - beta_first**number)
    depth = second.sqrt().div_((1 - beta_second**number) ** 0.5).add_(EPSILON)
    weights.sub_(size * first / depth)


def _stacked(
    settings: Sequence[Optimiser],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    gradient = gradient + decays(settings, weights) * weights
    step_along_moments(settings[0].betas, weights, gradient, moments, lr, step)


def _build(model: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    import torch

    return torch.optim.Adam(
        model.parameters(), settings.lr, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
    )


def _numbers(settings: Optimiser) -> AdamNumbers:
    return AdamNumbers(*settings.betas, l2=settings.weight_decay, decoupled=0.0)


ADAM = UpdateRule("adam", _build, moments=MOMENTS, kernel=Kernel(adam_kernel, _numbers), stacked=_stacked)
