"""Says on standard error that code is compiled, for which the first training on a machine waits."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from latebloom.models.tables.compiling import listening


@contextmanager
def compiling_said(quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Say when a compilation begins within the block, and how long all of them took once a step has been made.

    Gives a function to call with each step that training reaches.
    """
    notice = _Notice()
    if quiet:
        yield lambda step: None
        return
    with listening(notice.heard):
        yield notice.reached


class _Notice:
    """Several runs may train at once, each in a thread."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._lock = Lock()

    def heard(self, seconds: float | None) -> None:
        """A compilation has begun (None), or ended after these seconds."""
        with self._lock:
            if self._seconds is None:
                self._seconds = 0.0
                print("latebloom: compiling, once per machine …", file=sys.stderr, flush=True)
            self._seconds += seconds or 0.0

    def reached(self, step: int) -> None:
        with self._lock:
            if step > 0 and self._seconds is not None:
                print(f"latebloom: compiling, once per machine: {self._seconds:.0f} s", file=sys.stderr, flush=True)
                self._seconds = None
