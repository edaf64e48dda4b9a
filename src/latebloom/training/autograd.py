"""Updates by torch's autograd and optimiser: any model, any batch, any device."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from latebloom.models import TRAINING_LOSSES, Examples, Hooks, Model, per_label
from latebloom.models.hooks import NO_HOOKS
from latebloom.tasks import IGNORE
from latebloom.training.denormals import drop_tiny_gradients
from latebloom.training.optimisers import Optimiser
from latebloom.training.torch_updates import TorchUpdates

if TYPE_CHECKING:
    from latebloom.training.interventions.base import Choice


class AutogradEngine:
    """The forward pass at the positions with loss, autograd, and torch's own optimiser.

    ``loss``: what is minimised, a name of `TRAINING_LOSSES`. ``hooks``: those of the forward pass of each step.
    ``choice``: which labels have a gradient; None: all.
    ``keeps_wrong``: the others keep the gradients on the logits of wrong answers.
    """

    stride = 1

    def __init__(
        self,
        model: Model,
        settings: Optimiser,
        batch: Callable[[int], Examples],
        positions: tuple[int, ...],
        loss_dtype: torch.dtype,
        loss: str = "cross_entropy",
        hooks: Callable[[int], Hooks] = lambda step: NO_HOOKS,
        choice: Choice | None = None,
        keeps_wrong: bool = False,
    ) -> None:
        self._model, self._batch = model, batch
        self._positions, self._dtype = positions, loss_dtype
        self._loss = TRAINING_LOSSES[loss].of
        self._hooks, self._choice, self._keeps_wrong = hooks, choice, keeps_wrong
        self._updates = TorchUpdates(model, settings)

    def advance(self, step: int, count: int) -> int:
        """As `Engine.advance`."""
        for done in range(count):
            if not math.isfinite(self.gradient(step + done)):
                return done
            self._updates.update(step + done)
        return count

    def gradient(self, step: int) -> float:
        """Compute the gradient of this step's batch into the model's parameters; returns the batch's loss."""
        batch = self._batch(step)
        self._updates.zero_gradients()
        logits = drop_tiny_gradients(self._model(batch.tokens, self._positions, self._hooks(step)))
        loss = self._loss(logits, batch.labels, self._dtype)
        chosen = loss if self._choice is None else self._of_chosen(self._choice, logits, batch.labels, step)
        chosen.backward()
        return loss.item()

    def _of_chosen(self, choice: Choice, logits: Tensor, labels: Tensor, step: int) -> Tensor:
        """The sum of the labels' losses over their number; those that are not chosen have no gradient, or none on the
        logit of the right answer."""
        losses, _ = per_label(logits, labels, self._dtype)
        counted = labels != IGNORE
        kept = torch.ones_like(counted).masked_scatter(counted, choice(losses[counted].detach(), step))
        if self._keeps_wrong:
            right = torch.nn.functional.one_hot(labels.clamp(min=0), logits.shape[-1]).bool() & ~kept[..., None]
            losses, _ = per_label(torch.where(right, logits.detach(), logits), labels, self._dtype)
        else:
            losses = losses * kept
        return losses[counted].sum() / counted.sum()

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return self._updates.tensors(step)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        self._updates.load(tensors)
