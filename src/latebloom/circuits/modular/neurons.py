"""Neuron clusters: the frequency of each neuron, and the share of its variance that the frequency explains."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.fourier import basis_rows, frequencies, inverse_transform
from latebloom.published import published

LIVE_ENERGY = 1e-8
"""A neuron whose centred energy (sum of squares over all pairs) is below this is dead. Arbitrary, far below any
neuron that the model uses."""

FVE_THRESHOLD = published("mainline.cluster_threshold").number
"""A neuron belongs to a cluster if its frequency explains more than this share of its variance. Source: Nanda et al.,
2023, second-hand."""


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
    varying = grid.neuron_coefficients.flatten(0, 1)[1:]  # without const·const
    total = varying.square().sum(0)
    live = total > LIVE_ENERGY
    owner, terms = torch.tensor(_block_terms(grid.order)).unbind(1)
    blocks = total.new_zeros(grid.order // 2, len(total)).index_add_(0, owner - 1, varying[terms].square())
    shares = torch.where(live, blocks / total.clamp(min=LIVE_ENERGY), 0.0)
    fve, best = shares.max(0)
    return NeuronClusters(fve, best + 1, live, live & (fve > FVE_THRESHOLD))


def _block_terms(p: int) -> list[tuple[int, int]]:
    """(k, term) for every term of every block, terms numbered along the rows of the 2D basis without const·const."""
    blocks = ((k, block_rows(k, p)) for k in frequencies(p))
    return [(k, i * p + j - 1) for k, rows in blocks for i in rows for j in rows if i or j]


def neuron_polynomials(grid: Grid, frequency: Int[Tensor, " d_mlp"]) -> Float[Tensor, "x y d_mlp"]:
    """Each neuron replaced by its degree-2 Fourier polynomial: its own 3×3 block {const, cos k, sin k}² alone.

    Source: the write-up, footnote 26.
    """
    kept = torch.zeros_like(grid.neuron_coefficients)
    for k in frequency.unique().tolist():
        rows = torch.tensor(block_rows(k, grid.order))
        which = (frequency == k).nonzero().flatten()
        index = (rows[:, None, None], rows[None, :, None], which[None, None, :])
        kept[index] = grid.neuron_coefficients[index]
    return inverse_transform(kept, (0, 1))


def neuron_formula(grid: Grid, neuron: int, k: int) -> dict[str, float]:
    """Coefficients of the terms 1, cos kx, … sin kx sin ky of one neuron, for waves of amplitude 1 (not unit norm).

    Source: the write-up's "neuron 0 ≈ 109 - 39(cos42x + cos42y) …".
    """
    p, coefficients = grid.order, grid.neuron_coefficients[..., neuron]
    names = dict(zip(block_rows(k, p), ("1", f"cos {k}", f"sin {k}")))
    # A unit-norm wave has amplitude √(2/p), or √(1/p) for the constant and for the Nyquist wave.
    scale = {row: (1 / p if row == 0 or 2 * k == p else 2 / p) ** 0.5 for row in names}
    return {_term(names[i], names[j]): float(coefficients[i, j]) * scale[i] * scale[j] for i in names for j in names}


def _term(in_x: str, in_y: str) -> str:
    parts = [f"{name}{operand}" for name, operand in ((in_x, "x"), (in_y, "y")) if name != "1"]
    return " ".join(parts) or "1"
