"""The initial embedding in the final circle's plane."""

import pytest
import torch

from latebloom.circuits.modular import circularity, embedding_components, embedding_fractions, initial_circles
from latebloom.circuits.modular.embedding import embedding_norms
from latebloom.fourier import fourier_basis


def circle(k, axes, p=31, width=16):
    """An embedding that walks one circle k times, in two coordinate axes of the residual stream."""
    embedding = torch.zeros(p, width, dtype=torch.float64)
    embedding[:, axes] = fourier_basis(p)[[2 * k - 1, 2 * k]].T
    return embedding


def test_circularity_by_hand():
    basis = fourier_basis(31)
    assert circularity(basis[[5, 6]].T, 3) == pytest.approx(1)
    assert circularity((basis[[5]] + basis[[7]]).T, 3) == pytest.approx(0.5)
    assert circularity(torch.ones(31, 2), 3) == 0


def test_an_initial_circle_in_the_right_plane_is_detected():
    noise = 0.1 * torch.randn(31, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    (plane,) = initial_circles(noise + 0.3 * circle(3, [0, 1]), circle(3, [0, 1]), count=2)
    assert (plane.k, plane.scores.shape) == (3, (31, 2))
    assert plane.circularity > 2 * plane.control


def test_random_initial_embedding_is_like_its_controls():
    noise = torch.randn(31, 16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    (plane,) = initial_circles(noise, circle(3, [0, 1]), count=2)
    assert plane.circularity < plane.control_max
    assert plane.control == pytest.approx(2 / 30, abs=0.03)


def test_components_of_two_circles():
    embedding = 3 * circle(2, [0, 1]) + circle(5, [2, 3])
    components = embedding_components(embedding, 4)
    assert components.frequency.tolist() == [2, 2, 5, 5]
    assert components.share.tolist() == pytest.approx([1] * 4)
    assert components.variance.tolist() == pytest.approx([0.45, 0.45, 0.05, 0.05])
    assert components.circles() == [(2, 0, 1), (5, 2, 3)]


def test_noise_has_no_circles_though_components_share_a_frequency():
    noise = torch.randn(31, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    components = embedding_components(noise, 12)
    assert len(set(components.frequency.tolist())) < 12
    assert components.circles() == []


def test_spectrum_by_hand():
    embedding = 3 * circle(2, [0, 1]) + circle(5, [2, 3])
    fractions = embedding_fractions(embedding)
    assert (float(fractions[1]), float(fractions[4])) == pytest.approx((0.9, 0.1))
    assert embedding_norms(embedding)[[3, 4, 9, 10]].tolist() == pytest.approx([3, 3, 1, 1])
    assert embedding_fractions(torch.ones(5, 2)) is None
