"""Token and position embeddings."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class Embed(nn.Module):
    """One learned vector per input token."""

    def __init__(self, d_vocab: int, d_model: int) -> None:
        super().__init__()
        self.W_E = nn.Parameter(torch.empty(d_vocab, d_model))

    def forward(self, tokens: Int[Tensor, "batch pos"]) -> Float[Tensor, "batch pos d_model"]:
        return nn.functional.embedding(tokens, self.W_E)


class PosEmbed(nn.Module):
    """One learned vector per position; with ``learned`` False, 0 for each, which is no weight and is not stored."""

    W_pos: Tensor

    def __init__(self, n_ctx: int, d_model: int, learned: bool = True) -> None:
        super().__init__()
        if learned:
            self.W_pos = nn.Parameter(torch.empty(n_ctx, d_model))
        else:
            self.register_buffer("W_pos", torch.zeros(n_ctx, d_model), persistent=False)

    def forward(self, tokens: Int[Tensor, "batch pos"]) -> Float[Tensor, "pos d_model"]:
        return self.W_pos[: tokens.shape[1]]
