"""Norm-constrained training: AdamW, with the weights projected onto a sphere after each update.

w ← w · r / |w|, where |w| is the norm of all parameters together and r = factor · |w₀|, w₀ the initial weights. With
another factor than 1 the first update also moves the weights to the sphere.
Source: Liu et al. 2022, "Omnigrok: Grokking Beyond Algorithmic Data", arXiv 2210.01117: without delay at the norm
where the test loss has its minimum, memorisation for ever far above it. Published: no weight decay.
"""

from typing import Literal

from pydantic import Field

from latebloom._lazy import Deferred
from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Optimiser


class NormConstrainedSettings(Optimiser):
    """Settings of norm-constrained training; those of AdamW as usual."""

    name: Literal["norm_constrained"] = "norm_constrained"
    norm_factor: float = Field(
        1.0, gt=0, description="norm of all weights in norm_constrained, in units of the initial norm"
    )


NORM_CONSTRAINED = UpdateRule(
    "norm_constrained",
    Deferred("latebloom.training.optimisers.on_torch.norm_constrained:NormConstrained"),
    settings=NormConstrainedSettings,
)
