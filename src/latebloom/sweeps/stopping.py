"""Stopping a worker: the run in progress ends by itself, cleanly; those of the batch after it are not begun."""

import signal
from types import FrameType, TracebackType
from typing import Any

from latebloom.runs import BatchObserver

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StoppedError(BaseException):
    """The worker was asked to stop. Not an Exception: nothing on the way may take it for a failure of the run."""


class Stopping:
    """Inside the ``with`` block a signal that meets no run is remembered; `observer` then begins no further one.

    A run takes signals itself (`latebloom.runs.interrupt`), commits, and ends as interrupted; so whoever stops a
    worker repeats the signal, and the second one arrives here. For the main thread of a process.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, Any] = {}
        self._begun: set[str] = set()

    def __enter__(self) -> "Stopping":
        self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def observer(self, report: BatchObserver) -> BatchObserver:
        """``report``, but StoppedError where a run begins after the stop was asked for."""

        def observe(name: str, step: int) -> None:
            if self._asked and name not in self._begun:
                raise StoppedError
            self._begun.add(name)
            report(name, step)

        return observe

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
