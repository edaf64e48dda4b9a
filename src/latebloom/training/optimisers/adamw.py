"""AdamW: Adam with decoupled weight decay, w ← (1 - lr·λ)w before each step of Adam.

Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxtyping import Float

from latebloom.training.optimisers.adam import MOMENTS, AdamNumbers, adam_kernel, step_along_moments
from latebloom.training.optimisers.rule import Kernel, UpdateRule, decays
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


def _stacked(
    settings: Sequence[Optimiser],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    weights.mul_(1 - lr * decays(settings, weights))
    step_along_moments(settings[0].betas, weights, gradient, moments, lr, step)


def _build(model: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    import torch

    return torch.optim.AdamW(
        model.parameters(), settings.lr, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
    )


def _numbers(settings: Optimiser) -> AdamNumbers:
    return AdamNumbers(*settings.betas, l2=0.0, decoupled=settings.weight_decay)


ADAMW = UpdateRule("adamw", _build, moments=MOMENTS, kernel=Kernel(adam_kernel, _numbers), stacked=_stacked)
