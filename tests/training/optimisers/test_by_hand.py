"""The first updates of each optimiser, computed by hand on a 2 × 2 matrix."""

import math

import pytest
import torch

from latebloom.training.optimisers import settings_class
from latebloom.training.torch_updates import TorchUpdates

WEIGHTS = torch.tensor([[3.0, 0.0], [0.0, 4.0]])
GRADIENT = torch.tensor([[1.0, -2.0], [0.0, 4.0]])


def updated(gradients, **settings):
    """The matrix after one update for each gradient, without warm-up."""
    model = torch.nn.Module()
    model.register_parameter("weight", torch.nn.Parameter(WEIGHTS.clone()))
    updates = TorchUpdates(model, settings_class(settings["name"])(warmup=0, **settings))
    weight = model.get_parameter("weight")
    for step, gradient in enumerate(gradients):
        weight.grad = gradient.clone()
        updates.update(step)
    return weight.detach()


def test_lion_moves_by_the_sign_of_the_mixed_gradient():
    # First update: sign((1 - 0.9) g) = sign(g); decay takes 0.1 · 0.5 = 5 % of each weight.
    first = updated([GRADIENT], name="lion", lr=0.1, weight_decay=0.5, betas=(0.9, 0.5))
    torch.testing.assert_close(first, torch.tensor([[2.75, 0.1], [0.0, 3.7]]))
    # m = g / 2, so 0.9 m + 0.1 (-2 g) = 0.25 g keeps the old sign, and 0.9 m + 0.1 (-8 g) = -0.35 g does not.
    for factor, sign in ((-2, 1), (-8, -1)):
        second = updated([GRADIENT, factor * GRADIENT], name="lion", lr=0.1, weight_decay=0, betas=(0.9, 0.5))
        torch.testing.assert_close(second, WEIGHTS - 0.1 * (1 + sign) * GRADIENT.sign())


def test_sign_descent_moves_every_weight_by_the_rate():
    first = updated([GRADIENT], name="sign_descent", lr=0.1, weight_decay=0.5)
    torch.testing.assert_close(first, torch.tensor([[2.75, 0.1], [0.0, 3.7]]))
    # With momentum 0.9 the average is 0.09 g - 0.1 · 2 g < 0, so the second update undoes the first.
    twice = updated([GRADIENT, -2 * GRADIENT], name="sign_descent", lr=0.1, weight_decay=0, momentum=0.9)
    torch.testing.assert_close(twice, WEIGHTS)


def test_grokfast_adds_the_slow_gradient():
    # s₁ = g and s₂ = 0.5 g + 0.5 · 3 g = 2 g, so AdamW receives (1 + 2) g and 3 g + 2 · 2 g = 7 g.
    slow = {"name": "grokfast_ema", "slow_decay": 0.5, "slow_gain": 2.0, "lr": 0.1, "weight_decay": 0.3}
    plain = {"name": "adamw", "lr": 0.1, "weight_decay": 0.3}
    torch.testing.assert_close(
        updated([GRADIENT, 3 * GRADIENT], **slow), updated([3 * GRADIENT, 7 * GRADIENT], **plain)
    )
    # A window of two: no filter at first, then the mean 2 g of both, then the mean 4 g of the last two.
    window = {"name": "grokfast_ma", "window": 2, "window_gain": 5.0, "lr": 0.1, "weight_decay": 0.3}
    torch.testing.assert_close(
        updated([GRADIENT, 3 * GRADIENT, 5 * GRADIENT], **window),
        updated([GRADIENT, 13 * GRADIENT, 25 * GRADIENT], **plain),
    )


def test_orthograd_removes_what_scales_the_weights():
    # w·g = 3 + 16 = 19 and w·w = 25: g_⊥ = g - 0.76 w = [[-1.28, -2], [0, 0.96]]; AdamW then follows its signs.
    moved = updated([GRADIENT], name="orthograd", lr=0.1, weight_decay=0)
    torch.testing.assert_close(moved, WEIGHTS - 0.1 * torch.tensor([[-1.0, -1.0], [0.0, 1.0]]))


def test_norm_constrained_training_returns_to_the_sphere():
    # |w₀| = 5; AdamW moves to [[2, 1], [0, 3]] of norm √14, and the projection goes to norm 2 · 5.
    moved = updated([GRADIENT], name="norm_constrained", lr=1.0, weight_decay=0, norm_factor=2.0)
    torch.testing.assert_close(moved, torch.tensor([[2.0, 1.0], [0.0, 3.0]]) * 10 / math.sqrt(14))


@pytest.mark.parametrize(("limits", "decays"), [({"decay_from": 1}, [0, 1]), ({"decay_until": 1}, [1, 0])])
def test_delayed_decay_decays_in_its_span_alone(limits, decays):
    # Without gradients AdamW only decays: by 10 % in an update that has weight decay.
    still = [torch.zeros(2, 2)] * 2
    moved = updated(still, name="delayed_decay", lr=0.1, weight_decay=1.0, **limits)
    torch.testing.assert_close(moved, WEIGHTS * 0.9 ** sum(decays))
    first = updated(still[:1], name="delayed_decay", lr=0.1, weight_decay=1.0, **limits)
    torch.testing.assert_close(first, WEIGHTS * 0.9 ** decays[0])


def test_muon_moves_along_the_singular_vectors():
    # The singular vectors of a diagonal gradient are the axes, so its update is diagonal, with values in 0.7 … 1.2
    # and the signs of the gradient; decay takes 0.1 · 0.5 of each weight.
    gradient = torch.tensor([[4.0, 0.0], [0.0, -1.0]])
    moved = updated([gradient], name="muon", matrix_lr=0.1, weight_decay=0.5)
    update = (0.95 * WEIGHTS - moved) / 0.1
    assert update[0, 1] == update[1, 0] == 0
    assert 0.65 < update[0, 0] < 1.25
    assert -1.25 < update[1, 1] < -0.65
