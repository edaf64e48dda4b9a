"""Published weights and curves, judged by the rules that judge our runs; nothing of a file is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar

import numpy as np
import torch

from latebloom._errors import LatebloomError, UsageError
from latebloom.analysis import Analysis
from latebloom.analysis.weight_files import TrainingFile, open_training, snapshot_of_file
from latebloom.circuits import family_of
from latebloom.claims import SYSTEMS, Verdict, judge, measure_claims
from latebloom.lab.importing import Importing
from latebloom.lab.importing.timeline import timeline_of
from latebloom.lab.importing.train_set import fixed_of
from latebloom.lab.measure import measure
from latebloom.lab.reproduce.catalogue import catalogue
from latebloom.lab.reproduce.result import PublishedFile, PublishedVerdict
from latebloom.measures import Snapshot
from latebloom.models import Examples, evaluate
from latebloom.models.layouts import Hints
from latebloom.phases import Series
from latebloom.recipes import RECIPES, recipe
from latebloom.runs import Run
from latebloom.tasks import Task

V = TypeVar("V")

SUFFIXES = (".pth", ".pt", ".safetensors")
"""Names of files that are looked at in a directory."""

KNOWS = 0.5
"""Accuracy from which on a model does the task that its shapes name, so that the task is that of the file."""

EXAMPLES = 256
"""Random examples on which that accuracy is measured, where a task cannot list all of them."""

NO_CHECKPOINTS = "the file holds no checkpoints"
UNKNOWN_DATA = (
    "it does not state whether it was trained on a fixed train set or on fresh examples; name its system: SYSTEM=FILE"
)


Published = tuple[tuple[PublishedFile, ...], dict[str, list[PublishedVerdict]]]
"""The files, and the verdicts on them by claim."""


def judge_published(targets: Iterable[str]) -> Published:
    """Judge files of weights and curves; what each file is, or why it was skipped, and the verdicts by claim.

    targets: files, directories that are searched for `SUFFIXES`, or ``SYSTEM=FILE`` where the file does not state what
    was trained. Without a system the task is that which the model's shapes name and which the model does. The kind of
    data is that which the file states (``is_finite``), or a fixed train set where the two losses part. A file's name
    decides nothing. Errors: UsageError for a path that does not exist, or a system without claims about single runs.
    """
    files: list[PublishedFile] = []
    verdicts: dict[str, list[PublishedVerdict]] = {}
    for name, path, system in _listed(targets):
        file, found = _judged(name, path, system)
        files.append(file)
        for id, verdict in found.items():
            one = PublishedVerdict(file=name, **dict(verdict))
            verdicts.setdefault(id, []).append(one)
    return tuple(files), verdicts


def _listed(targets: Iterable[str]) -> list[tuple[str, Path, str | None]]:
    """Each file with the name that it has in the result, and the system that it was given."""
    found: list[tuple[str, Path, str | None]] = []
    for target in targets:
        system, equals, file = target.partition("=")
        named = bool(equals) and system in SYSTEMS
        path = Path(file if named else target)
        if os.path.isdir(path) and not named:
            inside = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
            found += [(one.relative_to(path).as_posix(), one, None) for one in inside]
        elif os.path.isfile(path):
            found.append((path.name, path, system if named else None))
        elif not os.path.exists(path):
            raise UsageError(f"there is no file {path}; expected a file or a directory of published weights")
        else:
            raise UsageError(f"got {target!r}, expected a file or a directory of published weights, or SYSTEM=FILE")
    return found


def _judged(name: str, path: Path, system: str | None) -> tuple[PublishedFile, Mapping[str, Verdict]]:
    try:
        content = _Content.of(path)
        known, reason = _stated(content) if system is None else _given(content, system)
    except LatebloomError as error:
        return PublishedFile(file=name, systems=(), note=str(error).removeprefix(f"{path}: ")), {}
    with TemporaryDirectory() as home:
        run = Importing(path, known.hints(content), known.data).make("published", home)
        several = len(run.checkpoints) > 1
        analysis = Analysis(measure(run)) if several else _FileAnalysis(run, content)
        record = measure_claims(analysis)
        plain = {id: _about_file(one, run, name) for id, one in judge(run, record).items()}
        systems = tuple(name for name, one in SYSTEMS.items() if one.has(run))
    if not plain:
        return PublishedFile(file=name, systems=(), note=f"no claim is about one run of {known.task.name}"), {}
    return PublishedFile(file=name, systems=systems, note=reason), plain


def _about_file(verdict: Verdict, run: Run, name: str) -> Verdict:
    """A verdict whose finding does not refer to the run's directory, and does not advise to measure it."""
    finding = verdict.finding.replace(str(run.path), name).replace("; `latebloom measure` may add it", "")
    return verdict.model_copy(update={"finding": finding})


@dataclass(frozen=True)
class _Known:
    """What is known of a file before it is imported. data: settings of `latebloom.lab.importing`."""

    task: Task
    data: Mapping[str, Any]

    def hints(self, content: _Content) -> Hints:
        """The task by its name, which decides where the weights do not; with its fields where there are no weights."""
        fields = {} if content.snapshot else self.task.model_dump(exclude={"name"})
        return Hints(task=self.task.name, task_fields=fields)


@dataclass(frozen=True)
class _Content:
    """What a file holds. snapshot: its final model; None with ``lacks``, the reason. file: all of it.

    fixed: whether its train set was fixed; None if the file does not tell.
    """

    snapshot: Snapshot | None
    lacks: str
    file: TrainingFile
    fixed: bool | None

    @classmethod
    def of(cls, path: Path) -> _Content:
        """Errors: UsageError or DamagedFileError where the file cannot be read, or holds neither weights nor curves."""
        file, snapshot, lacks = open_training(path), None, ""
        try:
            snapshot = snapshot_of_file(path)
        except LatebloomError as error:
            if not file.curves:
                raise
            lacks = str(error) if file.states else "the file holds no weights"
        return cls(snapshot, lacks, file, fixed_of(file, timeline_of(file)))

    @property
    def finite(self) -> bool:
        """Whether the train set was fixed. Errors: UsageError where the file does not tell."""
        if self.fixed is None:
            raise UsageError(UNKNOWN_DATA)
        return self.fixed


def _stated(content: _Content) -> tuple[_Known, str]:
    """What the file itself tells. Errors: UsageError where it does not."""
    if content.snapshot is None:
        raise UsageError("it holds curves alone, which do not state their task; name its system: SYSTEM=FILE")
    if content.snapshot.lacks_task:
        raise UsageError(f"it {content.snapshot.lacks_task}: its task is not known")
    task, right = content.snapshot.task, _accuracy(content.snapshot)
    if right < KNOWS:
        raise UsageError(f"its shapes fit {task.name}, but it is right on {right:.0%} of it: its task is not known")
    kind = "finite" if content.finite else "stream"
    if not any((one.task.name, one.data.kind) == (task.name, kind) for one in map(recipe, RECIPES)):
        raise UsageError(f"no recipe trains {task.name} on {kind} data, so that no claim is about it")
    return _Known(task, {}), f"{task.name}, {kind} data{_assumed(content)}"


def _given(content: _Content, system: str) -> tuple[_Known, str]:
    """What the system that the user names says. Errors: UsageError where no claim is about one run of it, or the model
    is of another task."""
    entry = catalogue("full").get(system)
    if entry is None:
        raise UsageError(f"the full budget trains no runs of the system {system}")
    experiment = entry.jobs()[0].experiment
    if content.snapshot is not None and content.snapshot.task.name != experiment.task.name:
        got = content.snapshot.task.name
        raise UsageError(f"its model is one of {got}, expected {experiment.task.name} for the system {system}")
    fixed = experiment.data.fixed and content.file.train_indices is None
    data = {"data.kind": "unlisted", "data.fraction": experiment.data.fraction} if fixed else {}
    data = data if experiment.data.fixed else {"data.kind": "stream"}
    return _Known(experiment.task, data), f"named as {system}{_assumed(content)}"


def _assumed(content: _Content) -> str:
    """What a verdict on it assumes."""
    snapshot = content.snapshot
    unknown = snapshot is not None and snapshot.task.universe() is not None and content.file.train_indices is None
    return "; the train set is not in the file, so that its losses are over all examples" if unknown else ""


def _accuracy(snapshot: Snapshot) -> float:
    """The share of the labels that the model has right, on all examples or on `EXAMPLES` random ones."""
    task = snapshot.task
    batch = task.universe() or task.sample(EXAMPLES, np.random.default_rng(0))
    examples = Examples.of(batch, "cpu")
    with torch.no_grad():
        return evaluate(snapshot.logits(examples)[..., : task.d_vocab_out], task, examples, "test")["test_accuracy"]


class _Absent(dict[str, V]):
    """Sets of examples of which a file holds none."""

    def __missing__(self, name: str) -> NoReturn:
        raise UsageError(f"the file does not hold the {name} set")


class _FileAnalysis(Analysis):
    """The analysis of a file: one checkpoint in the file's own precision, and only what a file can tell."""

    def __init__(self, run: Run, content: _Content) -> None:
        super().__init__(run)
        self._content = content

    @cached_property
    def final(self) -> Snapshot:
        if self._content.snapshot is None:
            raise UsageError(self._content.lacks)
        supposed = replace(self._content.snapshot, answers=None)  # the system may be named, whatever the model does
        return replace(supposed, sets=self.sets, basis_of=family_of(self.task).own_basis(), _cache={})

    @property
    def step(self) -> int:
        return self.run.manifest.step

    @cached_property
    def steps(self) -> list[int]:
        raise UsageError(NO_CHECKPOINTS)

    def checkpoint(self, step: int, basis_of: Any) -> Snapshot:
        raise UsageError(NO_CHECKPOINTS)

    @cached_property
    def sets(self) -> Mapping[str, Examples]:
        listed = self.run.experiment.data.kind in ("listed", "stream")
        return _Absent(super().sets) if listed else _Absent()

    @cached_property
    def parts(self) -> NoReturn:
        raise UsageError(f"{NO_CHECKPOINTS} and no curves of the parts")

    def series(self, name: str) -> Series:
        """Errors: UsageError for a series that the file does not hold, which states why a claim is undecided."""
        found = super().series(name)
        if found is None:
            raise UsageError(f"{NO_CHECKPOINTS} and no curve of {name}")
        return found
