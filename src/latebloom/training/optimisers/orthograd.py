"""⊥Grad: AdamW on the part of the gradient that is perpendicular to the weights, at the length of the whole gradient.

For each parameter tensor: g_⊥ = g - (w·g / w·w)w, then g ← g_⊥ · |g| / |g_⊥|. What is removed only scales the weights,
and thereby the logits, which lowers the training loss without changing an answer ("naive loss minimisation").
Source: Prieto et al. 2025, "Grokking at the Edge of Numerical Stability", arXiv 2501.04697; the
published code has the rescaling and takes each tensor for itself, so that all heads of W_Q count as one vector.
Published: no weight decay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Optimiser

if TYPE_CHECKING:
    from torch import Tensor, nn

    from latebloom.training.optimisers.on_torch.filtered import FilteredAdam, Memory


TINY = 1e-30
"""Added below the line, for weights and gradients that are zero, as in the published code."""


def perpendicular(weight: Tensor, gradient: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
    """The filter; it remembers nothing."""
    along = (weight * gradient).sum() / ((weight * weight).sum() + TINY)
    across = gradient.sub(weight * along)
    return across * (gradient.norm() / (across.norm() + TINY)), {}


def _build(model: nn.Module, settings: Optimiser) -> FilteredAdam:
    from latebloom.training.optimisers.on_torch.filtered import FilteredAdam

    return FilteredAdam(model, settings, perpendicular)


ORTHOGRAD = UpdateRule("orthograd", _build)
