"""From the residual stream to logits."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Unembed(nn.Module):
    """A linear map without bias to the output vocabulary, which differs from the input vocabulary."""

    def __init__(self, d_model: int, d_vocab_out: int) -> None:
        super().__init__()
        self.W_U = nn.Parameter(torch.empty(d_model, d_vocab_out))

    def forward(self, resid: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_vocab_out"]:
        return resid @ self.W_U
