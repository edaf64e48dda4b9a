"""Training losses with a progress measure, on logits whose waves are known."""

import math
from dataclasses import replace

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import TRAINING_LOSSES, MeasuredLoss, cross_entropy
from latebloom.training import Experiment, Trainer

P, K = 7, 2
LABELS = torch.arange(P).repeat(6)[:, None]
SHIFT = 2 * math.pi / P * (LABELS - torch.arange(P))


def of(measure, k, sign="+", **more):
    return MeasuredLoss(sign, measure, (k,), **more)


def test_a_wave_is_all_that_its_own_frequency_keeps_and_all_that_it_removes():
    wave = 5 * torch.cos(K * SHIFT)[:, None]
    plain = float(cross_entropy(wave, LABELS))
    assert of("excluded", K).value(wave, LABELS).item() == pytest.approx(math.log(P))
    assert of("restricted", K).value(wave, LABELS).item() == pytest.approx(plain)
    assert of("excluded", K + 1).value(wave, LABELS).item() == pytest.approx(plain)
    assert of("restricted", K + 1).value(wave, LABELS).item() == pytest.approx(math.log(P))


def test_shuffled_waves_say_little_about_the_answer():
    wave = 5 * torch.cos(K * SHIFT)[:, None]
    control = replace(of("excluded", K), shuffled=True)
    assert control.value(wave, LABELS) < math.log(P) / 2
    assert control.name == "cross_entropy+excluded.2.shuffled"


@pytest.mark.parametrize(
    "loss",
    [of("excluded", 3, "-"), of("excluded", 3, weight=0.3), MeasuredLoss("-", "restricted", (1, 10), True, 3.0)],
    ids=lambda loss: loss.name,
)
def test_every_measured_loss_is_found_by_its_name(loss):
    assert TRAINING_LOSSES[loss.name].name == loss.name
    assert TRAINING_LOSSES[loss.name].full_batch_of == "modular_addition"


@pytest.mark.parametrize(
    "name", ["excluded.0", "excluded.3.2", "excluded.2.2", "excluded", "1_excluded.3", "1..2_excluded.3", "other.3"]
)
def test_names_that_say_no_loss_or_say_it_otherwise_are_refused(name):
    with pytest.raises(UsageError, match=r"^training\.loss: got "):
        TRAINING_LOSSES[f"cross_entropy+{name}"]


def test_the_weight_of_a_measure_counts():
    wave = 2 * torch.cos(K * SHIFT)[:, None]
    plain = cross_entropy(wave, LABELS)
    added = (of("excluded", K, weight=one).loss(wave, LABELS) - plain for one in (3.0, 1.0))
    assert float(next(added) / next(added)) == pytest.approx(3)


def test_a_frequency_that_the_task_does_not_have_is_refused():
    with pytest.raises(UsageError, match="expected frequencies up to 3"):
        of("excluded", 4).loss(torch.zeros(4, 1, P), torch.zeros(4, 1, dtype=torch.long))


def test_what_is_subtracted_counts_up_to_guessing():
    wave = 50 * torch.cos(K * SHIFT)[:, None] + 20 * torch.cos(SHIFT - math.pi)[:, None]
    subtracted = of("excluded", K, sign="-")
    assert subtracted.value(wave, LABELS) > math.log(P)
    assert subtracted.loss(wave, LABELS).item() == pytest.approx(float(cross_entropy(wave, LABELS)) - math.log(P))


def test_several_answers_per_example_are_refused():
    with pytest.raises(UsageError, match="2 positions with loss, expected modular_addition"):
        of("excluded", K).loss(torch.zeros(4, 2, P), torch.zeros(4, 2, dtype=torch.long))


@pytest.mark.parametrize(
    "settings", [{"task.name": "modular_subtraction"}, {"training.batch_size": 32}], ids=["another task", "minibatches"]
)
def test_an_experiment_without_full_batches_of_the_task_is_refused(settings):
    with pytest.raises(UsageError, match=r"^training\.loss: got .* expected modular_addition with none, a full batch$"):
        Experiment().with_settings({"training.loss": "cross_entropy+restricted.2.5.9", **settings})


def test_training_lowers_a_measure_on_the_train_set():
    settings = {"task.p": 23, "model.d_model": 8, "model.n_heads": 2, "model.d_head": 4, "model.d_mlp": 16}
    loss = MeasuredLoss("+", "restricted", (2, 5, 9))
    trainer = Trainer(Experiment().with_settings({**settings, "optimiser.lr": 0.01, "training.loss": loss.name}))
    train = trainer.data.train

    def measured():
        with torch.no_grad():
            return loss.value(trainer.model(train.tokens, (2,)), train.labels).item()

    before = measured()
    trainer.advance(200)
    assert measured() < before / 2
