"""How worker processes start: on one thread, ignoring Ctrl-C, and from a script that trains only when it is started."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import current_process

ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
"""Numerical libraries read these when they load, so they must be set earlier. With one thread per worker, the bits of a
run do not depend on the number of workers."""


UNGUARDED = 70
"""The exit status of a worker that runs the script of its parent, and would train there."""

GUARD = (
    "each worker process runs the script that trains once more, and would train again; put what trains in the script "
    'under `if __name__ == "__main__":`'
)


def leave_while_importing_main() -> None:
    """End this process if it is a worker that still imports the main module of its parent."""
    if getattr(current_process(), "_inheriting", False):  # as multiprocessing itself asks before it starts a process
        sys.exit(UNGUARDED)


@contextmanager
def single_threaded_children() -> Iterator[None]:
    """Processes started inside the block compute on one thread."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def children_ignore_interrupts() -> Iterator[None]:
    """Processes started inside the block ignore Ctrl-C while they load.

    Ctrl-C reaches all processes of a terminal; only the parent handles it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
