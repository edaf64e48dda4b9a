"""Attention of ``=``: planted waves are detected, constant attention has no frequency."""

import pytest
import torch

from latebloom.circuits.modular import attention_heads
from latebloom.circuits.modular.heads import head_spectra
from latebloom.tasks import ModularAddition


def pattern(p, to_x):
    """Attention of one head: to x as given, 0.002 to ``=``, the rest to y."""
    itself = torch.full((p, p), 0.002, dtype=torch.float64)
    return torch.stack([to_x, 1 - to_x - itself, itself], dim=-1)[:, :, None]


@pytest.mark.parametrize(("p", "k"), [(113, 35), (13, 4)])
def test_planted_wave_is_found_with_its_coefficients(make_grid, p, k):
    angle = 2 * torch.pi * k * torch.arange(p, dtype=torch.float64) / p
    cos, sin = angle.cos(), angle.sin()
    to_x = 0.5 + 0.2 * (cos[:, None] - cos) - 0.1 * (sin[:, None] - sin)
    (head,) = attention_heads(make_grid(ModularAddition(p=p), pattern=pattern(p, to_x)))
    assert head.frequency == k
    assert (head.fve, head.cos, head.sin, head.to_itself) == pytest.approx((1, 0.2, -0.1, 0.002))


def test_frequencies_that_mix_add_up(make_grid):
    p = 13
    angle = 2 * torch.pi * torch.arange(p, dtype=torch.float64) / p
    waves = [size * ((k * angle).cos()[:, None] - (k * angle).cos()) for k, size in ((2, 0.2), (5, 0.1))]
    (spectrum,) = head_spectra(make_grid(ModularAddition(p=p), pattern=pattern(p, 0.5 + sum(waves))))
    assert spectrum[[1, 4]].tolist() == pytest.approx([0.8, 0.2])
    assert float(spectrum.sum()) == pytest.approx(1)


def test_only_antisymmetric_waves_count(make_grid):
    angle = 2 * torch.pi * 3 * torch.arange(13, dtype=torch.float64) / 13
    cos, sin = angle.cos(), angle.sin()
    to_x = 0.5 + 0.1 * (cos[:, None] - cos) + 0.1 * (sin[:, None] + sin)
    (head,) = attention_heads(make_grid(ModularAddition(p=13), pattern=pattern(13, to_x)))
    assert (head.frequency, head.fve) == (3, pytest.approx(0.5))


def test_nyquist_wave(make_grid):
    sign = torch.tensor([1.0, -1.0] * 4, dtype=torch.float64)
    (head,) = attention_heads(make_grid(ModularAddition(p=8), pattern=pattern(8, 0.5 + 0.1 * (sign[:, None] - sign))))
    assert (head.frequency, head.sin) == (4, 0)
    assert (head.fve, head.cos) == pytest.approx((1, 0.1))


def test_constant_attention_has_no_frequency(planted_grid):
    heads = attention_heads(planted_grid)
    assert len(heads) == 4
    assert all((head.frequency, head.fve) == (None, None) for head in heads)
    assert heads[0].to_itself == pytest.approx(0, abs=1e-6)
    assert heads[2].to_itself == pytest.approx(1 / 3)


def test_no_attention_no_heads(make_grid):
    assert attention_heads(make_grid(ModularAddition(p=5))) is None
