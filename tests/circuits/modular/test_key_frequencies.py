"""The three rules agree on planted models, and need their thresholds."""

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular import key_frequencies
from latebloom.tasks import ModularAddition


def test_neurons_and_embedding_find_what_was_planted(planted_grid):
    assert key_frequencies(planted_grid) == [2, 7, 11]
    assert key_frequencies(planted_grid, "embedding") == [2, 7, 11]


def test_w_logit_needs_ten_times_an_even_share(planted_grid, make_grid):
    # Three equal frequencies of 14 hold a third each, under ten fourteenths; one alone holds everything.
    assert key_frequencies(planted_grid, "w_logit") == []
    angle = 2 * torch.pi * 4 * torch.arange(29, dtype=torch.float64) / 29
    assert key_frequencies(make_grid(ModularAddition(p=29), w_logit=angle.cos().expand(6, 29)), "w_logit") == [4]
    assert key_frequencies(make_grid(ModularAddition(p=29), w_logit=torch.zeros(6, 29)), "w_logit") == []


def test_a_cluster_needs_one_percent_of_the_neurons(make_grid):
    x = torch.arange(7, dtype=torch.float64)
    wave = (2 * torch.pi * 2 * x / 7).cos()[:, None].expand(7, 7)

    def grid(width):
        neurons = torch.zeros(7, 7, width, dtype=torch.float64)
        neurons[..., 0] = wave
        return make_grid(ModularAddition(p=7), neurons=neurons)

    assert key_frequencies(grid(100)) == [2]
    assert key_frequencies(grid(101)) == []


def test_unknown_rule(planted_grid):
    with pytest.raises(UsageError, match="rule: got 'guess', expected one of neurons, embedding, w_logit"):
        key_frequencies(planted_grid, "guess")
