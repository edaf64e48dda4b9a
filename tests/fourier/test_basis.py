"""The basis agrees with its definition."""

import math

import pytest
import torch

from latebloom.fourier import basis_labels, basis_rows, fourier_basis, frequencies

SIZES = [*range(3, 21), 113]


@pytest.mark.parametrize("n", SIZES)
def test_rows_are_orthonormal_and_complete(n):
    basis = fourier_basis(n)
    assert basis.shape == (n, n)
    torch.testing.assert_close(basis @ basis.T, torch.eye(n, dtype=torch.float64), atol=1e-14, rtol=0)


@pytest.mark.parametrize("n", SIZES)
def test_rows_are_the_waves_they_are_named_for(n):
    basis, labels = fourier_basis(n), basis_labels(n)
    assert len(labels) == n
    for k in frequencies(n):
        for row, wave in zip(basis_rows(k, n), (math.cos, math.sin)):
            expected = torch.tensor([wave(2 * math.pi * k * x / n) for x in range(n)], dtype=torch.float64)
            torch.testing.assert_close(basis[row], expected / expected.norm(), atol=1e-12, rtol=0)
            assert labels[row] == f"{wave.__name__} {k}"


def test_even_size_ends_in_one_nyquist_row():
    assert basis_labels(4) == ("const", "cos 1", "sin 1", "cos 2")
    assert basis_rows(2, 4) == (3,)
    assert fourier_basis(4)[3].tolist() == [0.5, -0.5, 0.5, -0.5]
