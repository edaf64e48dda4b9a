"""A planted dependence is detected at the right digit; random weights have none."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.digits import (
    FACTORS,
    PlantedAdder,
    digit_measures,
    digit_spectrum,
    explain_digits,
    run_sums,
    split_parts,
)
from latebloom.models import TransformerConfig
from latebloom.tasks import DigitAddition

TASK = DigitAddition(digits=4)


@pytest.fixture(scope="module")
def planted():
    return explain_digits(PlantedAdder(TASK, ks=(1, 3)), TASK, count=2048)


@pytest.fixture(scope="module")
def random():
    config = TransformerConfig(d_model=32, n_heads=2, d_head=16, d_mlp=64)
    return explain_digits(config.build(TASK), TASK, count=2048)


def test_planted_neurons_are_found_at_every_inner_digit(planted):
    # Two waves of variance 1/2 and a carry of variance 1/4.
    for place in planted.places[1:-1]:
        assert place.neurons.pair == pytest.approx(0.8, abs=0.03)
        assert place.neurons.sum == pytest.approx(0.8, abs=0.03)
        assert place.neurons.carry == pytest.approx(0.2, abs=0.03)
        assert place.neurons.both == pytest.approx(1)
        assert [k for k, share in place.neurons.sum_waves.items() if share > 0.1] == [1, 3]
        assert [k for k, share in place.logits.answer_waves.items() if share > 0.1] == [1, 3]
        assert place.logits.answer == pytest.approx(1)


def test_first_digit_is_a_carry_and_the_last_has_none(planted):
    first, last = planted.places[0].neurons, planted.places[-1].neurons
    assert (first.pair, first.sum) == (None, None)
    assert first.carry == pytest.approx(1)
    assert last.carry is None
    assert last.pair == pytest.approx(1)


def test_random_weights_are_no_better_than_random_weights(random, planted):
    values = dict(random.rows())
    for place in random.places[1:-1]:
        assert place.logits.pair == pytest.approx(place.logits_random.pair, abs=0.2)
        assert "digits above" in values[f"fve, {place.component}"]
    assert all(place.logits_random is None for place in planted.places)


def test_shuffled_activations_depend_on_nothing(planted):
    for place in planted.places:
        for control in (place.neurons_control, place.logits_control):
            result = [getattr(control, factor) for factor in FACTORS]
            assert [share for share in result if share is not None] == pytest.approx(
                [0] * sum(share is not None for share in result), abs=0.06
            )


def test_random_weights_hold_nothing(random):
    # Digit 1 is left out: its input is digit 0, the carry out of its own pair, so that even random weights "know" it.
    for place in random.places[2:]:
        for result in (place.neurons, place.logits):
            assert max(share for share in (getattr(result, factor) for factor in FACTORS) if share is not None) < 0.1
    assert random.places[1].neurons.pair > 0.3
    assert min(random.embedding.above.values()) > 0.001


def test_planted_embedding_holds_its_waves_alone(planted):
    spectrum = planted.embedding
    assert spectrum.fraction == pytest.approx({1: 0.5, 2: 0, 3: 0.5, 4: 0, 5: 0}, abs=1e-9)
    assert spectrum.above[1] == spectrum.above[3] == 0
    assert spectrum.expected == pytest.approx({1: 2 / 9, 2: 2 / 9, 3: 2 / 9, 4: 2 / 9, 5: 1 / 9})


def test_planted_digits_in_another_order_hold_nothing():
    rows = PlantedAdder(TASK, ks=(1,)).embed.W_E[torch.tensor([3, 8, 0, 5, 1, 9, 6, 2, 7, 4])].detach()
    assert min(digit_spectrum(rows).above.values()) > 0.01


def test_an_embedding_without_variation_has_no_spectrum():
    spectrum = digit_spectrum(torch.ones(10, 8))
    assert spectrum.fraction == {}
    assert spectrum.gini is None


def test_parts_of_a_model_that_cannot_carry():
    sums = run_sums(PlantedAdder(TASK), TASK, count=1000)
    # It answers as if there were no carry: right without one, wrong with one.
    wrong = replace(sums, logits=sums.logits.clone())
    for place in range(1, 5):
        rows = sums.carry[:, place] == 1
        wrong.logits[rows, place] = sums.logits[rows, place].roll(-1, dims=1)
    parts = split_parts(wrong, 2)
    assert (parts["no_carry"].accuracy, parts["carry"].accuracy) == (1, 0)
    assert parts["no_carry"].count + parts["carry"].count == parts["all"].count == 1000
    assert parts["carry"].loss > 1 > parts["no_carry"].loss
    assert split_parts(wrong, 4)["carry"].loss is None


def test_measures_are_finite_named_and_of_defined_values():
    row = digit_measures(PlantedAdder(TASK, ks=(1, 2)), TASK)
    assert all(np.isfinite(value) for value in row.values())
    assert row["digit_embedding_fraction.k2"] == pytest.approx(0.5)
    assert row["neurons_fve_both.digit_2"] == pytest.approx(1)
    assert row["sum_accuracy.all"] == 1
    assert "neurons_fve_carry.digit_4" not in row
    assert "neurons_fve_pair.digit_0" not in row


def test_attention_only_has_no_neurons():
    config = TransformerConfig(d_model=16, n_heads=1, d_head=8, d_mlp=0)
    result = explain_digits(config.build(TASK), TASK, count=300)
    assert {place.neurons for place in result.places} == {None}
    assert not [name for name in digit_measures(config.build(TASK), TASK) if name.startswith("neurons")]


def test_diverged_weights_are_refused():
    model = TransformerConfig(d_model=16, n_heads=1, d_head=8, d_mlp=16).build(TASK)
    with torch.no_grad():
        model.unembed.W_U.fill_(float("nan"))
    with pytest.raises(UsageError, match="not finite"):
        explain_digits(model, TASK, count=300)
