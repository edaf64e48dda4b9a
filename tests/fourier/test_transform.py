"""Inverse, Parseval, and agreement with numpy's FFT."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom.fourier import inverse_transform, transform

SIZES = st.one_of(st.integers(3, 20), st.just(113))


@settings(max_examples=30, deadline=None)
@given(n=SIZES, m=st.integers(1, 6), axis=st.sampled_from([0, 1, 2, -1, -2, -3]), seed=st.integers(0, 99))
def test_inverse_and_parseval_along_any_axis(n, m, axis, seed):
    shape = [m, 2, 3]
    shape[axis] = n
    values = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    coefficients = transform(values, (axis,))
    torch.testing.assert_close(inverse_transform(coefficients, (axis,)), values, atol=1e-12, rtol=0)
    torch.testing.assert_close(coefficients.square().sum(axis), values.square().sum(axis))


@settings(max_examples=20, deadline=None)
@given(n=SIZES, seed=st.integers(0, 99))
def test_agrees_with_the_fft(n, seed):
    values = np.random.default_rng(seed).standard_normal(n)
    ours = transform(torch.from_numpy(values), (0,))
    spectrum = np.fft.rfft(values)
    scale = np.sqrt(2 / n)
    assert np.isclose(ours[0], spectrum[0].real / np.sqrt(n))
    assert np.allclose(ours[1], scale * spectrum[1].real)
    assert np.allclose(ours[2], -scale * spectrum[1].imag)


def test_two_axes_are_one_after_the_other():
    values = torch.randn(5, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(transform(values, (0, 1)), transform(transform(values, (1,)), (0,)))
