"""A transformer in which one half of the ten skip trigrams is written into the weights, and the other is fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latebloom._errors import UsageError
from latebloom.models.configs.transformer import TransformerConfig
from latebloom.tasks import SkipTrigrams, Task

if TYPE_CHECKING:
    from latebloom.models.transformer import Transformer


HALVES = {
    "qk": ("embed.W_E", "pos_embed.W_pos", "blocks.0.attn.W_Q", "blocks.0.attn.W_K"),
    "ov": ("embed.W_E", "pos_embed.W_pos", "blocks.0.attn.W_V", "blocks.0.attn.W_O", "unembed.W_U"),
}
"""The weights of each half. An experiment that keeps the half ideal freezes them. Both have the embeddings: positions
have no part in a skip trigram, so an ideal half neither looks at them nor writes anything for them."""


class HalfPlantedConfig(TransformerConfig):
    """A one-layer attention-only transformer, and which half of its trigrams is ideal."""

    kind: Literal["half_planted_trigrams"] = "half_planted_trigrams"  # type: ignore[assignment]
    half: Literal["qk", "ov"] = Field(
        default="qk", description="the half of the skip trigrams that is ideal from the start: qk or ov"
    )

    def build(self, task: Task) -> Transformer:
        """A fresh transformer with the weights of one half from `planted_trigrams`, in float32.

        Errors: UsageError for another task, or another shape than one layer of attention only.
        """
        import torch

        from latebloom.models.planted_trigrams import planted_trigrams

        if not isinstance(task, SkipTrigrams) or self.n_layers != 1 or self.d_mlp:
            raise UsageError(
                f"model.kind: got {self.kind} with task {task.name}, n_layers {self.n_layers} and d_mlp {self.d_mlp}; "
                "expected skip_trigrams, 1 and 0"
            )
        if self.architecture:
            name, value = next(iter(self.architecture.items()))
            raise UsageError(
                f"model.{name}: got {value} with kind {self.kind}, which has no such variant; leave it out"
            )
        model = super().build(task)
        planted = planted_trigrams(task, self.d_model, self.n_heads, self.d_head).state_dict()
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if name in HALVES[self.half]:
                    weight.copy_(planted[name])
        return model
