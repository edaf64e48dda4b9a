"""Waves mod 10 that were planted are detected in each of the three parts; lookups and random weights have none."""

from dataclasses import replace

import pytest
import torch

from latebloom.circuits.digits import PlantedAdder, digit_algorithm, run_sums, strongest_higher, wave_neurons
from latebloom.circuits.digits.settings import RELABELLINGS
from latebloom.circuits.digits.waves import waves_of_rows, waves_of_tables
from latebloom.models import TransformerConfig
from latebloom.tasks import DigitAddition

TASK = DigitAddition(digits=3)
LEAST_P = 1 / (RELABELLINGS + 1)


@pytest.fixture(scope="module")
def sums():
    return run_sums(PlantedAdder(TASK, ks=(1, 3)), TASK)


def test_a_planted_algorithm_is_found_in_all_three_parts(sums):
    found = digit_algorithm(sums)
    assert found.embedding.p == found.neurons.waves.p == found.logits.waves.p == LEAST_P
    assert min(found.embedding.excess, found.neurons.waves.excess, found.logits.waves.excess) > 1.3
    assert found.neurons.beyond(found.neurons.sum) == pytest.approx(1)
    assert found.neurons.beyond(found.neurons.difference) < 0.1
    assert found.logits.cosines == pytest.approx(1, abs=0.01)
    assert found.logits.difference < 0.02


def test_random_weights_have_none_of_it():
    config = TransformerConfig(d_model=32, n_heads=2, d_head=16, d_mlp=64)
    found = digit_algorithm(run_sums(config.build(TASK), TASK))
    assert min(found.embedding.p, found.neurons.waves.p, found.logits.waves.p) > 0.05
    assert found.neurons.sum == pytest.approx(found.neurons.pairing, abs=0.02), "it is given the carry, not the sum"
    assert found.logits.cosines < 0.1


def test_neurons_of_the_difference_or_of_products_of_waves_are_not_functions_of_the_sum(sums):
    def neurons(sign: int, both: bool = False):
        waves = [wave_neurons(sums.x[:, i], sign * sums.y[:, i], (1, 3)) for i in range(TASK.digits + 1)]
        others = [wave_neurons(sums.x[:, i], -sign * sums.y[:, i], (1, 3)) for i in range(TASK.digits + 1)]
        mixed = [one + other for one, other in zip(waves, others)] if both else waves
        return digit_algorithm(replace(sums, neurons=torch.stack(mixed, dim=1))).neurons

    difference = neurons(-1)
    assert difference.beyond(difference.difference) == pytest.approx(1)
    assert difference.beyond(difference.sum) < 0.1
    products = neurons(1, both=True)  # cos kx cos ky
    assert products.beyond(products.sum) == pytest.approx(products.beyond(products.difference), abs=0.1)


def test_a_lookup_that_knows_no_order_has_no_waves(sums):
    lookup = torch.nn.functional.one_hot(sums.answer, 10).double()
    logits = digit_algorithm(replace(sums, logits=lookup)).logits
    assert logits.waves.p == 1
    assert logits.waves.excess == pytest.approx(1)
    assert logits.cosines == pytest.approx(4 / 9, abs=0.02)


def test_smooth_lines_are_no_waves():
    digits = torch.arange(10.0)[:, None]
    line = waves_of_rows([digits], strongest_higher)
    assert line.fraction[1] > 0.5
    assert line.p > 0.05
    near = -(digits - digits.T).abs()  # answers near the right one on the line, but not across 9 and 0
    assert waves_of_tables([near]).share > 0.5
    assert waves_of_rows([torch.ones(10, 4)]) is None
    assert waves_of_tables([torch.ones(10, 10)]) is None
