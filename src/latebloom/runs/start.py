"""Start a training from the last state of a finished run, which is copied and stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from latebloom._errors import DamagedFileError, UsageError
from latebloom.runs.naming import check_name, course, difference
from latebloom.runs.recorder import new_manifest
from latebloom.runs.run import Run
from latebloom.runs.train import check_free
from latebloom.store import RunDirectory, RunLock, StartedFrom, column
from latebloom.store.tables import arrow_array
from latebloom.training import Experiment, stop_rule

if TYPE_CHECKING:
    import pyarrow

    from latebloom.store import Manifest


def start_from(source: Run, experiment: Experiment, name: str, root: str | Path = "runs") -> Run:
    """Copy a finished run to ``root/name`` as the beginning of a training of ``experiment``, and return the new run.

    `train_run` then trains it from there, to the bits of a run that was trained in one piece. The experiment may differ
    from that of the source in three things: more steps, another stop rule, and a recording of fewer of the recorded
    steps. Nothing else in a training depends on its number of steps. Weights and metrics are copied; measures and
    results of commands are not, because they may rest on the last model.

    A run that is at ``root/name`` already is left as it is, unless it is a copy that was interrupted: a run at step 0
    without a state, which is copied anew. The manifest names the source, and says that training began when that of the
    source did.
    Errors: those of `check_start`, RunLockedError, StoreError (disk, rights), DamagedFileError.
    """
    check_name(name)
    directory = RunDirectory(Path(root) / name)
    if directory.exists():
        if source.path.resolve() == directory.path.resolve():
            raise UsageError(
                f"--from: got {source.path}, the run itself; expected another --name, or no --from to train it further"
            )
        if _has_begun(directory, experiment):
            return Run(directory.path)  # to be continued, or refused, by `train_run`
    else:
        check_free(directory)
    check_start(source, experiment)
    directory.create()
    with RunLock(directory.path):
        # Looked at again under the lock: another process may have copied it since, and trained on.
        if not (directory.exists() and _has_begun(directory, experiment)):
            _copy(source, experiment, name, directory)
    return Run(directory.path)


def _has_begun(directory: RunDirectory, experiment: Experiment) -> bool:
    """Whether the run that is there is more than a copy of this experiment's beginning that was interrupted."""
    there = directory.read_manifest()
    return (
        bool(there.step) or directory.read_state() is not None or difference(there.experiment, experiment) is not None
    )


def check_start(source: Run, experiment: Experiment) -> None:
    """UsageError unless a training of ``experiment`` passes through the last state of this run, which must be finished,
    and records nothing before it that this run lacks."""
    manifest, path = source.manifest, source.path
    if manifest.imported is not None:
        raise UsageError(f"--from: {path} was imported, so it has no state to start from; expected a run trained here")
    if source.status != "finished":
        raise UsageError(
            f"--from: got {path}, whose status is {source.status}; expected a finished run; finish it, name another, "
            "or leave out --from"
        )
    differs = difference(manifest.experiment, experiment, course)
    if differs:
        raise UsageError(
            f"--from: {path}: {differs}; expected the same settings, except for more training.steps, training.stop and "
            "a recording of fewer steps"
        )
    if experiment.training.steps < manifest.step:
        raise UsageError(
            f"training.steps: got {experiment.training.steps}, expected at least {manifest.step}, the last step of "
            f"{path}; its checkpoints have the steps before"
        )
    _check_recorded(source, experiment, manifest.step)
    _check_not_stopped(source, experiment, manifest.step)


def _check_recorded(source: Run, experiment: Experiment, last: int) -> None:
    """UsageError for a recording of a step up to the last one that the run did not record."""
    recording, metrics = experiment.recording, source.directory.read_table("metrics")
    for name, wanted, recorded in (
        ("metrics", recording.metrics, column(metrics, "step").astype(int).tolist()),
        ("checkpoints", recording.checkpoints, source.checkpoints),
    ):
        lacking = set(wanted.until(last)) - set(recorded)
        if lacking:
            raise UsageError(
                f"recording.{name}: got {str(wanted)!r}, but {source.path} has no {name} of step {min(lacking)}; "
                "expected a recording of steps that it has"
            )


def _check_not_stopped(source: Run, experiment: Experiment, last: int) -> None:
    """UsageError if the training would have stopped before the last step of the run."""
    rule = stop_rule(experiment.training)
    for row in _rows(source, experiment, last).to_pylist():
        step = row.pop("step")
        if step < last and (reason := rule.update(step, row)) is not None:
            raise UsageError(
                f"training.stop: got {experiment.training.stop}, by which {source.path} would have stopped earlier "
                f"({reason}); expected steps"
            )


def _rows(source: Run, experiment: Experiment, last: int) -> pyarrow.Table:
    """The metrics of the steps that the recording asks for: without that of the last step where it does not."""
    table = source.directory.read_table("metrics")
    wanted = np.isin(column(table, "step"), experiment.recording.metrics.until(last))
    return table.take(arrow_array(np.flatnonzero(wanted)))


def _copy(source: Run, experiment: Experiment, name: str, directory: RunDirectory) -> None:
    """Write the manifest of a run at step 0, then what was recorded, then the state, which makes it a run that goes on
    from there."""
    origin, state = source.manifest, source.directory.read_state()
    if state is None or state[0] != origin.step:
        raise DamagedFileError(f"{source.path}: state.safetensors is missing or of another step; restore that file")
    directory.clean()
    directory.drop_after(-1)
    manifest = new_manifest(name, experiment)
    # First, so that a copy that is killed after its state was written does not pass for a training that began now.
    manifest = manifest.model_copy(update={"created": origin.created, "started_from": _started_from(origin)})
    directory.write_manifest(manifest)
    for step in experiment.recording.checkpoints.until(origin.step):
        directory.write_checkpoint(step, source.directory.read_checkpoint(step), manifest.run)
    directory.write_table("metrics", _rows(source, experiment, origin.step))
    directory.write_state(state[0], state[1], manifest.run)
    update = {"status": "interrupted", "step": origin.step, "seconds": origin.seconds}
    directory.write_manifest(manifest.model_copy(update=update))


def _started_from(origin: Manifest) -> StartedFrom:
    return StartedFrom(
        name=origin.name,
        experiment_hash=origin.experiment_hash,
        step=origin.step,
        versions=origin.versions,
        git_commit=origin.git_commit,
    )
