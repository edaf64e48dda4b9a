"""Train several experiments into their run directories; each ends on its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from latebloom._errors import DivergedError, LatebloomError
from latebloom.runs.train import train_run
from latebloom.training import Experiment


@dataclass(frozen=True)
class Job:
    """One experiment and the name of its run under the root."""

    experiment: Experiment
    name: str


@dataclass(frozen=True)
class Outcome:
    """How a job ended. message: the reason, in one line, where it did not finish."""

    name: str
    status: Literal["finished", "interrupted", "diverged", "failed"]
    step: int
    message: str | None = None


BatchObserver = Callable[[str, int], None]
"""Told now and then the name of a run and the step it has reached."""


def train_batch(jobs: Sequence[Job], root: str | Path = "runs", observer: BatchObserver | None = None) -> list[Outcome]:
    """Train each job to its end, going on with what is there; a job that fails leaves the others alone."""
    return [_train(job, Path(root), observer) for job in jobs]


def _train(job: Job, root: Path, observer: BatchObserver | None) -> Outcome:
    step = 0

    def seen(record) -> None:  # type: ignore[no-untyped-def]
        nonlocal step
        step = record.step
        if observer is not None and record.metrics is not None:
            observer(job.name, record.step)

    try:
        run = train_run(job.experiment, job.name, root, resume=True, observer=seen)
    except LatebloomError as error:
        return Outcome(job.name, "diverged" if isinstance(error, DivergedError) else "failed", step, str(error))
    finished = run.status == "finished"
    return Outcome(job.name, "finished" if finished else "interrupted", run.manifest.step, run.manifest.message)
