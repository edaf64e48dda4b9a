"""The order in which the analysis of a modular task lists operands and answers."""

from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from latebloom.tasks import ModularTask


@dataclass(frozen=True, eq=False)
class Positions:
    """The value at each position of the axes x, y, z of a `Grid`; ``sign`` as in `CyclicForm`, or None.

    natural: every value is its own position.
    """

    sign: int | None
    natural: bool
    x: Int[Tensor, " n"]
    y: Int[Tensor, " n"]
    z: Int[Tensor, " n"]

    def of_pairs(self, values: Shaped[Tensor, "p p *rest"]) -> Shaped[Tensor, "x y *rest"]:
        """An array over all p² pairs by value, reordered by position."""
        return values if self.natural else values[self.x[:, None], self.y]

    def of_answers(self, values: Shaped[Tensor, "*rest d_vocab_out"]) -> Shaped[Tensor, "*rest z"]:
        """An array whose last axis is the answer by value, reordered by position."""
        return values[..., : len(self.z)] if self.natural else values[..., self.z]

    def labels(self, task: ModularTask) -> Int[Tensor, "x y"]:
        """The positions of the right answers."""
        if self.sign is None:
            return torch.from_numpy(task.table())
        i, n = torch.arange(len(self.x)), len(self.x)
        return (i[:, None] + self.sign * i) % n


@cache
def positions(task: ModularTask) -> Positions:
    """The order in which a `Grid` of this task lists operands and answers."""
    form = task.cyclic_form
    if form is None:
        values = torch.arange(task.p)
        return Positions(None, True, values, values, values)
    x, y, z = map(torch.from_numpy, (form.x, form.y, form.z))
    return Positions(form.sign, form.natural, x, y, z)
