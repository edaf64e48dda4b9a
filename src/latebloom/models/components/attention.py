"""Multi-head attention."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from latebloom.models.hooks import Hooks

SHORT = 2
"""Positions up to which the pattern is computed by products of whole arrays: torch's fused attention has a fixed cost
for each example and head, and takes several times as long for the tokens ``x y``."""


class Attention(nn.Module):
    """softmax(q·k / sqrt(d_head)) over the positions that a query sees, values summed over heads through W_O.

    ``causal``: a query sees its own position and earlier ones; otherwise all. ``mix``: the pattern is
    mix · softmax + (1 - mix), with weight 1 - mix on each position that the query sees. ``bias``: with b_Q, b_K, b_V
    (head, d_head) and b_O (d_model).
    Activations (batch first): ``hook_q``, ``hook_k``, ``hook_v`` (pos, head, d_head); ``hook_attn_scores``,
    ``hook_pattern`` (head, query, key); ``hook_z`` (query, head, d_head).
    ``queries``: the query positions to compute; None computes all.
    Source of the mix: Zhong et al. 2023, "The clock and the pizza".
    """

    mask: Tensor

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        d_head: int,
        n_ctx: int,
        *,
        causal: bool = True,
        mix: float = 1.0,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self._mix = mix
        self.W_Q = nn.Parameter(torch.empty(n_heads, d_model, d_head))
        self.W_K = nn.Parameter(torch.empty(n_heads, d_model, d_head))
        self.W_V = nn.Parameter(torch.empty(n_heads, d_model, d_head))
        self.W_O = nn.Parameter(torch.empty(n_heads, d_head, d_model))
        self.b_Q = nn.Parameter(torch.empty(n_heads, d_head)) if bias else None
        self.b_K = nn.Parameter(torch.empty(n_heads, d_head)) if bias else None
        self.b_V = nn.Parameter(torch.empty(n_heads, d_head)) if bias else None
        self.b_O = nn.Parameter(torch.empty(d_model)) if bias else None
        unseen = torch.ones(n_ctx, n_ctx, dtype=torch.bool).triu(1) if causal else torch.zeros(n_ctx, n_ctx).bool()
        self.register_buffer("mask", unseen, persistent=False)

    def forward(
        self, resid: Float[Tensor, "batch pos d_model"], hooks: Hooks, prefix: str, queries: Tensor | None
    ) -> Float[Tensor, "batch query d_model"]:
        query_resid = resid if queries is None else resid[:, queries]
        q, k, v = self.projected(query_resid, resid, resid)
        return self.attend(q, k, v, hooks, prefix, queries)

    @property
    def input_weights(self) -> tuple[Tensor, Tensor, Tensor]:
        """W_Q, W_K and W_V."""
        return self.W_Q, self.W_K, self.W_V

    def projected(
        self,
        query_resid: Float[Tensor, "*query_rows d_model"],
        key_resid: Float[Tensor, "*rows d_model"],
        value_resid: Float[Tensor, "*rows d_model"],
    ) -> tuple[
        Float[Tensor, "*query_rows head d_head"], Float[Tensor, "*rows head d_head"], Float[Tensor, "*rows head d_head"]
    ]:
        """Queries, keys and values of what each of them reads, biases included."""
        q, k, v = (
            self.project(part, weight) if bias is None else self.project(part, weight) + bias
            for part, weight, bias in zip(
                (query_resid, key_resid, value_resid), self.input_weights, (self.b_Q, self.b_K, self.b_V)
            )
        )
        return q, k, v

    def attend(
        self,
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch pos head d_head"],
        v: Float[Tensor, "batch pos head d_head"],
        hooks: Hooks,
        prefix: str,
        queries: Tensor | None,
    ) -> Float[Tensor, "batch query d_model"]:
        """The layer's output from queries, keys and values."""
        q, k, v = (hooks(f"{prefix}.hook_{name}", part) for name, part in zip("qkv", (q, k, v)))
        length = k.shape[1]
        unseen = self.mask[:length, :length] if queries is None else self.mask[queries, :length]
        named = hooks.touches(f"{prefix}.")
        if named:
            z = self._named(q, k, v, unseen, hooks, prefix)
        else:
            z = self._short(q, k, v, unseen) if length <= SHORT else self._fused(q, k, v, unseen)
        out = z.flatten(2) @ self.W_O.flatten(0, 1)
        return out if self.b_O is None else out + self.b_O

    def _fused(
        self,
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch pos head d_head"],
        v: Float[Tensor, "batch pos head d_head"],
        unseen: Bool[Tensor, "query pos"],
    ) -> Float[Tensor, "batch query head d_head"]:
        """As `_named`, to rounding, but faster: torch does not store the pattern."""
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        z = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=~unseen)
        if self._mix != 1:
            z = self._mix * z + (1 - self._mix) * ((~unseen).to(v.dtype) @ v)
        return z.transpose(1, 2)

    def _short(
        self,
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch pos head d_head"],
        v: Float[Tensor, "batch pos head d_head"],
        unseen: Bool[Tensor, "query pos"],
    ) -> Float[Tensor, "batch query head d_head"]:
        """As `_named`, to rounding, but faster for few positions: no product of many tiny matrices."""
        scores = (q[:, :, None] * k[:, None]).sum(-1) / q.shape[-1] ** 0.5
        softmax = scores.masked_fill(unseen[..., None], -torch.inf).softmax(dim=2)
        pattern = self.mixed(softmax, unseen[..., None])
        return (pattern[..., None] * v[:, None]).sum(2)

    def _named(
        self,
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch pos head d_head"],
        v: Float[Tensor, "batch pos head d_head"],
        unseen: Bool[Tensor, "query pos"],
        hooks: Hooks,
        prefix: str,
    ) -> Float[Tensor, "batch query head d_head"]:
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
        scores = hooks(f"{prefix}.hook_attn_scores", scores.masked_fill(unseen, -torch.inf))
        pattern = hooks(f"{prefix}.hook_pattern", self.mixed(scores.softmax(dim=-1), unseen))
        return hooks(f"{prefix}.hook_z", torch.einsum("bhqk,bkhd->bqhd", pattern, v))

    def mixed(self, softmax: Float[Tensor, "*shape"], unseen: Bool[Tensor, "*seen"]) -> Float[Tensor, "*shape"]:
        """The pattern: mix · softmax + (1 - mix) where the query sees; the shapes broadcast."""
        return softmax if self._mix == 1 else self._mix * softmax + (1 - self._mix) * (~unseen).to(softmax.dtype)

    @staticmethod
    def project(
        resid: Float[Tensor, "*rows d_model"], weight: Float[Tensor, "head d_model d_head"]
    ) -> Float[Tensor, "*rows head d_head"]:
        """The residual stream multiplied by one matrix of each head."""
        flat = resid @ weight.transpose(0, 1).flatten(1)
        return flat.unflatten(-1, (weight.shape[0], weight.shape[2]))
