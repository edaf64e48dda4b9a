"""A run directory of a training that happened elsewhere."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from latebloom._errors import LatebloomError, UsageError, quoted, setting_problem
from latebloom.analysis.weight_files import TrainingFile, open_training
from latebloom.lab.importing.known import RECIPE, check_settings, experiment_of
from latebloom.lab.importing.models import Subject, read_at
from latebloom.lab.importing.timeline import Timeline, timeline_of
from latebloom.lab.importing.train_set import TrainSet, train_set_of
from latebloom.models.layouts import Hints
from latebloom.phases import Series
from latebloom.runs import Run
from latebloom.runs.classes import foreign_classes
from latebloom.runs.interrupt import Interrupt
from latebloom.runs.naming import check_name, without_length
from latebloom.store import Imported, Manifest, RunDirectory, RunLock, append_rows, empty_table, identity, is_locked
from latebloom.tasks import TASKS, Task
from latebloom.training import Experiment, Recording

Progress = Callable[[str, int, int], None]
"""Called with what is done, the number of parts that are done, and the total number."""

_MOST_NAME = 60


class Importing:
    """One import: the file, and what the command says about it. `make` writes the run."""

    def __init__(
        self,
        path: str | Path,
        hints: Hints | None = None,
        settings: Mapping[str, Any] | None = None,
        step: int | None = None,
    ) -> None:
        """Opens the file. Errors: UsageError or DamagedFileError in one line."""
        self.path = Path(path)
        self.settings = dict(settings or {})
        check_settings(self.settings)
        if (self.path / "manifest.json").is_file():
            raise UsageError(f"{self.path} is a run of latebloom already; use it as it is, or copy it")
        given = hints or Hints()
        with self._in_file():
            self.file: TrainingFile = open_training(self.path)
            config = {**self.file.config, **given.config}
            self.hints = Hints(config, given.task, given.p, given.model, given.task_fields)
            recording = _recording(self.settings)
            self.timeline: Timeline = timeline_of(
                self.file,
                step,
                recording.checkpoints if "recording.checkpoints" in self.settings else None,
                recording.metrics if "recording.metrics" in self.settings else None,
            )

    @property
    def default_name(self) -> str:
        """The name of the file and the first digits of its hash."""
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", self.path.resolve().stem).strip("-")[:_MOST_NAME] or "file"
        return f"{stem}-{self.file.sha256[:6]}"

    def make(self, name: str | None = None, root: str | Path = "runs", progress: Progress | None = None) -> Run:
        """Write the run, whole or not at all.

        Errors: UsageError where there is one of this name, or where something in the file does not fit.
        """
        name = self.default_name if name is None else name
        check_name(name)
        target = Path(root) / name
        self._check_free(target)
        with self._in_file():
            subject = self._subject()
            found = self._train_set(subject)
            series = self._series(found)
            experiment = self._experiment(subject, found)
        with Interrupt() as interrupt, _beside(target) as (home, lock):
            self._write(RunDirectory(home), name, experiment, subject, found, series, progress, interrupt)
            lock.check()
            _move(home, target)
        return Run(target)

    def _check_free(self, target: Path) -> None:
        directory = RunDirectory(target)
        if not directory.exists():
            if target.exists() and any(target.iterdir()):
                raise UsageError(f"{target} exists and is no run; choose another --name, or remove it")
            return
        imported = directory.read_manifest().imported
        same = imported is not None and imported.sha256 == self.file.sha256
        raise UsageError(
            f"{target} is {'an import of this file' if same else 'another run'} already; choose another --name, or "
            "remove it to import again"
        )

    def _subject(self) -> Subject | Task:
        """By the last state dict; the task alone where there are curves alone."""
        if not self.timeline.states:
            return self._stated_task()
        subject = Subject.of(read_at(*self.timeline.states[-1]), self.hints)
        return subject.without_zero_biases((read_at(*one) for one in self.timeline.states), self.hints)

    def _stated_task(self) -> Task:
        """Errors: UsageError where the task of curves alone is not said."""
        if not self.timeline.series:
            reasons = "; ".join(f"{name}: {why}" for name, why in self.timeline.left_out.items())
            raise UsageError(f"got no curve that a run has, such as train_loss ({reasons})")
        name = self.hints.task
        if name is None:
            raise UsageError("it holds curves alone, which do not say their task; say --task NAME --p P")
        kind, fields = TASKS[name], dict(self.hints.task_fields)
        if "p" in kind.model_fields:
            p = self.hints.p if self.hints.p is not None else self.hints.setting("p", "modulus", "prime")
            fields.setdefault("p", p)
            if not isinstance(fields["p"], int):
                raise UsageError("it holds curves alone, which do not say their modulus; say --p P")
        try:
            return kind(**fields)
        except ValidationError as error:
            raise UsageError(setting_problem(error, "task.")) from None

    def _train_set(self, subject: Subject | Task) -> TrainSet:
        task = subject.task if isinstance(subject, Subject) else subject

        def model(place: int) -> Any:
            assert isinstance(subject, Subject)
            return subject.model(read_at(*self.timeline.states[place]), self.hints)

        return train_set_of(self.file, task, self.timeline, model, self.settings)

    def _experiment(self, subject: Subject | Task, found: TrainSet) -> Experiment:
        task, config = (subject.task, subject.config) if isinstance(subject, Subject) else (subject, None)
        settings = {name: value for name, value in self.settings.items() if not name.startswith("data.")}
        return experiment_of(task, config, found.data, self.timeline.last, self.file.sha256, self.file.config, settings)

    def _write(
        self,
        directory: RunDirectory,
        name: str,
        experiment: Experiment,
        subject: Subject | Task,
        found: TrainSet,
        series: Mapping[str, Series],
        progress: Progress | None,
        interrupt: Interrupt,
    ) -> None:
        manifest = self._manifest(name, experiment, subject, found)
        total = len(self.timeline.states)
        for done, (step, saved) in enumerate(self.timeline.states):
            if interrupt.asked:
                raise KeyboardInterrupt
            if progress is not None:
                progress("importing the checkpoints", done, total)
            assert isinstance(subject, Subject)
            with self._in_file(step):
                arrays = subject.arrays(saved.read(), self.hints)
            directory.write_checkpoint(step, arrays, manifest.run)
        if series:
            directory.write_table("metrics", append_rows(empty_table(), _rows(series)))
        directory.write_manifest(manifest)

    def _series(self, found: TrainSet) -> Mapping[str, Series]:
        """The curves; the loss on fresh batches is a test loss too."""
        series = self.timeline.series
        if found.data.fixed is not False or "test_loss" in series or "train_loss" not in series:
            return series
        found.assumed["test_loss"] = "the train loss, since every batch is fresh"
        return {**series, "test_loss": series["train_loss"]}

    def _manifest(self, name: str, experiment: Experiment, subject: Subject | Task, found: TrainSet) -> Manifest:
        now, stored = datetime.now(UTC), experiment.model_dump(mode="json")
        assumed = subject.assumed if isinstance(subject, Subject) else _sizes(subject)
        return Manifest(
            name=name,
            recipe=RECIPE,
            experiment=stored,
            experiment_hash=identity(stored),
            run=identity(without_length(stored)),
            seed=None,
            status="finished",
            step=self.timeline.last,
            stopped_because="imported",
            created=now,
            updated=now,
            seconds=None,
            classes=foreign_classes(experiment),
            imported=Imported(
                file=quoted(self.path.resolve().name),
                sha256=self.file.sha256,
                format=self.file.form,
                assumed=_texts({**assumed, **self.timeline.assumed, **found.assumed}),
                left_out=_texts({**self.timeline.left_out, **found.left_out}),
                settings=_texts(self.file.config),
            ),
        )

    @contextmanager
    def _in_file(self, step: int | None = None) -> Iterator[None]:
        """Errors about the content of the file name it, and the step of the checkpoint."""
        try:
            yield
        except LatebloomError as error:
            text = str(error).removeprefix(f"{self.path}: ")
            if text.startswith("--"):
                raise
            place = f"{self.path}: " if step is None else f"{self.path}: step {step}: "
            raise type(error)(place + quoted(text)) from None


def _sizes(task: Task) -> dict[str, str]:
    """The fields of a task of which only the name was said."""
    stored = task.model_dump(mode="json", exclude={"name", "p"})
    return {f"task.{name}": str(value) for name, value in stored.items()}


def _rows(named: Mapping[str, Series]) -> list[dict[str, float | int | None]]:
    """One row per step, ascending."""
    rows: dict[int, dict[str, float | int | None]] = {}
    for name, series in named.items():
        for step, value in zip(series.step.tolist(), series.value.tolist()):
            rows.setdefault(int(step), {"step": int(step)})[name] = value
    return [rows[step] for step in sorted(rows)]


def import_run(
    path: str | Path,
    name: str | None = None,
    root: str | Path = "runs",
    *,
    hints: Hints | None = None,
    settings: Mapping[str, Any] | None = None,
    step: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Make a run of a file or folder with checkpoints and curves of a training that happened elsewhere.

    ``latebloom.measure``, ``report``, ``explain`` and the others then work on it as on a run that was trained here,
    except that it cannot be trained further. What the file does not say is unknown, not guessed; the manifest's
    ``imported`` says where the run comes from and what is assumed.

    path: a file of state dicts by step or in a list, with or without curves and train indices; of one state dict; a
    table of curves; or a folder of files named by step. name: by default that of the file and of its hash. hints: what
    is known about the model and its task. settings: facts about the training, as ``{"optimiser.lr": 1e-3}``;
    ``recording.checkpoints`` and ``recording.metrics`` say the steps of lists that come without. step: of a lone or
    final state dict that comes without. Errors: UsageError, DamagedFileError, StoreError, each in one line.
    """
    if not os.path.exists(path):  # unlike Path.exists, False for a name that is too long
        raise UsageError(f"there is no file {path}")
    return Importing(path, hints, settings, step).make(name, root, progress)


def _recording(settings: Mapping[str, Any]) -> Recording:
    said = {name: value for name, value in settings.items() if name.startswith("recording.")}
    return Experiment().with_settings(said).recording


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {quoted(str(name)): quoted(str(value)) for name, value in values.items()}


@contextmanager
def _beside(target: Path) -> Iterator[tuple[Path, RunLock]]:
    """A directory beside the target, locked, and removed at the end unless it was moved away.

    Such directories of killed imports are removed first.
    """
    folder = RunDirectory(target.parent / f".{target.name}.importing-{os.urandom(3).hex()}")
    for left in target.parent.glob(f".{target.name}.importing-*"):
        if not is_locked(left):
            shutil.rmtree(left, ignore_errors=True)
    folder.create()
    try:
        with RunLock(folder.path) as lock:
            yield folder.path, lock
    finally:
        with suppress(OSError):
            shutil.rmtree(folder.path)


def _move(home: Path, target: Path) -> None:
    try:
        os.rename(home, target)
    except OSError:
        raise UsageError(f"{target} was made by another process meanwhile; choose another --name") from None
