"""A model with the ten trigrams in its weights, one with random weights, and examples."""

import numpy as np
import pytest
import torch

from latebloom.circuits.skip_trigrams import planted_trigrams
from latebloom.models import Examples, TransformerConfig
from latebloom.tasks import SkipTrigrams

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def task():
    return SkipTrigrams()


@pytest.fixture(scope="session")
def examples(task):
    return Examples.of(task.sample(500, np.random.default_rng(0)), "cpu")


@pytest.fixture(scope="session")
def planted(task):
    return planted_trigrams(task)


@pytest.fixture(scope="session")
def random(task):
    return TransformerConfig(d_model=32, n_heads=4, d_head=8, d_mlp=0, residual_scale=2, seed=3).build(task)
