"""A worker process: trains the batches that arrive through its pipe, and ends when its parent ends."""

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from time import monotonic

import torch

from latebloom._registry import load_plugins
from latebloom.runs import BatchObserver, Job
from latebloom.sweeps.place import Place

REPORT_SECONDS = 0.5
"""The least time between two reports of one worker; a tiny run logs hundreds of times per second."""


def serve(pipe: Connection, place: Place) -> None:
    """Train each tuple of jobs that the pipe receives, until it is closed.

    For each tuple the worker sends ("reached", name, step) at most every `REPORT_SECONDS`, and finally ("ended",
    outcomes) or ("lost", reason). The worker inherits the environment, so it imports the modules of LATEBLOOM_IMPORT.
    """
    if hasattr(os, "setpgid"):  # Windows has no process groups of this kind
        os.setpgid(0, 0)  # leaves the terminal's process group, since only the parent handles Ctrl-C
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    try:
        while True:
            try:
                jobs = pipe.recv()
            except (ImportError, AttributeError) as error:  # the class of a task or model cannot be imported here
                pipe.send(("lost", f"{_described(error)}; define the class in a module that workers can import"))
                continue
            pipe.send(trained(place, jobs, _reporter(pipe)))
    except (EOFError, BrokenPipeError):
        return


def trained(place: Place, jobs: tuple[Job, ...], report: BatchObserver) -> tuple[str, object]:
    """Train a batch here: ("ended", outcomes), or ("lost", reason) for an error of the whole batch."""
    try:
        load_plugins()
        return "ended", tuple(place.train(jobs, report))
    except Exception as error:  # Report every error, since the worker must survive for other batches.
        return "lost", _described(error)


def _described(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _reporter(pipe: Connection) -> BatchObserver:
    last = 0.0

    def report(name: str, step: int) -> None:
        nonlocal last
        if monotonic() - last > REPORT_SECONDS:
            last = monotonic()
            pipe.send(("reached", name, step))

    return report


def _exit_with_parent() -> None:
    """End this process when the parent is killed; a remaining writer would keep the sweep locked."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
