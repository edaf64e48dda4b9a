"""The planted circuit is detected completely; random weights and single layers have none."""

import copy
import math

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.induction import (
    HeadAblations,
    draw_sequences,
    explain_induction,
    induction_columns,
    key_path_increases,
    planted_induction,
)
from latebloom.models import MLPConfig, TransformerConfig
from latebloom.tasks import ModularAddition

PREVIOUS, INDUCTION = (0, 1), (1, 0)


@pytest.fixture(scope="module")
def circuit(planted, task):
    return explain_induction(planted, task)


def test_planted_pair_is_found(circuit):
    assert circuit.pair == (PREVIOUS, INDUCTION)
    assert circuit.undefined is None
    assert circuit.previous_token_heads == (PREVIOUS,)
    assert circuit.induction_heads == (INDUCTION,)


def test_planted_scores_are_near_one_and_only_there(circuit):
    assert circuit.head(PREVIOUS).previous_token == pytest.approx(1)
    assert 0 < circuit.previous_token_even < 0.5
    # A token that came earlier by chance too takes its share of attention.
    assert 0.7 < circuit.head(INDUCTION).induction <= 1
    for head in circuit.heads:
        if (head.layer, head.head) not in (PREVIOUS, INDUCTION):
            assert max(head.previous_token, head.induction) < 0.25


def test_without_repeats_there_is_nothing_to_attend_to(circuit):
    assert circuit.head(INDUCTION).induction_control < 0.15


def test_ablation_of_either_head_destroys_it_and_of_others_does_nothing(circuit):
    guessing = math.log(31)
    assert circuit.loss < guessing / 4
    for head in circuit.heads:
        planted = (head.layer, head.head) in (PREVIOUS, INDUCTION)
        assert (head.loss_increase > guessing / 2) if planted else (head.loss_increase == pytest.approx(0, abs=1e-9))


def test_the_whole_effect_passes_through_the_keys(circuit):
    paths = {path.into: path.loss_increase for path in circuit.paths if path.source == PREVIOUS}
    assert paths["k"] == pytest.approx(circuit.head(PREVIOUS).loss_increase)
    assert (paths["q"], paths["v"]) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))


def test_random_weights_have_no_circuit(random, task):
    circuit = explain_induction(random, task)
    assert (circuit.pair, circuit.previous_token_heads, circuit.induction_heads) == (None, (), ())
    assert circuit.undefined is not None
    assert "no previous-token head" in circuit.undefined
    assert max(abs(head.loss_increase) for head in circuit.heads) < 0.1
    assert max(abs(path.loss_increase) for path in circuit.paths) < 0.1


def test_one_layer_is_undefined_with_the_reason(task):
    circuit = explain_induction(planted_induction(task, n_layers=1), task)
    assert (circuit.pair, circuit.compositions, circuit.paths) == (None, (), ())
    assert circuit.undefined == "one layer: a head can read another head's output only in a later layer"
    assert circuit.head((0, 0)).previous_token == pytest.approx(1)


def test_three_layers_are_searched_across(task):
    model = planted_induction(task, n_layers=3)
    assert explain_induction(model, task, sequences=16).pair == ((0, 0), (2, 1))


def test_columns_name_every_head_and_pair(planted, random, task):
    columns = induction_columns(planted, task)
    assert columns["previous_token_score.0.1"] == pytest.approx(1)
    assert columns["induction_score.1.0"] > 0.7
    # Heads of zeros compose with nothing, so of four pairs one is defined.
    assert [name for name in columns if name.startswith("k_composition")] == ["k_composition.0.1.1.0"]
    assert len([name for name in induction_columns(random, task) if name.startswith("k_composition")]) == 16
    one = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0).build(task)
    assert not any("composition" in name for name in induction_columns(one, task))


def test_without_attention_there_is_nothing_to_explain(task):
    with pytest.raises(UsageError, match="got MLP, which has no attention"):
        explain_induction(MLPConfig(d_mlp=8).build(ModularAddition(p=5)), task)


def test_a_missing_head_cannot_be_planted(task):
    with pytest.raises(UsageError, match=r"induction: got 2, expected a head in 0 … 1"):
        planted_induction(task, induction=2)


def test_only_the_previous_token_head_carries_the_key_path(planted, task):
    model = copy.deepcopy(planted)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():  # another head of the layer that writes, so that there is a change of equal size
        for weight in (model.blocks[0].attn.W_V, model.blocks[0].attn.W_O):
            weight[0] = 0.1 * torch.randn(weight[0].shape, generator=generator)
    ablations = HeadAblations(model, draw_sequences(task, 32))
    own, others = key_path_increases(ablations, PREVIOUS, [(0, 0)])
    assert own > math.log(31) / 2
    assert len(others) == 1
    assert max(others) < 0.7 * own
    same = ablations.path((0, 0), "k", ablations.later((0, 0)), like=(0, 0))
    assert same == pytest.approx(ablations.path((0, 0), "k", ablations.later((0, 0))))
    assert key_path_increases(HeadAblations(planted, draw_sequences(task)), PREVIOUS, [(0, 0)])[1] == []


def test_random_weights_have_no_key_path(random, task):
    own, _ = key_path_increases(HeadAblations(random, draw_sequences(task, 32)), PREVIOUS, [])
    assert abs(own) < 0.05
