"""Modules for every activation: what torch's own hooks see and change, and that nothing changes without them."""

import copy

import pytest
import torch

from latebloom.models import BilinearConfig, LinearConfig, MLPConfig, TransformerConfig
from latebloom.models.points import points_of
from latebloom.tasks import ModularAddition, SharedFeature

TASK = ModularAddition(p=5)
PAIRS = torch.from_numpy(TASK.universe().tokens)
SMALL = TransformerConfig(n_layers=2, d_model=8, n_heads=2, d_head=3, d_mlp=6)


@pytest.mark.parametrize(
    ("config", "task"),
    [
        (SMALL, TASK),
        (SMALL.model_copy(update={"d_mlp": 0, "residual_scale": 2.0}), TASK),
        (MLPConfig(d_mlp=6), TASK),
        (BilinearConfig(), TASK),
        (LinearConfig(), SharedFeature()),
    ],
)
def test_torch_hooks_see_every_activation_of_every_kind_of_model_on_all_pairs(config, task):
    model, tokens = config.build(task), torch.from_numpy(task.universe().tokens)
    plain, cache = model.run_with_cache(tokens)
    seen = {}
    for name in model.activation_names:
        point = model.get_submodule(name)
        point.register_forward_hook(lambda _, __, value, name=name: seen.__setitem__(name, value))
    torch.testing.assert_close(model(tokens), plain)
    assert seen.keys() == cache.keys()
    for name, value in cache.items():
        assert torch.equal(seen[name], value)


def test_a_hook_on_a_large_module_sees_it_where_tables_would_replace_it():
    model = SMALL.build(TASK)
    seen = []
    handle = model.embed.register_forward_hook(lambda *parts: seen.append(parts[2]))
    model(PAIRS)
    assert seen[0].shape == (25, 3, 8)
    handle.remove()
    model(PAIRS)
    assert len(seen) == 1


def test_a_hook_that_returns_a_value_replaces_the_activation():
    model = SMALL.build(TASK)
    model.blocks[1].attn.hook_z.register_forward_hook(lambda _, __, value: torch.zeros_like(value))
    expected = model.run_with_hooks(PAIRS, {"blocks.1.attn.hook_z": torch.zeros_like})
    torch.testing.assert_close(model(PAIRS), expected)


def test_points_are_no_weights_and_are_not_called_without_hooks(monkeypatch):
    model = SMALL.build(TASK)
    assert set(points_of(model)) == set(model.activation_names)
    assert not [name for name in model.state_dict() if "hook_" in name]
    before = copy.deepcopy(model)(PAIRS)
    for point in points_of(model).values():
        monkeypatch.setattr(type(point), "forward", lambda *_: pytest.fail("a point was called"))
    assert torch.equal(model(PAIRS), before)


def test_the_shape_is_in_the_words_of_transformer_lens():
    cfg = SMALL.build(TASK).cfg
    assert (cfg.n_layers, cfg.n_heads, cfg.d_model, cfg.d_head, cfg.d_mlp, cfg.act_fn) == (2, 2, 8, 3, 6, "relu")
    assert (cfg.d_vocab, cfg.d_vocab_out, cfg.n_ctx, cfg.attn_only) == (6, 5, 3, False)
    attention_only = SMALL.model_copy(update={"d_mlp": 0}).build(TASK).cfg
    assert attention_only.d_mlp is None
    assert attention_only.attn_only
