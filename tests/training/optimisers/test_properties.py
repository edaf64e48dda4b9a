"""One property of each optimiser, on random matrices and on a training; resuming; kernels and stacked steps."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom import _memory
from latebloom._errors import UsageError
from latebloom.models import MLPConfig
from latebloom.training import OPTIMISERS, Ensemble, Experiment, Trainer
from latebloom.training.optimisers import settings_class
from latebloom.training.optimisers.on_torch.muon import is_inner_matrix, orthogonalised
from latebloom.training.optimisers.orthograd import perpendicular
from latebloom.training.torch_updates import TorchUpdates

NEW = {
    "sign_descent": {"momentum": 0.9},
    "lion": {},
    "muon": {},
    "grokfast_ema": {},
    "grokfast_ma": {"window": 4},
    "orthograd": {},
    "norm_constrained": {},
    "delayed_decay": {"decay_from": 3, "decay_until": 8},
}


def experiment_with(tiny, name: str, **more) -> Experiment:
    fields = {"name": name, "lr": 3e-3, "weight_decay": 0.3, "warmup": 2, **NEW.get(name, {}), **more}
    return Experiment.model_validate(tiny().model_dump() | {"optimiser": fields})


def advanced(experiment: Experiment, steps: int, **options) -> Trainer:
    trainer = Trainer(experiment, **options)
    assert trainer.advance(steps)
    return trainer


def matrix(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).float()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))
def test_orthograd_is_perpendicular_to_the_weights_and_as_long_as_the_gradient(seed, rows, columns):
    weight, gradient = matrix(seed, rows, columns), matrix(seed + 1, rows, columns)
    across, _ = perpendicular(weight, gradient, {})
    if rows * columns == 1:
        return  # every gradient of a single weight is along it
    assert abs((across * weight).sum()) < 1e-3 * across.norm() * weight.norm()
    torch.testing.assert_close(across.norm(), gradient.norm(), rtol=1e-4, atol=1e-6)


def test_orthograd_leaves_the_gradient_of_zero_weights():
    gradient = matrix(0, 3)
    torch.testing.assert_close(perpendicular(torch.zeros(3), gradient, {})[0], gradient)


@pytest.mark.parametrize("shape", [(5, 5), (4, 9), (9, 4), (3, 8, 4)])
def test_muon_sets_the_singular_values_near_one_head_by_head(shape):
    gradient = matrix(0, *shape)
    result = orthogonalised(gradient)
    values = torch.linalg.svdvals(result)
    assert values.min() > 0.6
    assert values.max() < 1.3
    if len(shape) == 3:
        assert torch.allclose(result[1], orthogonalised(gradient[1]), atol=1e-6)


def test_muon_gives_adamw_the_embeddings_and_biases(tiny):
    model = Trainer(tiny()).model
    inner = {name for name, weight in model.named_parameters() if is_inner_matrix(name, weight)}
    assert inner == {f"blocks.0.attn.{name}" for name in ("W_Q", "W_K", "W_V", "W_O")} | {
        f"blocks.0.mlp.{name}" for name in ("W_in", "W_out")
    }
    # Equal gradients move an embedding as AdamW does, since the two share one implementation.
    torch.manual_seed(0)
    ends = [torch.nn.ModuleDict({"embed": torch.nn.Embedding(3, 2)}) for _ in range(2)]
    ends[1].load_state_dict(ends[0].state_dict())
    for module, name in zip(ends, ("muon", "adamw")):
        updates = TorchUpdates(module, settings_class(name)(name=name, lr=0.1, warmup=0))
        for step in range(3):
            module["embed"].weight.grad = matrix(step, 3, 2)
            updates.update(step)
    assert torch.equal(ends[0]["embed"].weight, ends[1]["embed"].weight)


@pytest.mark.parametrize(
    ("model", "biases"),
    [
        ({"model.attention_bias": "true"}, {"b_Q", "b_K", "b_V", "b_O", "b_in", "b_out"}),
        ({"model": MLPConfig(d_mlp=8)}, {"b_in", "b_out"}),
    ],
)
def test_muon_takes_all_inner_weights_but_no_bias(tiny, model, biases):
    ends = {"W_E", "W_pos", "W_U"}
    named = dict(Trainer(tiny().with_settings(model)).model.named_parameters())
    rest = {name.rpartition(".")[2] for name, weight in named.items() if not is_inner_matrix(name, weight)}
    assert rest - ends == biases


def test_delayed_decay_goes_on_where_an_ensemble_stopped(tiny):
    experiment = experiment_with(tiny, "delayed_decay", lr=1e-4, decay_from=0, decay_until=3)
    first, second = advanced(experiment, 5, ensemble=Ensemble(1)), Trainer(experiment)
    second.load_state(first.step, first.state())
    second.advance(1)
    assert {group["weight_decay"] for group in second._engine._updates._optimiser.param_groups} == {0.0}


@pytest.mark.parametrize("until", [2, 3])
def test_delayed_decay_refuses_a_span_without_steps(tiny, until):
    changes = {"optimiser.name": "delayed_decay", "optimiser.decay_from": 3, "optimiser.decay_until": until}
    with pytest.raises(UsageError, match=f"got {until} with decay_from 3, expected a later step or none") as caught:
        tiny().with_settings(changes)
    assert "\n" not in str(caught.value)


def test_grokfast_ma_refuses_a_window_that_does_not_fit(monkeypatch):
    monkeypatch.setattr(_memory, "available_memory", lambda: 39_999_999)
    model, chosen = torch.nn.Linear(100, 10, bias=False), settings_class("grokfast_ma")(window=10_000)
    with pytest.raises(UsageError, match=r"window: got 10000 gradients of 1e\+03 weights.*expected a smaller window"):
        TorchUpdates(model, chosen)
    monkeypatch.setattr(_memory, "available_memory", lambda: 40_000_000)
    TorchUpdates(model, chosen)


@pytest.mark.parametrize(
    ("name", "neutral"),
    [
        ("grokfast_ema", {"slow_gain": 0.0}),
        ("grokfast_ma", {"window_gain": 0.0, "window": 3}),
        ("delayed_decay", {"decay_from": 0, "decay_until": None}),
    ],
)
def test_without_its_own_effect_it_is_adamw_bit_for_bit(tiny, name, neutral):
    def plain(optimiser: str, **more) -> dict[str, torch.Tensor]:
        experiment = experiment_with(tiny, optimiser, **more).with_settings({"training.forward": "plain"})
        return advanced(experiment, 8).weights()

    expected = plain("adamw")
    for weight, value in plain(name, **neutral).items():
        assert torch.equal(value, expected[weight]), weight


def test_norm_constrained_training_keeps_the_norm(tiny):
    trainer = Trainer(experiment_with(tiny, "norm_constrained", norm_factor=0.7))
    before = trainer.metrics()["sum_squared_weights"]
    trainer.advance(10)
    assert trainer.metrics()["sum_squared_weights"] == pytest.approx(0.49 * before, rel=1e-5)


@pytest.mark.parametrize("name", NEW)
def test_a_resumed_training_has_the_same_bits_and_tables_the_same_gradients(tiny, name):
    experiment = experiment_with(tiny, name)
    whole, first, second = advanced(experiment, 12), advanced(experiment, 5), Trainer(experiment)
    second.load_state(first.step, first.state())
    second.advance(7)
    for weight, value in whole.weights().items():
        assert torch.equal(value, second.weights()[weight]), weight
    if name in ("lion", "sign_descent"):
        return  # one sign that rounding turns moves a weight by the whole rate; their kernels are compared elsewhere
    plain = advanced(experiment.with_settings({"training.forward": "plain"}), 4).weights()
    for weight, value in advanced(experiment, 4).weights().items():
        torch.testing.assert_close(value, plain[weight], rtol=1e-3, atol=1e-4, msg=weight)


@pytest.mark.parametrize("name", [name for name in NEW if OPTIMISERS[name].stacked is not None])
def test_the_stacked_step_equals_that_of_torch(name):
    torch.manual_seed(0)
    model = torch.nn.Linear(6, 5, bias=False)
    chosen = settings_class(name)(name=name, lr=0.01, weight_decay=0.3, warmup=0, **NEW[name])
    rule, updates = OPTIMISERS[name], TorchUpdates(model, chosen)
    weights = model.weight.detach().flatten()[None].repeat(2, 1)
    moments = tuple(torch.zeros_like(weights) for _ in rule.moments)
    for step in range(10):
        gradient = matrix(step, 30)
        model.weight.grad = gradient.clone().view_as(model.weight)
        updates.update(step)
        rule.stacked([chosen] * 2, weights, gradient.repeat(2, 1), moments, torch.full((2, 1), 0.01), step)
    for row in weights:
        torch.testing.assert_close(row, model.weight.detach().flatten(), rtol=1e-5, atol=1e-7)


def test_an_ensemble_trains_lion_as_alone(tiny):
    experiment = experiment_with(tiny, "lion", lr=1e-4)
    alone, member = advanced(experiment, 3), advanced(experiment, 3, ensemble=Ensemble(1))
    moved = {name: (alone.weights()[name] - member.weights()[name]).abs().max() for name in alone.weights()}
    assert max(moved.values()) <= 3 * 2 * 1e-4
