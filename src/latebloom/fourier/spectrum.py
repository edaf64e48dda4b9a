"""Energy by frequency and its concentration."""

import torch
from jaxtyping import Float
from torch import Tensor


def energy_by_frequency(coefficients: Float[Tensor, "f *batch"]) -> Float[Tensor, "k *batch"]:
    """Sum of squared coefficients of each frequency k = 1 … n//2 (row k-1); the constant is left out."""
    squares = coefficients.square()
    cos, sin = squares[1::2], squares[2::2]
    # For even n the last frequency has no sine.
    return torch.cat([cos[: len(sin)] + sin, cos[len(sin) :]])


def rounding_energy(values: Float[Tensor, "n *batch"]) -> float:
    """(n · eps)² Σ values²: bound on the energy that rounding adds to an absent frequency; n samples each."""
    return float(values.square().sum()) * (len(values) * torch.finfo(values.dtype).eps) ** 2


def gini(shares: Float[Tensor, " n"]) -> float | None:
    """Gini coefficient: 0 if all shares are equal, near 1 if one is 100 %; None if all are zero.

    Σ_i (2i - n - 1) x_(i) / (n Σ x), x ascending, i = 1 … n. Source: Gini, 1912.
    """
    total = float(shares.sum())
    if total == 0:
        return None
    n = len(shares)
    weight = 2 * torch.arange(1, n + 1, dtype=shares.dtype, device=shares.device) - n - 1
    return float((weight * shares.sort().values).sum() / (n * total))
