"""Sweeps that train in the process of the tests: a worker process of their own takes seconds to import torch, and
tests/sweeps has the tests of those."""

from collections.abc import Sequence
from types import TracebackType

import pytest

from latebloom.sweeps import train
from latebloom.sweeps.engine import Ended, Event, Lost
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Place
from latebloom.sweeps.worker import trained


class EngineHere:
    """Trains a batch when it is submitted."""

    free = True

    def __init__(self, place: Place, workers: int) -> None:
        self._place = place
        self._events: list[Event] = []

    def submit(self, batch: Batch) -> None:
        kind, found = trained(self._place, batch.jobs, lambda name, step: None)
        self._events.append(Ended(batch, found) if kind == "ended" else Lost(batch, found))  # type: ignore[arg-type]

    def wait(self, seconds: float) -> Sequence[Event]:
        events, self._events = self._events, []
        return events

    def stop(self) -> None:
        """Nothing is left to stop."""

    def __enter__(self) -> "EngineHere":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "LocalEngine", EngineHere)
