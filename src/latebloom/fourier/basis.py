"""The orthonormal real Fourier basis of functions on 0 … n-1."""

import torch
from jaxtyping import Float
from torch import Tensor


def frequencies(n: int) -> range:
    """The frequencies k = 1 … n//2 of functions on n points."""
    return range(1, n // 2 + 1)


def fourier_basis(
    n: int, dtype: torch.dtype = torch.float64, device: torch.device | str = "cpu"
) -> Float[Tensor, "f n"]:
    """Orthonormal rows const, cos 1, sin 1, cos 2, sin 2, …; for even n the last row is the single wave cos n/2.

    Row 2k-1 is cos(2πkx/n), row 2k is sin(2πkx/n), each scaled to length 1, so that the inverse is the transpose.
    Source: the write-up, "Background on Discrete Fourier Transforms".
    """
    x, k = torch.arange(n), torch.arange(n // 2 + 1)
    # Reduce k·x mod n first: the cosine of a large argument loses digits.
    angle = 2 * torch.pi * ((k[:, None] * x) % n).double() / n
    rows = torch.stack([angle.cos(), angle.sin()], dim=1).flatten(0, 1)
    # Two of these sines are zero: sin 0, and for even n the last, sin n/2.
    basis = torch.cat([rows[:1], rows[2:]])[:n]
    return (basis / basis.norm(dim=1, keepdim=True)).to(device=device, dtype=dtype)


def basis_labels(n: int) -> tuple[str, ...]:
    """Names of the basis rows: ``const``, ``cos 1``, ``sin 1``, …"""
    return ("const", *(f"{wave} {k}" for k in frequencies(n) for wave in (("cos",) if 2 * k == n else ("cos", "sin"))))


def basis_rows(k: int, n: int) -> tuple[int, ...]:
    """Row numbers of frequency k in the basis: cos and sin, or cos alone where k = n/2."""
    return (2 * k - 1,) if 2 * k == n else (2 * k - 1, 2 * k)
