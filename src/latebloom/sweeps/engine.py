"""The interface between the coordinator and whatever trains batches: this machine or a cluster."""

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
    """A batch was trained; ``results`` has one entry for each of its runs."""

    batch: Batch
    results: tuple[JobResult, ...]


@dataclass(frozen=True)
class Lost:
    """A batch or its worker failed as a whole; the disk holds how far its runs came. ``reason`` is one line."""

    batch: Batch
    reason: str


Event = Reached | Ended | Lost


@runtime_checkable
class Engine(Protocol):
    """Trains batches somewhere. Use it in a ``with`` block, which leaves no worker behind."""

    @property
    def free(self) -> bool:
        """Whether another batch can be handed out now."""
        ...

    def submit(self, batch: Batch) -> None:
        """Hand out a batch; for each batch there will be one Ended or one Lost."""
        ...

    def wait(self, seconds: float) -> Sequence[Event]:
        """The events so far; waits at most ``seconds`` for the first of them."""
        ...

    def stop(self) -> None:
        """Ask all runs to end at their next step. Call it once: a second signal would kill them."""
        ...

    def __enter__(self) -> "Engine": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
