"""torch's class of `latebloom.training.optimisers.muon`, which has the formula and the source."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from latebloom.training.optimisers.muon import MuonSettings

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""a, b, c of the source: they lift small singular values fastest, and settle between about 0.7 and 1.2 instead of 1."""


ITERATIONS = 5


TINY = 1e-7


ENDS = ("embed", "pos_embed", "unembed")
"""Modules between the tokens and the network, whose matrices AdamW updates."""


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
