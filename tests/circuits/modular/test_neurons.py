"""Neurons: variance explained, clusters and formulas of functions known by hand."""

import math

import pytest
import torch

from latebloom.circuits.modular import modular_grid, neuron_clusters, neuron_formula, neuron_polynomials
from latebloom.models import Transformer, TransformerConfig
from latebloom.tasks import ModularAddition

X = torch.arange(113, dtype=torch.float64)[:, None]
Y = X.T


def wave(function, k, values):
    return function(2 * math.pi * k * values / 113)


def neurons(*functions):
    return torch.stack([torch.broadcast_to(f, (113, 113)) for f in functions], dim=2)


def test_variance_explained_by_hand(make_grid):
    # Energies about the mean per p²: cos 5x has 1/2, cos 9y 1/2, cos 5x cos 5y 1/4; the constant does not count.
    mixed = 7 + wave(torch.cos, 5, X) + 0.5 * wave(torch.sin, 9, Y)
    product = wave(torch.cos, 5, X) * wave(torch.cos, 5, Y) + 0 * X
    split = wave(torch.cos, 5, X) * wave(torch.cos, 6, Y)
    dead = torch.full((113, 113), 3.0, dtype=torch.float64)
    clusters = neuron_clusters(make_grid(ModularAddition(), neurons=neurons(mixed, product, split, dead)))
    assert clusters.fve.tolist() == pytest.approx([0.8, 1.0, 0.0, 0.0], abs=1e-12)
    assert clusters.frequency[:2].tolist() == [5, 5]
    assert clusters.live.tolist() == [True, True, True, False]
    assert clusters.clustered.tolist() == [False, True, False, False]
    assert clusters.sizes == {5: 1}
    assert clusters.members(5).tolist() == [1]


def test_published_relu_formula(make_grid):
    activation = torch.relu(0.5 + wave(torch.cos, 42, X) + wave(torch.cos, 42, Y))
    grid = make_grid(ModularAddition(), neurons=neurons(activation))
    formula = neuron_formula(grid, 0, 42)
    expected = {"1": 0.71, "cos 42x": 0.695, "cos 42y": 0.695, "cos 42x cos 42y": 0.43}
    assert {name: formula[name] for name in expected} == pytest.approx(expected, abs=0.005)
    assert formula["sin 42x sin 42y"] == pytest.approx(0, abs=1e-3)


def test_formula_of_a_polynomial_gives_its_coefficients(make_grid):
    function = 109 - 39 * wave(torch.cos, 42, X) - 76 * wave(torch.sin, 42, Y)
    function = function + 36 * wave(torch.cos, 42, X) * wave(torch.sin, 42, Y)
    grid = make_grid(ModularAddition(), neurons=neurons(function))
    formula = {name: value for name, value in neuron_formula(grid, 0, 42).items() if abs(value) > 1e-9}
    assert formula == pytest.approx({"1": 109, "cos 42x": -39, "sin 42y": -76, "cos 42x sin 42y": 36})
    torch.testing.assert_close(neuron_polynomials(grid, torch.tensor([42])), grid.neurons)


def test_nyquist_neuron(make_grid):
    sign = torch.tensor([1.0, -1.0] * 4, dtype=torch.float64)
    grid = make_grid(ModularAddition(p=8), neurons=(2 + 3 * sign[:, None] * sign[None, :])[..., None])
    assert neuron_clusters(grid).frequency.tolist() == [4]
    assert neuron_formula(grid, 0, 4) == pytest.approx({"1": 2, "cos 4x": 0, "cos 4y": 0, "cos 4x cos 4y": 3})


@pytest.mark.parametrize(("p", "least", "most"), [(3, 0.5, 0.7), (5, 0.1, 0.25), (7, 0.01, 0.05), (11, 0.0, 0.002)])
@torch.no_grad()
def test_chance_alone_fills_clusters_of_a_tiny_p_only(p, least, most):
    task = ModularAddition(p=p)
    model = Transformer(TransformerConfig(), task.d_vocab, task.d_vocab_out, task.n_ctx)
    model.init_weights()
    assert least <= neuron_clusters(modular_grid(model, task)).clustered.float().mean().item() <= most
