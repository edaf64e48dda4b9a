"""Training with squared error."""

import math

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import TRAINING_LOSSES, mean_squared_error, stablemax_cross_entropy
from latebloom.training import Experiment, Trainer

TINY = {"task.p": 7, "model.d_model": 8, "model.n_heads": 2, "model.d_head": 4, "model.d_mlp": 16, "data.fraction": 0.6}


def test_squared_error_by_hand_and_ignored_labels_do_not_count():
    logits = torch.tensor([[[1.0, 0.0, 2.0], [9.0, 9.0, 9.0]]])
    # (1 - 1)² + 0² + 2² over three outputs.
    assert mean_squared_error(logits, torch.tensor([[0, -100]])).item() == pytest.approx(4 / 3)


def test_a_perfect_fit_has_the_documented_cross_entropy():
    logits = torch.eye(5)[:, None]
    labels = torch.arange(5)[:, None]
    assert mean_squared_error(logits, labels).item() == 0
    loss = torch.nn.functional.cross_entropy(logits[:, 0], labels[:, 0]).item()
    assert loss == pytest.approx(math.log(1 + 4 / math.e))


def test_training_minimises_squared_error_and_records_cross_entropy():
    trainer = Trainer(
        Experiment().with_settings({**TINY, "training.loss": "mse", "optimiser.lr": 0.01, "optimiser.weight_decay": 0})
    )
    train = trainer.data.train

    def error():
        with torch.no_grad():
            return mean_squared_error(trainer.model(train.tokens, (2,)), train.labels).item()

    before, recorded = error(), trainer.metrics()["train_loss"]
    assert recorded == pytest.approx(math.log(7), rel=0.5)
    trainer.advance(300)
    assert error() < before / 5
    # Logits of 0 and 1 at best, so the recorded cross-entropy cannot go far below that of a perfect fit.
    assert trainer.metrics()["train_loss"] > 0.8 * math.log(1 + 6 / math.e)


def test_stablemax_by_hand_and_ignored_labels_do_not_count():
    logits = torch.tensor([[[3.0, 0.0, -1.0], [9.0, 9.0, 9.0]]], requires_grad=True)
    # s = 4, 1 and 1/2, so the right answer has 4 / 5.5.
    loss = stablemax_cross_entropy(logits, torch.tensor([[0, -100]]))
    assert loss.item() == pytest.approx(math.log(5.5 / 4))
    loss.backward()
    # d/dx ln Σs = s'(x) / Σs with s' = 1 at 0 and 1/4 at -1; that of the right answer has also -s'/s = -1/4.
    assert logits.grad[0, 0].tolist() == pytest.approx([1 / 5.5 - 1 / 4, 1 / 5.5, 0.25 / 5.5])
    assert logits.grad[0, 1].tolist() == [0, 0, 0]


def test_stablemax_does_not_round_to_zero_where_cross_entropy_does():
    logits, labels = torch.tensor([[[60.0, 0.0]]]), torch.tensor([[0]])
    assert TRAINING_LOSSES["cross_entropy"].of(logits, labels, torch.float32).item() == 0
    # One part in 62, the share of the wrong answer.
    assert stablemax_cross_entropy(logits, labels, torch.float32).item() == pytest.approx(-math.log(61 / 62), rel=1e-4)


def test_an_unknown_loss_is_refused_by_name():
    with pytest.raises(UsageError, match=r"training\.loss: got 'hinge', expected one of cross_entropy, mse, stablemax"):
        Experiment().with_settings({"training.loss": "hinge"})


@pytest.mark.parametrize(
    "settings",
    [
        {"training.loss": "mse"},
        {"training.loss": "stablemax"},
        {"model.norm": "layernorm", "model.attention_bias": True, "task.equals": False},
        {"model.activation": "square", "model.attention_mix": 0.5, "model.init_scale": 0.5},
        {"model.attention": "bidirectional"},
    ],
    ids=str,
)
def test_a_resumed_training_has_the_same_bits(settings):
    experiment = Experiment().with_settings(TINY | settings)
    whole, first, second = (Trainer(experiment) for _ in range(3))
    whole.advance(12)
    first.advance(5)
    second.load_state(first.step, first.state())
    second.advance(7)
    for name, weight in whole.weights().items():
        assert torch.equal(weight, second.weights()[name]), name


def test_stored_experiments_and_the_default_do_not_change():
    assert "loss" not in Experiment().model_dump(mode="json")["training"]
    changed = Experiment().with_settings({"training.loss": "mse"})
    assert Experiment.model_validate(changed.model_dump(mode="json")) == changed


def test_interventions_choose_by_cross_entropy():
    with pytest.raises(UsageError, match="expected cross_entropy"):
        Experiment().with_settings({"training.loss": "mse", "intervention.kind": "drop_random_examples"})
