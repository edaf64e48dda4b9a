"""Resampling recovers the loss of a planted circuit, which depends on x ± y alone, and not of a look-up table."""

import dataclasses

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular import modular_grid, planted_operation, planted_transformer
from latebloom.circuits.modular.resampling import (
    logit_waves,
    mlp_output,
    read_out_directions,
    resampled,
    single_neurons,
)
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularAddition, ModularMultiplication, ModularQuadratic, ModularSubtraction

KEYS = [2, 7, 11]


def places(grid):
    return mlp_output(grid), read_out_directions(grid, KEYS), logit_waves(grid)


@pytest.mark.parametrize(
    ("model", "task"),
    [
        (planted_transformer(29, KEYS), ModularAddition(p=29)),
        (planted_transformer(29, KEYS, -1), ModularSubtraction(p=29)),
        (planted_operation(ModularMultiplication(p=29), KEYS), ModularMultiplication(p=29)),
    ],
)
def test_a_planted_circuit_depends_on_the_right_combination_alone(model, task):
    grid = modular_grid(model.double(), task)
    for place in places(grid):
        found = resampled(grid, place)
        assert found.recovered > 0.999
        assert found.recovered_wrong < 0.1
    alone = resampled(grid, single_neurons(grid), draws=1)
    assert alone.rise > 10 * resampled(grid, mlp_output(grid)).rise


def test_a_table_of_the_train_pairs_does_not():
    task = ModularAddition(p=13)
    grid = modular_grid(TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=8).build(task).double(), task)
    generator = torch.Generator().manual_seed(0)
    mask = torch.rand(13, 13, generator=generator) < 0.3
    answers = torch.where(mask, grid.labels, torch.randint(13, (13, 13), generator=generator)).flatten()
    table = dataclasses.replace(
        grid,
        logits=20 * torch.eye(13, dtype=torch.float64)[answers].view(13, 13, 13),
        neurons=torch.eye(169, dtype=torch.float64).view(13, 13, 169),
        w_logit=20 * torch.eye(13, dtype=torch.float64)[answers],
    )
    found = resampled(table, mlp_output(table), mask)
    assert found.whole < 1e-6
    assert found.recovered < 0.6


def test_where_the_loss_does_not_depend_on_a_place_nothing_is_recovered():
    task = ModularAddition(p=13)
    grid = modular_grid(TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=8).build(task).double(), task)
    assert resampled(grid, mlp_output(grid)) is None


def test_an_operation_without_a_sum_is_refused():
    task = ModularQuadratic(p=13)
    grid = modular_grid(TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=8).build(task).double(), task)
    with pytest.raises(UsageError, match=r"task: got modular_quadratic, expected an operation that is addition"):
        resampled(grid, mlp_output(grid))
