"""Initial weights: distribution and seed."""

import pytest
import torch

from latebloom.models import MLPConfig, TransformerConfig
from latebloom.tasks import ModularAddition


def test_transformer_is_normal_with_the_published_scale():
    for name, weight in TransformerConfig().build(ModularAddition()).named_parameters():
        weight = weight.detach()
        if "b_" in name:
            assert not weight.any()
        elif weight.numel() > 1000:
            fan = 114 if "W_U" in name else 128
            # The standard deviation of n draws is known to about 1/sqrt(2n), relatively: five of those.
            assert float(weight.std()) == pytest.approx(fan**-0.5, rel=5 / (2 * weight.numel()) ** 0.5), name
            assert abs(float(weight.mean())) < 5 * (fan * weight.numel()) ** -0.5, name


def test_only_queries_and_keys_are_larger_where_asked():
    plain, larger = (
        TransformerConfig(qk_init_scale=scale).build(ModularAddition(p=7)).state_dict() for scale in (1, 2)
    )
    for name, weight in plain.items():
        scale = 2 if name.endswith(("W_Q", "W_K")) else 1
        torch.testing.assert_close(larger[name], scale * weight)


@pytest.mark.parametrize("config", [TransformerConfig, MLPConfig])
def test_the_seed_decides(config):
    first, again, other = (config(seed=seed).build(ModularAddition(p=7)).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_mlp_adds_one_hots():
    task = ModularAddition(p=7)
    model = MLPConfig(d_mlp=9).build(task).double()
    one_hot = torch.nn.functional.one_hot(torch.tensor([3, 3, 5]), 7).double()
    pre = (one_hot + one_hot[[0, 1, 0]]) @ model.mlp.W_in
    expected = torch.relu(pre) @ model.mlp.W_out
    tokens = torch.tensor([[3, 3, 7], [3, 3, 7], [5, 3, 7]])
    torch.testing.assert_close(model(tokens)[:, 0], expected)
    assert float(model.mlp.W_in.detach().std()) == pytest.approx(1 / 3, rel=0.4)
