"""Which cluster a neuron joins: planted predictions are found, and nothing is found in permuted ones."""

import pytest
import torch

from latebloom.circuits.modular import planted_transformer
from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.neurons import explained_shares, neuron_clusters
from latebloom.claims.quantity import Undefined
from latebloom.studies.clusters import hits, strongest
from latebloom.tasks import ModularAddition


def test_hits_by_chance_are_the_mean_over_permutations():
    predicted, actual = torch.tensor([1, 1, 2, 3]), torch.tensor([1, 1, 2, 2])
    right, by_chance = hits(predicted, actual)
    assert right == 0.75
    permuted = [hits(predicted[torch.randperm(4)], actual)[0] for _ in range(2000)]
    assert by_chance == pytest.approx(sum(permuted) / 2000, abs=0.03)
    with pytest.raises(Undefined, match="fewer than two"):
        hits(predicted, torch.ones(4, dtype=torch.long))


def test_the_strongest_frequency_of_a_planted_neuron_is_its_own():
    grid = modular_grid(planted_transformer(23, [3, 5], d_mlp=128), ModularAddition(p=23))
    _, shares = explained_shares(grid)
    own = neuron_clusters(grid).frequency
    assert torch.equal(strongest(shares, [3, 5]), own)
    assert torch.equal(strongest(shares, range(1, 12)), own)
