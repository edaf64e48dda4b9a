"""The transformer of the write-up: learned positions, no LayerNorm, untied embeddings, no attention biases."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, cast

import torch
from jaxtyping import Float, Int
from pydantic import Field, model_validator
from torch import Tensor, nn

from latebloom.models.base import Model, ModelConfig
from latebloom.models.components import (
    Attention,
    Block,
    Embed,
    MLPLayer,
    PosEmbed,
    Unembed,
    first_block_by_rows,
    read_by_name,
    rows_repeat,
)
from latebloom.models.hooks import NO_HOOKS, Hooks
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

    former_names: ClassVar[Mapping[str, str]] = {"skip": "residual_scale", "attending": "qk_init_scale"}

    @model_validator(mode="after")
    def _scales_attention_only(self) -> "TransformerConfig":
        if self.residual_scale != 1 and self.d_mlp:
            raise ValueError(
                f"residual_scale: got {self.residual_scale:g} with d_mlp {self.d_mlp}, expected 1 unless d_mlp is 0"
            )
        return self

    def build(self, task: Task) -> "Transformer":
        """A freshly initialised model for a task, in float32."""
        model = Transformer(self, task.d_vocab, task.d_vocab_out, task.n_ctx)
        model.init_weights()
        return model


class Transformer(Model):
    """n blocks of attention and MLP between embedding and unembedding."""

    # A ModuleList; torch's own type does not keep the type of its items.
    blocks: Sequence[Block]

    def __init__(self, config: TransformerConfig, d_vocab: int, d_vocab_out: int, n_ctx: int) -> None:
        super().__init__()
        self.config = config
        self.cfg = TransformerShape.of(config, d_vocab, d_vocab_out, n_ctx)
        self.embed = Embed(d_vocab, config.d_model)
        self.pos_embed = PosEmbed(n_ctx, config.d_model)
        blocks = nn.ModuleList(self._block(config, n_ctx) for _ in range(config.n_layers))
        self.blocks = cast(Sequence[Block], blocks)
        self.unembed = Unembed(config.d_model, d_vocab_out)

    @staticmethod
    def _block(config: TransformerConfig, n_ctx: int) -> Block:
        attn = Attention(config.d_model, config.n_heads, config.d_head, n_ctx)
        return Block(attn, MLPLayer(config.d_model, config.d_mlp) if config.d_mlp else None, config.residual_scale)

    def init_weights(self) -> None:
        """Matrices N(0, 1/d_model), W_U N(0, 1/d_vocab), biases 0, drawn in the order of `named_parameters`.

        W_Q and W_K are scaled by ``qk_init_scale``.
        Source: the published training code.
        """
        generator = torch.Generator().manual_seed(self.config.seed)
        d_vocab, d_model = self.embed.W_E.shape
        for name, weight in self.named_parameters():
            leaf = name.rsplit(".", 1)[-1]
            if leaf.startswith("b_"):
                nn.init.zeros_(weight)
            else:
                fan = d_vocab if leaf == "W_U" else d_model
                scale = self.config.qk_init_scale if leaf in ("W_Q", "W_K") else 1.0
                nn.init.normal_(weight, std=scale * fan**-0.5, generator=generator)

    def passed_on(self, written: int, read: int) -> float:
        """Factor on the output of layer ``written`` in the residual stream that the later layer ``read`` reads."""
        return self.config.residual_scale ** (read - written - 1)

    @property
    def activation_names(self) -> tuple[str, ...]:
        names = ["hook_embed", "hook_pos_embed"]
        for i in range(self.config.n_layers):
            names += [f"blocks.{i}.hook_resid_pre"]
            names += [f"blocks.{i}.attn.hook_{part}" for part in _ATTENTION]
            names += [f"blocks.{i}.hook_attn_out", f"blocks.{i}.hook_resid_mid"]
            if self.config.d_mlp:
                names += [f"blocks.{i}.mlp.hook_pre", f"blocks.{i}.mlp.hook_post", f"blocks.{i}.hook_mlp_out"]
            names += [f"blocks.{i}.hook_resid_post"]
        return tuple(names)

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
        return self.unembed(resid)
