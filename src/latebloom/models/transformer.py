"""The transformer. The default is that of the write-up: learned positions, no norm, untied embeddings, few biases."""

from collections.abc import Sequence
from typing import Any, TypeGuard, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.models.activations import ACTIVATIONS
from latebloom.models.base import Model
from latebloom.models.components import (
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
from latebloom.models.configs.transformer import TransformerConfig
from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.models.shape import TransformerShape

_ATTENTION = ("q", "k", "v", "attn_scores", "pattern", "z")


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
