"""cos w(x ± y) and sin w(x ± y): equal combinations of basis products."""

import pytest
import torch

from latebloom.fourier import basis_rows, fourier_basis, phase_directions


@pytest.mark.parametrize(("p", "k"), [(113, 42), (12, 5), (7, 1)])
@pytest.mark.parametrize("sign", [1, -1])
def test_equal_combinations_of_products(p, k, sign):
    basis = fourier_basis(p)
    cos, sin = (basis[row] for row in basis_rows(k, p))
    products = [
        torch.outer(cos, cos) - sign * torch.outer(sin, sin),
        torch.outer(sin, cos) + sign * torch.outer(cos, sin),
    ]
    expected = torch.stack(products).flatten(1) / 2**0.5
    torch.testing.assert_close(phase_directions(p, [k], sign), expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("p", [3, 8, 13])
def test_all_frequencies_are_orthonormal(p):
    directions = phase_directions(p, range(1, p // 2 + 1), 1)
    assert len(directions) == p - 1
    torch.testing.assert_close(directions @ directions.T, torch.eye(p - 1, dtype=torch.float64), atol=1e-13, rtol=0)


def test_nyquist_has_one_wave_and_none_has_none():
    assert phase_directions(8, [4], 1).shape == (1, 64)
    assert phase_directions(8, [], 1).shape == (0, 64)
