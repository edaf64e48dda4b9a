"""The numbers of ``explain``: masks, nulls, and a case that can be checked by hand."""

import math

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular import explain_model, modular_grid, planted_transformer
from latebloom.circuits.modular.explanation import Explanation
from latebloom.models import MLPConfig, Model, TransformerConfig
from latebloom.tasks import ModularAddition, RandomTable


def test_zero_weights_by_hand():
    model = MLPConfig(d_mlp=3).build(ModularAddition(p=4))
    for weight in model.parameters():
        weight.data.zero_()
    explanation = explain_model(model, ModularAddition(p=4), np.arange(0, 16, 5))
    assert explanation.loss.all == explanation.loss.train == explanation.loss.test == pytest.approx(math.log(4))
    # Ties go to answer 0, right for four of the sixteen pairs.
    assert explanation.accuracy == 0.25
    assert explanation.neurons.model_dump() == {"live": 0, "clustered_fraction": None, "clusters": {}}
    assert explanation.embedding.model_dump() == {"fraction": {1: None, 2: None}, "gini": None}
    assert (explanation.key_frequencies, explanation.sum_squared_weights) == ([], 0)
    assert ("key frequencies", "none") in explanation.rows()
    assert not explanation.does_task
    assert explanation.rows()[0] == ("does the task", "no: it answers 25.00% of all pairs correctly, fewer than half")


def test_masks_weigh_up_to_all(planted):
    rows = np.random.default_rng(0).permutation(29 * 29)[:250]
    explanation = explain_model(planted, ModularAddition(p=29), rows)
    share = 250 / 29**2
    for losses in (explanation.loss, explanation.restricted_loss):
        assert share * losses.train + (1 - share) * losses.test == pytest.approx(losses.all)
    assert set(explanation.excluded_loss.by_frequency) == {2, 7, 11}
    assert max(explanation.excluded_loss.by_frequency.values()) < explanation.excluded_loss.all
    assert "<th" in explanation._repr_html_()
    everything = explain_model(planted, ModularAddition(p=29), np.arange(29 * 29))
    assert everything.loss.test is None
    assert everything.loss.train == everything.loss.all


def test_task_without_a_direction_has_nulls(planted):
    explanation = explain_model(planted, RandomTable(p=29))
    assert explanation.key_frequencies == [2, 7, 11]
    assert (explanation.logits.fve_cos_fit, explanation.restricted_loss.all, explanation.excluded_loss.all) == (
        None,
        None,
        None,
    )


def test_json_round_trip(planted):
    explanation = explain_model(planted, ModularAddition(p=29))
    assert type(explanation).model_validate_json(explanation.model_dump_json()) == explanation


def test_attention_only_model_has_no_neurons():
    task = ModularAddition(p=7)
    grid = modular_grid(TransformerConfig(d_model=8, d_mlp=0).build(task), task)
    assert grid.neurons.shape == (7, 7, 0)
    assert explain_model(TransformerConfig(d_model=8, d_mlp=0).build(task), task).neurons.clustered_fraction is None


class Other(Model):
    """A model of no known kind."""

    activation_names = ()

    def forward(self, tokens, positions=None, hooks=None):
        return torch.zeros(len(tokens), 1, 5)


def test_another_kind_of_model_is_refused():
    with pytest.raises(UsageError, match="model: got Other, expected a Transformer, an MLP or an EmbeddingMLP"):
        modular_grid(Other(), ModularAddition(p=5))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "it computes with waves of the frequenc"),
        ({"loss": {"all": 2.0, "test": 9.0}}, "no better than guessing: it has memorised"),
        ({"key_frequencies": []}, "no frequency stands out"),
        ({"excluded_loss": {"all": None}}, "no cosine of x ± y determines the answers"),
    ],
)
def test_a_sentence_says_no_more_than_the_numbers(changed: dict, said: str) -> None:
    explanation = explain_model(planted_transformer(31, [3, 5, 9]), ModularAddition(p=31))
    assert said in Explanation.model_validate(explanation.model_dump() | changed).sentence
    assert str(explanation) == repr(explanation)
