"""Resampling of activations: what the explanation says depends on x + s·y alone is taken from another pair of equal
x + s·y, and the loss should not change."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.neuron_ablations import orthonormal
from latebloom.circuits.modular.unembedding import output_directions
from latebloom.fourier import basis_rows, fourier_basis, frequencies

DRAWS = 3
"""Draws of other pairs over which each loss is averaged. Each has one other pair for every pair, thousands in all."""

LEAST_HARM = 0.1
"""Smallest rise of the loss, in units of ln n, by random pairs. Below it the model does not use the activations, so
that there is no loss to recover. Arbitrary."""

PART = 64
"""Neurons that are copied at a time."""

Rows = Int[Tensor, " pair"]
"""Pairs (i, j) of a grid as numbers i·n + j."""

Exchange = Callable[[Rows, Callable[[], Rows]], Float[Tensor, "pair z"]]
"""The logits of some pairs where activations are taken from other pairs; the function draws another pair for each."""


@dataclass(frozen=True)
class Resampled:
    """Mean losses (nats) with activations as they are, and taken from other pairs.

    whole: of the model. same: from another pair with equal x + s·y (positions i + s·j in the group). wrong: from one
    with equal x - s·y. random: from any pair.
    """

    whole: float
    same: float
    wrong: float
    random: float

    @property
    def recovered(self) -> float:
        """Share of the loss recovered under the hypothesis: 1 - (L_same - L) / (L_random - L)."""
        return self._share(self.same)

    @property
    def recovered_wrong(self) -> float:
        """The same under the wrong hypothesis, 1 - (L_wrong - L) / (L_random - L)."""
        return self._share(self.wrong)

    @property
    def rise(self) -> float:
        """What the hypothesis costs, L_same - L, in nats."""
        return self.same - self.whole

    def _share(self, loss: float) -> float:
        return 1 - (loss - self.whole) / (self.random - self.whole)


def mlp_output(grid: Grid) -> Exchange:
    """The output of the MLP at the last position, all of it; the residual connection around the MLP keeps the pair's
    own. Errors: as `_linear`."""
    _linear(grid)
    return _added(grid, grid.neurons.flatten(0, 1) @ grid.w_logit)


def read_out_directions(grid: Grid, ks: Sequence[int]) -> Exchange:
    """The neurons along the directions that W_logit reads at the key frequencies (which carry cos w(x + s·y) and
    sin w(x + s·y)); the rest of every neuron keeps the pair's own. Errors: as `_linear`."""
    _linear(grid)
    axes = orthonormal(grid.w_logit @ output_directions(grid.order, ks, grid.w_logit.dtype).T)
    return _added(grid, (grid.neurons.flatten(0, 1) @ axes) @ (axes.T @ grid.w_logit))


def _linear(grid: Grid) -> None:
    """UsageError for a model whose logits are not linear in its neurons."""
    if not grid.linear:
        raise UsageError(
            "model.norm: got a norm before the unembedding, so the logits are not linear in the neurons; expected none"
        )


def _added(grid: Grid, part: Float[Tensor, "xy z"]) -> Exchange:
    """An exchange of a part of the logits; the rest is the pair's own."""
    rest = grid.logits.flatten(0, 1) - part
    return lambda rows, donors: rest[rows] + part[donors()]


def logit_waves(grid: Grid) -> Exchange:
    """The logits' waves over the answer z, each frequency from a pair of its own.

    Logits taken as a whole from a pair with the same answer say nothing: over all pairs that leaves the loss as it is.
    """
    n, basis = grid.order, fourier_basis(grid.order, grid.logits.dtype)
    waves = grid.logits.flatten(0, 1) @ basis.T
    groups = [waves[:, list(group)] for group in ([0], *(basis_rows(k, n) for k in frequencies(n)))]

    def exchanged(rows: Rows, donors: Callable[[], Rows]) -> Tensor:
        return torch.cat([group[donors()] for group in groups], dim=1) @ basis

    return exchanged


def single_neurons(grid: Grid) -> Exchange:
    """Each neuron from a pair of its own. The negative control: the explanation says that a neuron depends on more than
    x + s·y. Its readers average over many neurons, so that part of the loss is recovered nevertheless.

    Errors: as `_linear`.
    """
    _linear(grid)
    neurons = grid.neurons.flatten(0, 1)
    rest = grid.logits.flatten(0, 1) - neurons @ grid.w_logit

    def exchanged(rows: Rows, donors: Callable[[], Rows]) -> Tensor:
        # Part by part, so that the pairs of one neuron are neighbours in memory without a copy of all neurons.
        parts = (part.T.contiguous() for part in neurons.split(PART, dim=1))
        mixed = torch.stack([neuron[donors()] for part in parts for neuron in part])
        return rest[rows] + mixed.T @ grid.w_logit

    return exchanged


@torch.no_grad()
def resampled(
    grid: Grid, exchange: Exchange, mask: Bool[Tensor, "x y"] | None = None, seed: int = 0, draws: int = DRAWS
) -> Resampled | None:
    """The losses of one place over the masked pairs, or all; the other pair is any pair of the grid.

    The other pair of (i, j) is (i + d, j ∓ s·d mod n), with d of 1 … n - 1 at random for each pair, or a random pair.
    None where random pairs raise the loss by less than `LEAST_HARM` · ln n: the model does not use the place.
    Errors: UsageError for a task whose answer is not a function of x ± y in a cyclic group.
    Source: causal scrubbing (Chan et al., 2022), here of one place at a time.
    """
    sign, n = grid.sign, grid.order
    if sign is None:
        raise UsageError(f"task: got {grid.task.name}, expected an operation that is addition in a cyclic group")
    generator = torch.Generator().manual_seed(seed)
    rows = torch.arange(n * n) if mask is None else mask.flatten().nonzero().flatten()

    def loss(donors: Callable[[], Rows]) -> float:
        return sum(float(grid.row_losses(exchange(rows, donors), mask).mean()) for _ in range(draws)) / draws

    result = Resampled(
        whole=float(grid.row_losses(grid.logits.flatten(0, 1)[rows], mask).mean()),
        same=loss(lambda: _along(rows, n, -sign, generator)),
        wrong=loss(lambda: _along(rows, n, sign, generator)),
        random=loss(lambda: torch.randint(n * n, rows.shape, generator=generator)),
    )
    return result if result.random - result.whole > LEAST_HARM * math.log(n) else None


def _along(rows: Rows, n: int, turn: int, generator: torch.Generator) -> Rows:
    """For each pair (i, j) another one, (i + d, j + turn·d mod n), d of 1 … n - 1 at random."""
    d = torch.randint(1, n, rows.shape, generator=generator)
    return (rows // n + d) % n * n + (rows % n + turn * d) % n
