"""A linear model that can memorise or generalise: the simplest model in which generalisation can come late."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models.base import Model
from latebloom.models.hooks import NO_HOOKS, Hooks

INIT = 0.01
"""Standard deviation of the initial weights: small compared with the learned margins of about 5. Arbitrary."""


class Linear(Model):
    """margin = w_shared + w_own[example]; the logits of the wrong and the right answer are 0 and the margin.

    ``w_own`` (example): one memorising weight per example. ``w_shared`` (1): the generalising weight. Not initialised.
    Activations: ``hook_margin`` (batch, 1). Source: the discussion under the write-up.
    """

    def __init__(self, examples: int) -> None:
        super().__init__()
        self.w_own = nn.Parameter(torch.empty(examples))
        self.w_shared = nn.Parameter(torch.empty(1))

    def init_weights(self, seed: int) -> None:
        """All weights N(0, INIT²)."""
        generator = torch.Generator().manual_seed(seed)
        for weight in self.parameters():
            nn.init.normal_(weight, std=INIT, generator=generator)

    @property
    def activation_names(self) -> tuple[str, ...]:
        return ("hook_margin",)

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        margin = hooks("hook_margin", self.w_shared + self.w_own[tokens])
        return torch.stack([torch.zeros_like(margin), margin], dim=-1)
