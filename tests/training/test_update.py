"""The compiled update rules equal torch's."""

import numpy as np
import pytest
import torch

from latebloom.training.config import Optimiser
from latebloom.training.optimiser import build_optimiser, set_learning_rate
from latebloom.training.update import rule_of, update


@pytest.mark.parametrize(
    "config",
    [
        Optimiser(weight_decay=0.7),
        Optimiser(name="adam", weight_decay=0.1, betas=(0.8, 0.95)),
        Optimiser(name="sgd", lr=0.1, momentum=0.9, weight_decay=0.1, warmup=0),
        Optimiser(name="sgd", lr=0.1, weight_decay=0),
    ],
)
def test_twenty_updates_equal_those_of_torch(config):
    model = torch.nn.Linear(6, 5, bias=False)
    optimiser = build_optimiser(model, config)
    weights = model.weight.detach().flatten().clone().numpy()
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(20):
        gradient = np.random.default_rng(step).normal(size=weights.shape).astype(np.float32)
        model.weight.grad = torch.from_numpy(gradient).view_as(model.weight)
        set_learning_rate(optimiser, config, step)
        optimiser.step()
        update(rule_of(config), weights, gradient, first, second, step)
    np.testing.assert_allclose(weights, model.weight.detach().flatten().numpy(), rtol=2e-6, atol=1e-7)
