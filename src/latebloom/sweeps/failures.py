"""The runs of a sweep that failed, with their reasons: ``failures.json`` beside them."""

from pathlib import Path
from typing import Any

from latebloom._errors import StoreError
from latebloom.runs import Job, Outcome
from latebloom.store import RunDirectory
from latebloom.sweeps.place import Place

NAME = "failures"


def read_failures(path: Path) -> dict[str, Any]:
    """Those of the sweep in a directory, by name."""
    return RunDirectory(path).read_document(NAME) or {}


class Failures:
    """``{run: {"message", "experiment"}}``: also of runs that never began, which have no manifest to say so."""

    def __init__(self, place: Place) -> None:
        self._found: dict[str, Any] = place.read(NAME) or {}
        self._changed = False

    def note(self, job: Job, outcome: Outcome) -> None:
        """Remember a failure; forget it once the run ends otherwise."""
        if outcome.status == "failed":
            experiment = job.experiment.model_dump(mode="json")
            self._found[job.name] = {"message": outcome.message, "experiment": experiment}
            self._changed = True
        elif outcome.status in ("finished", "diverged") and self._found.pop(job.name, None) is not None:
            self._changed = True

    def save(self, place: Place) -> None:
        """Write what has changed. A disk that is full keeps the old file; the sweep stops by itself for that."""
        if not self._changed:
            return
        try:
            place.write(NAME, self._found)
            self._changed = False
        except StoreError:
            return
