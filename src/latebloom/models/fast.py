"""The exact fast forward: a one-layer transformer at one query position, by look-up tables instead of per-example rows.

Keys and values depend on (position, token) only, so they are tables of R rows, one per pair that occurs. The query
token never changes, so attention is a softmax over look-ups, and the heads' outputs enter everything after them
linearly: W_O W_in and W_O W_U are folded into the value table, W_out W_U into one matrix W_logit. A pre-activation is
then a row of a sparse (batch × R·heads) matrix with n_ctx · heads entries per row, times a table.
The result equals the plain forward to rounding, gradients too (tested). Source: design.md, "The exact fast forward".
"""

import warnings
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.transformer import Transformer

# torch calls its CSR matrices beta, once per process: said here, to nobody. Their two products are tested.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.sparse_csr_tensor(torch.tensor([0, 1]), torch.tensor([0]), torch.tensor([1.0]))


def table_forward(model: Model, tokens: Int[Tensor, "batch pos"], positions: tuple[int, ...]) -> "TableForward | None":
    """The fast forward for a fixed batch, or None where it does not apply.

    It applies to one layer with an MLP, one loss position, the last, and the same token there in every example.
    """
    single = isinstance(model, Transformer) and model.config.n_layers == 1 and model.config.d_mlp > 0
    last = tokens.shape[1] - 1
    if not single or positions != (last,) or tokens.device.type != "cpu" or tokens[:, last].unique().numel() != 1:
        return None
    assert isinstance(model, Transformer)
    return TableForward(model, tokens)


class TableForward:
    """Logits of one fixed batch; call it as often as the weights change."""

    def __init__(self, model: Transformer, tokens: Int[Tensor, "batch pos"]) -> None:
        d_vocab = model.embed.W_E.shape[0]
        length = tokens.shape[1]
        codes = tokens + torch.arange(length) * d_vocab
        rows, index = codes.unique(return_inverse=True)
        self._model = model
        self._token, self._position = rows % d_vocab, rows // d_vocab
        self._index = index
        self._query_row = int(index[0, -1])
        self._plan = _Plan.of(index, model.config.n_heads, len(rows))

    def __call__(self) -> Float[Tensor, "batch 1 d_vocab_out"]:
        """Logits at the last position, with gradients to every weight."""
        block, unembed = self._model.blocks[0], self._model.unembed.W_U
        attn, mlp = block.attn, block.mlp
        assert mlp is not None
        embedded = torch.nn.functional.embedding(self._token, self._model.embed.W_E)
        resid = embedded + self._model.pos_embed.W_pos[self._position]
        skip = resid[self._query_row]
        values = torch.einsum("rm,hmd->rhd", resid, attn.W_V)
        written = torch.einsum("rhd,hdm->rhm", values, attn.W_O).flatten(0, 1)
        pattern = self._pattern(resid, skip)
        pre = _Mix.apply(pattern, written @ mlp.W_in, self._plan) + (skip @ mlp.W_in + mlp.b_in)
        direct = _Mix.apply(pattern, written @ unembed, self._plan) + (skip + mlp.b_out) @ unembed
        return torch.addmm(direct, torch.relu(pre), mlp.W_out @ unembed)[:, None]

    def _pattern(self, resid: Float[Tensor, "row d_model"], skip: Float[Tensor, " d_model"]) -> Tensor:
        attn = self._model.blocks[0].attn
        query = torch.einsum("m,hmd->hd", skip, attn.W_Q) / attn.W_Q.shape[-1] ** 0.5
        scores = resid @ torch.einsum("hmd,hd->mh", attn.W_K, query)
        return torch.nn.functional.embedding(self._index, scores).softmax(dim=1)


@dataclass(frozen=True)
class _Plan:
    """Where the non-zero entries of the attention matrix are, by rows and transposed; fixed with the batch."""

    crow: Tensor
    col: Tensor
    shape: tuple[int, int]
    crow_t: Tensor
    col_t: Tensor
    order_t: Tensor

    @classmethod
    def of(cls, index: Int[Tensor, "batch pos"], heads: int, rows: int) -> "_Plan":
        per_row = index.shape[1] * heads
        col = (index[:, :, None] * heads + torch.arange(heads)).flatten()
        order = col.argsort(stable=True)
        counts = torch.bincount(col, minlength=rows * heads)
        crow_t = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
        crow = torch.arange(0, len(col) + 1, per_row)
        to32 = torch.int32
        return cls(
            crow.to(to32), col.to(to32), (len(index), rows * heads), crow_t.to(to32), (order // per_row).to(to32), order
        )

    def matrix(self, values: Tensor) -> Tensor:
        """The sparse (batch × row·head) matrix with these values."""
        return torch.sparse_csr_tensor(self.crow, self.col, values, self.shape, check_invariants=False)

    def transposed(self, values: Tensor) -> Tensor:
        """Its transpose, again by rows."""
        moved = values[self.order_t]
        return torch.sparse_csr_tensor(self.crow_t, self.col_t, moved, self.shape[::-1], check_invariants=False)


class _Mix(torch.autograd.Function):
    """pattern (batch, pos, head), as a sparse matrix, times a table (row · head, width)."""

    @staticmethod
    def forward(ctx: Any, pattern: Tensor, table: Tensor, plan: _Plan) -> Tensor:
        values = pattern.flatten()
        ctx.save_for_backward(values, table)
        ctx.plan, ctx.shape = plan, pattern.shape
        return plan.matrix(values) @ table

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        values, table = ctx.saved_tensors
        (grad,) = grads
        grad_table = ctx.plan.transposed(values) @ grad
        pattern = ctx.plan.matrix(torch.zeros_like(values))
        sampled = torch.sparse.sampled_addmm(pattern, grad, table.t(), beta=0.0)
        return sampled.values().view(ctx.shape), grad_table, None
