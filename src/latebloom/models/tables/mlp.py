"""Losses and gradients of the two-layer MLP on a fixed batch.

Its input is a sum of one-hot vectors, so a pre-activation is a sum of rows of W_in, and the gradient of W_in a sum of
rows by index. The order of the operands does not matter: x, y and y, x are computed once. What remains are the three
products with W_out.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.mlp import MLP
from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.halves import halves, worth_a_thread
from latebloom.models.tables.mlp_examples import MLPArrays, MLPRows, evaluate_mlp, learn_mlp, new_mlp_block, padded
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.models.tables.ranges import check_batch, mean_loss
from latebloom.tasks import IGNORE

OPERANDS = 2
"""Tokens before the ``=`` of an example."""


def mlp_applies(
    model: Model, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"], positions: tuple[int, ...]
) -> bool:
    """Whether `MLPBatch` applies: the write-up's MLP with ReLU, on the CPU, with a label for every example."""
    if type(model) is not MLP or model.config.activation != "relu" or tokens.device.type != "cpu":
        return False
    return tokens.shape[1] == OPERANDS + 1 and not bool((labels == IGNORE).any())


def mlp_arrays(tensors: dict[str, Tensor]) -> MLPArrays:
    """Views of the MLP's parameters, or of tensors of their shapes, by the last part of their names."""
    return MLPArrays(**{name.rsplit(".", 1)[-1]: tensor.detach().numpy() for name, tensor in tensors.items()})


class MLPBatch:
    """Losses and gradients of one fixed batch. ``weights`` are read at each call, not copied. Errors: as `check_batch`,
    of the operands: the MLP has no row for the ``=``."""

    def __init__(
        self,
        weights: MLPArrays,
        tokens: Int[Tensor, "batch pos"],
        labels: Int[Tensor, "batch 1"],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
    ) -> None:
        check_batch(tokens[:, :-1].numpy(), labels.numpy(), len(weights.W_in), len(weights.b_out))
        self._weights, self._padded = weights, padded(weights)
        self._rows, self._order = _rows_of(tokens.numpy(), labels[:, 0].numpy())
        dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        self._blocks = [new_mlp_block(self._padded, len(weights.b_out), dtype) for _ in range(2)]
        self._sums = [padded(weights) for _ in range(2)]
        self._losses, self._right = aligned((len(labels),), np.float64), aligned((len(labels),), np.bool_)
        self.shared = worth_a_thread(share, len(self._rows.terms) * len(weights.b_in))

    def gradient(self, gradient: MLPArrays) -> float:
        """As `FastBatch.gradient`."""
        self._work(learn_mlp, [(block, sums, self._losses) for block, sums in zip(self._blocks, self._sums)])
        for out, first, second in zip(gradient, *self._sums):
            np.add(first[..., : out.shape[-1]], second[..., : out.shape[-1]], out=out)
        return mean_loss(self._losses, self._weights.W_out)

    def evaluate(self) -> tuple[Float[np.ndarray, " batch"], Bool[np.ndarray, " batch"]]:
        """As `FastBatch.evaluate`."""
        self._work(evaluate_mlp, [(block, self._losses, self._right) for block in self._blocks])
        losses, right = np.empty_like(self._losses), np.empty_like(self._right)
        losses[self._order], right[self._order] = self._losses, self._right
        return losses, right

    def _work(self, work: Any, outputs: list[tuple[Any, ...]]) -> None:
        for weight, copy in zip(self._weights, self._padded):
            copy[..., : weight.shape[-1]] = weight
        halves(work, (self._padded, self._rows), len(self._rows.terms), outputs, self.shared)


def _rows_of(
    tokens: Int[np.ndarray, "batch pos"], labels: Int[np.ndarray, " batch"]
) -> tuple[MLPRows, Int[np.ndarray, " batch"]]:
    """The batch as `MLPRows`, and the order of its examples there."""
    terms, index, counts = np.unique(np.sort(tokens[:, :-1], 1), axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(index.reshape(-1), kind="stable")
    return MLPRows(terms.astype(np.int32), np.append(0, np.cumsum(counts)), labels[order]), order


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> MLPBatch:
    return MLPBatch(mlp_arrays(dict(model.named_parameters())), tokens, labels, loss_dtype, share)


FAST_PATHS.register(FastPath("mlp", mlp_applies, mlp_arrays, _new))
