"""Norm-constrained training: AdamW, with the weights projected onto a sphere after each update.

w ← w · r / |w|, where |w| is the norm of all parameters together and r = factor · |w₀|, w₀ the initial weights. With
another factor than 1 the first update also moves the weights to the sphere.
Source: Liu et al. 2022, "Omnigrok: Grokking Beyond Algorithmic Data", arXiv 2210.01117: without delay at the norm
where the test loss has its minimum, memorisation for ever far above it. Published: no weight decay.
"""

from typing import Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Optimiser


class NormConstrainedSettings(Optimiser):
    """Settings of norm-constrained training; those of AdamW as usual."""

    name: Literal["norm_constrained"] = "norm_constrained"
    norm_factor: float = Field(
        1.0, gt=0, description="norm of all weights in norm_constrained, in units of the initial norm"
    )


class NormConstrained(torch.optim.AdamW):
    """torch's AdamW with a projection after each update."""

    def __init__(self, model: nn.Module, settings: NormConstrainedSettings) -> None:
        super().__init__(
            model.parameters(), settings.lr, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
        )
        # A model is built with its initial weights, also where a run resumes, so the radius needs no storing.
        self._radius = settings.norm_factor * self._norm()

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update from the gradients in ``weight.grad``."""
        super().step()
        scale = self._radius / self._norm()
        for weight in self._weights:
            weight.mul_(scale)

    @property
    def _weights(self) -> list[Tensor]:
        return [weight for group in self.param_groups for weight in group["params"]]

    @torch.no_grad()
    def _norm(self) -> Float[Tensor, ""]:
        return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(weight) for weight in self._weights]))


NORM_CONSTRAINED = UpdateRule("norm_constrained", NormConstrained, settings=NormConstrainedSettings)
