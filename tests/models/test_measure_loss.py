"""Training losses with a progress measure, on logits whose waves are known."""

import math
from dataclasses import replace

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import MeasuredLoss, cross_entropy
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
