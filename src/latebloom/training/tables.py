"""Updates whose gradients are computed by a fast path, on the full batch or on batches that change."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latebloom.models import Examples, Model, cross_entropy
from latebloom.models.flat import flatten_parameters, views
from latebloom.models.hooks import NO_HOOKS
from latebloom.models.points import is_watched
from latebloom.models.tables import ChangingBatch, DroppingBatch, FastBatch, FastPath, TableBatch
from latebloom.tasks import IGNORE
from latebloom.training.denormals import drop_tiny_gradients
from latebloom.training.dropout import Dropout
from latebloom.training.kernel_updates import KernelUpdates
from latebloom.training.optimisers import Optimiser, rule_of
from latebloom.training.torch_updates import TorchUpdates

STRIDE = 50
"""Updates of a small model in one call: together they take some hundredths of a second."""


class TableEngine:
    """Updates of a model by a fast path.

    The optimiser's compiled kernel makes the update where it has one, else torch's optimiser. The plain forward takes
    over where hooks of another library watch the model, and for a batch in which a label is missing.
    ``batches``: the examples of each step. ``changing``: whether they differ from step to step. ``dropout``: of each
    update.
    """

    def __init__(
        self,
        model: Model,
        settings: Optimiser,
        path: FastPath,
        batches: Callable[[int], Examples],
        positions: tuple[int, ...],
        loss_dtype: torch.dtype,
        share: bool,
        changing: bool,
        dropout: Dropout | None = None,
    ) -> None:
        flat = flatten_parameters(model)
        gradient = torch.zeros_like(flat)
        self._model, self._batches, self._gaps = model, batches, path.gaps
        self._positions, self._dtype = positions, loss_dtype
        self._slopes = views(model, gradient)
        self._gradient = path.arrays(self._slopes)
        first = batches(0)
        self.batch: FastBatch = path.new(model, first.tokens, first.labels, positions, loss_dtype, share)
        self._changing: ChangingBatch | None = None
        if changing:
            assert isinstance(self.batch, ChangingBatch)
            self._changing = self.batch
        self._dropout = dropout
        self._dropping: DroppingBatch | None = None
        if dropout is not None:
            assert isinstance(self.batch, DroppingBatch)
            self._dropping = self.batch
        self._updates = _updates(model, settings, flat, gradient)
        self.stride = STRIDE if isinstance(self.batch, TableBatch) and not self.batch.shared else 1

    def advance(self, step: int, count: int) -> int:
        """As `Engine.advance`."""
        batch, updates, watched = self.batch, self._updates, is_watched(self._model)
        apart = watched or self._dropout is not None
        if isinstance(updates, KernelUpdates) and isinstance(batch, TableBatch) and not batch.shared and not apart:
            return updates.advance(batch, self._gradient, step, count)
        for done in range(count):
            if not math.isfinite(self._loss(step + done, watched)):
                return done
            self._updates.update(step + done)
        return count

    def _loss(self, step: int, watched: bool) -> float:
        """The batch's loss; its gradient goes into the buffer."""
        if watched:
            return self._plain(self._batches(step), step)
        if self._dropout is not None and self._dropping is not None:
            shape = len(self._batches(step)), len(self._slopes["blocks.0.mlp.b_in"])
            self._dropping.keep(self._dropout.kept(step, shape), self._dropout.share)
        if self._changing is not None:
            examples = self._batches(step)
            if not self._gaps and bool((examples.labels == IGNORE).any()):
                return self._plain(examples, step)
            self._changing.replace(examples.tokens, examples.labels)
        return self.batch.gradient(self._gradient)

    def _plain(self, examples: Examples, step: int) -> float:
        """As `_loss`, by autograd."""
        hooks = NO_HOOKS if self._dropout is None else self._dropout.hooks(step)
        logits = drop_tiny_gradients(self._model(examples.tokens, self._positions, hooks))
        loss = cross_entropy(logits, examples.labels, self._dtype)
        weights = {name: weight for name, weight in self._model.named_parameters() if weight.requires_grad}
        for name, slope in zip(weights, torch.autograd.grad(loss, list(weights.values()))):
            self._slopes[name].copy_(slope)
        return loss.item()

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
        # It shares memory with the flat buffer, which the tables write to. Weights that are held have none.
        weight.grad = parts[name] if weight.requires_grad else None
    return TorchUpdates(model, settings)
