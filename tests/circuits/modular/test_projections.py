"""Restricted and excluded logits, the cos fit, variance along the trig directions."""

import pytest
import torch

from latebloom.circuits.modular import (
    cos_fit_fve,
    cos_waves,
    excluded_logits,
    logit_structure,
    restricted_logits,
    trig_fve,
)
from latebloom.circuits.modular.projections import phase_part
from latebloom.tasks import ModularAddition, ModularSubtraction


@pytest.mark.parametrize("task", [ModularAddition(p=11), ModularSubtraction(p=8)])
def test_restricted_and_excluded_are_complements(make_grid, task):
    grid = make_grid(task)
    restricted, excluded = (f(grid, [1, 3], task.phase_sign) for f in (restricted_logits, excluded_logits))
    torch.testing.assert_close(restricted + excluded, grid.logits + grid.logits.mean((0, 1)))


def test_every_frequency_of_a_function_of_the_sum_is_everything(make_grid):
    by_sum = torch.randn(7, 7, dtype=torch.float64)
    grid = make_grid(ModularAddition(p=7), logits=by_sum[torch.from_numpy(ModularAddition(p=7).table())])
    torch.testing.assert_close(restricted_logits(grid, [1, 2, 3], 1), grid.logits)
    torch.testing.assert_close(excluded_logits(grid, [1, 2, 3], 1), by_sum.mean(0).expand(7, 7, 7))
    assert trig_fve(grid, [1, 2, 3], 1) == pytest.approx(1)


def test_parts_of_some_frequencies_follow_from_the_whole(make_grid):
    grid = make_grid(ModularAddition(p=12))
    part, mask = phase_part(grid, [2, 6, 3], 1), torch.eye(12, dtype=torch.bool)
    torch.testing.assert_close(part.along([6]), (grid.logits - excluded_logits(grid, [6], 1)).flatten(0, 1))
    torch.testing.assert_close(part.along([3, 2], mask), (grid.logits - excluded_logits(grid, [2, 3], 1))[mask])


@pytest.mark.parametrize(("p", "sign", "ks"), [(13, 1, (2, 5)), (12, -1, (1, 6))])
def test_cos_fit_recovers_planted_coefficients(make_grid, p, sign, ks):
    i = torch.arange(p, dtype=torch.float64)
    turns = i[:, None, None] + sign * i[:, None] - i
    planted = sum(a * (2 * torch.pi * k * turns / p).cos() for a, k in zip((9.4, -3.5), ks))
    # What depends on z alone, or on the pair alone, must not matter.
    grid = make_grid(ModularAddition(p=p), logits=planted + 5 * i + 2 * i[:, None, None])
    waves = cos_waves(grid, ks, sign)
    assert waves.coefficients.tolist() == pytest.approx([9.4, -3.5])
    torch.testing.assert_close(waves.fit, planted)
    assert cos_fit_fve(grid, waves) == pytest.approx(1)
    assert waves.loss(grid.labels) == pytest.approx(grid.loss(waves.fit), rel=1e-12)
    mask = torch.eye(p, dtype=torch.bool)
    torch.testing.assert_close(waves.rows(mask), waves.fit[mask])


def test_constant_logits_have_no_variance_to_explain(make_grid):
    grid = make_grid(ModularAddition(p=5), logits=torch.zeros(5, 5, 5, dtype=torch.float64))
    assert cos_fit_fve(grid, cos_waves(grid, [1], 1)) is None
    assert trig_fve(grid, [1], 1) is None
    assert logit_structure(grid, [1], 1) is None


def test_structure_of_planted_logits(planted_grid):
    structure = logit_structure(planted_grid, [2, 7, 11], 1)
    assert structure.linear == pytest.approx(0, abs=1e-3)
    assert structure.products == pytest.approx(1, abs=1e-3)
    assert structure.uniform == pytest.approx(1, abs=1e-3)
    assert structure.neurons_linear > 0.5
