"""Dropout and L1: their effect on an update, and resuming."""

import torch

from latebloom.training import Optimiser, Trainer
from latebloom.training.autograd import AutogradEngine


def trained(experiment, steps):
    trainer = Trainer(experiment)
    trainer.advance(steps)
    return trainer


def with_settings(experiment, section, **settings):
    return experiment.model_copy(update={section: getattr(experiment, section).model_copy(update=settings)})


def test_l1_adds_the_sign_of_each_weight_to_the_gradient(tiny):
    plain, pulled = (Trainer(with_settings(tiny(), "optimiser", l1=l1)) for l1 in (0.0, 0.25))
    engines = [engine for engine in (plain._engine, pulled._engine) if isinstance(engine, AutogradEngine)]
    assert pulled._engine in engines
    reference = AutogradEngine(plain.model, Optimiser(), plain.data.batch, (2,), torch.float64)
    reference.gradient(0)
    pulled._engine.gradient(0)
    for (name, one), other in zip(plain.model.named_parameters(), pulled.model.parameters()):
        torch.testing.assert_close(other.grad, one.grad + 0.25 * one.sign(), msg=name)


def test_dropout_is_the_same_for_the_same_step_and_differs_between_steps(tiny):
    experiment = with_settings(tiny(), "training", dropout=0.5)
    one, other = trained(experiment, 6), Trainer(experiment)
    other.advance(3)
    resumed = Trainer(experiment)
    resumed.load_state(3, other.state())
    resumed.advance(3)
    for key, value in one.weights().items():
        assert torch.equal(value, resumed.weights()[key]), key
    without = trained(tiny(), 6).weights()
    assert not torch.equal(one.weights()["blocks.0.mlp.W_in"], without["blocks.0.mlp.W_in"])
    a, b = (one._engine._hooks(step) for step in (0, 1))
    ones = torch.ones(2, 1, 400)
    name = "blocks.0.mlp.hook_post"
    assert set(a(name, ones).unique().tolist()) == {0.0, 2.0}
    assert not torch.equal(a(name, ones), b(name, ones))
    assert not a.touches("blocks.0.attn.")  # so that attention stays merged
