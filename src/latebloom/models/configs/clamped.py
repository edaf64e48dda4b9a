"""The configuration of a transformer with a fixed head, see `latebloom.models.clamped`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from latebloom.models.configs.transformer import TransformerConfig
from latebloom.tasks import Task

if TYPE_CHECKING:
    from latebloom.models.clamped import ClampedTransformer


class ClampedConfig(TransformerConfig):
    """A transformer, and which head attends where. With ``clamp_offset`` 1 it is an ideal previous-token head."""

    kind: Literal["clamped"] = "clamped"  # type: ignore[assignment]
    n_layers: int = Field(default=2, ge=2, description="number of blocks")
    clamp_layer: int = Field(default=0, ge=0, description="layer of the head whose attention is fixed")
    clamp_head: int = Field(default=0, ge=0, description="number of the head whose attention is fixed")
    clamp_offset: int = Field(default=1, ge=1, description="how many positions back that head attends")

    @model_validator(mode="after")
    def _has_the_head(self) -> ClampedConfig:
        # Queries of the last layer are computed at the positions with a loss only.
        for name, got, most in (
            ("clamp_layer", self.clamp_layer, self.n_layers - 2),
            ("clamp_head", self.clamp_head, self.n_heads - 1),
        ):
            if got > most:
                raise ValueError(f"{name}: got {got}, expected at most {most}")
        return self

    def build(self, task: Task) -> ClampedTransformer:
        """A freshly initialised model for a task, in float32, with the weights of a transformer of the same seed."""
        from latebloom.models.clamped import ClampedTransformer

        model = ClampedTransformer(self, task.d_vocab, task.d_vocab_out, task.n_ctx)
        model.init_weights()
        return model
