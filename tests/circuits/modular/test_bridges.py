"""Random walks between two models: the ends and step lengths of the path, and the losses along them."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from latebloom.circuits.modular.bridges import bridge, bridge_losses, losses_on_grid, path_losses
from latebloom.circuits.modular.control_measures import excluded_controls, other_frequencies, restricted_control
from latebloom.measures import Snapshot, fixed_basis
from latebloom.models import Transformer
from latebloom.tasks import ModularAddition

KEYS = (2, 7, 11)


def snapshot(model: Transformer) -> Snapshot:
    return Snapshot(model, ModularAddition(p=29), basis_of=fixed_basis({"key_frequencies": KEYS}))


def scaled(model: Transformer, share: float) -> Snapshot:
    """The model with its map to the logits scaled: a circuit that grows."""
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.unembed.W_U.mul_(share)
    return snapshot(other)


def test_a_walk_has_the_ends_and_the_step_lengths_of_its_path() -> None:
    generator = torch.Generator().manual_seed(1)
    path = torch.cat([torch.zeros(1, 10_000), torch.randn(12, 10_000, generator=generator)]).cumsum(0)
    path += torch.linspace(0, 3, 13)[:, None]
    walk = torch.stack([point["w"] for point in bridge([{"w": point} for point in path], generator)])
    torch.testing.assert_close(walk[[0, -1]], path[[0, -1]])
    lengths = [steps.diff(dim=0).norm(dim=1) for steps in (walk, path)]
    torch.testing.assert_close(lengths[0], lengths[1], rtol=0.1, atol=0)
    assert (walk - path).norm(dim=1)[6] > 2 * lengths[1].mean(), "it goes another way"


def test_the_walk_of_a_straight_path_is_straight() -> None:
    path = torch.linspace(0, 1, 6)[:, None] * torch.ones(50)
    walk = bridge([{"w": point} for point in path], torch.Generator().manual_seed(0))
    torch.testing.assert_close(torch.stack([point["w"] for point in walk]), path, atol=1e-3, rtol=0)


def test_losses_along_a_path_and_its_walks(planted: Transformer) -> None:
    path = [scaled(planted, share) for share in (0.5, 0.9, 0.6, 1.0)]
    losses = path_losses(path)
    assert losses.train[-1] < 1e-3 < math.log(29) / 2 < losses.excluded[-1], "the circuit is the waves"
    assert losses.excluded.diff().sign().tolist() == [1, -1, 1] or losses.train.diff().sign().tolist() == [-1, 1, -1]
    walks = bridge_losses(path, count=2)
    assert [walk.train.shape for walk in walks] == [(2,), (2,)]
    assert not torch.equal(walks[0].train, walks[1].train)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])  # of the noise in the weights
def test_losses_without_the_logits_of_all_pairs(planted: Transformer, share: float) -> None:
    noisy = copy.deepcopy(planted).float()
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in noisy.parameters():
            weight.add_(share * weight.std() * torch.randn_like(weight) if weight.numel() > 1 else 0)
    rows = np.random.default_rng(0).permutation(29 * 29)[:250]
    one = replace(snapshot(noisy), train_rows=rows)
    found = path_losses([one])
    assert (float(found.train[0]), float(found.excluded[0])) == pytest.approx(losses_on_grid(one), rel=1e-4)


def test_random_frequencies_hold_no_circuit(planted: Transformer) -> None:
    one = snapshot(planted)
    others = other_frequencies(29, KEYS)
    assert len(others) == len(KEYS)
    assert not set(others) & set(KEYS)
    assert other_frequencies(7, (1, 2)) == []
    controls = excluded_controls(one)
    assert sorted(controls) == sorted(f"excluded_loss_control.k{k}" for k in others)
    assert max(controls.values()) == pytest.approx(float(path_losses([one]).train[0]), rel=0.1)
    assert restricted_control(one)["restricted_loss_control"] > math.log(29) / 2
