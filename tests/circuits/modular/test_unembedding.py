"""W_logit: planted rank and output waves, random controls."""

import pytest
import torch

from latebloom.circuits.modular import cluster_output, neuron_clusters, numerical_rank, read_outs, unembedding_residual
from latebloom.tasks import ModularAddition


def test_planted_w_logit_has_two_directions_per_frequency(planted_grid):
    assert unembedding_residual(planted_grid, [2, 7, 11]) == pytest.approx(0, abs=1e-6)
    assert unembedding_residual(planted_grid, [2, 7]) == pytest.approx(3**-0.5, rel=1e-4)
    assert numerical_rank(planted_grid.w_logit) == 6


def test_planted_clusters_write_only_their_own_waves(planted_grid):
    clusters = neuron_clusters(planted_grid)
    output = cluster_output(planted_grid, 7, clusters.members(7))
    assert output.matrix.shape == (clusters.sizes[7], 29)
    assert output.share == pytest.approx(1)
    assert cluster_output(planted_grid, 2, clusters.members(7)).share == pytest.approx(0, abs=1e-9)


def test_planted_read_outs_carry_their_wave(planted_grid):
    outs = read_outs(planted_grid, [2, 7, 11], 1)
    assert [out.wave for out in outs] == ["cos 2", "sin 2", "cos 7", "sin 7", "cos 11", "sin 11"]
    assert all(out.fve > 0.99 for out in outs)
    assert all(out.fve < 0.01 for out in read_outs(planted_grid, [2, 7, 11], -1))


def test_random_weights_fill_all_directions(make_grid):
    grid = make_grid(ModularAddition(p=31), neurons=torch.randn(31, 31, 200).double())
    # Two of 31 directions: all but 29/31 of the energy stays.
    assert unembedding_residual(grid, [3]) == pytest.approx((29 / 31) ** 0.5, abs=0.02)
    assert numerical_rank(grid.w_logit) > 25
    assert all(out.fve < 0.05 for out in read_outs(grid, [3], 1))


def test_zero_and_nyquist(make_grid):
    grid = make_grid(ModularAddition(p=8), w_logit=torch.zeros(6, 8, dtype=torch.float64))
    assert unembedding_residual(grid, [1]) is None
    assert numerical_rank(grid.w_logit) == 0
    assert cluster_output(grid, 1, torch.tensor([0])).share is None
    assert [(out.wave, out.fve) for out in read_outs(grid, [4], 1)] == [("cos 4", None)]


def test_rank_by_hand():
    # Energies 9 : 1, so one value holds 90 % and both hold 99 %.
    matrix = torch.diag(torch.tensor([3.0, 1.0, 0.0]))
    assert (numerical_rank(matrix, 0.9), numerical_rank(matrix, 0.99)) == (1, 2)
