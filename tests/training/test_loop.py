import math

import pytest
import torch

from latebloom.tasks import Data, DigitAddition
from latebloom.training import Optimiser, Trainer, stop_rule, train
from latebloom.training.autograd import AutogradEngine
from latebloom.training.tables import TableEngine


def run(experiment) -> list:
    return list(train(Trainer(experiment), stop_rule(experiment.training)))


def test_records_the_steps_of_the_recording(tiny) -> None:
    records = run(tiny(steps=22))
    assert {r.step for r in records} >= {0, 5, 10, 15, 20, 22}
    assert [r.step for r in records if r.metrics] == [0, 5, 10, 15, 20, 22]
    assert [r.step for r in records if r.checkpoint] == [0, 10, 20, 22]
    assert records[-1].stopped == "reached 22 steps"


def test_the_same_seeds_give_the_same_bits_and_seeds_are_independent(tiny) -> None:
    def weights(experiment) -> torch.Tensor:
        trainer = Trainer(experiment)
        for _ in train(trainer, stop_rule(experiment.training)):
            pass
        return torch.cat([value.flatten() for value in trainer.weights().values()])

    assert torch.equal(weights(tiny(5)), weights(tiny(5)))
    other = tiny(5).model_copy(update={"data": tiny().data.model_copy(update={"seed": 9})})
    assert not torch.equal(weights(tiny(5)), weights(other))
    start = [Trainer(e).weights()["embed.W_E"] for e in (tiny(), other, tiny().with_seed(9))]
    assert torch.equal(start[0], start[1])
    assert not torch.equal(start[0], start[2])


@pytest.mark.parametrize("settings", [{}, {"batch_size": 20}, {"forward": "plain"}])
@pytest.mark.parametrize("optimiser", ["adamw", "adam", "sgd"])
def test_resumes_bit_identically(tiny, settings: dict, optimiser: str) -> None:
    experiment = tiny(12, **settings).model_copy(
        update={"optimiser": Optimiser(name=optimiser, momentum=0.9, weight_decay=0.1)}
    )
    whole = Trainer(experiment)
    half = None
    for record in train(whole, stop_rule(experiment.training)):
        if record.step == 5:
            half = whole.state()
    resumed = Trainer(experiment)
    resumed.load_state(5, half)
    for _ in train(resumed, stop_rule(experiment.training)):
        pass
    assert all(torch.equal(value, resumed.state()[name]) for name, value in whole.state().items())


@pytest.fixture
def few_sums(tiny):
    """As `tiny`, on few sums."""
    parts = {"task": DigitAddition(digits=2), "data": Data(kind="finite", train_size=60, test_size=40)}
    return lambda *args, **training: tiny(*args, **training).model_copy(update=parts)


@pytest.mark.parametrize("task", ["tiny", "few_sums"])
def test_fast_and_plain_forward_train_alike(task, request) -> None:
    make = request.getfixturevalue(task)
    fast, plain = (run(make(20, forward=forward))[-1].metrics for forward in ("auto", "plain"))
    assert fast == pytest.approx(plain, rel=1e-4)


def test_few_sums_resume_bit_identically(few_sums) -> None:
    whole, resumed = Trainer(few_sums()), Trainer(few_sums())
    whole.advance(5)
    resumed.load_state(5, whole.state())
    whole.metrics()
    for trainer in (whole, resumed):
        trainer.advance(7)
    assert all(torch.equal(value, resumed.state()[name]) for name, value in whole.state().items())


def test_tables_where_they_apply(few_sums) -> None:
    assert isinstance(Trainer(few_sums())._engine, TableEngine)
    for settings in ({"dropout": 0.1}, {"loss": "mse"}, {"forward": "plain"}):
        assert isinstance(Trainer(few_sums(**settings))._engine, AutogradEngine)


def test_learning_rate_warms_up_from_zero(tiny) -> None:
    trainer = Trainer(tiny())
    before = trainer.weights()["embed.W_E"]
    trainer.advance(1)
    assert torch.equal(trainer.weights()["embed.W_E"], before)
    trainer.advance(1)
    assert not torch.equal(trainer.weights()["embed.W_E"], before)


def test_first_loss_is_near_chance(tiny) -> None:
    assert run(tiny(1))[0].metrics["train_loss"] == pytest.approx(math.log(11), rel=0.3)


def test_divergence_ends_with_the_step(tiny) -> None:
    wild = tiny(500).model_copy(update={"optimiser": Optimiser(name="sgd", lr=1e9, weight_decay=0, warmup=0)})
    last = run(wild)[-1]
    assert last.diverged
    assert f"not finite at step {last.step}" in last.stopped
    assert last.step < 500


def test_float32_loss_rounds_to_zero_where_float64_does_not() -> None:
    from latebloom.models import cross_entropy

    logits = torch.zeros(1, 1, 5)
    logits[0, 0, 2] = 30.0
    labels = torch.tensor([[2]])
    assert float(cross_entropy(logits, labels, torch.float32)) == 0
    assert float(cross_entropy(logits, labels)) == pytest.approx(4 * math.exp(-30), rel=1e-6)


def test_only_subnormal_gradients_are_dropped() -> None:
    from latebloom.training.denormals import drop_tiny_gradients

    logits = torch.zeros(1, 1, 3, requires_grad=True)
    scale = torch.tensor([1e-39, 1e-29, -1.0])
    (drop_tiny_gradients(logits * 1) * scale).sum().backward()
    assert torch.equal(logits.grad.flatten(), torch.tensor([0.0, 1e-29, -1.0]))
