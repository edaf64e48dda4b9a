"""The first block, computed once for each pair of token and position instead of once for each example.

Its input W_E[token] + W_pos[position] has only d_vocab · n_ctx different values, and so have its queries, keys and
values. They are rows of tables, which examples index. Equal to `Block` to rounding, gradients included.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models.components.block import Block
from latebloom.models.hooks import NO_HOOKS, Hooks

EXAMPLES_PER_TOKEN = 2
"""Tables are used for batches with at least this many examples per token of the vocabulary. Arbitrary; timings in
benchmarks/results/first_block.json."""

PREFIX = "blocks.0"


def read_by_name(hooks: Hooks) -> bool:
    """Whether the hooks need activations that tables do not have: the stream before the first block, or its heads'."""
    early = ("hook_", f"{PREFIX}.hook_resid_pre", f"{PREFIX}.ln1.", f"{PREFIX}.attn.")
    return any(hooks.touches(name) for name in early)


def rows_repeat(tokens: Int[Tensor, "batch pos"], d_vocab: int) -> bool:
    """Whether a batch is large enough for tables to be faster."""
    return len(tokens) >= EXAMPLES_PER_TOKEN * d_vocab


def first_block_by_rows(
    block: Block,
    W_E: Float[Tensor, "d_vocab d_model"],
    W_pos: Float[Tensor, "pos d_model"],
    tokens: Int[Tensor, "batch pos"],
    queries: Tensor | None,
    hooks: Hooks,
) -> Float[Tensor, "batch query d_model"]:
    """The residual stream after the first block, at ``queries`` (None: everywhere).

    Limits: activations before the attention's output have no hooks, see `read_by_name`.
    """
    row = tokens * len(W_pos) + torch.arange(
        len(W_pos), device=tokens.device
    )  # an invalid token has no row and raises IndexError
    query_row = row if queries is None else row[:, queries]
    stream = (W_E[:, None] + W_pos).flatten(0, 1)
    attn = block.attn
    read = block.read_by_attention(stream, NO_HOOKS, PREFIX)
    tables = (table.flatten(1) for table in attn.projected(read, read, read))
    q, k, v = (
        nn.functional.embedding(where, table).unflatten(-1, attn.W_Q.shape[::2])
        for where, table in zip((query_row, row, row), tables)
    )
    attn_out = attn.attend(q, k, v, hooks, f"{PREFIX}.attn", queries)
    return block.after_attention(nn.functional.embedding(query_row, stream), attn_out, hooks, PREFIX)
