"""Sweeps that an engine without processes trains."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from latebloom.runs import Job
from latebloom.sweeps.conduct import Conductor
from latebloom.sweeps.engine import SweepEngine
from latebloom.sweeps.expand import run_name
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import batches
from latebloom.sweeps.place import Folder, Place
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.tally import Tally
from latebloom.training import Experiment


@pytest.fixture
def jobs(tiny) -> Callable[..., list[Job]]:
    """Jobs of 20 tiny steps, one for each seed."""

    def make(seeds: Sequence[int], steps: int = 20, **changes: object) -> list[Job]:
        results = []
        for seed in seeds:
            stored = tiny(steps).with_seed(seed).model_dump(mode="json")
            for field, value in changes.items():
                section, _, name = field.partition("__")
                stored[section][name] = value
            experiment = Experiment.model_validate(stored)
            results.append(Job(experiment, run_name(experiment)))
        return results

    return make


@pytest.fixture
def inline(inline_engine: Callable[..., SweepEngine]) -> Callable[..., tuple[Tally, SweepEngine]]:
    """Like `train_sweep`, with the inline engine."""

    def train(place: Place | Path, jobs: Sequence[Job], **options: Any) -> tuple[Tally, SweepEngine]:
        place = Folder(place) if isinstance(place, Path) else place
        with place.lock():
            plan = make_plan(place, jobs)
            tally = Tally(plan.total, plan.over, {job.name: job.experiment.training.steps for job in jobs})
            engine = inline_engine(place, **options)
            Conductor(place, engine, tally, Failures(place), lambda tally: None).conduct(batches(plan.left, 1))
        return tally, engine

    return train


@pytest.fixture
def bits() -> Callable[[Path], dict[str, bytes]]:
    """Every file of a run except those with times and process ids."""

    def read(run: Path) -> dict[str, bytes]:
        files = [file for file in run.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
        return {str(file.relative_to(run)): file.read_bytes() for file in files}

    return read


@pytest.fixture(autouse=True)
def _one_thread():
    """Use one thread as in a worker, because the bits of a run depend on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
