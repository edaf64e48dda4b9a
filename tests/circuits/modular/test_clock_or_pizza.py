"""Clock or pizza: planted circuits of both kinds, logits by hand, and untrained weights."""

import dataclasses

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular import modular_grid, planted_mlp, planted_transformer
from latebloom.circuits.modular.clock_or_pizza import (
    circular_components,
    clock_or_pizza,
    distance_irrelevance,
    gradient_symmetricity,
)
from latebloom.circuits.modular.planted_parts import waves, zeroed
from latebloom.fourier import fourier_basis
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularAddition, ModularSubtraction, RandomTable

P, KEYS = 31, [3, 5, 9]
TASK = ModularAddition(p=P)


@torch.no_grad()
def pizza():
    """A transformer that attends evenly, so that the input of the planted MLP's neurons is the sum of both operands."""
    mlp = planted_mlp(P, KEYS).mlp
    model = zeroed(TransformerConfig(d_model=128, d_mlp=256, n_heads=1, d_head=128).build(TASK))
    width = 2 * len(KEYS)
    wave = waves(P, KEYS)
    model.embed.W_E[:P, :width] = wave
    block = model.blocks[0]
    block.attn.W_V[0, :width, :width] = 3 * torch.eye(width)  # a third of each operand, the rest from `=`: nothing
    block.attn.W_O[0, :width, :width] = torch.eye(width)
    # The MLP's W_in is waves times directions; the embedding already holds the waves.
    block.mlp.W_in[:width] = wave.pinverse() @ mlp.W_in.double()
    block.mlp.b_in[:] = mlp.b_in
    block.mlp.W_out[:, width : width + P] = mlp.W_out.double()
    model.unembed.W_U[width : width + P, :P] = torch.eye(P)
    return model


@pytest.mark.parametrize("task", [TASK, ModularSubtraction(p=P)], ids=lambda task: task.name)
def test_the_planted_clock_is_not_symmetric(task):
    """cos w(x - s·y) is 0 on average over all pairs."""
    model = planted_transformer(P, KEYS, task.phase_sign).double()
    assert gradient_symmetricity(model, task) == pytest.approx(0, abs=0.05)
    numbers = clock_or_pizza(model, modular_grid(model, task))
    assert numbers.distance_irrelevance > 0.5


def test_the_planted_pizza_is_symmetric_and_its_right_logit_depends_on_the_distance():
    model = pizza()
    grid = modular_grid(model, TASK)
    assert grid.accuracy() == 1
    numbers = clock_or_pizza(model, grid)
    assert numbers.gradient_symmetricity == pytest.approx(1)
    assert numbers.distance_irrelevance < 0.1


@pytest.mark.parametrize("sign", [1, -1])
def test_distance_irrelevance_by_hand(sign):
    task = ModularAddition(p=P) if sign == 1 else ModularSubtraction(p=P)
    grid = modular_grid(TransformerConfig(d_mlp=8).build(task).double(), task)
    x, y = torch.meshgrid(torch.arange(P), torch.arange(P), indexing="ij")

    def of(right):
        return distance_irrelevance(dataclasses.replace(grid, logits=right.double()[..., None].expand(P, P, P)))

    assert of((x - sign * y) % P) == pytest.approx(0, abs=1e-9)
    assert of((x + sign * y) % P) == pytest.approx(1)
    assert of(torch.ones(P, P)) is None


def test_untrained_weights_are_symmetric_but_independent_of_distance():
    model = TransformerConfig(d_mlp=64, seed=3).build(TASK).double()
    numbers = clock_or_pizza(model, modular_grid(model, TASK))
    assert numbers.gradient_symmetricity > 0.99
    assert numbers.distance_irrelevance > 0.95
    assert numbers.circularity < 0.4


def test_the_same_triples_every_time():
    model = TransformerConfig(d_mlp=64).build(TASK)
    assert gradient_symmetricity(model, TASK) == gradient_symmetricity(model, TASK)
    assert gradient_symmetricity(model, TASK) != gradient_symmetricity(model, TASK, seed=1)


def test_circular_components_by_hand():
    basis = fourier_basis(P)
    circles = torch.zeros(P, 8, dtype=torch.float64)
    circles[:, :4] = basis[[5, 6, 17, 18]].T * torch.tensor([3.0, 3.0, 1.0, 1.0])
    assert circular_components(circles) == pytest.approx(1)
    mixed = (basis[[5, 6, 17, 18]] + basis[[7, 8, 19, 20]]).T * torch.tensor([3.0, 3.0, 1.0, 1.0])
    assert circular_components(mixed) == pytest.approx(0.5, abs=0.02)
    assert circular_components(torch.ones(P, 4)) is None


def test_undefined_is_none_and_wrong_models_are_refused():
    nothing = zeroed(TransformerConfig(d_mlp=8).build(TASK))
    assert set(vars(clock_or_pizza(nothing, modular_grid(nothing, TASK))).values()) == {None}
    table = RandomTable(p=P)
    assert distance_irrelevance(modular_grid(TransformerConfig(d_mlp=8).build(table), table)) is None
    with pytest.raises(UsageError, match="got MLP, expected a Transformer"):
        gradient_symmetricity(planted_mlp(P, KEYS), TASK)
