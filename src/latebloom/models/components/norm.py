"""Normalisation of the residual stream before the part of a transformer that reads it."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from latebloom.models.hooks import Hooks

EPS = 1e-5
"""Added to the variance. Source: TransformerLens, `HookedTransformerConfig.eps`."""


class LayerNormPre(nn.Module):
    """(x - mean x) / sqrt(var x + EPS), over the residual stream's width; no weights.

    Activations, as in TransformerLens: ``hook_scale`` (pos, 1), the denominator; ``hook_normalized``, the quotient.
    """

    def forward(
        self, resid: Float[Tensor, "*rows d_model"], hooks: Hooks, prefix: str
    ) -> Float[Tensor, "*rows d_model"]:
        centred = resid - resid.mean(-1, keepdim=True)
        scale = hooks(f"{prefix}.hook_scale", (centred.square().mean(-1, keepdim=True) + EPS).sqrt())
        return self.scaled(hooks(f"{prefix}.hook_normalized", centred / scale))

    def scaled(self, normalised: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows d_model"]:
        """What follows the division: nothing."""
        return normalised


class LayerNorm(LayerNormPre):
    """As `LayerNormPre`, then times a gain ``w`` plus ``b`` for each dimension of the residual stream.

    ``hook_normalized`` is the quotient before that, as in TransformerLens 3.9 and 4.3.
    """

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.empty(d_model))
        self.b = nn.Parameter(torch.empty(d_model))

    def scaled(self, normalised: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows d_model"]:
        """Times ``w``, plus ``b``."""
        return normalised * self.w + self.b


def new_norm(kind: str, d_model: int) -> LayerNormPre | None:
    """The norm of this kind, as in `TransformerConfig.norm`; None for ``none``."""
    if kind == "none":
        return None
    return LayerNorm(d_model) if kind == "layernorm" else LayerNormPre()


def norm_activations(norm: str, name: str) -> list[str]:
    """The activations of the norm of that name, where there is one."""
    return [] if norm == "none" else [f"{name}.hook_scale", f"{name}.hook_normalized"]
