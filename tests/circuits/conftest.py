"""Grids made by hand, and models with a known circuit."""

import copy
from collections.abc import Callable

import pytest
import torch

from latebloom.circuits.modular import Grid, modular_grid, planted_transformer
from latebloom.models import Transformer
from latebloom.tasks import ModularAddition, ModularTask

# The models here are small: threads cost more than they give.
torch.set_num_threads(1)

PLANTED = (2, 7, 11)


@pytest.fixture(scope="session")
def planted() -> Transformer:
    """x + y mod 29 at three frequencies."""
    return planted_transformer(29, PLANTED)


@pytest.fixture(scope="session")
def planted_grid(planted: Transformer) -> Grid:
    return modular_grid(copy.deepcopy(planted).double(), ModularAddition(p=29))


@pytest.fixture
def make_grid() -> Callable[..., Grid]:
    """A grid in which everything that is not given is random (seeded)."""

    def make(task: ModularTask, **given: torch.Tensor) -> Grid:
        generator = torch.Generator().manual_seed(0)
        p, width = task.p, given["neurons"].shape[-1] if "neurons" in given else 6
        shapes = {"logits": (p, p, p), "neurons": (p, p, width), "embedding": (p, 8), "w_logit": (width, p)}
        random = {name: torch.randn(shape, generator=generator).double() for name, shape in shapes.items()}
        logits = given.get("logits", random["logits"])
        return Grid(**({"task": task, "outputs": logits, "pattern": None} | random | given))

    return make
