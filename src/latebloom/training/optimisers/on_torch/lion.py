"""torch's class of `latebloom.training.optimisers.lion`, which has the formula and the source."""

import torch
from torch import nn

from latebloom.training.optimisers.settings import Optimiser


class Lion(torch.optim.Optimizer):
    """Lion on torch's parameters."""

    def __init__(self, model: nn.Module, settings: Optimiser) -> None:
        defaults = {"lr": settings.lr, "betas": settings.betas, "weight_decay": settings.weight_decay}
        super().__init__(model.parameters(), defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update from the gradients in ``weight.grad``."""
        for group in self.param_groups:
            rate, (beta_first, beta_second) = group["lr"], group["betas"]
            for weight in group["params"]:
                if weight.grad is not None:
                    mean = self.state[weight].setdefault("exp_avg", torch.zeros_like(weight))
                    direction = mean.lerp(weight.grad, 1 - beta_first).sign_()
                    weight.mul_(1 - rate * group["weight_decay"]).sub_(direction, alpha=rate)
                    mean.lerp_(weight.grad, 1 - beta_second)
