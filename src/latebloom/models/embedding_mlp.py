"""Models on embeddings of both operands, with hidden layers and no attention."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.models.activations import ACTIVATIONS
from latebloom.models.base import Model
from latebloom.models.components.embed import Embed
from latebloom.models.configs.embedding_mlp import EmbeddingMLPConfig
from latebloom.models.hooks import NO_HOOKS, Hooks

EMBED = "hook_embed"
"""The activation that holds both operands' embeddings."""


class Hidden(nn.Module):
    """W_in (input, neuron) and b_in of one hidden layer; b_in is None without biases. Not initialised."""

    def __init__(self, d_in: int, width: int, bias: bool) -> None:
        super().__init__()
        self.W_in = nn.Parameter(torch.empty(d_in, width))
        self.b_in = nn.Parameter(torch.empty(width)) if bias else None


class Output(nn.Module):
    """W_U (neuron, answer) and b_U; b_U is None where there is none. Not initialised."""

    def __init__(self, width: int, d_out: int, bias: bool) -> None:
        super().__init__()
        self.W_U = nn.Parameter(torch.empty(width, d_out))
        self.b_U = nn.Parameter(torch.empty(d_out)) if bias else None


class EmbeddingMLP(Model):
    """f(… f(e W_0 + b_0) …) W_U + b_U with e = E_x + E_y or [E_x, E_y]: one "position", the answer.

    W_E has a row for each operand token: p, or 2p where y has tokens of its own (``separate_operands``). Other tokens
    of the task are not read. Activations: ``hook_embed`` (batch, 2, d_embed), E_x and E_y; ``blocks.i.hook_pre`` and
    ``blocks.i.hook_post``, each (batch, 1, width).
    Where nothing reads the embeddings, E W_0 is computed once for all operands and then looked up, which is the same up
    to rounding, and cheaper for more pairs than operands.
    Source: Zhong et al. 2023, "The Clock and the Pizza", appendix on linear models.
    """

    # A ModuleList; torch's own type does not keep the type of its items.
    blocks: Sequence[Hidden]

    def __init__(
        self, config: EmbeddingMLPConfig, operands: int, d_vocab_out: int, operand_positions: tuple[int, int] = (0, 1)
    ) -> None:
        super().__init__()
        if config.out == "tied" and d_vocab_out > operands:
            raise UsageError(
                f"model.out: got tied with {d_vocab_out} outputs and embeddings of {operands} operands, expected no "
                "more outputs than embeddings; choose unembed or output"
            )
        self.config = config
        self.d_vocab_out = d_vocab_out
        self.operand_positions = list(operand_positions)
        self._activation = ACTIVATIONS[config.activation]
        self.embed = Embed(operands, config.d_embed)
        blocks = nn.ModuleList(Hidden(a, b, config.bias) for a, b in pairwise(config.layer_widths))
        self.blocks = cast(Sequence[Hidden], blocks)
        with_bias = config.bias and config.out == "output"
        self.unembed = None if config.out == "tied" else Output(config.widths[-1], d_vocab_out, with_bias)

    def init_weights(self) -> None:
        """W_E N(0, 1/d_embed), other matrices N(0, 1/inputs), all times ``init_scale``; biases 0. Our own choice."""
        generator = torch.Generator().manual_seed(self.config.seed)
        for name, weight in self.named_parameters():
            if ".b_" in name:
                nn.init.zeros_(weight)
            else:
                fan = self.config.d_embed if name == "embed.W_E" else len(weight)
                nn.init.normal_(weight, std=self.config.init_scale * fan**-0.5, generator=generator)

    @property
    def activation_names(self) -> tuple[str, ...]:
        layers = range(len(self.config.widths))
        return (EMBED, *(f"blocks.{i}.hook_{when}" for i in layers for when in ("pre", "post")))

    @property
    def operand_rows(self) -> Float[Tensor, "operand d_embed"]:
        """The embedding, one row per operand token."""
        return self.embed.W_E

    @property
    def w_logit(self) -> Float[Tensor, "width d_vocab_out"]:
        """The last hidden layer's linear map to the logits."""
        return self.embed.W_E[: self.d_vocab_out].T if self.unembed is None else self.unembed.W_U

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch 1 d_vocab_out"]:
        operands = tokens[:, self.operand_positions]
        value = self._first(operands, hooks)[:, None]
        for i, layer in enumerate(self.blocks):
            if i:
                value = value @ layer.W_in
            if layer.b_in is not None:
                value = value + layer.b_in
            value = self._activation.apply(hooks(f"blocks.{i}.hook_pre", value))
            value = hooks(f"blocks.{i}.hook_post", value)
        logits = value @ self.w_logit
        return logits if self.unembed is None or self.unembed.b_U is None else logits + self.unembed.b_U

    def _first(self, operands: Int[Tensor, "batch 2"], hooks: Hooks) -> Float[Tensor, "batch width"]:
        """The first layer's product, without its bias."""
        W_in, joined, lookup = self.blocks[0].W_in, self.config.combine == "concat", nn.functional.embedding
        if hooks.touches(EMBED) or len(operands) <= len(self.embed.W_E):
            both = hooks(EMBED, lookup(operands, self.embed.W_E))
            return (both.flatten(1) if joined else both.sum(1)) @ W_in
        if not joined:
            return lookup(operands, self.embed.W_E @ W_in).sum(1)
        for_x, for_y = W_in.split(self.config.d_embed)
        return lookup(operands[:, 0], self.embed.W_E @ for_x) + lookup(operands[:, 1], self.embed.W_E @ for_y)
