"""An engine without processes, and sweeps that it trains."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from latebloom.runs import Job
from latebloom.sweeps.conduct import Conductor
from latebloom.sweeps.engine import Ended, Event, Lost, Reached
from latebloom.sweeps.expand import run_name
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import Batch, batches
from latebloom.sweeps.place import Folder, Place
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.tally import Tally
from latebloom.sweeps.worker import trained
from latebloom.training import Experiment


class InlineEngine:
    """Trains batches in this process; ``lose`` names runs whose batch is lost, as if its worker had died."""

    def __init__(self, place: Place, lose: Callable[[Batch], bool] = lambda batch: False) -> None:
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
def inline() -> Callable[..., tuple[Tally, InlineEngine]]:
    """Like `train_sweep`, with the inline engine."""

    def train(place: Place | Path, jobs: Sequence[Job], **options: object) -> tuple[Tally, InlineEngine]:
        place = Folder(place) if isinstance(place, Path) else place
        with place.lock():
            plan = make_plan(place, jobs)
            tally = Tally(plan.total, plan.over, {job.name: job.experiment.training.steps for job in jobs})
            engine = InlineEngine(place, **options)  # type: ignore[arg-type]
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
