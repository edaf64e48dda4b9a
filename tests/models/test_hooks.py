"""Activations by name: read, replaced, refused."""

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import MLPConfig, TransformerConfig
from latebloom.models.components import first_block_by_rows
from latebloom.models.hooks import NO_HOOKS, UNFUSED
from latebloom.tasks import ModularAddition

TASK = ModularAddition(p=5)
TOKENS = torch.from_numpy(TASK.universe().tokens)
SMALL = TransformerConfig(n_layers=2, d_model=8, n_heads=2, d_head=3, d_mlp=6)


@pytest.mark.parametrize("config", [SMALL, MLPConfig(d_mlp=6), SMALL.model_copy(update={"d_mlp": 0})])
def test_the_cache_has_every_name_and_identity_replacements_change_nothing(config):
    model = config.build(TASK)
    logits, cache = model.run_with_cache(TOKENS)
    assert tuple(sorted(cache)) == tuple(sorted(model.activation_names))
    for name in model.activation_names:
        again = model.run_with_hooks(TOKENS, {name: lambda value, name=name: cache[name].expand_as(value)})
        torch.testing.assert_close(again, logits)


def test_a_replacement_reaches_the_logits():
    model = SMALL.build(TASK)
    zero = model.run_with_hooks(TOKENS, {"blocks.1.hook_resid_post": torch.zeros_like})
    assert not zero.any()


def test_cached_activations_obey_the_architecture():
    model = SMALL.build(TASK).double()
    _, cache = model.run_with_cache(TOKENS)
    pattern = cache["blocks.0.attn.hook_pattern"]
    torch.testing.assert_close(pattern.sum(-1), torch.ones_like(pattern[..., 0]))
    assert not pattern.triu(1).any()
    middle = cache["blocks.1.hook_resid_pre"] + cache["blocks.1.hook_attn_out"]
    torch.testing.assert_close(cache["blocks.1.hook_resid_mid"], middle)
    torch.testing.assert_close(cache["blocks.1.mlp.hook_post"], cache["blocks.1.mlp.hook_pre"].clamp(min=0))


def test_chosen_positions_are_rows_of_all_positions():
    model = SMALL.build(TASK).double()
    torch.testing.assert_close(model(TOKENS, (2, 0)), model(TOKENS)[:, [2, 0]])


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match=r"got 'blocks.7.hook_x', expected one of mlp.hook_pre, mlp.hook_post"):
        MLPConfig().build(TASK).run_with_hooks(TOKENS, {"blocks.7.hook_x": torch.zeros_like})


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize("changed", [{}, {"n_layers": 1}, {"residual_scale": 2.0, "d_mlp": 0}])
@pytest.mark.parametrize("tokens", [TOKENS, TOKENS[:, :2], TOKENS[:3]], ids=["many", "short", "few"])
def test_fused_and_unfused_forward_are_equal(everywhere, changed, tokens, monkeypatch):
    positions = None if everywhere else (tokens.shape[1] - 1, 0)
    looked_up = []

    def spy(*arguments):
        looked_up.append(True)
        return first_block_by_rows(*arguments)

    monkeypatch.setattr("latebloom.models.transformer.first_block_by_rows", spy)
    model = SMALL.model_copy(update=changed).build(TASK).double()
    results = {}
    for hooks in (NO_HOOKS, UNFUSED):
        model.zero_grad()
        logits = model(tokens, positions, hooks)
        logits.square().sum().backward()
        results[hooks] = [logits.detach(), *(weight.grad.clone() for weight in model.parameters())]
    torch.testing.assert_close(results[NO_HOOKS], results[UNFUSED], rtol=1e-12, atol=1e-12)
    assert len(looked_up) == (len(tokens) > 2 * TASK.d_vocab)  # only without hooks, and where tokens repeat


@pytest.mark.parametrize("wrong", [-1, TASK.d_vocab])
def test_an_invalid_token_raises(wrong):
    tokens = TOKENS.clone()
    tokens[3, 1] = wrong
    with pytest.raises(IndexError):
        SMALL.build(TASK)(tokens)
