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
from latebloom.models.tables.arrays import Weights, aligned, fitted
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


def answer_stream_applies(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """As `answers_apply`, for batches that change, whose tables are computed anew: the scores between pairs may take as
    many products as keys and values of all tokens."""
    exact = EXACT if positions == (tokens.shape[1] - 1,) else frozenset()
    if not is_one_layer(model, exact) or tokens.device.type != "cpu" or bool((labels == IGNORE).any()):
        return False
    pairs = [int(column.unique().numel()) for column in tokens.T]
    return sum(pairs) * sum(pairs[i] for i in positions) <= 2 * model.config.d_model * tokens.numel()


class AnswerBatch:
    """Losses and gradients of one batch, which others can replace, for weights that change.

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
        self._positions, self._share = list(positions), share
        self._heads, self._outputs = len(weights.W_Q), weights.W_U.shape[1]
        self._loss_dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        self._buffers = [[np.empty(0, weights.W_E.dtype)] * len(AnswerTables._fields) for _ in range(2)]
        self._labels: tuple[int, ...] = ()
        self.replace(tokens, labels)

    def replace(self, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"]) -> None:
        """As `ChangingBatch.replace`."""
        self._lay_out(tokens.numpy(), labels.numpy())
        if self._labels != labels.shape:
            self._labels = tuple(labels.shape)
            self._allocate()

    def _allocate(self) -> None:
        """Everything but the sums, whose sizes depend on the tokens."""
        arrays = _arrays(self._built())
        self.shared = worth_a_thread(self._share, int(np.prod(self._labels)) * arrays.fold.shape[1])
        self._blocks = [new_answer_block(arrays, self._rows, self._outputs, self._loss_dtype) for _ in range(2)]
        self._losses, self._right = aligned(self._labels, np.float64), aligned(self._labels, np.bool_)

    def _lay_out(self, tokens: np.ndarray, labels: np.ndarray) -> None:
        size, heads = tokens.max() + 1, self._heads
        pairs, index = np.unique(tokens + np.arange(tokens.shape[1]) * size, return_inverse=True)
        index = index.reshape(tokens.shape)
        queries, query = np.unique(index[:, self._positions], return_inverse=True)
        self._token, self._position = torch.from_numpy(pairs % size), torch.from_numpy(pairs // size)
        self._queries = torch.from_numpy(queries)
        terms = index[:, None] * heads + np.arange(heads)[:, None]
        self._rows = AnswerRows(
            query.reshape(labels.shape).astype(np.int32), terms.astype(np.int32), np.array(self._positions) + 1, labels
        )

    def _sums(self, half: int, tables: AnswerTables) -> AnswerTables:
        """Arrays for the gradients of the tables, summed over the examples of one half."""
        fitting = [fitted(buffer, table.shape) for buffer, table in zip(self._buffers[half], tables)]
        self._buffers[half] = [buffer for buffer, _ in fitting]
        return AnswerTables(*(sums for _, sums in fitting))

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
        arrays = _arrays(tables)
        sums = [self._sums(half, arrays) for half in range(2)]
        self._work(learn_answers, arrays, [(block, half, self._losses) for block, half in zip(self._blocks, sums)])
        slopes = [torch.from_numpy(a).add_(torch.from_numpy(b)) for a, b in zip(*sums)]
        for out, slope in zip(gradient, torch.autograd.grad(tables, self._weights, slopes)):
            out[...] = slope.numpy()
        return float(self._losses.mean())

    @torch.no_grad()
    def evaluate(self) -> tuple[Float[np.ndarray, "batch answer"], Bool[np.ndarray, "batch answer"]]:
        """Loss of each answer (nats), and whether its highest logit is right."""
        outputs = [(block, self._losses, self._right) for block in self._blocks]
        self._work(evaluate_answers, _arrays(self._built()), outputs)
        return self._losses.copy(), self._right.copy()

    def _work(self, work: Callable[..., None], tables: AnswerTables, outputs: list[tuple[Any, ...]]) -> None:
        halves(work, (tables, self._rows), len(self._losses), outputs, self.shared)


def _arrays(tables: tuple[Tensor, ...]) -> AnswerTables:
    return AnswerTables(*(table.detach().contiguous().numpy() for table in tables))


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> AnswerBatch:
    return AnswerBatch(named_weights(dict(model.named_parameters())), tokens, labels, positions, loss_dtype, share)


FAST_PATHS.register(FastPath("answers", answers_apply, named_weights, _new))
FAST_PATHS.register(FastPath("answers of a stream", answer_stream_applies, named_weights, _new, changes=True))
