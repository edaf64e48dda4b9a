"""torch's class of `latebloom.training.optimisers.delayed_decay`, which has the formula and the source."""

import torch
from torch import Tensor, nn

from latebloom.training.optimisers.delayed_decay import DelayedDecaySettings


class DelayedDecay(torch.optim.AdamW):
    """torch's AdamW with a weight decay that depends on the step."""

    def __init__(self, model: nn.Module, settings: DelayedDecaySettings) -> None:
        super().__init__(model.parameters(), settings.lr, betas=settings.betas, fused=True)
        self._settings = settings

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update from the gradients in ``weight.grad``."""
        for group in self.param_groups:
            group["weight_decay"] = self._settings.decay_at(self._made(group["params"]))
        super().step()

    def _made(self, weights: list[Tensor]) -> int:
        """The number of updates so far, as AdamW counts them: ensembles store that count too, so a run can resume."""
        return next((int(self.state[weight]["step"]) for weight in weights if weight in self.state), 0)
