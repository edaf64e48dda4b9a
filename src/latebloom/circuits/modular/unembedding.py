"""The neurons' map to the logits, W_logit: its output waves, its rank, and the neuron directions that it reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.fourier import basis_labels, basis_rows, fourier_basis, phase_directions, transform


@dataclass(frozen=True)
class ClusterOutput:
    """The output of one cluster of neurons to the logits.

    matrix: rows of W_logit of the members, Fourier-transformed over the answer z. share: of its energy, the part on
    cos kz and sin kz; None where the rows are zero.
    """

    k: int
    matrix: Float[Tensor, "member f"]
    share: float | None


def cluster_output(grid: Grid, k: int, members: Int[Tensor, " member"]) -> ClusterOutput:
    """W_logit of a cluster in the output Fourier basis. Source: the write-up, "all non-trivial output terms are
    cos(14x), sin(14x)" of cluster 14 (it calls the output x)."""
    matrix = transform(grid.w_logit[members], (1,))
    total = float(matrix.square().sum())
    own = float(matrix[:, list(basis_rows(k, grid.order))].square().sum())
    return ClusterOutput(k, matrix, own / total if total > 0 else None)


def output_directions(p: int, ks: Sequence[int], dtype: torch.dtype = torch.float64) -> Float[Tensor, "direction z"]:
    """Unit waves cos kz, sin kz over the answers, for each k of ``ks`` in turn (k = p/2: cos alone)."""
    return fourier_basis(p, dtype)[[row for k in ks for row in basis_rows(k, p)]]


def unembedding_residual(grid: Grid, ks: Sequence[int]) -> float | None:
    """‖W_logit - W_logit Σ_k (projection on cos kz, sin kz)‖ / ‖W_logit‖, Frobenius norms; None where W_logit is zero.

    Source: Nanda et al., 2023, second-hand: rank 10 for five key frequencies, and the residual
    `mainline.w_logit_residual`.
    """
    total = float(grid.w_logit.norm())
    waves = output_directions(grid.order, ks, grid.w_logit.dtype)
    residual = grid.w_logit - (grid.w_logit @ waves.T) @ waves
    return float(residual.norm()) / total if total > 0 else None


def numerical_rank(matrix: Float[Tensor, "row column"], share: float = 0.99) -> int:
    """The number of singular values that hold this share of the energy (sum of squares); 0 for a zero matrix."""
    energy = torch.linalg.svdvals(matrix).square()
    total = float(energy.sum())
    return 1 + int((energy.cumsum(0) < share * total).sum()) if total > 0 else 0


@dataclass(frozen=True)
class ReadOut:
    """One neuron direction that W_logit reads, and how well a wave explains the neurons along it.

    wave: ``cos k`` or ``sin k``. direction: W_logit · (unit wave over z), that is u_k or v_k. fve: of the neurons
    projected on it, the variance that a multiple of cos w(x + s·y) (for u_k) or sin w(x + s·y) (for v_k) explains;
    None where the projection does not vary.
    """

    wave: str
    direction: Float[Tensor, " d_mlp"]
    fve: float | None


def read_outs(grid: Grid, ks: Sequence[int], sign: int) -> list[ReadOut]:
    """u_k and v_k of each key frequency. Source: Nanda et al., 2023, second-hand; for the variance
    explained see `mainline.read_out_fve`."""
    p, dtype = grid.order, grid.neurons.dtype
    directions = grid.w_logit @ output_directions(p, ks, grid.w_logit.dtype).T
    carried = grid.neurons.reshape(p * p, -1) @ directions
    waves = phase_directions(p, ks, sign, dtype)
    labels = basis_labels(p)
    names = [labels[row] for k in ks for row in basis_rows(k, p)]
    return [_read_out(name, directions[:, i], carried[:, i], waves[i]) for i, name in enumerate(names)]


def _read_out(
    name: str, direction: Float[Tensor, " d_mlp"], carried: Float[Tensor, " xy"], wave: Float[Tensor, " xy"]
) -> ReadOut:
    total = float((carried - carried.mean()).square().sum())
    return ReadOut(name, direction, float(carried @ wave) ** 2 / total if total > 0 else None)
