"""A transformer with a head whose attention is fixed: does the rest of a circuit form at once if one part is there?"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.models.configs.clamped import ClampedConfig
from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.models.transformer import Transformer


class ClampedTransformer(Transformer):
    """As `Transformer`, but the pattern of one head is fixed: all attention of position i is on i - offset, or on
    position 0 where there is none. Its W_Q and W_K have no effect; its values are learned."""

    config: ClampedConfig

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        return super().forward(tokens, positions, hooks.before(self._name, self._clamped))

    @property
    def _name(self) -> str:
        return f"blocks.{self.config.clamp_layer}.attn.hook_pattern"

    def _clamped(self, pattern: Float[Tensor, "batch head query key"]) -> Float[Tensor, "batch head query key"]:
        head, length = self.config.clamp_head, pattern.shape[-1]
        keys = (torch.arange(length, device=pattern.device) - self.config.clamp_offset).clamp(min=0)
        fixed = torch.nn.functional.one_hot(keys, length).to(pattern).expand(len(pattern), 1, length, length)
        return torch.cat([pattern[:, :head], fixed, pattern[:, head + 1 :]], dim=1)
