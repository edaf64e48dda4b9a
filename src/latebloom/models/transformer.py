"""The transformer. The default is that of the write-up: learned positions, no norm, untied embeddings, few biases."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeGuard, cast

import torch
from jaxtyping import Float, Int
from pydantic import Field, field_validator, model_validator
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.models.base import Model, ModelConfig
from latebloom.models.components import (
    ACTIVATIONS,
    Attention,
    Block,
    Embed,
    LayerNormPre,
    MLPLayer,
    PosEmbed,
    TiedUnembed,
    Unembed,
    first_block_by_rows,
    new_norm,
    norm_activations,
    read_by_name,
    rows_repeat,
)
from latebloom.models.components.activations import NAMES as ACTIVATION_NAMES
from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.models.memory import check_memory
from latebloom.models.shape import TransformerShape
from latebloom.tasks import Task

_ATTENTION = ("q", "k", "v", "attn_scores", "pattern", "z")


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
    def _scales_attention_only(self) -> "TransformerConfig":
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
    def _has_neurons_to_activate(self) -> "TransformerConfig":
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

    def build(self, task: Task) -> "Transformer":
        """A freshly initialised model for a task, in float32.

        Errors: UsageError for tied embeddings where the task has more outputs than inputs, and for a model that does
        not fit into memory.
        """
        check_memory("transformer", self._weights(task), self.n_layers)
        model = Transformer(self, task.d_vocab, task.d_vocab_out, task.n_ctx)
        model.init_weights()
        return model

    def _weights(self, task: Task) -> int:
        """The number of weights in matrices; biases and gains of norms are few beside them."""
        block = self.d_model * (4 * self.n_heads * self.d_head + 2 * self.d_mlp)
        ends = task.d_vocab + self.positions * task.n_ctx + (not self.tied) * task.d_vocab_out
        return self.n_layers * block + self.d_model * ends


class Transformer(Model):
    """n blocks of attention and MLP between embedding and unembedding."""

    ln_final: LayerNormPre | None

    # A ModuleList; torch's own type does not keep the type of its items.
    blocks: Sequence[Block]

    def __init__(self, config: TransformerConfig, d_vocab: int, d_vocab_out: int, n_ctx: int) -> None:
        super().__init__()
        self.config = config
        self.cfg = TransformerShape.of(config, d_vocab, d_vocab_out, n_ctx)
        self.embed = Embed(d_vocab, config.d_model)
        self.pos_embed = PosEmbed(n_ctx, config.d_model, config.positions)
        blocks = nn.ModuleList(self._block(config, n_ctx) for _ in range(config.n_layers))
        self.blocks = cast(Sequence[Block], blocks)
        self.ln_final = new_norm(config.norm, config.d_model)
        self.unembed = self._unembed(config, d_vocab, d_vocab_out)

    @staticmethod
    def _block(config: TransformerConfig, n_ctx: int) -> Block:
        attn = Attention(
            config.d_model,
            config.n_heads,
            config.d_head,
            n_ctx,
            causal=config.attention == "causal",
            mix=config.attention_mix,
            bias=config.attention_bias,
        )
        mlp = MLPLayer(config.d_model, config.d_mlp, ACTIVATIONS[config.activation]) if config.d_mlp else None
        ln2 = new_norm(config.norm, config.d_model) if config.d_mlp else None
        return Block(attn, mlp, config.residual_scale, new_norm(config.norm, config.d_model), ln2)

    def _unembed(self, config: TransformerConfig, d_vocab: int, d_vocab_out: int) -> Unembed:
        if not config.tied:
            return Unembed(config.d_model, d_vocab_out, config.unembed_bias)
        if d_vocab_out > d_vocab:
            raise UsageError(
                f"model.tied: got true with {d_vocab_out} outputs and {d_vocab} inputs, expected an input token for "
                "each output; use --model.tied false"
            )
        return TiedUnembed(self.embed, d_vocab_out, config.unembed_bias)

    def init_weights(self) -> None:
        """Matrices N(0, 1/d_model), W_U N(0, 1/d_vocab), biases 0, gains of norms 1, in the order of
        `named_parameters`.

        The matrices are scaled by ``init_scale``, W_Q and W_K also by ``qk_init_scale``.
        Source: the published training code; of the scale, Liu et al. 2022, "Omnigrok".
        """
        generator = torch.Generator().manual_seed(self.config.seed)
        d_vocab, d_model = self.embed.W_E.shape
        for name, weight in self.named_parameters():
            leaf = name.rsplit(".", 1)[-1]
            if leaf == "w":
                nn.init.ones_(weight)
            elif leaf == "b" or leaf.startswith("b_"):
                nn.init.zeros_(weight)
            else:
                fan = d_vocab if leaf == "W_U" else d_model
                scale = self.config.qk_init_scale if leaf in ("W_Q", "W_K") else 1.0
                nn.init.normal_(weight, std=self.config.init_scale * scale * fan**-0.5, generator=generator)

    def to(self, *arguments: Any, print_details: bool = False, **options: Any) -> "Transformer":
        """As torch's; devinterp passes ``print_details`` to every model that has a ``cfg``, as to TransformerLens'."""
        return super().to(*arguments, **options)

    def passed_on(self, written: int, read: int) -> float:
        """Factor on the output of layer ``written`` in the residual stream that the later layer ``read`` reads."""
        return self.config.residual_scale ** (read - written - 1)

    @property
    def activation_names(self) -> tuple[str, ...]:
        names, norm = ["hook_embed", "hook_pos_embed"], self.config.norm
        for i in range(self.config.n_layers):
            names += [f"blocks.{i}.hook_resid_pre", *norm_activations(norm, f"blocks.{i}.ln1")]
            names += [f"blocks.{i}.attn.hook_{part}" for part in _ATTENTION]
            names += [f"blocks.{i}.hook_attn_out", f"blocks.{i}.hook_resid_mid"]
            if self.config.d_mlp:
                names += norm_activations(norm, f"blocks.{i}.ln2")
                names += [f"blocks.{i}.mlp.hook_pre", f"blocks.{i}.mlp.hook_post", f"blocks.{i}.hook_mlp_out"]
            names += [f"blocks.{i}.hook_resid_post"]
        return (*names, *norm_activations(norm, "ln_final"))

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        wanted = None if positions is None else torch.as_tensor(positions, device=tokens.device)
        queries = [None] * (len(self.blocks) - 1) + [wanted]
        if rows_repeat(tokens, len(self.embed.W_E)) and not read_by_name(hooks):
            W_pos = self.pos_embed(tokens)
            resid, done = first_block_by_rows(self.blocks[0], self.embed.W_E, W_pos, tokens, queries[0], hooks), 1
        else:
            resid, done = hooks("hook_embed", self.embed(tokens)) + hooks("hook_pos_embed", self.pos_embed(tokens)), 0
        for i in range(done, len(self.blocks)):
            resid = self.blocks[i](resid, hooks, f"blocks.{i}", queries[i])
        return self.read_out(resid, hooks)

    def read_out(
        self, resid: Float[Tensor, "*rows d_model"], hooks: Hooks = NO_HOOKS
    ) -> Float[Tensor, "*rows d_vocab_out"]:
        """The logits from the residual stream after the last block."""
        return self.unembed(resid if self.ln_final is None else self.ln_final(resid, hooks, "ln_final"))


def is_one_layer(model: Model, exact: frozenset[str]) -> TypeGuard[Transformer]:
    """Whether a model is one block with neurons, and the transformer of the write-up but for the fields in ``exact``.

    A fast forward pass says with ``exact`` which fields of `TransformerConfig.architecture` it computes. A subclass may
    have another forward pass, so it is none.
    """
    if type(model) is not Transformer or model.config.n_layers != 1 or not model.config.d_mlp:
        return False
    return model.config.architecture.keys() <= exact
