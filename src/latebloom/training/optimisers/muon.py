"""Muon: orthogonalised momentum for the matrices inside the network, AdamW for the rest.

For a matrix W: m ← μm + (1-μ)g,  u = μm + (1-μ)g (Nesterov),  W ← (1 - lr·λ)W - lr · √max(1, outputs / inputs) · O,
where O is u with its singular values set near 1 by five Newton-Schulz iterations: X ← aX + b(XXᵀ)X + c(XXᵀ)²X from
X = u / |u|.

The attention weights of a layer are one tensor with an axis of heads: each head's matrix is orthogonalised for itself,
since heads are separate maps and stacking them would share one set of singular values between them. Embeddings, the
unembedding and biases are AdamW's, as the source recommends: a row of an embedding is a vector of its own, not a part
of a linear map. Matrices have the layout of this package's models, inputs × outputs.
Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", kellerjordan.github.io/posts/muon
(published: μ = 0.95, lr 0.02). Grokking: Tveit et al. 2025, "Muon Optimizer Accelerates Grokking", arXiv 2504.16041.
"""

from typing import Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Decay, Optimiser

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""a, b, c of the source: they lift small singular values fastest, and settle between about 0.7 and 1.2 instead of 1."""

ITERATIONS = 5
TINY = 1e-7

ENDS = ("embed", "pos_embed", "unembed")
"""Modules between the tokens and the network, whose matrices AdamW updates."""


class MuonSettings(Optimiser):
    """Settings of Muon. ``lr``, ``betas``: of its AdamW. ``weight_decay``: of both."""

    name: Literal["muon"] = "muon"
    matrix_lr: float = Field(0.02, gt=0, description="learning rate of muon's matrices; lr is that of the rest")
    matrix_momentum: Decay = Field(0.95, description="momentum of muon's matrices")


def orthogonalised(matrices: Float[Tensor, "*head rows columns"]) -> Float[Tensor, "*head rows columns"]:
    """Each matrix with its singular vectors kept and its singular values moved close to 1. A zero matrix stays zero."""
    wide = matrices.shape[-2] <= matrices.shape[-1]
    x = matrices if wide else matrices.mT
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + TINY)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide else x.mT


def is_inner_matrix(name: str, weight: Tensor) -> bool:
    """Whether Muon updates the parameter of this name: one or more matrices, between embedding and unembedding.

    The biases b_Q, b_K and b_V have an axis of heads and are no matrices. In a model of kind ``mlp``, which has no
    embedding, both W_in and W_out count as matrices.
    """
    bias = name.rpartition(".")[2].startswith("b_")
    return weight.ndim >= 2 and not bias and name.partition(".")[0] not in ENDS


class Muon(torch.optim.Optimizer):
    """Two parameter groups: the matrices, and the rest, which belongs to an AdamW that shares the state."""

    def __init__(self, model: nn.Module, settings: MuonSettings) -> None:
        named = list(model.named_parameters())
        matrices = [weight for name, weight in named if is_inner_matrix(name, weight)]
        rest = [weight for name, weight in named if not is_inner_matrix(name, weight)]
        group = {"params": matrices, "lr": settings.matrix_lr}
        super().__init__([group], {"momentum": settings.matrix_momentum, "weight_decay": settings.weight_decay})
        self._rest = torch.optim.AdamW(
            [{"params": rest}], settings.lr, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
        )
        self.param_groups += self._rest.param_groups
        self._rest.state = self.state

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update from the gradients in ``weight.grad``."""
        group = self.param_groups[0]
        for weight in group["params"]:
            if weight.grad is not None:
                mean = self.state[weight].setdefault("momentum_buffer", torch.zeros_like(weight))
                mean.lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonalised(weight.grad.lerp(mean, group["momentum"]))
                size = max(1.0, weight.shape[-1] / weight.shape[-2]) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"]).sub_(update, alpha=group["lr"] * size)
        self._rest.step()


MUON = UpdateRule("muon", Muon, settings=MuonSettings)
