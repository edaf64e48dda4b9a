"""The configuration of a transformer. The default is that of the write-up, see `latebloom.models.transformer`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from latebloom.models.activations import ACTIVATIONS
from latebloom.models.activations import NAMES as ACTIVATION_NAMES
from latebloom.models.configs.base import ModelConfig
from latebloom.models.memory import check_memory
from latebloom.tasks import Task

if TYPE_CHECKING:
    from latebloom.models.transformer import Transformer


class TransformerConfig(ModelConfig):
    """Shape and initial weights of a transformer. Source of the defaults: the published training code."""

    kind: Literal["transformer"] = "transformer"
    n_layers: int = Field(default=1, ge=1, description="number of blocks")
    d_model: int = Field(default=128, ge=1, description="width of the residual stream")
    n_heads: int = Field(default=4, ge=1, description="attention heads per block")
    d_head: int = Field(default=32, ge=1, description="width of one head")
    d_mlp: int = Field(default=512, ge=0, description="neurons per block; 0 = attention only")
    residual_scale: float = Field(
        default=1.0,
        gt=0,
        description="factor on the residual connection around attention; 2 in the published attention-only runs",
    )
    qk_init_scale: float = Field(
        default=1.0, gt=0, description="initial W_Q and W_K, in units of 1 / sqrt(d_model); larger separates heads"
    )
    activation: str = Field(default="relu", description=ACTIVATION_NAMES)
    attention: Literal["causal", "bidirectional"] = Field(
        default="causal", description="whether a position sees the earlier ones only, or all"
    )
    attention_mix: float = Field(
        default=1.0, ge=0, le=1, description="a in the pattern a · softmax + (1 - a); 0 = all positions count alike"
    )
    norm: Literal["none", "layernorm", "layernorm_pre"] = Field(
        default="none", description="norm before attention, MLP and unembedding; layernorm_pre has no weights"
    )
    attention_bias: bool = Field(default=False, description="biases of queries, keys, values and attention output")
    unembed_bias: bool = Field(default=False, description="bias of the logits")
    positions: bool = Field(default=True, description="learned embeddings of positions; false = none at all")
    tied: bool = Field(default=False, description="the unembedding is the transposed embedding of the answers")
    init_scale: float = Field(default=1.0, gt=0, description="factor on all random initial weights")

    later_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "activation",
            "attention",
            "attention_mix",
            "norm",
            "attention_bias",
            "unembed_bias",
            "positions",
            "tied",
            "init_scale",
        }
    )
    former_names: ClassVar[Mapping[str, str]] = {"skip": "residual_scale", "attending": "qk_init_scale"}

    @model_validator(mode="after")
    def _scales_attention_only(self) -> TransformerConfig:
        if self.residual_scale != 1 and self.d_mlp:
            raise ValueError(
                f"residual_scale: got {self.residual_scale:g} with d_mlp {self.d_mlp}, expected 1 unless d_mlp is 0"
            )
        return self

    @field_validator("activation")
    @classmethod
    def _known_activation(cls, name: str) -> str:
        if name not in ACTIVATIONS:
            raise ValueError(f"got {name!r}, expected one of {', '.join(ACTIVATIONS)}")
        return name

    @model_validator(mode="after")
    def _has_neurons_to_activate(self) -> TransformerConfig:
        if self.activation != "relu" and not self.d_mlp:
            raise ValueError(
                f"activation: got {self.activation} with d_mlp 0, which has no neurons; leave it out, or set d_mlp"
            )
        return self

    @property
    def architecture(self) -> dict[str, Any]:
        """The later fields that differ from those of the write-up's model; the initial scale is none of them."""
        fields = type(self).model_fields
        return {
            name: getattr(self, name)
            for name in fields
            if name in TransformerConfig.later_fields - {"init_scale"} and getattr(self, name) != fields[name].default
        }

    def build(self, task: Task) -> Transformer:
        """A freshly initialised model for a task, in float32.

        Errors: UsageError for tied embeddings where the task has more outputs than inputs, and for a model that does
        not fit into memory.
        """
        from latebloom.models.transformer import Transformer

        check_memory("transformer", self._weights(task), self.n_layers)
        model = Transformer(self, task.d_vocab, task.d_vocab_out, task.n_ctx)
        model.init_weights()
        return model

    def _weights(self, task: Task) -> int:
        """The number of weights in matrices; biases and gains of norms are few beside them."""
        block = self.d_model * (4 * self.n_heads * self.d_head + 2 * self.d_mlp)
        ends = task.d_vocab + self.positions * task.n_ctx + (not self.tied) * task.d_vocab_out
        return self.n_layers * block + self.d_model * ends
