"""Losses and gradients of two layers of attention without neurons, at any positions.

The first layer's queries, keys and values are sums of a row for the token and one for the position. Only what a label
needs is computed: in the second layer queries where a label is, in both nothing after the last one, and of the patterns
only what a query sees.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.blas import single_threaded_blas
from latebloom.models.tables.halves import halves, worth_a_thread
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.models.tables.ranges import check_batch
from latebloom.models.tables.two_layer_build import (
    LayerWeights,
    TwoLayerWeights,
    build_two_layers,
    build_two_layers_backward,
    read_of,
)
from latebloom.models.tables.two_layer_examples import (
    Sequences,
    Sizes,
    evaluate_sequences,
    learn_sequences,
    new_sequence_block,
    new_transposed,
    new_two_layer_tables,
)
from latebloom.models.transformer import Transformer
from latebloom.tasks import IGNORE


def two_layers_apply(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """Whether `TwoLayerBatch` applies: two layers of attention without neurons and otherwise as in the write-up, on the
    CPU, and tables that are small beside the batch."""
    if type(model) is not Transformer or model.config.n_layers != 2 or model.config.d_mlp:
        return False
    length = tokens.shape[1]
    inside = len(positions) > 0 and positions[0] >= 0 and positions[-1] < length <= len(model.pos_embed.W_pos)
    in_order = inside and all(left < right for left, right in pairwise(positions)) and labels.shape[1] == len(positions)
    exact = not model.config.architecture and tokens.device.type == "cpu" and in_order
    return exact and len(model.embed.W_E) + len(model.pos_embed.W_pos) <= tokens.numel()


def two_layer_arrays(tensors: dict[str, Tensor]) -> TwoLayerWeights:
    """The parameters, or tensors of their shapes, by their names."""
    parts = {name: tensor.detach() for name, tensor in tensors.items()}
    first, second = (
        LayerWeights(*(parts[f"blocks.{i}.attn.{name}"] for name in LayerWeights._fields)) for i in range(2)
    )
    return TwoLayerWeights(parts["embed.W_E"], parts["pos_embed.W_pos"], first, second, parts["unembed.W_U"])


class TwoLayerBatch:
    """Losses and gradients of one batch, which others can replace. ``weights`` are read at each call, not copied.

    ``residual_scale``: as in `TransformerConfig`. ``positions``: of the labels, increasing; labels may be missing.
    """

    def __init__(
        self,
        weights: TwoLayerWeights,
        residual_scale: float,
        tokens: Int[Tensor, "batch pos"],
        labels: Int[Tensor, "batch answer"],
        positions: tuple[int, ...],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
    ) -> None:
        self._weights, self._residual_scale, self._share = weights, residual_scale, share
        self._positions = np.array(positions)
        self._loss_dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        heads, _, d_head = weights.first.W_Q.shape
        self._sizes = Sizes(heads, d_head, weights.W_U.shape[1], len(weights.W_E))
        entries, dtype = len(weights.W_E) + len(weights.W_pos), weights.W_E.numpy().dtype
        self._tables, *self._sums = (new_two_layer_tables(entries, self._sizes, dtype) for _ in range(3))
        self._transposed = new_transposed(self._sizes, dtype)
        self._shape: tuple[int, ...] = ()
        self.replace(tokens, labels)

    def replace(self, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"]) -> None:
        """As `ChangingBatch.replace`; labels may be missing. Errors: as `check_batch`."""
        missing = labels == IGNORE
        check_batch(tokens.numpy(), labels.masked_fill(missing, 0).numpy(), self._sizes.tokens, self._sizes.outputs)
        counted = np.array([labels.numel() - int(missing.sum())])
        self._rows = Sequences(tokens.numpy(), labels.numpy(), self._positions, counted)
        if self._shape != tokens.shape:
            self._shape = tuple(tokens.shape)
            self._allocate()

    def _allocate(self) -> None:
        (count, length), answers, dtype = self._shape, len(self._positions), self._tables.seen.dtype
        self._blocks = [new_sequence_block(length, answers, self._sizes, dtype, self._loss_dtype) for _ in range(2)]
        self._losses, self._right = aligned((count, answers), np.float64), aligned((count, answers), np.bool_)
        self.shared = worth_a_thread(self._share, count * length * self._sizes.outputs)

    def gradient(self, gradient: TwoLayerWeights) -> float:
        """As `FastBatch.gradient`; the mean is over the labels that there are."""
        read = self._build()
        outputs = [(self._transposed, block, sums, self._losses) for block, sums in zip(self._blocks, self._sums)]
        self._work(learn_sequences, outputs)
        for first, second in zip(*self._sums):
            first += second
        with single_threaded_blas():
            build_two_layers_backward(self._weights, self._residual_scale, read, self._sums[0], gradient)
        counted = int(self._rows.counted[0])
        return float(self._losses.sum() / counted) if counted else float("nan")

    def evaluate(self) -> tuple[Float[np.ndarray, "batch answer"], Bool[np.ndarray, "batch answer"]]:
        """As `FastBatch.evaluate`; 0 and False where a label is missing."""
        self._build()
        self._work(evaluate_sequences, [(block, self._losses, self._right) for block in self._blocks])
        return self._losses.copy(), self._right.copy()

    def _build(self) -> Any:
        with single_threaded_blas():
            read = read_of(self._weights, self._residual_scale)
            build_two_layers(self._weights, read, self._tables, self._transposed)
        return read

    def _work(self, work: Any, outputs: list[tuple[Any, ...]]) -> None:
        halves(work, (self._tables, self._sizes, self._rows), len(self._losses), outputs, self.shared)


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> TwoLayerBatch:
    assert isinstance(model, Transformer)
    weights, scale = two_layer_arrays(dict(model.named_parameters())), model.config.residual_scale
    return TwoLayerBatch(weights, scale, tokens, labels, positions, loss_dtype, share)


FAST_PATHS.register(FastPath("two layers", two_layers_apply, two_layer_arrays, _new, changes=True, gaps=True))
