"""Models of interventions: a fixed head, a planted half of the skip trigrams, and the bilinear model."""

import math

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import (
    HALVES,
    BilinearConfig,
    ClampedConfig,
    Examples,
    HalfPlantedConfig,
    TransformerConfig,
    growth_rate,
    planted_trigrams,
)
from latebloom.tasks import ModularAddition, RepeatedSubsequences, SkipTrigrams

REPEATS = RepeatedSubsequences(vocabulary=20, length=22, subsequence=4, repeats=3)
SHAPE = {"n_layers": 2, "d_model": 16, "n_heads": 2, "d_head": 8, "d_mlp": 0}


def test_a_clamped_head_attends_where_it_must_and_the_others_are_free():
    model = ClampedConfig(**SHAPE, clamp_head=1, clamp_offset=3).build(REPEATS)
    free = TransformerConfig(**SHAPE).build(REPEATS)
    tokens = torch.randint(1, 20, (4, 22), generator=torch.Generator().manual_seed(0))
    _, cache = model.run_with_cache(tokens)
    _, usual = free.run_with_cache(tokens)
    pattern = cache["blocks.0.attn.hook_pattern"]
    assert torch.equal(pattern[:, 1].argmax(-1)[0], (torch.arange(22) - 3).clamp(min=0))
    assert torch.equal(pattern[:, 1].sum(-1), torch.ones(4, 22))
    torch.testing.assert_close(pattern[:, 0], usual["blocks.0.attn.hook_pattern"][:, 0])
    positions = REPEATS.loss_positions
    torch.testing.assert_close(model(tokens, positions), model(tokens)[:, list(positions)])


def test_a_clamped_head_has_no_gradient_where_it_attends():
    model = ClampedConfig(**SHAPE).build(REPEATS)
    tokens = torch.randint(1, 20, (64, 22), generator=torch.Generator().manual_seed(0))
    model(tokens, REPEATS.loss_positions).square().mean().backward()
    attn = model.blocks[0].attn
    assert float(attn.W_Q.grad[0].abs().max()) == 0 < float(attn.W_Q.grad[1].abs().max())
    assert float(attn.W_V.grad[0].abs().max()) > 0


@pytest.mark.parametrize("half", ["qk", "ov"])
def test_one_half_is_ideal_and_the_other_is_fresh(half):
    shape = {"d_model": 32, "n_heads": 4, "d_head": 8, "d_mlp": 0, "seed": 3}
    task = SkipTrigrams(length=6)
    model = HalfPlantedConfig(**shape, half=half).build(task)
    fresh, planted = TransformerConfig(**shape).build(task).state_dict(), planted_trigrams(task).state_dict()
    for name, value in model.state_dict().items():
        assert torch.equal(value, (planted if name in HALVES[half] else fresh)[name]), name
    both = planted_trigrams(task)
    both.load_state_dict({**planted, **{name: model.state_dict()[name] for name in HALVES[half]}})
    examples = Examples.of(task.sample(20, np.random.default_rng(0)), "cpu")
    assert torch.equal(both(examples.tokens, task.loss_positions).argmax(-1), examples.labels)


def test_a_bilinear_model_multiplies_two_matrices():
    task = SkipTrigrams(length=2)
    model = BilinearConfig(init_scale=1.0).build(task)
    tokens = torch.tensor([[20, 3, 14, 21]])
    score, written = model.W_QK[21, tokens[0, :3]], model.W_OV[tokens[0, :3]]
    torch.testing.assert_close(model(tokens, task.loss_positions)[0, 0], score @ written)
    small = BilinearConfig(init_scale=1e-3).build(task)
    torch.testing.assert_close(small.W_OV, model.W_OV * 1e-3)
    even = BilinearConfig(init_scale=1.0, attention="even").build(task)
    torch.testing.assert_close(even(tokens, task.loss_positions)[0, 0], even.W_OV[tokens[0, :3]].sum(0))
    assert not even.W_QK.requires_grad


def test_small_weights_grow_at_the_predicted_rate():
    task, n, rate = SkipTrigrams(length=1), 10, 0.1
    model = BilinearConfig(init_scale=1e-4).build(task)
    tokens, labels = torch.tensor([[20, 10 + i, 21] for i in range(n)]), torch.arange(n)
    unit = (torch.eye(n) - 1 / n) / ((n - 1) / n) ** 0.5

    def strength():
        c = (model.W_OV[10:20] * unit).sum(1)
        return (model.W_QK[21, 10:20] + c).abs().detach()

    before = strength()
    for _ in range(200):
        loss = torch.nn.functional.cross_entropy(model(tokens, (2,))[:, 0], labels)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for weight, grad in zip(model.parameters(), grads):
                weight -= rate * grad
    growth = (strength() / before).log() / (200 * rate)
    torch.testing.assert_close(growth, torch.full((n,), growth_rate(n)), rtol=0.01, atol=0)
    assert growth_rate(n) == pytest.approx(math.sqrt(0.9) / 10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HalfPlantedConfig(d_mlp=0).build(ModularAddition(p=7)), "model.kind: got half_planted_trigrams"),
        (lambda: ClampedConfig(**{**SHAPE, "n_layers": 1}), "n_layers"),
        (lambda: ClampedConfig(**SHAPE, clamp_layer=1), "clamp_layer: got 1, expected at most 0"),
    ],
)
def test_models_refuse_what_they_cannot_be(make, message):
    with pytest.raises((UsageError, ValueError), match=message):
        make()
