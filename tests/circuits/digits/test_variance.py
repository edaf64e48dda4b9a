"""Shares of variance of functions with known parts, and of noise."""

import math

import pytest
import torch

from latebloom.circuits.digits import carry_neurons, pair_wave_shares, share_explained, wave_neurons, wave_shares

PAIRS = torch.cartesian_prod(torch.arange(10), torch.arange(10)).repeat(20, 1)  # every pair equally often
X, Y = PAIRS.T
CARRY = torch.randint(0, 2, (len(X),), generator=torch.Generator().manual_seed(0))


def noise(columns=1, seed=0):
    return torch.randn(len(X), columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_planted_wave_is_all_in_its_frequency():
    for k in range(1, 6):
        neuron = wave_neurons(X, Y, [k])
        assert wave_shares(neuron, (X + Y) % 10)[k] == pytest.approx(1)
        assert pair_wave_shares(neuron, X, Y)[k] == pytest.approx(1)
        assert share_explained(neuron, 10 * X + Y) == pytest.approx(1)
        # cos k(x + y) says nothing of x alone.
        assert share_explained(neuron, X) == pytest.approx(0, abs=0.01)


def test_a_planted_carry_neuron_depends_on_the_carry_alone():
    neuron = carry_neurons(CARRY)
    assert share_explained(neuron, CARRY) == pytest.approx(1)
    assert share_explained(neuron, 10 * X + Y) == pytest.approx(0, abs=0.03)


def test_shares_of_a_mixture_by_hand():
    # Variances: 3 cos 2(x + y): 9/2; 2 carry: 4/4; noise of variance 1.
    neuron = 3 * wave_neurons(X, Y, [2]) + 2 * carry_neurons(CARRY) + noise()
    assert share_explained(neuron, 10 * X + Y) == pytest.approx(4.5 / 6.5, abs=0.02)
    assert share_explained(neuron, CARRY) == pytest.approx(1 / 6.5, abs=0.02)
    assert share_explained(neuron, 20 * X + 2 * Y + CARRY) == pytest.approx(5.5 / 6.5, abs=0.02)
    assert wave_shares(neuron, (X + Y) % 10)[2] == pytest.approx(4.5 / 6.5, abs=0.02)


def test_waves_in_one_digit_and_products_are_distinguished_from_the_sum():
    # cos x and cos x cos y are in the block of frequency 1; of these only half of the product is on waves of x + y.
    cos_x, cos_y = ((2 * math.pi / 10 * digit.double()).cos()[:, None] for digit in (X, Y))
    alone, product = cos_x, cos_x * cos_y
    assert [pair_wave_shares(neuron, X, Y)[1] for neuron in (alone, product)] == pytest.approx([1, 1])
    assert wave_shares(alone, (X + Y) % 10)[1] == pytest.approx(0, abs=1e-12)
    assert wave_shares(product, (X + Y) % 10)[1] == pytest.approx(0.5)


def test_noise_explains_nothing_however_many_groups():
    columns = noise(40, seed=1)
    for group in (CARRY, X, 10 * X + Y, 20 * X + 2 * Y + CARRY):
        assert share_explained(columns, group) == pytest.approx(0, abs=0.01)
    assert max(wave_shares(columns, (X + Y) % 10).values()) < 0.005
    assert max(pair_wave_shares(columns, X, Y).values()) < 0.01


def test_undefined_is_none():
    one = torch.zeros(len(X), dtype=torch.long)
    assert share_explained(noise(), one) is None
    assert share_explained(noise(), torch.arange(len(X))) is None
    assert share_explained(torch.full((len(X), 3), 0.1, dtype=torch.float64), X) is None
    assert wave_shares(torch.full((len(X), 3), 0.1, dtype=torch.float64), X) == {}
