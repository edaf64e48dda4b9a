"""Updates through tables: many at a time, without a look back at Python."""

import math

import torch
from torch import Tensor

from latebloom.models import Examples, Model
from latebloom.models.tables import TableBatch, loss_and_gradient, named_weights, one_thread
from latebloom.models.tables.compiled import entry
from latebloom.training.config import Optimiser
from latebloom.training.flat import flatten_parameters, views
from latebloom.training.moments import Moments
from latebloom.training.update import rule_of, update

AT_ONCE = 50
"""Updates of a small model between two looks at the clock: some hundredths of a second."""


class TableEngine:
    """Full-batch updates of a one-layer transformer; ``share``: two threads may take half of a large batch each."""

    def __init__(
        self, model: Model, config: Optimiser, train: Examples, loss_dtype: torch.dtype, share: bool = True
    ) -> None:
        self._rule = rule_of(config)
        flat = flatten_parameters(model)
        gradient, self._moments = torch.zeros_like(flat), Moments(model, config, flat)
        self._buffers = tuple(t.numpy() for t in (flat, gradient, self._moments.first, self._moments.second))
        self._weights = named_weights(dict(model.named_parameters()))
        self._slopes = named_weights(views(model, gradient))
        self.batch = TableBatch(self._weights, train.tokens, train.labels, loss_dtype, share)
        self.stride = 1 if self.batch.shared else AT_ONCE

    def advance(self, step: int, count: int) -> int:
        """As `Engine.advance`."""
        if not self.batch.shared:
            with one_thread():
                return _many(self._rule, self._buffers, self._weights, self.batch.room, self._slopes, step, count)
        for done in range(count):
            if not math.isfinite(self.batch.gradient(self._slopes)):
                return done
            update(self._rule, *self._buffers, step + done)
        return count

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return self._moments.tensors(step)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        self._moments.load(tensors)


@entry
def _many(rule, buffers, weights, room, slopes, step, count):  # type: ignore[no-untyped-def]
    flat, gradient, first, second = buffers
    for done in range(count):
        if not math.isfinite(loss_and_gradient(weights, room, slopes)):
            return done
        update(rule, flat, gradient, first, second, step + done)
    return count
