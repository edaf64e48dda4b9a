"""Train loss and excluded loss of many models of one run, without the logits of all pairs.

Both are means over the train set, which is 30 % of the pairs in the mainline. Only the coefficients of the logits on
the waves need all pairs, and the logits are linear in the neurons:

    D L = D L_0 + (D N) W_logit,

with the waves D, the neurons N of all pairs, and the logits L_0 that the neurons have no part in. So D N, with two rows
for each frequency, replaces the product of N and W_logit on the pairs that were not trained on. Neurons are made
block by block, so that they stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.modular.pair_forward import has_pair_tables, pair_tables
from latebloom.circuits.modular.positions import positions
from latebloom.fourier import phase_directions
from latebloom.models import Model, Transformer
from latebloom.tasks import ModularTask

BLOCK = 16
"""Values of y in one block: 113 pairs each with 512 neurons take 3.7 MB in the mainline."""


@dataclass(frozen=True)
class LeanLosses:
    """The losses (nats) of models of one run, of which `lean_losses` makes an instance.

    directions: cos w(x + s·y), sin w(x + s·y) of the key frequencies, by pair. trained: the pairs of the train set.
    rows: their numbers x·p + y, block by block. labels: their answers.
    """

    task: ModularTask
    directions: Float[Tensor, "direction x y"]
    trained: Bool[Tensor, "x y"]
    rows: Int[Tensor, " pair"]
    labels: Int[Tensor, " pair"]

    @torch.no_grad()
    def of(self, model: Model) -> tuple[float, float]:
        """Train loss and excluded loss of a model, to which the tables of all pairs apply."""
        assert has_pair_tables(model, self.task), "models of one run are alike"
        own, waves = self._logits(model)
        return self._mean(own), self._mean(own - waves)

    def _logits(self, model: Transformer) -> tuple[Float[Tensor, "pair z"], Float[Tensor, "pair z"]]:
        """The logits of the trained pairs, and their part along the waves."""
        tables = pair_tables(model, self.task)
        w_logit, around = (part[..., : self.task.p] for part in (tables.w_logit, tables.around_neurons()))
        around, directions = around.flatten(0, 1), self.directions.flatten(1)
        of_neurons, neurons = w_logit.new_zeros(len(directions), len(w_logit)), []
        for y in blocks(self.task.p):
            block = tables.neurons_of(y)
            of_neurons.addmm_(self.directions[:, :, y].flatten(1), block.flatten(0, 1))
            neurons.append(block[self.trained[:, y]])
        own = torch.addmm(around[self.rows], torch.cat(neurons), w_logit)
        coefficients = torch.addmm(directions @ around, of_neurons, w_logit)
        return own, directions[:, self.rows].T @ coefficients

    def _mean(self, logits: Float[Tensor, "pair z"]) -> float:
        return float(torch.nn.functional.cross_entropy(logits.double(), self.labels))


def lean_losses(
    model: Model, task: ModularTask, ks: Sequence[int], mask: Bool[Tensor, "x y"] | None
) -> LeanLosses | None:
    """For models like this one; None where the formula does not apply: for a model without tables of all pairs, and for
    a task with values in another order, with further answers, or with none for some pairs.

    ks: the key frequencies, at least one. mask: the train set; None for all pairs.
    """
    order = positions(task)
    if not has_pair_tables(model, task) or not order.natural or order.sign is None or task.extra_answers:
        return None
    trained = torch.ones(task.p, task.p, dtype=torch.bool) if mask is None else mask
    dtype = model.unembed.W_U.dtype
    directions = phase_directions(task.p, ks, order.sign, dtype).unflatten(1, trained.shape)
    numbers = torch.arange(task.p**2).view(trained.shape)
    rows = torch.cat([numbers[:, y][trained[:, y]] for y in blocks(task.p)])
    return LeanLosses(task, directions, trained, rows, order.labels(task).flatten()[rows])


def blocks(p: int) -> list[slice]:
    """All values of y, in blocks."""
    return [slice(first, first + BLOCK) for first in range(0, p, BLOCK)]
