"""Losses and gradients of a model on embeddings with one hidden layer, on a fixed batch.

The product of embeddings and W_in has one row for each operand token (two where the embeddings are joined), so the
model is the two-layer MLP on these rows, see `mlp`.
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.embedding_mlp import EmbeddingMLP
from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.blas import (
    product,
    product_transposed_left,
    product_transposed_right,
    single_threaded_blas,
)
from latebloom.models.tables.compiled import entry
from latebloom.models.tables.mlp import MLPBatch
from latebloom.models.tables.mlp_examples import MLPArrays
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.tasks import IGNORE


class EmbeddingArrays(NamedTuple):
    """The weights, or their gradients: W_E (V, d), W_in (d or 2d, n), W_U (n, z); b_in (n) and b_U (z) where the model
    has them."""

    W_E: np.ndarray
    W_in: np.ndarray
    W_U: np.ndarray
    b_in: np.ndarray | None = None
    b_U: np.ndarray | None = None  # noqa: N815


def embedding_applies(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """Whether `EmbeddingBatch` applies: one hidden layer with ReLU and an unembedding of its own, on the CPU, a label
    for every example, and no fewer examples than operand tokens."""
    if type(model) is not EmbeddingMLP or model.config.activation != "relu" or tokens.device.type != "cpu":
        return False
    one_layer = len(model.config.widths) == 1 and model.unembed is not None
    return one_layer and len(tokens) >= len(model.embed.W_E) and not bool((labels == IGNORE).any())


def embedding_arrays(tensors: dict[str, Tensor]) -> EmbeddingArrays:
    """Views of the parameters, or of tensors of their shapes, by the last part of their names."""
    return EmbeddingArrays(**{name.rsplit(".", 1)[-1]: tensor.detach().numpy() for name, tensor in tensors.items()})


class EmbeddingBatch:
    """Losses and gradients of one fixed batch. ``weights`` are read at each call, not copied. ``operands``: x and y.
    Errors: as `check_batch`."""

    def __init__(
        self,
        weights: EmbeddingArrays,
        operands: Int[Tensor, "batch 2"],
        labels: Int[Tensor, "batch 1"],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
    ) -> None:
        entries, width = weights.W_E.shape
        joined = len(weights.W_in) // width
        rows = aligned((joined * entries, weights.W_in.shape[1]), weights.W_E.dtype)
        self._weights, self._rows, self._rows_back = weights, rows, aligned(rows.shape, rows.dtype)
        self._b_in, self._b_U = (aligned((count,), rows.dtype) for count in weights.W_U.shape)
        tokens = torch.nn.functional.pad(operands + torch.tensor([0, (joined - 1) * entries]), (0, 1))
        self._mlp = MLPBatch(self._as_mlp(rows, weights), tokens, labels, loss_dtype, share)
        self.shared = self._mlp.shared

    def _as_mlp(self, rows: np.ndarray, arrays: EmbeddingArrays) -> MLPArrays:
        b_in, b_U = arrays.b_in, arrays.b_U
        return MLPArrays(rows, self._b_in if b_in is None else b_in, arrays.W_U, self._b_U if b_U is None else b_U)

    def gradient(self, gradient: EmbeddingArrays) -> float:
        """As `FastBatch.gradient`."""
        self._build()
        loss = self._mlp.gradient(self._as_mlp(self._rows_back, gradient))
        for missing in (self._b_in, self._b_U):  # where the model has no bias, its slope went here
            missing[:] = 0
        with single_threaded_blas():
            rows_backward(self._weights.W_E, self._weights.W_in, self._rows_back, gradient.W_E, gradient.W_in)
        return loss

    def evaluate(self) -> tuple[Float[np.ndarray, " batch"], Bool[np.ndarray, " batch"]]:
        """As `FastBatch.evaluate`."""
        self._build()
        return self._mlp.evaluate()

    def _build(self) -> None:
        with single_threaded_blas():
            rows_of(self._weights.W_E, self._weights.W_in, self._rows)


@entry
def rows_of(W_E, W_in, rows):  # type: ignore[no-untyped-def]
    """The product of the embeddings with each part of W_in, one below the other."""
    entries, width = W_E.shape
    for part in range(len(W_in) // width):
        product(W_E, W_in[part * width : (part + 1) * width], rows[part * entries : (part + 1) * entries], 0)


@entry
def rows_backward(W_E, W_in, rows_back, W_E_back, W_in_back):  # type: ignore[no-untyped-def]
    """From the gradients of `rows_of` to those of its factors."""
    entries, width = W_E.shape
    for part in range(len(W_in) // width):
        own, back = slice(part * width, (part + 1) * width), rows_back[part * entries : (part + 1) * entries]
        product_transposed_right(back, W_in[own], W_E_back, min(part, 1))
        product_transposed_left(W_E, back, W_in_back[own], 0)


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> EmbeddingBatch:
    assert isinstance(model, EmbeddingMLP)
    weights = embedding_arrays(dict(model.named_parameters()))
    return EmbeddingBatch(weights, tokens[:, model.operand_positions], labels, loss_dtype, share)


FAST_PATHS.register(FastPath("embedding mlp", embedding_applies, embedding_arrays, _new))
