"""One operation of a model of several gives the same logits as the model with the operation's token."""

import pytest
import torch

from latebloom.circuits.several_operations import operation_grid
from latebloom.models import TransformerConfig
from latebloom.tasks import SeveralOperations


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_grid_of_an_operation_has_the_models_own_logits(index):
    task = SeveralOperations(p=5)
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=12).build(task)
    examples = torch.from_numpy(task.universe().tokens[index * 25 : (index + 1) * 25])
    with torch.no_grad():
        expected = model(examples, task.loss_positions)[:, 0]
    found = operation_grid(model, task, task.components[index]).outputs.flatten(0, 1)
    torch.testing.assert_close(found, expected)
