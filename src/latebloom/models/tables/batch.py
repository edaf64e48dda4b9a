"""Losses and gradients of a one-layer transformer on a fixed batch, through tables."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.models.base import Model
from latebloom.models.tables.arrays import Sums, Tables, Weights
from latebloom.models.tables.blas import single_threaded_blas
from latebloom.models.tables.build import build, start
from latebloom.models.tables.build_backward import build_backward, finish
from latebloom.models.tables.examples import evaluate_examples, learn_examples
from latebloom.models.tables.halves import both, worth_a_thread
from latebloom.models.tables.loss import new_workspace
from latebloom.models.tables.path import FAST_PATHS, FastPath
from latebloom.models.tables.ranges import check_batch, mean_loss
from latebloom.models.tables.rows import table_rows
from latebloom.models.transformer import is_one_layer
from latebloom.tasks import IGNORE

EXACT = frozenset({"attention"})
"""What may differ from the write-up's model: the last position of one layer sees all others in any case."""


def tables_apply(model: Model, tokens: Int[Tensor, "batch pos"], positions: tuple[int, ...]) -> bool:
    """Whether the exact fast forward applies: one layer of the write-up's model, on the CPU, loss only at the last
    position, which holds the same token in every example."""
    last = tokens.shape[1] - 1
    if not is_one_layer(model, EXACT) or positions != (last,) or tokens.device.type != "cpu":
        return False
    return tokens[:, last].unique().numel() == 1


def named_weights(tensors: dict[str, Tensor]) -> Weights:
    """Views of a one-layer transformer's parameters, or of tensors of their shapes, by the last part of their names."""
    by_leaf = {name.rsplit(".", 1)[-1]: tensor.detach().numpy() for name, tensor in tensors.items()}
    return Weights(**by_leaf)


class TableBatch:
    """Losses and gradients of one fixed batch, for weights that change.

    ``weights`` are read at each call, not copied. ``share``: two threads compute half of a large batch each.
    Errors: as `check_batch`.
    """

    def __init__(
        self,
        weights: Weights,
        tokens: Int[Tensor, "batch pos"],
        labels: Int[Tensor, "batch 1"],
        loss_dtype: torch.dtype = torch.float64,
        share: bool = True,
    ) -> None:
        check_batch(tokens.numpy(), labels.numpy(), weights.W_E.shape[0], weights.W_U.shape[1])
        rows, self._order = table_rows(tokens.numpy(), labels[:, 0].numpy(), weights.W_E.shape[0], weights.W_Q.shape[0])
        dtype = np.dtype(np.float64 if loss_dtype is torch.float64 else np.float32)
        self.weights = weights
        self._share_dropped = 0.0
        self.workspace = new_workspace(weights, rows, dtype)
        self.shared = worth_a_thread(share, len(rows.labels) * len(self.workspace.tables.base))

    def keep(self, kept: Bool[Tensor, "batch neuron"], share: float) -> None:
        """As `DroppingBatch.keep`."""
        ordered = np.ascontiguousarray(kept.numpy()[self._order])
        rows = self.workspace.rows._replace(kept=ordered)
        self.workspace, self._share_dropped = self.workspace._replace(rows=rows), share

    def gradient(self, gradient: Weights) -> float:
        """The mean loss (nats); writes its gradient into arrays of the weights' shapes. As `loss_and_gradient`, with
        the neurons that were dropped besides."""
        weights, workspace = self.weights, self.workspace
        rows, tables, sums, other_sums = workspace.rows, workspace.tables, workspace.sums, workspace.other_sums
        with single_threaded_blas():
            self._build()
            self._scale_neurons(tables)
            self._halves(
                learn_examples,
                (tables, rows, 0, workspace.middle, workspace.block, sums, workspace.losses),
                (
                    tables,
                    rows,
                    workspace.middle,
                    len(workspace.losses),
                    workspace.other_block,
                    other_sums,
                    workspace.losses,
                ),
            )
            self._scale_neurons(sums, other_sums)
            self._halves(
                build_backward,
                (weights, rows, tables, sums, other_sums, workspace.back, gradient, 0),
                (weights, rows, tables, sums, other_sums, workspace.other_back, gradient, 1),
            )
            finish(weights, rows, tables, sums, workspace.back, workspace.other_back, gradient)
        return mean_loss(workspace.losses, weights.W_out)

    def evaluate(self) -> tuple[Float[np.ndarray, " batch"], Bool[np.ndarray, " batch"]]:
        """Loss of each example (nats), and whether its highest logit is right."""
        workspace = self.workspace
        with single_threaded_blas():
            self._build()
            self._halves(
                evaluate_examples,
                (
                    workspace.tables,
                    workspace.rows,
                    0,
                    workspace.middle,
                    workspace.block,
                    workspace.losses,
                    workspace.right,
                ),
                (
                    workspace.tables,
                    workspace.rows,
                    workspace.middle,
                    len(workspace.losses),
                    workspace.other_block,
                    workspace.losses,
                    workspace.right,
                ),
            )
        losses, right = np.empty_like(workspace.losses), np.empty_like(workspace.right)
        losses[self._order], right[self._order] = workspace.losses, workspace.right
        return losses, right

    def _scale_neurons(self, *parts: Tables | Sums) -> None:
        """What dropout multiplies neurons by: W_logit reads them, so it, and then its gradient, take the factor."""
        if self._share_dropped:
            for part in parts:
                part.w_logit[:] /= 1 - self._share_dropped

    def _build(self) -> None:
        arguments = (self.weights, self.workspace.rows, self.workspace.tables)
        start(*arguments)
        self._halves(build, (*arguments, 0), (*arguments, 1))

    def _halves(self, work: Callable[..., None], first: tuple[Any, ...], second: tuple[Any, ...]) -> None:
        both(work, first, second, self.shared)


def _applies(model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...]) -> bool:
    return tables_apply(model, tokens, positions) and not bool((labels == IGNORE).any())


def _new(
    model: Model, tokens: Tensor, labels: Tensor, positions: tuple[int, ...], loss_dtype: torch.dtype, share: bool
) -> TableBatch:
    return TableBatch(named_weights(dict(model.named_parameters())), tokens, labels, loss_dtype, share)


FAST_PATHS.register(FastPath("one answer", _applies, named_weights, _new, drops=True))
