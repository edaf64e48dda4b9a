"""Writes the records of a training: checkpoints, metrics, and the commits from which a killed run resumes."""

import time
from datetime import UTC, datetime

import numpy as np
from torch import Tensor

from latebloom.runs.classes import foreign_classes
from latebloom.runs.environment import device, git_commit, versions
from latebloom.runs.naming import without_length
from latebloom.store import Manifest, RunDirectory, RunLock, Status, append_rows, identity
from latebloom.training import Experiment, Record, Trainer

COMMIT_SECONDS = 10.0
"""A killed run repeats about this much work at most, and never loses a recorded checkpoint."""


class Recorder:
    """Writes one run directory, whose lock the caller holds. Errors: RunLockedError if the run is no longer there."""

    def __init__(self, directory: RunDirectory, lock: RunLock, manifest: Manifest, trainer: Trainer) -> None:
        self.directory = directory
        self._lock = lock
        self._trainer = trainer
        self._table = directory.read_table("metrics")
        self._rows: list[dict[str, float | int | None]] = []
        self._since = self._committed = time.monotonic()
        self.manifest = manifest

    def take(self, record: Record) -> None:
        """Store one record; commits at every checkpoint and every `COMMIT_SECONDS`."""
        if record.metrics is not None:
            self._rows.append({"step": record.step, **record.metrics})
        if record.checkpoint:
            self._lock.check()
            self.directory.write_checkpoint(record.step, _arrays(self._trainer.weights()), self.manifest.run)
        if record.checkpoint or time.monotonic() - self._committed > COMMIT_SECONDS:
            self.commit("running")

    def commit(self, status: Status, stopped_because: str | None = None, message: str | None = None) -> None:
        """Make everything up to the trainer's step durable: tables, then resume state, then manifest."""
        self.flush()
        self.directory.write_state(self._trainer.step, _arrays(self._trainer.state()), self.manifest.run)
        self.note(status, self._trainer.step, stopped_because, message)

    def flush(self) -> None:
        """Write the metrics received so far."""
        self._lock.check()
        if self._rows:
            self._table = append_rows(self._table, self._rows)
            self._rows = []
            self.directory.write_table("metrics", self._table)

    def note(self, status: Status, step: int, stopped_because: str | None = None, message: str | None = None) -> None:
        """Rewrite the manifest only."""
        self._lock.check()
        now = time.monotonic()
        self.manifest = self.manifest.model_copy(
            update={
                "status": status,
                "step": step,
                "stopped_because": stopped_because,
                "message": message,
                "updated": datetime.now(UTC),
                "seconds": (self.manifest.seconds or 0.0) + now - self._since,
            }
        )
        self._since = self._committed = now
        self.directory.write_manifest(self.manifest)


def new_manifest(name: str, experiment: Experiment) -> Manifest:
    """The manifest of a run that has not started."""
    now = datetime.now(UTC)
    stored = experiment.model_dump(mode="json")
    return Manifest(
        name=name,
        recipe=experiment.recipe,
        experiment=stored,
        experiment_hash=identity(stored),
        run=identity(without_length(stored)),
        seed=experiment.model.seed,
        status="running",
        step=0,
        steps_planned=experiment.training.steps,
        created=now,
        updated=now,
        versions=versions(),
        device=device(experiment.training.device),
        git_commit=git_commit(),
        classes=foreign_classes(experiment),
    )


def _arrays(tensors: dict[str, Tensor]) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in tensors.items()}
