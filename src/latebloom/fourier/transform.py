"""Fourier transforms along chosen axes of a batch of functions."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from latebloom.fourier.basis import fourier_basis


def transform(values: Float[Tensor, "..."], axes: Sequence[int]) -> Float[Tensor, "..."]:
    """Coefficients in the orthonormal basis along each of ``axes``; other axes are batch. Preserves energy."""
    return _apply(values, axes, inverse=False)


def inverse_transform(coefficients: Float[Tensor, "..."], axes: Sequence[int]) -> Float[Tensor, "..."]:
    """Undo `transform` along the same axes."""
    return _apply(coefficients, axes, inverse=True)


def _apply(values: Tensor, axes: Sequence[int], inverse: bool) -> Tensor:
    for axis in axes:
        basis = fourier_basis(values.shape[axis], values.dtype, values.device)
        matrix = basis.T if inverse else basis
        # Do not move the axis: products with strided operands are ten times slower on the (x, y, neuron) grid.
        before = axis % values.ndim
        rows = values.flatten(0, before - 1) if before else values[None]
        values = (matrix @ rows.flatten(2) if rows.ndim > 2 else rows @ matrix.T).view(values.shape)
    return values
