"""Causal multi-head attention without biases."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from latebloom.models.hooks import Hooks


class Attention(nn.Module):
    """softmax(q·k / sqrt(d_head)) over earlier positions, values summed over heads through W_O.

    Activations (batch first): ``hook_q``, ``hook_k``, ``hook_v`` (pos, head, d_head); ``hook_attn_scores``,
    ``hook_pattern`` (head, query, key); ``hook_z`` (query, head, d_head).
    ``queries``: the query positions to compute; None computes all.
    """

    mask: Tensor

    def __init__(self, d_model: int, n_heads: int, d_head: int, n_ctx: int) -> None:
        super().__init__()
        self.W_Q = nn.Parameter(torch.empty(n_heads, d_model, d_head))
        self.W_K = nn.Parameter(torch.empty(n_heads, d_model, d_head))
        self.W_V = nn.Parameter(torch.empty(n_heads, d_model, d_head))
        self.W_O = nn.Parameter(torch.empty(n_heads, d_head, d_model))
        later = torch.ones(n_ctx, n_ctx, dtype=torch.bool).triu(1)
        self.register_buffer("mask", later, persistent=False)

    def forward(
        self, resid: Float[Tensor, "batch pos d_model"], hooks: Hooks, prefix: str, queries: Tensor | None
    ) -> Float[Tensor, "batch query d_model"]:
        query_resid = resid if queries is None else resid[:, queries]
        q, k, v = (self.project(part, weight) for part, weight in zip((query_resid, resid, resid), self.input_weights))
        return self.attend(q, k, v, hooks, prefix, queries)

    @property
    def input_weights(self) -> tuple[Tensor, Tensor, Tensor]:
        """W_Q, W_K and W_V."""
        return self.W_Q, self.W_K, self.W_V

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
        later = self.mask[:length, :length] if queries is None else self.mask[queries, :length]
        named = hooks.touches(f"{prefix}.")
        z = self._named(q, k, v, later, hooks, prefix) if named else self._fused(q, k, v, later)
        return z.flatten(2) @ self.W_O.flatten(0, 1)

    @staticmethod
    def _fused(
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch pos head d_head"],
        v: Float[Tensor, "batch pos head d_head"],
        later: Bool[Tensor, "query pos"],
    ) -> Float[Tensor, "batch query head d_head"]:
        """As `_named`, to rounding, but faster: torch does not store the pattern."""
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=~later).transpose(1, 2)

    @staticmethod
    def _named(
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch pos head d_head"],
        v: Float[Tensor, "batch pos head d_head"],
        later: Bool[Tensor, "query pos"],
        hooks: Hooks,
        prefix: str,
    ) -> Float[Tensor, "batch query head d_head"]:
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
        scores = hooks(f"{prefix}.hook_attn_scores", scores.masked_fill(later, -torch.inf))
        pattern = hooks(f"{prefix}.hook_pattern", scores.softmax(dim=-1))
        return hooks(f"{prefix}.hook_z", torch.einsum("bhqk,bkhd->bqhd", pattern, v))

    @staticmethod
    def project(
        resid: Float[Tensor, "*rows d_model"], weight: Float[Tensor, "head d_model d_head"]
    ) -> Float[Tensor, "*rows head d_head"]:
        """The residual stream multiplied by one matrix of each head."""
        flat = resid @ weight.transpose(0, 1).flatten(1)
        return flat.unflatten(-1, (weight.shape[0], weight.shape[2]))
