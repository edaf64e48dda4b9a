"""Fast paths: models and batches whose losses and gradients have a faster exact computation than the plain forward."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from latebloom._registry import Registry
from latebloom.models.base import Model


@runtime_checkable
class FastBatch(Protocol):
    """Losses and gradients of a batch, for weights that change. ``shared``: two threads compute half of it each."""

    shared: bool

    def gradient(self, gradient: Any) -> float:
        """The mean loss (nats); writes its gradient into arrays of the weights' shapes, see `FastPath.arrays`."""
        ...

    def evaluate(self) -> tuple[Float[ndarray, "*label"], Bool[ndarray, "*label"]]:
        """Loss of each label (nats), and whether its highest logit is right."""
        ...


@runtime_checkable
class ChangingBatch(FastBatch, Protocol):
    """A batch that other examples can replace, as in a stream."""

    def replace(self, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch answer"]) -> None:
        """Continue with these examples, each of which has all its labels."""
        ...


@runtime_checkable
class DroppingBatch(FastBatch, Protocol):
    """A batch whose neurons can be dropped."""

    def keep(self, kept: Bool[Tensor, "batch neuron"], share: float) -> None:
        """Of the next gradient only these neurons of each example count, scaled by 1 / (1 - share)."""
        ...


@dataclass(frozen=True)
class FastPath:
    """One fast path. A new one is a new file and one registration in `FAST_PATHS`.

    applies: ``(model, tokens, labels, positions)``: whether it computes this model on these examples.
    arrays: tensors with the names and shapes of the model's parameters as numpy arrays that share their memory; what
    `FastBatch.gradient` takes.
    new: ``(model, tokens, labels, positions, loss_dtype, share)``: the batch, for the weights of this model; ``share``:
    it may use a second thread.
    changes: whether its batches are `ChangingBatch`, so that it can train on a stream or on parts of a train set.
    gaps: whether labels may be missing; their losses are 0, and they are not right.
    drops: whether its batches are `DroppingBatch`, so that it can train with dropout.
    """

    name: str
    applies: Callable[[Model, Tensor, Tensor, tuple[int, ...]], bool]
    arrays: Callable[[dict[str, Tensor]], Any]
    new: Callable[[Model, Tensor, Tensor, tuple[int, ...], torch.dtype, bool], FastBatch]
    changes: bool = False
    gaps: bool = False
    drops: bool = False


FAST_PATHS: Registry[FastPath] = Registry("fast path")
"""Every fast path; where several apply, the first one is used."""


def fast_path(
    model: Model,
    tokens: Int[Tensor, "batch pos"],
    labels: Int[Tensor, "batch answer"],
    positions: tuple[int, ...],
    changing: bool = False,
    dropping: bool = False,
) -> FastPath | None:
    """The first path that applies; with ``changing``, the first one whose batches can be replaced; with ``dropping``,
    the first one that can drop neurons."""
    for path in FAST_PATHS.values():
        able = (path.changes or not changing) and (path.drops or not dropping)
        if able and path.applies(model, tokens, labels, positions):
            return path
    return None
