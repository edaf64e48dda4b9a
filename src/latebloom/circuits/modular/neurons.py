"""Neuron clusters: the frequency of each neuron, and the share of its variance that the frequency explains."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.settings import FVE_THRESHOLD
from latebloom.fourier import basis_rows, energy_by_frequency, fourier_basis, inverse_transform

LIVE_ENERGY = 1e-8
"""A neuron whose centred energy (sum of squares over all pairs) is below this is dead. Arbitrary, far below any
neuron that the model uses."""


@dataclass(frozen=True)
class NeuronClusters:
    """The frequency of each neuron.

    fve: fraction of the neuron's centred energy that its best frequency's 3×3 block explains; 0 where dead.
    frequency: that best frequency. live: not dead. clustered: live, and fve above `FVE_THRESHOLD`.
    """

    fve: Float[Tensor, " d_mlp"]
    frequency: Int[Tensor, " d_mlp"]
    live: Bool[Tensor, " d_mlp"]
    clustered: Bool[Tensor, " d_mlp"]

    def members(self, k: int) -> Int[Tensor, " member"]:
        """Neuron numbers of cluster k."""
        return (self.clustered & (self.frequency == k)).nonzero().flatten()

    @property
    def clustered_fraction(self) -> float | None:
        """Share of the live neurons that are in a cluster; None where all are dead."""
        live = int(self.live.sum())
        return int(self.clustered.sum()) / live if live else None

    @property
    def sizes(self) -> dict[int, int]:
        """Number of neurons by frequency, of all clusters that have any."""
        sizes = self.frequency[self.clustered].unique(return_counts=True)
        return {int(k): int(count) for k, count in zip(*sizes, strict=True)}


def block_rows(k: int, p: int) -> list[int]:
    """Basis rows of the block {const, cos k, sin k}."""
    return [0, *basis_rows(k, p)]


def neuron_clusters(grid: Grid) -> NeuronClusters:
    """Assign neurons to frequencies.

    The mean-centred activation over all p² pairs is transformed to the 2D Fourier basis; its energy in the block
    {const, cos k, sin k}², without const·const, over all its energy is the FVE of frequency k.
    Source: the write-up's clusters; Nanda et al., 2023.
    Limits: chance alone puts 8 / (p² - 1) of a neuron's energy into a block: all
    of it for p = 3, a third for p = 5, a sixth for p = 7. With random weights about 60, 17 and 3 % of the neurons are
    in clusters for these p, and almost none from p = 11 on.
    """
    live, shares = explained_shares(grid)
    fve, best = shares.max(0)
    return NeuronClusters(fve, best + 1, live, live & (fve > FVE_THRESHOLD))


def explained_shares(grid: Grid) -> tuple[Bool[Tensor, " d_mlp"], Float[Tensor, "k d_mlp"]]:
    """Which neurons are live, and the FVE of each frequency k = 1 … n//2 (row k-1), 0 where a neuron is dead."""
    total, blocks = _energies(grid.neurons)
    live = total > LIVE_ENERGY
    return live, torch.where(live, blocks / total.clamp(min=LIVE_ENERGY), 0.0)


def _energies(
    neurons: Float[Tensor, "n n d_mlp"],
) -> tuple[Float[Tensor, " d_mlp"], Float[Tensor, "k d_mlp"]]:
    """The energy of each neuron about its mean, and in the block of each frequency k = 1 … n//2 (row k-1).

    The block {const, cos k, sin k}² without const·const is spanned by the waves of frequency k of x, of y, of x + y and
    of x - y. So its energy follows from the sums over the pairs with equal x, y, x + y and x - y, n numbers each,
    without the 2D transform, whose other terms are not needed. For k = n/2 the waves of x + y and x - y are the same.
    """
    n, width = neurons.shape[1:]
    mean, total = neurons.mean((0, 1)), neurons.new_zeros(width)
    of_x, of_y, of_sum, of_difference = neurons.new_zeros(4, n, width)
    for x, row in enumerate(neurons):
        centred = row - mean
        total += centred.square().sum(0)
        of_x[x] = centred.sum(0)
        of_y += centred
        # Row y belongs to x + y mod n and to y - x mod n: a rotation, as two slices.
        of_sum[x:] += centred[: n - x]
        of_sum[:x] += centred[n - x :]
        of_difference[: n - x] += centred[x:]
        of_difference[n - x :] += centred[:x]
    basis = fourier_basis(n, neurons.dtype)
    parts = [energy_by_frequency(basis @ sums) / n for sums in (of_x, of_y, of_sum, of_difference)]
    if n % 2 == 0:
        parts[3][-1] = 0
    return total, sum(parts[1:], parts[0])


def neuron_polynomials(grid: Grid, frequency: Int[Tensor, " d_mlp"]) -> Float[Tensor, "x y d_mlp"]:
    """Each neuron replaced by its degree-2 Fourier polynomial: its own 3×3 block {const, cos k, sin k}² alone.

    Source: the write-up, footnote 26.
    """
    kept = torch.zeros_like(grid.neurons)
    for k in frequency.unique().tolist():
        rows = torch.tensor(block_rows(k, grid.order))
        which = (frequency == k).nonzero().flatten()
        kept[rows[:, None, None], rows[:, None], which] = block_coefficients(grid, k, which)
    return inverse_transform(kept, (0, 1))


def block_coefficients(grid: Grid, k: int, neurons: Int[Tensor, " member"]) -> Float[Tensor, "row row member"]:
    """The coefficients of some neurons in the block {const, cos k, sin k}² of the 2D Fourier basis."""
    basis = fourier_basis(grid.order, grid.neurons.dtype)[block_rows(k, grid.order)]
    in_x = (basis @ grid.neurons[..., neurons].flatten(1)).unflatten(1, (grid.order, -1))
    return basis @ in_x


def neuron_formula(grid: Grid, neuron: int, k: int) -> dict[str, float]:
    """Coefficients of the terms 1, cos kx, … sin kx sin ky of one neuron, for waves of amplitude 1 (not unit norm).

    Source: the write-up's "neuron 0 ≈ 109 - 39(cos42x + cos42y) …".
    """
    p, coefficients = grid.order, grid.neuron_coefficients(neuron)
    names = dict(zip(block_rows(k, p), ("1", f"cos {k}", f"sin {k}")))
    # A unit-norm wave has amplitude √(2/p), or √(1/p) for the constant and for the Nyquist wave.
    scale = {row: (1 / p if row == 0 or 2 * k == p else 2 / p) ** 0.5 for row in names}
    return {_term(names[i], names[j]): float(coefficients[i, j]) * scale[i] * scale[j] for i in names for j in names}


def _term(in_x: str, in_y: str) -> str:
    parts = [f"{name}{operand}" for name, operand in ((in_x, "x"), (in_y, "y")) if name != "1"]
    return " ".join(parts) or "1"
