"""The first block, computed once for each pair of token and position instead of once for each example.

What it reads, W_E[token] + W_pos[position], takes only d_vocab · n_ctx values, and so do its queries, keys and values:
rows of tables that examples look up. Equal to `Block` to rounding, gradients too.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models.components.block import Block
from latebloom.models.hooks import Hooks

SHARED = 2
"""Examples for each token of the vocabulary, from which on tables are taken. Arbitrary; timings in
benchmarks/results/first_block.json."""

PREFIX = "blocks.0"


def read_by_name(hooks: Hooks) -> bool:
    """Whether anybody asks for what tables do not have: the stream before the first block, or what its heads do."""
    return any(hooks.touches(name) for name in ("hook_", f"{PREFIX}.hook_resid_pre", f"{PREFIX}.attn."))


def rows_repeat(tokens: Int[Tensor, "batch pos"], d_vocab: int) -> bool:
    """Whether a batch is so large that tables are worth their price."""
    return len(tokens) >= SHARED * d_vocab


def first_block_by_rows(
    block: Block,
    W_E: Float[Tensor, "d_vocab d_model"],
    W_pos: Float[Tensor, "pos d_model"],
    tokens: Int[Tensor, "batch pos"],
    queries: Tensor | None,
    hooks: Hooks,
) -> Float[Tensor, "batch query d_model"]:
    """The stream after the first block, at ``queries`` (None: everywhere).

    Limits: nothing before the attention's output is there by name, see `read_by_name`.
    """
    row = tokens * len(W_pos) + torch.arange(len(W_pos), device=tokens.device)  # a wrong token is in no table
    asking = row if queries is None else row[:, queries]
    stream = (W_E[:, None] + W_pos).flatten(0, 1)
    attn = block.attn
    tables = (attn.project(stream, weight).flatten(1) for weight in attn.reading)
    q, k, v = (
        nn.functional.embedding(where, table).unflatten(-1, attn.W_Q.shape[::2])
        for where, table in zip((asking, row, row), tables)
    )
    attn_out = attn.attend(q, k, v, hooks, f"{PREFIX}.attn", queries)
    return block.after_attention(nn.functional.embedding(asking, stream), attn_out, hooks, PREFIX)
