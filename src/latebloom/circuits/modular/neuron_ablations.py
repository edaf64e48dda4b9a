"""Logits after changes to neurons or logits, without a new forward pass, because the logits are linear in the
neurons."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.neurons import block_coefficients, block_rows
from latebloom.fourier import inverse_transform

PART = 16
"""Values of x whose neurons are copied at a time."""


def without_neurons(grid: Grid, neurons: Int[Tensor, " member"]) -> Float[Tensor, "x y z"]:
    """Logits with these neurons at zero: L - N W_logit, over these neurons."""
    # A copy of the neurons of all pairs would be the largest array of an ablation.
    parts = (part[..., neurons] @ grid.w_logit[neurons] for part in grid.neurons.split(PART))
    return grid.logits - torch.cat(list(parts))


def polynomial_neurons(
    grid: Grid, neurons: Int[Tensor, " member"], frequency: Int[Tensor, " member"]
) -> Float[Tensor, "x y z"]:
    """Logits with each of these neurons replaced by its degree-2 Fourier polynomial {1, cos k, sin k}² in its given k.

    Source: the write-up, footnote 26. The polynomials are summed in the Fourier basis, cluster by cluster.
    """
    kept = torch.zeros_like(grid.logit_coefficients)
    for k in frequency.unique().tolist():
        rows = torch.tensor(block_rows(k, grid.order))
        members = neurons[frequency == k]
        kept[rows[:, None], rows] += block_coefficients(grid, k, members) @ grid.w_logit[members]
    return without_neurons(grid, neurons) + inverse_transform(kept, (0, 1))


def block_logits(grid: Grid, ks: Sequence[int]) -> Float[Tensor, "x y z"]:
    """Logits kept on the 3×3 blocks {1, cos k, sin k}² of these frequencies; the mean over (x, y) is kept, as in
    `restricted_logits`."""
    kept = torch.zeros_like(grid.logit_coefficients)
    kept[0, 0] = grid.logit_coefficients[0, 0]
    for k in ks:
        rows = torch.tensor(block_rows(k, grid.order))
        kept[rows[:, None], rows] = grid.logit_coefficients[rows[:, None], rows]
    return inverse_transform(kept, (0, 1))


def neurons_off(grid: Grid, directions: Float[Tensor, "d_mlp direction"]) -> Float[Tensor, "x y z"]:
    """Logits with the span of some neuron directions removed from the neurons: N → N - N Q Qᵀ, Q orthonormal."""
    axes = orthonormal(directions)
    return grid.logits - (grid.neurons @ axes) @ (axes.T @ grid.w_logit)


def neurons_on(grid: Grid, directions: Float[Tensor, "d_mlp direction"]) -> Float[Tensor, "x y z"]:
    """Logits with the neurons projected on the span of some neuron directions: N → N Q Qᵀ. The residual connection
    around the MLP is unchanged."""
    axes = orthonormal(directions)
    return grid.logits + (grid.neurons @ axes) @ (axes.T @ grid.w_logit) - grid.neurons @ grid.w_logit


def orthonormal(directions: Float[Tensor, "d_mlp direction"]) -> Float[Tensor, "d_mlp axis"]:
    """Orthonormal axes of the span; directions that are linearly dependent (to rounding) are left out."""
    u, s, _ = torch.linalg.svd(directions, full_matrices=False)
    return u[:, s > s.max() * len(directions) * torch.finfo(s.dtype).eps]
