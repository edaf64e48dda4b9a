"""Losses of logits less functions of x + s·y: equal to those of each set of logits by itself."""

import pytest
import torch

from latebloom.circuits.modular import modular_grid
from latebloom.circuits.modular.projections import phase_part, restricted_logits, restricted_table
from latebloom.circuits.modular.sum_losses import LessTables, table_losses
from latebloom.models import Transformer, TransformerConfig
from latebloom.tasks import ModularAddition, ModularMultiplication, ModularSubtraction

TASKS = [ModularAddition(p=13), ModularSubtraction(p=13), ModularMultiplication(p=13), ModularAddition(p=12)]


def grid_of(task, extra=0, scale=1.0):
    task = task.model_copy(update={"extra_answers": extra})
    config = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=20)
    model = Transformer(config, task.d_vocab, task.d_vocab_out, task.n_ctx)
    torch.manual_seed(3)
    model.init_weights()
    with torch.no_grad():
        model.unembed.W_U.mul_(scale)
    return modular_grid(model, task)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.name} {task.p}")
@pytest.mark.parametrize("scale", [1.0, 3e5])  # logits whose exponentials underflow
@pytest.mark.parametrize("extra", [0, 2])
def test_losses_less_tables_are_those_of_each_difference(task, scale, extra) -> None:
    grid = grid_of(task, extra, scale)
    mask = torch.rand(grid.labels.shape, generator=torch.Generator().manual_seed(1)) < 0.4
    part = phase_part(grid, [1, 3, grid.order // 2], grid.sign)
    tables = [part.by_sum([3]), part.by_sum(), torch.zeros(grid.order, grid.order)]
    expected = [grid.row_losses(grid.logits[mask] - part.along(ks, mask), mask) for ks in ([3], None, [])]
    found = LessTables(grid, mask).losses(torch.stack(tables))
    torch.testing.assert_close(found, torch.stack(expected), rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("extra", [0, 2])
def test_losses_of_a_table(extra) -> None:
    grid = grid_of(ModularSubtraction(p=13), extra)
    expected = grid.pair_losses(restricted_logits(grid, [2, 5], grid.sign))
    found = table_losses(grid, restricted_table(grid, phase_part(grid, [5, 1, 2], grid.sign), [2, 5]))
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)
