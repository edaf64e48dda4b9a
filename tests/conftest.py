"""Runs made by hand: a planted circuit between fresh weights and a known end, with known curves."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.models import TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.sweeps.engine import Ended, Event, Lost, Reached
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Place
from latebloom.sweeps.worker import trained
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Optimiser, Recording, Training

P, KEYS = 31, [3, 5, 9]


class InlineEngine:
    """Trains batches in this process; ``lose`` says of which the worker dies."""

    def __init__(self, place: Place, workers: int = 1, lose: Callable[[Batch], bool] = lambda batch: False) -> None:
        self.place, self.lose = place, lose
        self.batches: list[Batch] = []
        self.events: list[Event] = []

    @property
    def free(self) -> bool:
        return not self.events

    def submit(self, batch: Batch) -> None:
        self.batches.append(batch)
        if self.lose(batch):
            self.events.append(Lost(batch, "the worker process was killed by signal 9"))
            return
        kind, content = trained(self.place, batch.jobs, lambda name, step: self.events.append(Reached(name, step)))
        self.events.append(Ended(batch, content) if kind == "ended" else Lost(batch, content))

    def wait(self, seconds: float) -> Sequence[Event]:
        happened, self.events = self.events, []
        return happened

    def stop(self) -> None:
        pass

    def __enter__(self) -> "InlineEngine":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def inline_engine() -> type[InlineEngine]:
    """An engine without processes, each of which takes seconds to import torch."""
    return InlineEngine


@pytest.fixture
def tiny() -> Callable[..., Experiment]:
    """A few steps of a very small model: for the mechanics of training, not for grokking."""

    def make(steps: int = 40, **training: object) -> Experiment:
        return Experiment(
            recipe="tiny",
            task=ModularAddition(p=11),
            data=Data(fraction=0.5, seed=1),
            model=TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=32, seed=2),
            optimiser=Optimiser(lr=1e-2),
            training=Training(steps=steps, **training),
            recording=Recording(checkpoints="10", metrics="5"),
        )

    return make


@pytest.fixture(scope="session")
def planted_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Fresh weights at step 0 and 2000, the planted circuit (keys 3, 5, 9 mod 31) from 4000 on.

    Curves by hand: train loss falls until 1000, test loss between 3000 and 4000.
    """
    return _planted(tmp_path_factory.mktemp("runs") / "planted", levels=1000)


@pytest.fixture(scope="session")
def overlapping_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same weights and test loss, with a train loss that falls until 4500, so that no phases are separate."""
    return _planted(tmp_path_factory.mktemp("runs") / "overlapping", levels=4500)


def _planted(path: Path, levels: int) -> Run:
    """levels: the step until which train loss falls."""
    model = planted_transformer(P, KEYS)
    experiment = Experiment(
        recipe="planted", task=ModularAddition(p=P), data=Data(fraction=0.5), model=model.config
    ).with_seed(4)
    directory = RunDirectory(path)
    directory.create()
    fresh = experiment.model.build(experiment.task)
    for step in (0, 2000, 4000, 6000):
        weights = (fresh if step < 4000 else model).state_dict()
        directory.write_checkpoint(step, {name: value.numpy() for name, value in weights.items()})
    directory.write_table("metrics", append_rows(empty_table(), _curves(levels)))
    done = {"status": "finished", "step": 6000, "stopped_because": "settled by step 6000"}
    directory.write_manifest(new_manifest(path.name, experiment).model_copy(update=done))
    return Run(directory.path)


def _curves(levels: int) -> list[dict[str, float | int | None]]:
    steps = np.arange(0, 6001, 20)
    chance = np.log10(np.log(P))
    noise = np.random.default_rng(0).normal(0, 0.02, (2, len(steps)))
    train = np.interp(steps, [0, levels, 6000], [chance, -6, -6 - (6000 - levels) / 10_000]) + noise[0]
    test = np.interp(steps, [0, 500, 3000, 4000, 6000], [chance, 1.2, 1.2, -5, -5.2]) + noise[1]
    return [
        {
            "step": int(step),
            "train_loss": float(10**a),
            "train_accuracy": float(a < 0),
            "test_loss": float(10**b),
            "test_accuracy": float(b < 0),
            "sum_squared_weights": 1000.0,
        }
        for step, a, b in zip(steps, train, test)
    ]


@pytest.fixture
def memorised_run(tmp_path: Path) -> Run:
    """A run that memorises a random table and never generalises."""
    from latebloom.runs import train_run
    from latebloom.tasks import RandomTable

    experiment = Experiment(
        recipe="memorised",
        task=RandomTable(p=31),
        data=Data(fraction=0.5),
        model=TransformerConfig(d_model=48, n_heads=2, d_head=16, d_mlp=128),
        optimiser=Optimiser(lr=3e-3),
        training=Training(steps=600),
        recording=Recording(checkpoints="300", metrics="5"),
    )
    return train_run(experiment, root=tmp_path)
