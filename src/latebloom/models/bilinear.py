"""The smallest model of a circuit of two parts: one QK matrix times one OV matrix, without softmax.

Its gradient flow can be solved. n triggers occur equally often, one per example, and the query is always ``END``. Let
q be the score of one trigger, V its row of the OV matrix, and c the component of V along the unit vector
u = (e - 1/n) / √((n - 1)/n), where e is the right answer. All logits are q V. With p the probability of the right
answer, the gradient of the mean cross-entropy gives, in time τ = lr · steps,

    dq/dτ = g c,  dc/dτ = g q,  g = (1 - p) √(n/(n - 1)) / n,

while the other components of V change to third order only. Near zero p = 1/n, g = r = √((n - 1)/n) / n, and q + c
grows as exp(r τ) while q - c decays: from initial values ε q₀ and ε c₀ the circuit has the strength
ε |q₀ + c₀|/2 · exp(r τ). It therefore changes at a time

    τ = ln(1/ε) / r + constant,

a plateau that grows by 1/r for each factor e of the initial scale. The lead of the right answer, ℓ = q c √(n/(n - 1)),
follows dℓ/dτ = 2 g ℓ from ℓ₀ = (ε (q₀ + c₀)/2)² √(n/(n - 1)) through the whole change, and the loss is
ln(1 + (n - 1) exp(-ℓ)). If the QK matrix is fixed at 1, the logits are V alone and there is no plateau: dℓ/dτ =
(1 - p) / (n - 1), whatever ε is.
Source: the write-up asks for such a case ("Can we show this analytically in some toy setting?"); the solution is that
of Saxe, McClelland and Ganguli, 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear networks",
with cross-entropy instead of squared error.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models.base import Model
from latebloom.models.hooks import NO_HOOKS, Hooks


class Bilinear(Model):
    """logits = Σ over earlier positions of W_QK[query token, token] · W_OV[token].

    ``W_QK`` (d_vocab, d_vocab): score of a key token for a query token. ``W_OV`` (d_vocab, d_vocab_out): the logits
    that a token writes. Not initialised. Activations: ``hook_scores`` (batch, query, key), 0 from the query's own
    position on.
    """

    def __init__(self, d_vocab: int, d_vocab_out: int) -> None:
        super().__init__()
        self.W_QK = nn.Parameter(torch.empty(d_vocab, d_vocab))
        self.W_OV = nn.Parameter(torch.empty(d_vocab, d_vocab_out))

    @property
    def activation_names(self) -> tuple[str, ...]:
        return ("hook_scores",)

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        length = tokens.shape[1]
        queries = torch.arange(length) if positions is None else torch.as_tensor(positions)
        earlier = torch.arange(length) < queries[:, None]
        scores = self.W_QK[tokens[:, queries, None], tokens[:, None]] * earlier.to(tokens.device)
        return hooks("hook_scores", scores) @ self.W_OV[tokens]


def growth_rate(n: int) -> float:
    """r: the rate at which the circuit grows from small weights, in units of 1/(lr · steps), for n triggers."""
    return math.sqrt((n - 1) / n) / n
