"""Losses and gradients of one layer of attention without neurons, read at the last position.

Everything after the pattern is linear, so scores and values are look-ups by token plus look-ups by position. Each batch
may have other examples. Several different tokens at the last position have scores of their own.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.attention_build import (
    AttentionWeights,
    build_attention,
    build_attention_backward,
    new_inputs,
)
from latebloom.models.tables.attention_examples import (
    AttentionRows,
    AttentionTables,
    evaluate_attention,
    learn_attention,
    new_attention_block,
)
from latebloom.models.tables.blas import single_threaded_blas
from latebloom.models.tables.halves import halves, worth_a_thread
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.models.tables.ranges import check_batch
from latebloom.models.transformer import Transformer
from latebloom.tasks import IGNORE

EXACT = frozenset({"attention"})
"""What may differ from the write-up's model, as in `batch.EXACT`."""


def attention_applies(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """Whether `AttentionBatch` applies: one layer of attention without neurons and otherwise as in the write-up, on the
    CPU, loss at the last position of whole sequences, and tables that are small beside the batch."""
    if type(model) is not Transformer or model.config.n_layers != 1 or model.config.d_mlp:
        return False
    (count, length), (d_vocab, d_model) = tokens.shape, model.embed.W_E.shape
    exact = model.config.architecture.keys() <= EXACT and tokens.device.type == "cpu"
    if not exact or positions != (length - 1,) or length != len(model.pos_embed.W_pos):
        return False
    small = d_vocab + tokens[:, -1].unique().numel() * (d_vocab + length) // count <= length * d_model
    return small and not bool((labels == IGNORE).any())


def attention_arrays(tensors: dict[str, Tensor]) -> AttentionWeights:
    """Views of the parameters, or of tensors of their shapes, by the last part of their names."""
    return AttentionWeights(**{name.rsplit(".", 1)[-1]: tensor.detach().numpy() for name, tensor in tensors.items()})


class AttentionBatch:
    """Losses and gradients of one batch, which others can replace. ``weights`` are read at each call, not copied.

    ``residual_scale``: as in `TransformerConfig`.
    """

    def __init__(
        self,
        weights: AttentionWeights,
        residual_scale: float,
        tokens: Int[Tensor, "batch pos"],
        labels: Int[Tensor, "batch 1"],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
    ) -> None:
        self._weights, self._residual_scale, self._share = weights, residual_scale, share
        self._loss_dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        self._shape: tuple[int, ...] = ()
        self.replace(tokens, labels)

    def replace(self, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch 1"]) -> None:
        """As `ChangingBatch.replace`. Errors: as `check_batch`."""
        array = tokens.numpy()
        check_batch(array, labels.numpy(), len(self._weights.W_E), self._weights.W_U.shape[1])
        self._last, query = np.unique(array[:, -1], return_inverse=True)
        self._rows = AttentionRows(array, query, labels[:, 0].numpy())
        if self._shape != (len(self._last), *array.shape):
            self._shape = (len(self._last), *array.shape)
            self._allocate()

    def _allocate(self) -> None:
        weights, (queries, count, positions) = self._weights, self._shape
        heads, _, d_head = weights.W_Q.shape
        entries, outputs = len(weights.W_E) + positions, weights.W_U.shape[1]
        self._inputs, self._back = (new_inputs(weights, queries, positions) for _ in range(2))
        shapes = (queries, heads, entries), (heads, entries, d_head), (heads * d_head, outputs), (queries, outputs)
        self._tables, *self._sums = (
            AttentionTables(*(aligned(shape, weights.W_E.dtype) for shape in shapes)) for _ in range(3)
        )
        self._blocks = [new_attention_block(self._tables, positions, self._loss_dtype) for _ in range(2)]
        self._losses, self._right = aligned((count,), np.float64), aligned((count,), np.bool_)
        self.shared = worth_a_thread(self._share, count * positions * heads)

    def gradient(self, gradient: AttentionWeights) -> float:
        """As `FastBatch.gradient`."""
        self._work(learn_attention, [(block, sums, self._losses) for block, sums in zip(self._blocks, self._sums)])
        for first, second in zip(*self._sums):
            first += second
        with single_threaded_blas():
            arguments = (self._weights, self._last, self._residual_scale, self._inputs)
            build_attention_backward(*arguments, self._back, self._sums[0], gradient)
        return float(self._losses.mean())

    def evaluate(self) -> tuple[Float[np.ndarray, " batch"], Bool[np.ndarray, " batch"]]:
        """As `FastBatch.evaluate`."""
        self._work(evaluate_attention, [(block, self._losses, self._right) for block in self._blocks])
        return self._losses.copy(), self._right.copy()

    def _work(self, work: Any, outputs: list[tuple[Any, ...]]) -> None:
        with single_threaded_blas():
            build_attention(self._weights, self._last, self._residual_scale, self._inputs, self._tables)
        halves(work, (self._tables, self._rows), len(self._losses), outputs, self.shared)


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> AttentionBatch:
    assert isinstance(model, Transformer)
    weights, scale = attention_arrays(dict(model.named_parameters())), model.config.residual_scale
    return AttentionBatch(weights, scale, tokens, labels, loss_dtype, share)


FAST_PATHS.register(FastPath("attention only", attention_applies, attention_arrays, _new, changes=True))
