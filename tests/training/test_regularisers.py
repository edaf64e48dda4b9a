"""Dropout and L1: their effect on an update, and resuming."""

import pytest
import torch

from latebloom.training import Trainer
from latebloom.training.autograd import AutogradEngine
from latebloom.training.dropout import Dropout
from latebloom.training.tables import TableEngine


def trained(experiment, steps):
    trainer = Trainer(experiment)
    trainer.advance(steps)
    return trainer


def with_settings(experiment, section, **settings):
    return experiment.model_copy(update={section: getattr(experiment, section).model_copy(update=settings)})


@pytest.mark.parametrize("forward", ["auto", "plain"])
@pytest.mark.parametrize("share", [True, False])  # False: several updates in one call
def test_l1_adds_the_sign_of_each_weight_to_the_gradient(tiny, forward, share):
    """Plain SGD moves each weight by lr · (gradient + l1 · sign)."""
    lr, l1 = 2**-5, 2**-6
    moves = {}
    for penalty in (0.0, l1):
        experiment = with_settings(
            tiny(), "optimiser", name="sgd", lr=lr, momentum=0, weight_decay=0, warmup=0, l1=penalty
        )
        trainer = Trainer(with_settings(experiment, "training", forward=forward), share)
        before = trainer.weights()
        assert isinstance(trainer._engine, TableEngine if forward == "auto" else AutogradEngine)
        trainer.advance(1)
        moves[penalty] = {name: weight - before[name] for name, weight in trainer.weights().items()}
    for name, move in moves[l1].items():
        torch.testing.assert_close(move, moves[0.0][name] - lr * l1 * before[name].sign(), msg=name, atol=1e-7, rtol=0)


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


def test_dropout_keeps_the_expected_neurons_and_scales_them(tiny):
    dropout = Dropout(Trainer(tiny()).model, 0.5, seed=3)
    a, b = (dropout.hooks(step) for step in (0, 1))
    ones = torch.ones(2, 1, 400)
    name = "blocks.0.mlp.hook_post"
    assert set(a(name, ones).unique().tolist()) == {0.0, 2.0}
    assert not torch.equal(a(name, ones), b(name, ones))
    assert torch.equal(dropout.kept(1, (2, 400)), dropout.hooks(1)(name, ones)[:, 0] > 0)
    assert not a.touches("blocks.0.attn.")  # so that attention stays merged


@pytest.mark.parametrize("shape", [{}, {"d_mlp": 70, "n_heads": 2}])
def test_dropout_through_tables_is_that_of_the_plain_forward(tiny, shape):
    """Also the metrics between updates, which drop nothing."""
    experiment = with_settings(with_settings(tiny(), "training", dropout=0.3), "model", **shape)
    plain = Trainer(with_settings(experiment, "training", forward="plain"))
    fast = Trainer(experiment)
    assert isinstance(fast._engine, TableEngine)
    for _ in range(3):
        for trainer in (fast, plain):
            trainer.advance(2)
        assert fast.metrics() == pytest.approx(plain.metrics(), rel=1e-4)
    for name, weight in plain.weights().items():
        torch.testing.assert_close(fast.weights()[name], weight, rtol=1e-3, atol=1e-5, msg=name)
