"""The MLP layer of a transformer block."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from latebloom.models.activations import RELU, Activation
from latebloom.models.hooks import Hooks


class MLPLayer(nn.Module):
    """f(x W_in + b_in) W_out + b_out with an activation f.

    Activations ``hook_pre`` and ``hook_post``: before and after f.
    """

    def __init__(self, d_model: int, d_mlp: int, activation: Activation = RELU) -> None:
        super().__init__()
        self.activation = activation
        self.W_in = nn.Parameter(torch.empty(d_model, d_mlp))
        self.b_in = nn.Parameter(torch.empty(d_mlp))
        self.W_out = nn.Parameter(torch.empty(d_mlp, d_model))
        self.b_out = nn.Parameter(torch.empty(d_model))

    def forward(
        self, resid: Float[Tensor, "*rows d_model"], hooks: Hooks, prefix: str
    ) -> Float[Tensor, "*rows d_model"]:
        pre = hooks(f"{prefix}.hook_pre", resid @ self.W_in + self.b_in)
        post = hooks(f"{prefix}.hook_post", self.activation.apply(pre))
        return post @ self.W_out + self.b_out
