"""The directions cos w(x ± y), sin w(x ± y) among functions of two operands."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.fourier.basis import basis_rows, fourier_basis


def phase_directions(
    p: int, ks: Iterable[int], sign: int, dtype: torch.dtype = torch.float64, device: torch.device | str = "cpu"
) -> Float[Tensor, "direction xy"]:
    """Unit vectors cos w(x + s·y), sin w(x + s·y) over all p² pairs (row x·p + y), for each k of ``ks``, w = 2πk/p.

    They are orthonormal. In the 2D basis cos w(x + y) is (cos wx cos wy - sin wx sin wy)/√2 and sin w(x + y) is
    (sin wx cos wy + cos wx sin wy)/√2; for even p and k = p/2 only the cosine wave exists.
    Source: the directions of the write-up's trig loss; s = -1 gives those of subtraction.
    """
    x = torch.arange(p)
    turns = (x[:, None] + sign * x[None, :]).flatten() % p
    return phase_waves(p, ks, dtype, device)[:, turns]


def phase_waves(
    p: int, ks: Iterable[int], dtype: torch.dtype = torch.float64, device: torch.device | str = "cpu"
) -> Float[Tensor, "direction sum"]:
    """The value of each of the `phase_directions` where x + s·y is 0, 1, … p - 1."""
    waves = fourier_basis(p)[[row for k in ks for row in basis_rows(k, p)]]
    # Each value of x + s·y occurs in p pairs, so a unit wave over the p values is √p long over the pairs.
    return (waves / p**0.5).to(device=device, dtype=dtype)
