"""The failed runs of a sweep with their reasons, in ``failures.json`` beside the runs."""

from pathlib import Path
from typing import Any

from latebloom._errors import StoreError
from latebloom.runs import Job, JobResult
from latebloom.store import RunDirectory
from latebloom.sweeps.place import Place

NAME = "failures"


def read_failures(path: Path) -> dict[str, Any]:
    """The failures of the sweep in a directory, by run name."""
    return RunDirectory(path).read_document(NAME) or {}


class Failures:
    """``{run: {"message", "experiment"}}``, including runs without a manifest that failed before they began."""

    def __init__(self, place: Place) -> None:
        self._failures: dict[str, Any] = place.read(NAME) or {}
        self._changed = False

    def note(self, job: Job, result: JobResult) -> None:
        """Record a failure, or remove it once the run ends in another way."""
        if result.status == "failed":
            experiment = job.experiment.model_dump(mode="json")
            self._failures[job.name] = {"message": result.message, "experiment": experiment}
            self._changed = True
        elif result.status in ("finished", "diverged") and self._failures.pop(job.name, None) is not None:
            self._changed = True

    def save(self, place: Place) -> None:
        """Write the file if something changed. On a full disk the old file stays, and the sweep stops because of the
        full disk.
        """
        if not self._changed:
            return
        try:
            place.write(NAME, self._failures)
            self._changed = False
        except StoreError:
            return
