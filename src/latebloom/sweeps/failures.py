"""The failed runs of a sweep with their reasons, in ``failures.json`` beside the runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom._errors import StoreError
from latebloom.store import RunDirectory
from latebloom.store.sweep_documents import FAILURES, Failure, failures_of

if TYPE_CHECKING:
    from latebloom.runs import Job, JobResult
    from latebloom.sweeps.place import Place


def read_failures(path: Path) -> dict[str, Failure]:
    """The failures of the sweep in a directory, by run name. Warns of a damaged document, which counts as missing."""
    return failures_of(RunDirectory(path).read_document)


class Failures:
    """The failures of a sweep in training, including runs without a manifest that failed before they began."""

    def __init__(self, place: Place) -> None:
        self._failures = failures_of(place.read)
        self._changed = False

    def note(self, job: Job, result: JobResult) -> None:
        """Record a failure, or remove it once the run ends in another way."""
        if result.status == "failed":
            experiment = job.experiment.model_dump(mode="json")
            self._failures[job.name] = Failure(message=result.message or "no reason is known", experiment=experiment)
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
            place.write(FAILURES, {name: failure.model_dump(mode="json") for name, failure in self._failures.items()})
            self._changed = False
        except StoreError:
            return
