"""Where a sweep's runs are kept: a directory that every worker sees."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from latebloom._errors import UsageError
from latebloom.runs import BatchObserver, Job, Outcome, train_batch
from latebloom.store import RunDirectory, RunLock, Status, effective_status, one_line

Standing = Status | Literal["new", "damaged"]
"""How far a planned run is: a run's status, or that there is none."""


@runtime_checkable
class Place(Protocol):
    """Small and picklable: it travels to the workers."""

    def __str__(self) -> str: ...

    def lock(self) -> AbstractContextManager[object]:
        """Make the place if needed and keep a second sweep out of it."""
        ...

    def standing(self, name: str) -> Standing:
        """How far the run of that name is."""
        ...

    def train(self, jobs: Sequence[Job], observer: BatchObserver) -> list[Outcome]:
        """Train the jobs, going on with what is there."""
        ...

    def read(self, name: str) -> Any:
        """The sweep's document of that name; None where there is none."""
        ...

    def write(self, name: str, value: Any) -> None:
        """Replace the sweep's document of that name."""
        ...


@dataclass(frozen=True)
class Folder:
    """A directory, shared by all workers. One sweep at a time: errors as `RunLock`."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def lock(self) -> AbstractContextManager[object]:
        if RunDirectory(self.path).exists():
            raise UsageError(f"{self.path} holds a run, expected a sweep; choose another --name or --runs")
        with one_line(self.path, "make", UsageError):
            self.path.mkdir(parents=True, exist_ok=True)
        return RunLock(self.path)

    def standing(self, name: str) -> Standing:
        directory = RunDirectory(self.path / name)
        return effective_status(directory) if directory.exists() else "new"

    def train(self, jobs: Sequence[Job], observer: BatchObserver) -> list[Outcome]:
        return train_batch(jobs, self.path, observer)

    def read(self, name: str) -> Any:
        return RunDirectory(self.path).read_document(name)

    def write(self, name: str, value: Any) -> None:
        RunDirectory(self.path).write_document(name, value)
