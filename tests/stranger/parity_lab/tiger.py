"""An optimiser that latebloom does not have: the sign of a gradient mixed with its moving average, with one setting of
its own.

Source: as for Lion, Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, with other coefficients.
"""

from typing import Literal

import torch
from pydantic import Field

import latebloom as lb
from latebloom.training.optimisers import Optimiser, UpdateRule


class TigerSettings(Optimiser):
    name: Literal["tiger"] = "tiger"
    interpolation: float = Field(0.9, ge=0, lt=1, description="weight of the moving average in the step of tiger")


class Tiger(torch.optim.Optimizer):
    def __init__(self, parameters, settings: TigerSettings) -> None:
        super().__init__(parameters, {"lr": settings.lr})
        self.settings = settings

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                average = self.state[weight].setdefault("average", torch.zeros_like(weight))
                direction = torch.lerp(weight.grad, average, self.settings.interpolation).sign()
                weight.mul_(1 - group["lr"] * self.settings.weight_decay).sub_(group["lr"] * direction)
                average.lerp_(weight.grad, 1 - self.settings.betas[1])


TIGER = lb.register(UpdateRule("tiger", lambda model, settings: Tiger(model.parameters(), settings), TigerSettings))
