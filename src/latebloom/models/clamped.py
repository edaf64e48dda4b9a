"""A transformer with a head whose attention is fixed: does the rest of a circuit form at once if one part is there?"""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field, model_validator
from torch import Tensor

from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.models.transformer import Transformer, TransformerConfig
from latebloom.tasks import Task


class ClampedConfig(TransformerConfig):
    """A transformer, and which head attends where. With ``clamp_offset`` 1 it is an ideal previous-token head."""

    kind: Literal["clamped"] = "clamped"  # type: ignore[assignment]
    n_layers: int = Field(default=2, ge=2, description="number of blocks")
    clamp_layer: int = Field(default=0, ge=0, description="layer of the head whose attention is fixed")
    clamp_head: int = Field(default=0, ge=0, description="number of the head whose attention is fixed")
    clamp_offset: int = Field(default=1, ge=1, description="how many positions back that head attends")

    @model_validator(mode="after")
    def _has_the_head(self) -> "ClampedConfig":
        # Queries of the last layer are computed at the positions with a loss only.
        for name, got, most in (
            ("clamp_layer", self.clamp_layer, self.n_layers - 2),
            ("clamp_head", self.clamp_head, self.n_heads - 1),
        ):
            if got > most:
                raise ValueError(f"{name}: got {got}, expected at most {most}")
        return self

    def build(self, task: Task) -> "ClampedTransformer":
        """A freshly initialised model for a task, in float32, with the weights of a transformer of the same seed."""
        model = ClampedTransformer(self, task.d_vocab, task.d_vocab_out, task.n_ctx)
        model.init_weights()
        return model


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
