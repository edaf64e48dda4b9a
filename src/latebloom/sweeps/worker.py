"""A worker process: trains the batches that come through its pipe, and dies with its parent."""

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from time import monotonic

import torch

from latebloom.runs import BatchObserver, Job
from latebloom.sweeps.place import Place

REPORT_SECONDS = 0.5
"""Between two reports of one worker: a tiny run logs hundreds of times a second."""


def serve(pipe: Connection, place: Place) -> None:
    """Train what comes: a tuple of jobs in, then ("reached", name, step) now and then, and at last
    ("ended", results) or ("lost", reason) out; until the pipe is closed."""
    os.setpgid(0, 0)  # out of the reach of the terminal, whose Ctrl-C the parent alone answers
    threading.Thread(target=_die_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    try:
        while True:
            pipe.send(trained(place, pipe.recv(), _reporter(pipe)))
    except (EOFError, BrokenPipeError):
        return


def trained(place: Place, jobs: tuple[Job, ...], report: BatchObserver) -> tuple[str, object]:
    """Train a batch here: ("ended", results), or ("lost", reason) for an error that no run answers for."""
    try:
        return "ended", tuple(place.train(jobs, report))
    except Exception as error:  # Whatever it is, it must not take the worker's other batches with it.
        return "lost", " ".join(f"{type(error).__name__}: {error}".split())


def _reporter(pipe: Connection) -> BatchObserver:
    last = 0.0

    def report(name: str, step: int) -> None:
        nonlocal last
        if monotonic() - last > REPORT_SECONDS:
            last = monotonic()
            pipe.send(("reached", name, step))

    return report


def _die_with_parent() -> None:
    """A killed parent must leave no writer behind, or the sweep could not be started again."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
