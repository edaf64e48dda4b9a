"""The interface between the coordinator and the engines that train batches: this machine or a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, runtime_checkable

from latebloom.runs import JobResult
from latebloom.sweeps.grouping import Batch


@dataclass(frozen=True)
class Reached:
    """A run has reached this step."""

    name: str
    step: int


@dataclass(frozen=True)
class Ended:
    """The training of a batch has ended; ``results`` has one entry per run."""

    batch: Batch
    results: tuple[JobResult, ...]


@dataclass(frozen=True)
class Lost:
    """A batch or its worker failed as a whole; its runs are on disk as far as they got. ``reason`` is one line."""

    batch: Batch
    reason: str


Event = Reached | Ended | Lost


@runtime_checkable
class SweepEngine(Protocol):
    """Trains batches. Use it in a ``with`` block, which ends all workers on exit."""

    @property
    def free(self) -> bool:
        """Whether another batch can be submitted now."""
        ...

    def submit(self, batch: Batch) -> None:
        """Submit a batch; each batch yields exactly one Ended or Lost."""
        ...

    def wait(self, seconds: float) -> Sequence[Event]:
        """The events so far; waits at most ``seconds`` for the first of them."""
        ...

    def stop(self) -> None:
        """Stop all runs at their next step. Call it once: a second signal would kill them."""
        ...

    def __enter__(self) -> "SweepEngine": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
