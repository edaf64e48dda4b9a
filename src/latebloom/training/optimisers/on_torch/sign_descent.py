"""torch's class of `latebloom.training.optimisers.sign_descent`, which has the formula and the source."""

import torch
from torch import nn

from latebloom.training.optimisers.settings import Optimiser


class SignDescent(torch.optim.Optimizer):
    """Sign descent on torch's parameters."""

    def __init__(self, model: nn.Module, settings: Optimiser) -> None:
        defaults = {"lr": settings.lr, "momentum": settings.momentum, "weight_decay": settings.weight_decay}
        super().__init__(model.parameters(), defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update from the gradients in ``weight.grad``."""
        for group in self.param_groups:
            rate = group["lr"]
            for weight in group["params"]:
                if weight.grad is not None:
                    mean = self.state[weight].setdefault("momentum_buffer", torch.zeros_like(weight))
                    mean.lerp_(weight.grad, 1 - group["momentum"])
                    weight.mul_(1 - rate * group["weight_decay"]).sub_(mean.sign(), alpha=rate)
