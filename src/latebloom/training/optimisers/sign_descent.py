"""Sign descent: the sign of the gradient, or of its moving average, with decoupled weight decay.

u ← μu + (1-μ)g,  w ← (1 - lr·λ)w - lr · sign(u), with μ the momentum (0: the sign of the gradient itself).
It is what remains of Adam at β₁ = μ and β₂ = 0, and shows what of Adam is the sign.
Source: Bernstein et al. 2018, "signSGD: Compressed Optimisation for Non-Convex Problems", arXiv 1802.04434 (with
momentum: Signum).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._lazy import Deferred
from latebloom.training.optimisers.rule import Kernel, UpdateRule, decays
from latebloom.training.optimisers.settings import Optimiser
from latebloom.training.optimisers.sgd import SGDNumbers

if TYPE_CHECKING:
    from torch import Tensor


MOMENTS = ("momentum_buffer",)


def _kernel(numbers, weights, gradient, moments, lr, step):  # type: ignore[no-untyped-def]
    real = weights.dtype.type
    (mean,) = moments
    rate, keep, momentum = real(lr), real(1 - lr * numbers.weight_decay), real(numbers.momentum)
    for i in range(len(weights)):
        mean[i] = momentum * mean[i] + (1 - momentum) * gradient[i]
        weights[i] = keep * weights[i] - rate * np.sign(mean[i])


def _stacked(
    settings: Sequence[Optimiser],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    lr: Float[Tensor, "seed 1"],
    step: int,
) -> None:
    (mean,) = moments
    mean.lerp_(gradient, 1 - settings[0].momentum)
    weights.mul_(1 - lr * decays(settings, weights)).sub_(lr * mean.sign())


def _numbers(settings: Optimiser) -> SGDNumbers:
    return SGDNumbers(settings.weight_decay, settings.momentum)


SIGN_DESCENT = UpdateRule(
    "sign_descent",
    Deferred("latebloom.training.optimisers.on_torch.sign_descent:SignDescent"),
    moments=MOMENTS,
    kernel=Kernel(_kernel, _numbers),
    stacked=_stacked,
)
