"""AdamW, or Adam, on filtered gradients: what Grokfast and ⊥Grad have in common."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from latebloom.training.optimisers.settings import Optimiser

Memory = Mapping[str, Any]
"""What a filter keeps of one parameter from update to update: tensors and numbers by name; empty at the start."""

Filter = Callable[[Tensor, Tensor, Memory], tuple[Tensor, Memory]]
"""(weight, gradient, memory) → (filtered gradient, new memory); changes neither the weight nor the gradient."""


class FilteredAdam(torch.optim.Adam):
    """torch's AdamW, with each gradient replaced by what ``filtered`` makes of it; Adam where not ``decoupled``, which
    adds its weight decay to the filtered gradient."""

    def __init__(self, model: nn.Module, settings: Optimiser, filtered: Filter, decoupled: bool = True) -> None:
        super().__init__(
            model.parameters(),
            settings.lr,
            betas=settings.betas,
            weight_decay=settings.weight_decay,
            fused=True,
            decoupled_weight_decay=decoupled,
        )
        self._filtered = filtered

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update. The filtered gradients are left in ``weight.grad``."""
        weights = [weight for group in self.param_groups for weight in group["params"] if weight.grad is not None]
        memories = []
        for weight in weights:
            gradient, memory = self._filtered(weight, weight.grad, self.state[weight])
            weight.grad.copy_(gradient)
            memories.append(memory)
        super().step()
        # Only now, because Adam makes its own state where a parameter has none yet.
        for weight, memory in zip(weights, memories):
            self.state[weight].update(memory)
