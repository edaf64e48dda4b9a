"""Losses and gradients of a one-layer transformer on a fixed batch with several answers per example.

As `TableBatch`, for any positions with loss and any tokens there: keys, values, queries and the scores between them are
tables over the pairs of token and position that occur. The heads' outputs then take one product with W_O [W_in, W_U],
the neurons one with W_out W_U. Only positions with loss are computed. torch builds the tables, and propagates their
gradients back to the weights; compiled code does the rest.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.components import Attention
from latebloom.models.tables.answer_examples import (
    AnswerRows,
    AnswerTables,
    evaluate_answers,
    learn_answers,
    new_answer_block,
)
from latebloom.models.tables.arrays import Weights, aligned
from latebloom.models.tables.batch import EXACT, named_weights
from latebloom.models.tables.halves import halves, worth_a_thread
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.models.transformer import is_one_layer
from latebloom.tasks import IGNORE

WIDTH_OF_LOGITS = 16
"""The logits are padded with zeros to a multiple of this: products with 10 columns take longer than with 16."""

MORE_SCORES = 20
"""A score that no pattern needs costs little beside the neurons of an example: with p values for each operand, tokens
``x y`` have 2 p² scores, the inverse of the share of the pairs in the batch times what their patterns hold. Arbitrary;
that share is rarely under a twentieth."""


def answers_apply(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """Whether `AnswerBatch` applies: one layer of the write-up's model, on the CPU, a label for every answer, and no
    more scores between pairs of token and position than there are in the batch's patterns, or `MORE_SCORES` times as
    many for one answer."""
    exact = EXACT if positions == (tokens.shape[1] - 1,) else frozenset()
    if not is_one_layer(model, exact) or tokens.device.type != "cpu" or bool((labels == IGNORE).any()):
        return False
    pairs = [int(column.unique().numel()) for column in tokens.T]
    most = tokens.numel() * len(positions) * (MORE_SCORES if len(positions) == 1 else 1)
    return sum(pairs) * sum(pairs[i] for i in positions) <= most


class AnswerBatch:
    """Losses and gradients of one fixed batch, for weights that change.

    ``weights`` are read at each call, not copied. ``positions``: those with loss, one per label. ``share``: two
    threads compute half of a large batch each.
    """

    def __init__(
        self,
        weights: Weights,
        tokens: Int[Tensor, "batch pos"],
        labels: Int[Tensor, "batch answer"],
        positions: tuple[int, ...],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
    ) -> None:
        self._weights = [torch.from_numpy(weight).requires_grad_() for weight in weights]
        self._lay_out(tokens.numpy(), labels.numpy(), list(positions), len(weights.W_Q))
        tables = self._built()
        dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        arrays = _arrays(tables)
        self.shared = worth_a_thread(share, labels.numel() * arrays.fold.shape[1])
        self._sums, self._other_sums = (AnswerTables(*(aligned(a.shape, a.dtype) for a in arrays)) for _ in range(2))
        self._blocks = [new_answer_block(arrays, self._rows, weights.W_U.shape[1], dtype) for _ in range(2)]
        self._losses = aligned(labels.shape, np.float64)
        self._right = aligned(labels.shape, np.bool_)

    def _lay_out(self, tokens: np.ndarray, labels: np.ndarray, positions: list[int], heads: int) -> None:
        size = tokens.max() + 1
        pairs, index = np.unique(tokens + np.arange(tokens.shape[1]) * size, return_inverse=True)
        index = index.reshape(tokens.shape)
        queries, query = np.unique(index[:, positions], return_inverse=True)
        self._token, self._position = torch.from_numpy(pairs % size), torch.from_numpy(pairs // size)
        self._queries = torch.from_numpy(queries)
        terms = index[:, None] * heads + np.arange(heads)[:, None]
        self._rows = AnswerRows(
            query.reshape(labels.shape).astype(np.int32), terms.astype(np.int32), np.array(positions) + 1, labels
        )

    def _built(self) -> tuple[Tensor, ...]:
        """The tables, in the order of `AnswerTables`."""
        W_E, W_pos, W_Q, W_K, W_V, W_O, W_in, b_in, W_out, b_out, W_U = self._weights
        embedding = torch.nn.functional.embedding
        resid = embedding(self._token, W_E) + embedding(self._position, W_pos)
        query_resid = resid[self._queries]
        q, k, v = (Attention.project(part, weight) for part, weight in ((query_resid, W_Q), (resid, W_K), (resid, W_V)))
        scores = torch.einsum("shd,rhd->srh", q * W_Q.shape[2] ** -0.5, k)
        W_U = torch.nn.functional.pad(W_U, (0, -W_U.shape[1] % WIDTH_OF_LOGITS))
        read = torch.cat([W_in, W_U], 1)
        base = query_resid @ read + torch.cat([b_in, b_out @ W_U])
        return scores.flatten(1), v.flatten(0, 1), base, W_O.flatten(0, 1) @ read, W_out @ W_U

    def gradient(self, gradient: Weights) -> float:
        """The mean loss (nats); writes its gradient into arrays of the weights' shapes."""
        tables = self._built()
        parts = zip(self._blocks, (self._sums, self._other_sums))
        self._work(learn_answers, tables, [(block, sums, self._losses) for block, sums in parts])
        slopes = [torch.from_numpy(a).add_(torch.from_numpy(b)) for a, b in zip(self._sums, self._other_sums)]
        for out, slope in zip(gradient, torch.autograd.grad(tables, self._weights, slopes)):
            out[...] = slope.numpy()
        return float(self._losses.mean())

    @torch.no_grad()
    def evaluate(self) -> tuple[Float[np.ndarray, "batch answer"], Bool[np.ndarray, "batch answer"]]:
        """Loss of each answer (nats), and whether its highest logit is right."""
        self._work(evaluate_answers, self._built(), [(block, self._losses, self._right) for block in self._blocks])
        return self._losses.copy(), self._right.copy()

    def _work(self, work: Callable[..., None], tables: tuple[Tensor, ...], outputs: list[tuple[Any, ...]]) -> None:
        halves(work, (_arrays(tables), self._rows), len(self._losses), outputs, self.shared)


def _arrays(tables: tuple[Tensor, ...]) -> AnswerTables:
    return AnswerTables(*(table.detach().contiguous().numpy() for table in tables))


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> AnswerBatch:
    return AnswerBatch(named_weights(dict(model.named_parameters())), tokens, labels, positions, loss_dtype, share)


FAST_PATHS.register(FastPath("answers", answers_apply, named_weights, _new))
