"""The compiled kernels equal torch's optimisers."""

import numpy as np
import pytest
import torch

from latebloom.training import Optimiser
from latebloom.training.kernel_updates import KernelUpdates
from latebloom.training.torch_updates import TorchUpdates

ROUNDING = 20 * float(np.finfo(np.float32).eps)
"""Of a momentum, which sums twenty float32 gradients around 1 in whichever way the processor rounds."""


@pytest.mark.parametrize(
    "settings",
    [
        Optimiser(weight_decay=0.7),
        Optimiser(name="adam", weight_decay=0.1, betas=(0.8, 0.95)),
        Optimiser(name="sgd", lr=0.1, momentum=0.9, weight_decay=0.1, warmup=0),
        Optimiser(name="sgd", lr=0.1, weight_decay=0),
        Optimiser(name="lion", lr=0.01, weight_decay=0.5),
        Optimiser(name="sign_descent", lr=0.01, weight_decay=0.5),
        Optimiser(name="sign_descent", lr=0.01, weight_decay=0, momentum=0.9),
    ],
)
def test_twenty_updates_and_their_state_equal_those_of_torch(settings) -> None:
    torch.manual_seed(0)
    model = torch.nn.Linear(6, 5, bias=False)
    weights = model.weight.detach().flatten().clone()
    gradient = torch.zeros_like(weights)
    by_torch, by_kernel = TorchUpdates(model, settings), KernelUpdates(model, settings, weights, gradient)
    for step in range(20):
        gradient.copy_(torch.from_numpy(np.random.default_rng(step).normal(size=weights.shape)))
        model.weight.grad = gradient.clone().view_as(model.weight)
        by_torch.update(step)
        by_kernel.update(step)
    torch.testing.assert_close(weights, model.weight.detach().flatten(), rtol=2e-6, atol=1e-7)
    for name, value in by_torch.tensors(20).items():
        torch.testing.assert_close(by_kernel.tensors(20)[name], value, rtol=2e-6, atol=ROUNDING)
