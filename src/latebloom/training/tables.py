"""Full-batch updates whose gradients are computed through tables."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latebloom.models import Model
from latebloom.models.tables import AnswerBatch, TableBatch, named_weights
from latebloom.training.flat import flatten_parameters, views
from latebloom.training.kernel_updates import KernelUpdates
from latebloom.training.optimisers import Optimiser, rule_of
from latebloom.training.torch_updates import TorchUpdates

STRIDE = 50
"""Updates of a small model in one call: together they take some hundredths of a second."""


class TableEngine:
    """Full-batch updates of a one-layer transformer.

    The optimiser's compiled kernel makes the update where it has one, else torch's optimiser.
    ``new_batch``: the train set as rows of tables; called once, after the model's parameters are in one buffer.
    """

    def __init__(self, model: Model, settings: Optimiser, new_batch: Callable[[], TableBatch | AnswerBatch]) -> None:
        flat = flatten_parameters(model)
        gradient = torch.zeros_like(flat)
        self._gradient = named_weights(views(model, gradient))
        self.batch = new_batch()
        self._updates = _updates(model, settings, flat, gradient)
        self.stride = STRIDE if isinstance(self.batch, TableBatch) and not self.batch.shared else 1

    def advance(self, step: int, count: int) -> int:
        """As `Engine.advance`."""
        batch = self.batch
        if isinstance(self._updates, KernelUpdates) and isinstance(batch, TableBatch) and not batch.shared:
            return self._updates.advance(batch, self._gradient, step, count)
        for done in range(count):
            if not math.isfinite(self.batch.gradient(self._gradient)):
                return done
            self._updates.update(step + done)
        return count

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return self._updates.tensors(step)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        self._updates.load(tensors)


def _updates(model: Model, settings: Optimiser, weights: Tensor, gradient: Tensor) -> KernelUpdates | TorchUpdates:
    if rule_of(settings).kernel is not None:
        return KernelUpdates(model, settings, weights, gradient)
    parts = views(model, gradient)
    for name, weight in model.named_parameters():
        weight.grad = parts[name]  # shares memory with the flat buffer, which the tables write to
    return TorchUpdates(model, settings)
