"""Every recipe, in small, trains to the same bits on one thread and on two, after a kill, and beside other seeds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
import torch

from latebloom.models.tables import halves
from latebloom.recipes import RECIPES
from latebloom.runs.threads import single_threaded_torch
from latebloom.training import Experiment, Trainer
from latebloom.training.autograd import AutogradEngine

TRANSFORMER = {"model.d_model": 8, "model.n_heads": 2, "model.d_head": 4}
TASKS: dict[str, dict[str, Any]] = {
    "modular_addition": {"task.p": 7},
    "modular_subtraction": {"task.p": 7},
    "random_table": {"task.p": 7},
    "digit_addition": {"task.digits": 2},
    "repeated_subsequences": {"task.length": 16, "task.subsequence": 3, "task.vocabulary": 9},
    "skip_trigrams": {"task.length": 4},
    "group_composition": {"task.entries": "S3"},
    "shared_feature": {"task.examples": 20},
}
"""Small tasks by name. A recipe with another task needs a line."""

BEFORE, STEPS = 2, 4


def small(name: str, seed: int = 0) -> Experiment:
    experiment = RECIPES[name](seed)
    settings = TASKS[experiment.task.name]
    if experiment.model.kind == "transformer":
        settings = settings | TRANSFORMER | ({"model.d_mlp": 16} if experiment.model.d_mlp else {})
    if experiment.data.kind == "finite" and experiment.data.train_size:
        settings = settings | {"data.train_size": 24}
    if experiment.training.batch_size:
        settings = settings | {"training.batch_size": 12}
    return experiment.with_settings(settings)


def trained(experiment: Experiment, share: bool = True) -> dict[str, torch.Tensor]:
    trainer = Trainer(experiment, share)
    assert trainer.advance(STEPS)
    return trainer.state()


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(value, right[name]) for name, value in left.items())


@pytest.fixture
def two_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two threads, and halves of a batch in both of them however small they are."""
    monkeypatch.setattr(halves, "WORTH_A_THREAD", 0)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", RECIPES)
def test_bits(name: str, two_threads: None) -> None:
    seeds = [small(name, seed) for seed in range(3)]
    plain = type(Trainer(seeds[0])._engine) is AutogradEngine
    with single_threaded_torch() if plain else nullcontext():  # torch's own sums depend on the number of threads
        alone = [trained(seed) for seed in seeds]
    assert not same(alone[0], alone[1])
    with single_threaded_torch():
        assert same(alone[0], trained(seeds[0]))
        with ThreadPoolExecutor(3) as pool:
            beside = list(pool.map(lambda seed: trained(seed, share=False), seeds))
    assert all(same(left, right) for left, right in zip(alone, beside, strict=True))
    with single_threaded_torch() if plain else nullcontext():
        killed, resumed = Trainer(seeds[0]), Trainer(seeds[0])
        killed.advance(BEFORE)
        resumed.load_state(BEFORE, killed.state())
        resumed.advance(STEPS - BEFORE)
    assert same(alone[0], resumed.state())
