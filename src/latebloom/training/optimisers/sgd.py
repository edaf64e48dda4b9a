"""Gradient descent with momentum and L2 weight decay: u ← μu + g + λw,  w ← w - lr·u."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from latebloom.training.optimisers.rule import Kernel, UpdateRule, decays
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


class SGDNumbers(NamedTuple):
    """Settings of SGD for compiled code."""

    weight_decay: float
    momentum: float


def _kernel(numbers, weights, gradient, moments, lr, step):  # type: ignore[no-untyped-def]
    real = weights.dtype.type
    (velocity,) = moments
    rate, pull, keep = real(lr), real(numbers.weight_decay), real(numbers.momentum)
    for i in range(len(weights)):
        velocity[i] = keep * velocity[i] + gradient[i] + pull * weights[i]
        weights[i] -= rate * velocity[i]


def _stacked(
    settings: Sequence[Optimiser],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    (velocity,) = moments
    velocity.mul_(settings[0].momentum).add_(gradient + decays(settings, weights) * weights)
    weights.sub_(lr * velocity)


def _build(model: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    import torch

    return torch.optim.SGD(
        model.parameters(), settings.lr, momentum=settings.momentum, weight_decay=settings.weight_decay, fused=True
    )


def _numbers(settings: Optimiser) -> SGDNumbers:
    return SGDNumbers(settings.weight_decay, settings.momentum)


SGD = UpdateRule("sgd", _build, moments=("momentum_buffer",), kernel=Kernel(_kernel, _numbers), stacked=_stacked)
