"""A cluster at zero is compared with random neurons of the same number, and of the same number and energy."""

import dataclasses

import pytest
import torch

from latebloom.circuits.modular import neuron_clusters
from latebloom.circuits.modular.ablation import Control
from latebloom.circuits.modular.cluster_drop import (
    ENERGY_TOLERANCE,
    cluster_drop,
    matched_in_energy,
    written_energy,
)
from latebloom.circuits.modular.neurons import NeuronClusters
from latebloom.tasks import ModularAddition

TASK = ModularAddition(p=11)


def random_clusters(width: int, members: int) -> NeuronClusters:
    """The first neurons as a "cluster" of frequency 1, which means nothing in a random grid."""
    clustered = torch.arange(width) < members
    return NeuronClusters(torch.ones(width), torch.ones(width, dtype=torch.long), clustered | True, clustered)


def random_grid(make_grid, scale=1.0, width=60):
    """Random neurons; those of the "cluster" (the first ten) are smaller or larger than the others."""
    generator = torch.Generator().manual_seed(3)
    neurons = torch.rand(11, 11, width, generator=generator, dtype=torch.float64)
    neurons[..., :10] *= scale
    sizes = torch.linspace(0.05, 1, width, dtype=torch.float64)[torch.randperm(width, generator=generator)]
    w_logit = torch.randn(width, 11, generator=generator, dtype=torch.float64) * sizes[:, None]
    return make_grid(TASK, neurons=neurons, w_logit=w_logit, logits=neurons @ w_logit)


def test_matched_neurons_have_the_number_and_the_energy():
    energy = torch.arange(1.0, 101.0, dtype=torch.float64) ** 2
    generator = torch.Generator().manual_seed(0)
    sets = [matched_in_energy(energy, 20, 10_000.0, generator) for _ in range(5)]
    for chosen in sets:
        assert len(chosen.unique()) == 20
        assert float(energy[chosen].sum()) == pytest.approx(10_000, rel=ENERGY_TOLERANCE)
    assert len({tuple(chosen.sort().values.tolist()) for chosen in sets}) == 5


def test_a_planted_circuit_costs_more_than_idle_neurons_of_its_energy(make_grid):
    """Eleven neurons, one for each sum, give the answer; pairs of idle neurons of the same energy cancel."""
    generator = torch.Generator().manual_seed(0)
    i = torch.arange(11)
    circuit = torch.eye(11, dtype=torch.float64)[(i[:, None] + i) % 11]
    idle = torch.randn(11, 11, 50, generator=generator, dtype=torch.float64)
    rows = torch.randn(50, 11, generator=generator, dtype=torch.float64)
    neurons = torch.cat([circuit, idle, idle], -1)
    w_logit = torch.cat([6 * torch.eye(11, dtype=torch.float64), rows, -rows])
    energy = written_energy(make_grid(TASK, neurons=neurons, w_logit=w_logit, logits=neurons @ w_logit))
    w_logit *= (energy[:11].mean() / energy).sqrt()[:, None]
    whole = make_grid(TASK, neurons=neurons, w_logit=w_logit, logits=neurons @ w_logit)
    row = cluster_drop(whole, random_clusters(111, 11), 1).measure(whole, seed=0, draws=5)
    assert row.of_cluster
    assert row.control is not None
    assert row.matched is not None
    assert row.loss > 2 * max(row.control.max, row.matched.max)


def test_a_cluster_among_others_may_cost_less_than_random_neurons(planted_grid):
    """Without one planted frequency the others still answer; random neurons are missing from all of these."""
    row = cluster_drop(planted_grid, neuron_clusters(planted_grid), 7).measure(planted_grid, seed=0, draws=5)
    assert row.matched is not None
    assert 10 * planted_grid.loss() < row.loss < row.matched.min


def test_size_alone_is_not_taken_for_a_mechanism(make_grid):
    """Random but small neurons are further from as many random others than from those of their energy."""
    whole = random_grid(make_grid, scale=0.5)
    row = cluster_drop(whole, random_clusters(60, 10), 1).measure(whole, seed=0, draws=40)
    assert row.control is not None
    assert row.matched is not None
    assert abs(row.matched.median - row.loss) < abs(row.control.median - row.loss)


def test_no_match_where_no_neurons_have_the_energy(make_grid):
    whole = random_grid(make_grid, scale=30.0)
    energy = written_energy(whole)
    assert energy[:10].sum() > energy[10:].sum()
    assert cluster_drop(whole, random_clusters(60, 10), 1).matched is None
    # A cluster of more than half of the neurons has no control at all.
    assert cluster_drop(whole, random_clusters(60, 40), 1).random is None


def test_energy_ignores_constants(make_grid):
    whole = random_grid(make_grid)
    shifted = dataclasses.replace(whole, neurons=whole.neurons + 2, w_logit=whole.w_logit + 1)
    torch.testing.assert_close(written_energy(shifted), written_energy(whole))


def test_where_a_loss_lies_in_words():
    control = Control(what="changes", draws=3, mean=2.0, median=2.0, min=1.0, max=3.0)
    assert control.place_of(4.0) == "higher than after each of 3 random changes (changes)"
    assert control.place_of(0.5).startswith("lower than after each")
    assert control.place_of(2.5).endswith("above their mean (changes)")
    assert "not above" in control.place_of(1.5)
