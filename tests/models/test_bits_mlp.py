"""The MLP on bits: parity by hand, and the tasks that it refuses."""

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import BitsMLPConfig
from latebloom.tasks import ModularAddition, SparseParity


def test_parity_of_two_bits_by_hand():
    task = SparseParity(bits=3, relevant=2)
    model = BitsMLPConfig(d_mlp=2).build(task)
    with torch.no_grad():
        # s1 + s2 is ±2 for equal bits and 0 for different ones, which ReLU of it and of its negative tell apart.
        model.mlp.W_in.copy_(torch.tensor([[1.0, -1.0], [1.0, -1.0], [0.0, 0.0]]))
        model.mlp.W_out.copy_(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
        model.mlp.b_in.zero_()
        model.mlp.b_out.copy_(torch.tensor([0.0, 1.0]))
        bits = torch.tensor([[0, 0, 1], [0, 1, 0], [1, 0, 1], [1, 1, 0]])
        logits = model(bits, task.loss_positions)
    assert logits.shape == (4, 1, 2)
    assert logits.argmax(-1)[:, 0].tolist() == task.batch(bits.numpy()).labels[:, 0].tolist() == [0, 1, 1, 0]


def test_seeds_decide_and_other_tasks_are_refused():
    task = SparseParity(bits=5)
    one, same, other = (BitsMLPConfig(seed=seed).build(task).mlp.W_in for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    with pytest.raises(UsageError, match="bits_mlp, which reads bits, for modular_addition"):
        BitsMLPConfig().build(ModularAddition())
