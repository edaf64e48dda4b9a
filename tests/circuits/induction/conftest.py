"""A small task, and models with a known circuit for it."""

import pytest
import torch

from latebloom.circuits.induction import planted_induction
from latebloom.models import Transformer, TransformerConfig
from latebloom.tasks import RepeatedSubsequences

torch.set_num_threads(1)

PREVIOUS, INDUCTION = (0, 1), (1, 0)


@pytest.fixture(scope="session")
def task() -> RepeatedSubsequences:
    return RepeatedSubsequences(vocabulary=32, length=31, subsequence=6)


@pytest.fixture(scope="session")
def planted(task: RepeatedSubsequences) -> Transformer:
    """Previous-token head 0.1, induction head 1.0."""
    return planted_induction(task, previous=1, induction=0)


@pytest.fixture(scope="session")
def random(task: RepeatedSubsequences) -> Transformer:
    return TransformerConfig(n_layers=2, d_model=48, n_heads=4, d_head=12, d_mlp=0, seed=3).build(task)
