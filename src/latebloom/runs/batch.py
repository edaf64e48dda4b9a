"""Train several experiments into their run directories, independently of each other."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from latebloom._errors import DivergedError, LatebloomError
from latebloom.runs.interrupt import Interrupt
from latebloom.runs.shape import shape
from latebloom.runs.threads import single_threaded_torch
from latebloom.runs.train import train_run
from latebloom.store import DiskFullError
from latebloom.training import Ensemble, Experiment, Record


@dataclass(frozen=True)
class Job:
    """One experiment and the name of its run under the root."""

    experiment: Experiment
    name: str


@dataclass(frozen=True)
class JobResult:
    """How a job ended. message: the reason, in one line, where it did not finish.

    fatal: whether the reason, a full disk, would end every other job too.
    """

    name: str
    status: Literal["finished", "interrupted", "diverged", "failed"]
    step: int
    message: str | None = None
    fatal: bool = False


BatchObserver = Callable[[str, int], None]
"""Receives the name of a run and the step it has reached, from time to time and from any thread."""

PATIENCE = 0.1
"""Seconds between two checks of whether to stop."""


def train_batch(
    jobs: Sequence[Job],
    root: str | Path = "runs",
    observer: BatchObserver | None = None,
    ended: Callable[[JobResult], None] | None = None,
) -> list[JobResult]:
    """Train each job to its end, resuming runs that have begun; a job that fails does not affect the others.

    ``ended`` receives each result as it comes.

    On the CPU, as many jobs train at a time as torch may use threads, each in one thread and with the same bits as
    alone: compiled code releases Python's lock. On a GPU, jobs of equal shape are one computation. Ctrl-C stops all
    jobs cleanly; jobs that have not started are reported at step 0.
    """
    with Interrupt() as interrupt:
        if len(jobs) == 1:
            result = _train(jobs[0], Path(root), observer, interrupt, share=True)
            if ended is not None:
                ended(result)
            return [result]
        threads = torch.get_num_threads()
        ensembles = _ensembles(jobs)
        size = len(jobs) if any(ensembles) else threads
        with single_threaded_torch(), ThreadPoolExecutor(size, "run") as pool:
            futures = [
                pool.submit(_train, job, Path(root), observer, interrupt, False, ensemble)
                for job, ensemble in zip(jobs, ensembles)
            ]
            _until_done(futures, interrupt, ended)
            return [future.result() for future in futures]


def _ensembles(jobs: Sequence[Job]) -> Sequence[Ensemble | None]:
    """The ensemble that each job belongs to on a GPU, where jobs of equal shape train together."""
    if any(job.experiment.training.device != "cuda" for job in jobs):
        return [None] * len(jobs)
    shapes = [shape(job.experiment) for job in jobs]
    made = {name: Ensemble(size) for name, size in Counter(shapes).items()}
    return [made[name] for name in shapes]


def _until_done(
    futures: Sequence[Future[JobResult]], interrupt: Interrupt, ended: Callable[[JobResult], None] | None
) -> None:
    """Wait in short portions, so that signals are handled; raise an error that belongs to no job at once."""
    left = set(futures)
    while left:
        done, left = wait(left, PATIENCE, FIRST_COMPLETED)
        errors = [error for future in done if (error := future.exception()) is not None]
        if errors:
            interrupt.asked = True
            raise errors[0]
        if ended is not None:
            for future in done:
                ended(future.result())


def _train(
    job: Job,
    root: Path,
    observer: BatchObserver | None,
    interrupt: Interrupt,
    share: bool,
    ensemble: Ensemble | None = None,
) -> JobResult:
    step = 0

    def seen(record: Record) -> None:
        nonlocal step
        step = record.step
        if observer is not None and record.metrics is not None:
            observer(job.name, record.step)

    try:
        if interrupt.asked:
            return JobResult(job.name, "interrupted", 0, "not started")
        run = train_run(job.experiment, job.name, root, True, seen, interrupt, share, ensemble)
    except LatebloomError as error:
        status: Literal["diverged", "failed"] = "diverged" if isinstance(error, DivergedError) else "failed"
        return JobResult(job.name, status, step, str(error), fatal=isinstance(error, DiskFullError))
    finally:
        if ensemble is not None:
            ensemble.leave()
    finished = run.status == "finished"
    return JobResult(job.name, "finished" if finished else "interrupted", run.manifest.step, run.manifest.message)
