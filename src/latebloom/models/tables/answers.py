"""Losses and gradients of a one-layer transformer on a fixed batch with several answers per example.

As `TableBatch`, for any positions with loss and any tokens there: keys, values, queries and the scores between them are
tables over the pairs of token and position that occur. The heads' outputs then take one product with W_O [W_in, W_U],
the neurons one with W_out W_U. Only positions with loss are computed.
"""

from collections.abc import Callable
from typing import Any, TypeGuard

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.tables.answer_build import (
    AnswerInputs,
    AnswerPairs,
    build_answers,
    build_answers_backward,
    finish_answers,
    start_answers,
)
from latebloom.models.tables.answer_examples import (
    AnswerRows,
    AnswerTables,
    evaluate_answers,
    learn_answers,
    new_answer_block,
)
from latebloom.models.tables.arrays import Weights, aligned, fitted
from latebloom.models.tables.batch import EXACT, named_weights
from latebloom.models.tables.halves import both, halves, worth_a_thread
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.models.tables.ranges import check_batch
from latebloom.models.transformer import Transformer, is_one_layer
from latebloom.tasks import IGNORE

WIDTH_OF_LOGITS = 16
"""The logits are padded with zeros to a multiple of this: products with 10 columns take longer than with 16."""

MIXED = frozenset({"attention_mix"})
"""What may differ from the write-up's model, wherever its answers are."""

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
    most = tokens.numel() * len(positions) * (MORE_SCORES if len(positions) == 1 else 1)
    return _computes(model, tokens, labels, positions) and _scores(tokens, positions) <= most


def answer_stream_applies(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """As `answers_apply`, for batches that change, whose tables are computed anew: the scores between pairs may take as
    many products as keys and values of all tokens."""
    if not _computes(model, tokens, labels, positions):
        return False
    return _scores(tokens, positions) <= 2 * model.config.d_model * tokens.numel()


def _computes(model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...]) -> TypeGuard[Transformer]:
    exact = MIXED | EXACT if positions == (tokens.shape[1] - 1,) else MIXED
    return is_one_layer(model, exact) and tokens.device.type == "cpu" and not bool((labels == IGNORE).any())


def _scores(tokens: Tensor, positions: tuple[int, ...]) -> int:
    """The number of scores between pairs of token and position, for each head."""
    pairs = [int(column.unique().numel()) for column in tokens.T]
    return sum(pairs) * sum(pairs[i] for i in positions)


class AnswerBatch:
    """Losses and gradients of one batch, which others can replace, for weights that change.

    ``weights`` are read at each call, not copied. ``positions``: those with loss, one per label. ``share``: two
    threads compute half of a large batch each. ``mix``: that of the attention.
    """

    def __init__(
        self,
        weights: Weights,
        tokens: Int[Tensor, "batch pos"],
        labels: Int[Tensor, "batch answer"],
        positions: tuple[int, ...],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
        mix: float = 1.0,
    ) -> None:
        self._weights, self._positions, self._share = weights, list(positions), share
        self._mix = weights.W_E.dtype.type(mix)
        self._loss_dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        self._buffers: dict[str, np.ndarray] = {}
        self._labels: tuple[int, ...] = ()
        self.replace(tokens, labels)

    def replace(self, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"]) -> None:
        """As `ChangingBatch.replace`. Errors: as `check_batch`."""
        check_batch(tokens.numpy(), labels.numpy(), len(self._weights.W_E), self._weights.W_U.shape[1])
        self._lay_out(tokens.numpy(), labels.numpy())
        self._allocate()
        if self._labels != labels.shape:
            self._labels = tuple(labels.shape)
            self.shared = worth_a_thread(self._share, labels.numel() * self._tables.fold.shape[1])
            outputs = self._weights.W_U.shape[1]
            self._blocks = [new_answer_block(self._tables, self._rows, outputs, self._loss_dtype) for _ in range(2)]
            self._losses, self._right = aligned(self._labels, np.float64), aligned(self._labels, np.bool_)

    def _lay_out(self, tokens: np.ndarray, labels: np.ndarray) -> None:
        size, heads = tokens.max() + 1, len(self._weights.W_Q)
        pairs, index = np.unique(tokens + np.arange(tokens.shape[1]) * size, return_inverse=True)
        index = index.reshape(tokens.shape)
        queries, query = np.unique(index[:, self._positions], return_inverse=True)
        self._pairs = AnswerPairs(pairs % size, pairs // size, queries)
        terms = index[:, None] + np.arange(heads)[:, None] * len(pairs)
        self._rows = AnswerRows(
            query.reshape(labels.shape).astype(np.int32),
            terms.astype(np.int32),
            np.array(self._positions) + 1,
            labels,
            self._mix,
        )

    def _allocate(self) -> None:
        """All arrays whose sizes depend on the pairs that occur."""
        weights, pairs, queries = self._weights, len(self._pairs.token), len(self._pairs.query)
        heads, d_model, d_head = weights.W_Q.shape
        neurons, outputs = weights.W_in.shape[1], weights.W_U.shape[1]
        padded = -(-outputs // WIDTH_OF_LOGITS) * WIDTH_OF_LOGITS
        width = neurons + padded
        tables: dict[str, tuple[int, ...]] = {
            "scores": (queries, heads * pairs),
            "values": (heads * pairs, d_head),
            "base": (queries, width),
            "fold": (heads * d_head, width),
            "w_logit": (neurons, padded),
        }
        inputs: dict[str, tuple[int, ...]] = {
            "stream": (pairs, d_model),
            "asking": (queries, d_model),
            "queries": (heads, queries, d_head),
            "keys": (heads, pairs, d_head),
            "read": (d_model, width),
            "other_read": (d_model, width),
        }
        self._tables, *self._sums = (AnswerTables(**self._fitted(f"table {i}", tables)) for i in range(3))
        self._inputs, self._back = (AnswerInputs(**self._fitted(f"input {i}", inputs)) for i in range(2))

    def _fitted(self, name: str, shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
        """Arrays of these shapes, in buffers that are kept."""
        arrays = {}
        for field, shape in shapes.items():
            buffer = self._buffers.get(f"{name} {field}", np.empty(0, self._weights.W_E.dtype))
            self._buffers[f"{name} {field}"], arrays[field] = fitted(buffer, shape)
        return arrays

    def gradient(self, gradient: Weights) -> float:
        """As `FastBatch.gradient`."""
        self._build()
        self._work(learn_answers, [(block, sums, self._losses) for block, sums in zip(self._blocks, self._sums)])
        for first, second in zip(*self._sums):
            first += second
        arguments = (self._weights, self._pairs, self._inputs, self._sums[0], self._back, gradient)
        both(build_answers_backward, (*arguments, 0), (*arguments, 1), self.shared)
        finish_answers(self._back, gradient)
        return float(self._losses.mean())

    def evaluate(self) -> tuple[Float[np.ndarray, "batch answer"], Bool[np.ndarray, "batch answer"]]:
        """As `FastBatch.evaluate`."""
        self._build()
        self._work(evaluate_answers, [(block, self._losses, self._right) for block in self._blocks])
        return self._losses.copy(), self._right.copy()

    def _build(self) -> None:
        start_answers(self._weights, self._pairs, self._inputs)
        arguments = (self._weights, self._inputs, self._tables)
        both(build_answers, (*arguments, 0), (*arguments, 1), self.shared)

    def _work(self, work: Callable[..., None], outputs: list[tuple[Any, ...]]) -> None:
        halves(work, (self._tables, self._rows), len(self._losses), outputs, self.shared)


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> AnswerBatch:
    assert isinstance(model, Transformer)
    weights = named_weights(dict(model.named_parameters()))
    mix = model.config.attention_mix
    return AnswerBatch(weights, tokens, labels, positions, loss_dtype, share, mix)


FAST_PATHS.register(FastPath("answers", answers_apply, named_weights, _new))
FAST_PATHS.register(FastPath("answers of a stream", answer_stream_applies, named_weights, _new, changes=True))
