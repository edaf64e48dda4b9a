"""From the residual stream to logits."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from latebloom.models.components.embed import Embed


class Unembed(nn.Module):
    """A linear map to the output vocabulary, which differs from the input vocabulary; ``b_U`` None: without bias."""

    W_U: Tensor

    def __init__(self, d_model: int, d_vocab_out: int, bias: bool = False) -> None:
        super().__init__()
        self.W_U = nn.Parameter(torch.empty(d_model, d_vocab_out))
        self.b_U = nn.Parameter(torch.empty(d_vocab_out)) if bias else None

    def forward(self, resid: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows d_vocab_out"]:
        logits = resid @ self.W_U
        return logits if self.b_U is None else logits + self.b_U


class TiedUnembed(Unembed):
    """W_U = W_Eᵀ of the first d_vocab_out tokens: it has no matrix of its own, and none is stored."""

    def __init__(self, embed: Embed, d_vocab_out: int, bias: bool = False) -> None:
        nn.Module.__init__(self)
        self._embed = (embed,)  # in a tuple, so that torch does not list its weights twice
        self._outputs = d_vocab_out
        self.b_U = nn.Parameter(torch.empty(d_vocab_out)) if bias else None

    @property
    def W_U(self) -> Float[Tensor, "d_model d_vocab_out"]:  # type: ignore[override]
        """The transposed embedding of the answers."""
        return self._embed[0].W_E[: self._outputs].T
