"""Train an experiment into a run directory, or resume an interrupted run."""

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch

from latebloom._errors import DamagedFileError, DivergedError, UsageError
from latebloom.runs.classes import foreign_classes
from latebloom.runs.interrupt import Interrupt
from latebloom.runs.naming import check_name, default_name, difference
from latebloom.runs.recorder import Recorder, new_manifest
from latebloom.runs.run import Run
from latebloom.store import Manifest, RunDirectory, RunLock, identity, one_line
from latebloom.store.atomic import TEMPORARY
from latebloom.store.lock import LOCK
from latebloom.training import DIVERGENCE_ADVICE, Ensemble, Experiment, Record, StopRule, Trainer, stop_rule, train

Observer = Callable[[Record], None]
"""Receives every record, for progress views."""


def train_run(
    experiment: Experiment,
    name: str | None = None,
    root: str | Path = "runs",
    resume: bool = True,
    observer: Observer | None = None,
    interrupt: Interrupt | None = None,
    share: bool = True,
    ensemble: Ensemble | None = None,
) -> Run:
    """Train into ``root/name`` until the experiment's end or an interrupt, and return the run.

    ``resume``: continue an existing run, bit-identically to a run that was never stopped; its experiment must be the
    same, except for ``training.steps``. If False, an existing run is an error.
    ``interrupt``: that of the caller, if the process trains several runs. ``share``, ``ensemble``: as
    `Trainer`.
    Errors: UsageError (the run exists, or is of another experiment), RunLockedError, StoreError (disk, rights),
    DivergedError naming the step, the last good checkpoint and what to try. None of them removes what was recorded.
    """
    name = default_name(experiment) if name is None else name
    check_name(name)
    directory = RunDirectory(Path(root) / name)
    exists = directory.exists()
    if exists and not resume:
        raise UsageError(
            f"{directory.path} already contains a run; continue it with resume=True, or choose another name or root"
        )
    if exists:
        _check_trained_here(directory)
    else:
        check_free(directory)
    trainer = Trainer(experiment, share, ensemble)
    directory.create()
    with RunLock(directory.path) as lock, Interrupt() if interrupt is None else nullcontext(interrupt) as stop:
        directory.clean()
        state = directory.read_state()
        done = 0 if state is None else state[0]
        manifest = _continued(directory, experiment, done) if exists else new_manifest(name, experiment)
        _whole(directory, exists, manifest.step, state is not None)
        _check_metrics(directory, experiment, done)
        if state is not None:
            trainer.load_state(state[0], {key: torch.from_numpy(value) for key, value in state[1].items()})
        # Only now that everything has been read may anything be removed.
        directory.drop_after(-1 if state is None else state[0])
        directory.write_manifest(manifest)
        recorder = Recorder(directory, lock, manifest, trainer)
        _follow(trainer, _replayed(directory, experiment, trainer.step), recorder, stop, observer)
    return Run(directory.path)


def _check_trained_here(directory: RunDirectory) -> None:
    """UsageError for an imported run, which has no state of an optimiser to continue from."""
    imported = directory.read_manifest().imported
    if imported is not None:
        raise UsageError(
            f"{directory.path} was imported from {imported.file}, which does not hold the state of its training, so it "
            "cannot be trained further; train under another --name"
        )


def check_free(directory: RunDirectory) -> None:
    """Refuse a place where another run lost its manifest, or that is a link to a folder of something else, before
    anything is written there."""
    if not os.path.isdir(directory.path):  # unlike Path.is_dir, False for a name that is too long
        return
    with one_line(directory.path, "read", UsageError):
        # A start that was killed leaves the lock and a folder.
        others = {entry.name for entry in directory.path.iterdir() if not entry.match(TEMPORARY)} - {
            LOCK,
            "checkpoints",
        }
    _whole(directory, False, 0, os.path.exists(directory.path / "state.safetensors"))
    if others and directory.path.is_symlink():
        raise UsageError(
            f"{directory.path} is a link to a folder with other files, expected an empty one or a run; choose another "
            "--name or --runs"
        )


def _whole(directory: RunDirectory, has_manifest: bool, step: int, has_state: bool) -> None:
    """Raise an error if a part of the run is missing, because starting again would remove the other parts."""
    if not has_manifest and (has_state or directory.checkpoint_steps()):
        missing = "manifest.json"
    elif step > 0 and not has_state:
        missing = "state.safetensors"
    else:
        return
    raise DamagedFileError(
        f"{directory.path} holds a run without its {missing}, so it cannot be resumed; restore that file, or choose "
        "another place with --name or --runs"
    )


def _check_metrics(directory: RunDirectory, experiment: Experiment, done: int) -> None:
    """DamagedFileError if a row of the metrics is missing that a run at step ``done`` wrote before its state."""
    if done == 0:
        return
    lost = set(experiment.recording.metrics.until(done)) - set(directory.read_table("metrics")["step"].to_pylist())
    if lost:
        raise DamagedFileError(
            f"{directory.path}: metrics.parquet lacks step {min(lost)}, so the run cannot be resumed; restore that "
            "file, or choose another place with --name or --runs"
        )


def _continued(directory: RunDirectory, experiment: Experiment, done: int) -> Manifest:
    """The manifest of the existing run, which has made ``done`` steps, for the training that resumes it."""
    manifest = directory.read_manifest()
    differs = difference(manifest.experiment, experiment)
    if differs:
        raise UsageError(f"{directory.path}: {differs}; resume with the same settings, or choose another --name")
    if experiment.training.steps < done:
        raise UsageError(
            f"training.steps: got {experiment.training.steps}, but {directory.path} is at step {done} already; "
            "expected at least that number, or another --name"
        )
    stored = experiment.model_dump(mode="json")
    update = {
        "status": "running",
        "experiment": stored,
        "experiment_hash": identity(stored),
        "classes": foreign_classes(experiment),
        "steps_planned": experiment.training.steps,
        "stopped_because": None,
        "message": None,
        # A copy that was interrupted has no state yet: it is trained from step 0.
        "started_from": manifest.started_from if done else None,
    }
    return manifest.model_copy(update=update)


def _replayed(directory: RunDirectory, experiment: Experiment, step: int) -> StopRule:
    """The stop rule in its state at ``step``, restored from the logged metrics."""
    rule = stop_rule(experiment.training)
    for row in directory.read_table("metrics").to_pylist():
        if row["step"] < step:
            rule.update(row.pop("step"), row)
    return rule


def _follow(
    trainer: Trainer, rule: StopRule, recorder: Recorder, interrupt: Interrupt, observer: Observer | None
) -> None:
    """Drive the loop to its end, recording and committing."""
    for record in train(trainer, rule):
        if record.diverged:
            _diverged(recorder, record)
        recorder.take(record)
        if observer is not None:
            observer(record)
        if record.stopped:
            recorder.commit("finished", record.stopped)
        elif interrupt.asked:
            recorder.commit("interrupted", f"interrupted at step {record.step}")
            return


def _diverged(recorder: Recorder, record: Record) -> None:
    """Keep the last good state, and raise an error that states the step and the remedy."""
    run = Run(recorder.directory.path)
    recorder.flush()
    good = max((step for step in run.checkpoints if step <= record.step), default=None)
    message = (
        f"{record.stopped}; the last good checkpoint is at step {good} in {run.path}; {DIVERGENCE_ADVICE} (--name NEW)"
    )
    recorder.note("diverged", recorder.manifest.step, record.stopped, message)
    raise DivergedError(message)
