"""Updates by torch: any model, any batch, any device."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latebloom.models import Examples, Hooks, Model, cross_entropy
from latebloom.models.hooks import PASS
from latebloom.training.config import Optimiser
from latebloom.training.denormals import drop_tiny_gradients
from latebloom.training.optimiser import (
    build_optimiser,
    load_optimiser_tensors,
    optimiser_tensors,
    set_learning_rate,
)


class AutogradEngine:
    """The forward at the positions with loss, autograd, and torch's own fused optimiser.

    ``hooks``: what the forward pass of each step goes through.
    """

    stride = 1

    def __init__(
        self,
        model: Model,
        config: Optimiser,
        batch: Callable[[int], Examples],
        positions: tuple[int, ...],
        loss_dtype: torch.dtype,
        hooks: Callable[[int], Hooks] = lambda step: PASS,
    ) -> None:
        self._model, self._config, self._batch = model, config, batch
        self._positions, self._dtype = positions, loss_dtype
        self._hooks = hooks
        self._optimiser = build_optimiser(model, config)

    def advance(self, step: int, count: int) -> int:
        """As `Engine.advance`."""
        for done in range(count):
            if not math.isfinite(self.gradient(step + done)):
                return done
            set_learning_rate(self._optimiser, self._config, step + done)
            self._optimiser.step()
        return count

    def gradient(self, step: int) -> float:
        """Put the gradient of this step's batch into the model; returns the batch's loss (nats)."""
        batch = self._batch(step)
        self._optimiser.zero_grad(set_to_none=True)
        logits = drop_tiny_gradients(self._model(batch.tokens, self._positions, self._hooks(step)))
        loss = cross_entropy(logits, batch.labels, self._dtype)
        loss.backward()
        if self._config.l1:
            self._pull_to_zero()
        return loss.item()

    @torch.no_grad()
    def _pull_to_zero(self) -> None:
        for weight in self._model.parameters():
            if weight.grad is not None:
                weight.grad.add_(weight.sign(), alpha=self._config.l1)

    def tensors(self, step: int) -> dict[str, Tensor]:
        """As `Engine.tensors`."""
        return optimiser_tensors(self._model, self._optimiser)

    def load(self, tensors: dict[str, Tensor]) -> None:
        """As `Engine.load`."""
        load_optimiser_tensors(self._model, self._optimiser, tensors)
