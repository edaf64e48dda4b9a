"""Train several experiments into their run directories; each ends on its own."""

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
from latebloom.training import Ensemble, Experiment, Record


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
"""Told now and then the name of a run and the step it has reached; from any thread."""

PATIENCE = 0.1
"""Seconds between two looks at whether to stop."""


def train_batch(
    jobs: Sequence[Job],
    root: str | Path = "runs",
    observer: BatchObserver | None = None,
    ended: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Train each job to its end, going on with what is there; a job that fails leaves the others alone.

    ``ended`` is told of each outcome as it comes.

    On the CPU as many at a time as torch may use threads, each in one thread, in which it has the bits that it has
    alone: compiled code holds no lock of Python's. On a GPU those of equal shape are one computation. Ctrl-C stops all
    of them cleanly; jobs that were not begun are reported at step 0.
    """
    with Interrupt() as interrupt:
        if len(jobs) == 1:
            outcome = _train(jobs[0], Path(root), observer, interrupt, share=True)
            if ended is not None:
                ended(outcome)
            return [outcome]
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
    """The ensemble that each job belongs to, where they train on a GPU: those of equal shape together."""
    if any(job.experiment.training.device != "cuda" for job in jobs):
        return [None] * len(jobs)
    shapes = [shape(job.experiment) for job in jobs]
    made = {name: Ensemble(size) for name, size in Counter(shapes).items()}
    return [made[name] for name in shapes]


def _until_done(
    futures: Sequence[Future[Outcome]], interrupt: Interrupt, ended: Callable[[Outcome], None] | None
) -> None:
    """Wait in portions, so that a signal is seen; raise at once what no job answers for."""
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
) -> Outcome:
    step = 0

    def seen(record: Record) -> None:
        nonlocal step
        step = record.step
        if observer is not None and record.metrics is not None:
            observer(job.name, record.step)

    try:
        if interrupt.asked:
            return Outcome(job.name, "interrupted", 0, "not begun")
        run = train_run(job.experiment, job.name, root, True, seen, interrupt, share, ensemble)
    except LatebloomError as error:
        return Outcome(job.name, "diverged" if isinstance(error, DivergedError) else "failed", step, str(error))
    finally:
        if ensemble is not None:
            ensemble.leave()
    finished = run.status == "finished"
    return Outcome(job.name, "finished" if finished else "interrupted", run.manifest.step, run.manifest.message)
