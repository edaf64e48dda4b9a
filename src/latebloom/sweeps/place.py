"""The place where a sweep stores its runs: a directory or a URI."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from latebloom._errors import UsageError
from latebloom.runs import BatchObserver, Job, JobResult, train_batch
from latebloom.runs.naming import check_name
from latebloom.store import RunDirectory, RunLock, Status, effective_status, made_folder

PlannedStatus = Status | Literal["new", "damaged"]
"""The status of a planned run; new if it has not begun."""


@runtime_checkable
class Place(Protocol):
    """Stores the runs and documents of a sweep. Small and picklable, because workers receive a copy."""

    def __str__(self) -> str: ...

    def lock(self) -> AbstractContextManager[object]:
        """Create the place if necessary, and prevent a second sweep from using it."""
        ...

    def status(self, name: str) -> PlannedStatus:
        """The status of the run of that name."""
        ...

    def statuses(self, names: Sequence[str]) -> dict[str, PlannedStatus]:
        """The status of each of these runs, which are many."""
        ...

    def train(self, jobs: Sequence[Job], observer: BatchObserver) -> list[JobResult]:
        """Train the jobs, resuming runs that have begun."""
        ...

    def read(self, name: str) -> Any:
        """The sweep's document of that name; None where there is none."""
        ...

    def write(self, name: str, value: Any) -> None:
        """Replace the sweep's document of that name."""
        ...


@dataclass(frozen=True)
class Folder:
    """A directory that all workers share. One sweep at a time: errors as `RunLock`."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Also remove what a coordinator that was killed left."""
        directory = RunDirectory(self.path)
        if directory.exists():
            raise UsageError(f"{self.path} holds a run, expected a sweep; choose another --name or --runs")
        made_folder(self.path)
        with RunLock(self.path):
            directory.clean()
            yield

    def status(self, name: str) -> PlannedStatus:
        directory = RunDirectory(self.path / name)
        return effective_status(directory) if directory.exists() else "new"

    def statuses(self, names: Sequence[str]) -> dict[str, PlannedStatus]:
        return {name: self.status(name) for name in names}

    def train(self, jobs: Sequence[Job], observer: BatchObserver) -> list[JobResult]:
        return train_batch(jobs, self.path, observer)

    def read(self, name: str) -> Any:
        return RunDirectory(self.path).read_document(name)

    def write(self, name: str, value: Any) -> None:
        RunDirectory(self.path).write_document(name, value)


def place_of(runs: str, name: str) -> Place:
    """The sweep of that name under a directory of runs, or under a URI. Errors: UsageError for a name with a path."""
    from latebloom.sweeps.remote import Remote  # it imports this module

    if "/" in name:
        raise UsageError(f"--name: got {name!r}, expected a plain name for the sweep; use --runs to put it elsewhere")
    check_name(name)
    if "://" in runs:
        uri, mark, options = runs.partition("?")  # such as the address of the object store
        return Remote(f"{uri.rstrip('/')}/{name}{mark}{options}")
    # The path is absolute, because a worker may have another working directory.
    return Folder(Path(runs).absolute() / name)
