"""Energy by frequency, and how concentrated it is."""

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.fourier.basis import basis_rows, frequencies


def energy_by_frequency(coefficients: Float[Tensor, "f *batch"]) -> Float[Tensor, "k *batch"]:
    """Sum of squared coefficients of each frequency k = 1 … n//2 (row k-1); the constant is left out."""
    n = len(coefficients)
    squares = coefficients.square()
    return torch.stack([squares[list(basis_rows(k, n))].sum(0) for k in frequencies(n)])


def rounding_energy(values: Float[Tensor, "n *batch"]) -> float:
    """(n · eps)² Σ values²: the most energy that rounding puts on a frequency that is not there; n samples each."""
    return float(values.square().sum()) * (len(values) * torch.finfo(values.dtype).eps) ** 2


def gini(shares: Float[Tensor, " n"]) -> float | None:
    """Gini coefficient: 0 where all shares are equal, near 1 where one has everything; None where all are zero.

    Σ_i (2i - n - 1) x_(i) / (n Σ x), x ascending, i = 1 … n. Source: facts.md, "Definitions".
    """
    total = float(shares.sum())
    if total == 0:
        return None
    n = len(shares)
    weight = 2 * torch.arange(1, n + 1, dtype=shares.dtype, device=shares.device) - n - 1
    return float((weight * shares.sort().values).sum() / (n * total))
