"""Interventions change what they name and nothing else."""

import torch

from latebloom.circuits import AddVector, MeanNeurons, ReplaceWith, ZeroHeads, ZeroNeurons
from latebloom.models import TransformerConfig
from latebloom.models.hooks import UNFUSED
from latebloom.tasks import ModularAddition

TASK = ModularAddition(p=5)
TOKENS = torch.from_numpy(TASK.universe().tokens)
MODEL = TransformerConfig(d_model=8, n_heads=3, d_head=2, d_mlp=6).build(TASK).double()


def test_zero_heads():
    z = torch.ones(4, 1, 3, 2)
    assert ZeroHeads((0, 2))(z).sum((0, 1, 3)).tolist() == [0, 8, 0]


def test_zero_and_mean_neurons():
    post = torch.arange(6.0).view(3, 1, 2)
    assert ZeroNeurons([1])(post)[:, 0].tolist() == [[0, 0], [2, 0], [4, 0]]
    assert MeanNeurons([1])(post)[:, 0].tolist() == [[0, 3], [2, 3], [4, 3]]
    assert torch.equal(MeanNeurons([])(post), post)


def test_replace_and_add_broadcast():
    activation = torch.zeros(2, 1, 3, dtype=torch.float64)
    vector = torch.tensor([1.0, 2.0, 3.0])
    assert ReplaceWith(vector)(activation).tolist() == [[[1, 2, 3]]] * 2
    assert AddVector(vector)(activation + 1).tolist() == [[[2, 3, 4]]] * 2


def test_all_heads_at_zero_is_no_attention_output():
    with torch.no_grad():
        heads = MODEL.run_with_hooks(TOKENS, {"blocks.0.attn.hook_z": ZeroHeads(range(3))})
        nothing = MODEL.run_with_hooks(TOKENS, {"blocks.0.hook_attn_out": ReplaceWith(torch.zeros(1))})
    torch.testing.assert_close(heads, nothing)


def test_nothing_named_nothing_changed():
    with torch.no_grad():
        same = MODEL.run_with_hooks(
            TOKENS, {"blocks.0.attn.hook_z": ZeroHeads(()), "hook_embed": AddVector(torch.zeros(1))}
        )
        assert torch.equal(same, MODEL(TOKENS, hooks=UNFUSED))
