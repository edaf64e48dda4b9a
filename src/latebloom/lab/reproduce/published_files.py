"""Published weights and curves, judged by the rules that judge our runs; nothing of a file is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar, cast

import numpy as np
import torch

from latebloom._errors import LatebloomError, UsageError
from latebloom.analysis import Analysis
from latebloom.analysis.weight_files import read_content, snapshot_of_file
from latebloom.circuits import family_of
from latebloom.claims import SYSTEMS, Verdict, judge, measure_claims
from latebloom.lab.reproduce.catalogue import catalogue
from latebloom.lab.reproduce.result import PublishedFile, PublishedVerdict
from latebloom.measures import Snapshot
from latebloom.models import Examples, Transformer, evaluate
from latebloom.phases import Series
from latebloom.recipes import RECIPES, recipe
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.training import Experiment

V = TypeVar("V")

SUFFIXES = (".pth", ".pt", ".safetensors")
"""Names of files that are looked at in a directory."""

CURVES = {"train_losses": "train_loss", "test_losses": "test_loss"}
"""Lists of losses in a published file, one per step from 0, and the series of a run that they become."""

APART = 10.0
"""A test loss this many times the train loss belongs to a fixed train set. Arbitrary: on fresh examples the two differ
by the noise of a batch."""

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
        if path.is_dir() and not named:
            inside = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
            found += [(one.relative_to(path).as_posix(), one, None) for one in inside]
        elif path.is_file():
            found.append((path.name, path, system if named else None))
        else:
            raise UsageError(f"got {target!r}, expected a file or a directory of published weights, or SYSTEM=FILE")
    return found


def _judged(name: str, path: Path, system: str | None) -> tuple[PublishedFile, Mapping[str, Verdict]]:
    try:
        content = _Content.of(path)
        experiment, reason = _stated(content) if system is None else _given(content, system)
    except LatebloomError as error:
        return PublishedFile(file=name, systems=(), note=str(error).removeprefix(f"{path}: ")), {}
    with TemporaryDirectory() as home:
        run = _as_run(content, experiment, Path(home))
        analysis = _FileAnalysis(run, content)
        record = measure_claims(analysis)
        plain = {id: _about_file(one, run, name) for id, one in judge(run, record).items()}
        systems = tuple(name for name, one in SYSTEMS.items() if one.has(run))
    if not plain:
        return PublishedFile(file=name, systems=(), note=f"no claim is about one run of {experiment.task.name}"), {}
    return PublishedFile(file=name, systems=systems, note=reason), plain


def _about_file(verdict: Verdict, run: Run, name: str) -> Verdict:
    """A verdict whose finding does not refer to the run's directory, and does not advise to measure it."""
    finding = verdict.finding.replace(str(run.path), name).replace("; `latebloom measure` may add it", "")
    return verdict.model_copy(update={"finding": finding})


@dataclass(frozen=True)
class _Content:
    """What a file holds. snapshot: its model; None with ``lacks``, the reason. curves: by the name of the series.
    stated: whether it states that its train set was fixed; None if it does not."""

    snapshot: Snapshot | None
    lacks: str
    curves: Mapping[str, Series]
    stated: bool | None

    @classmethod
    def of(cls, path: Path) -> _Content:
        """Errors: UsageError or DamagedFileError where the file cannot be read, or holds neither weights nor curves."""
        content = read_content(path)
        entries = content if isinstance(content, dict) else {}
        curves, snapshot, lacks = _curves(entries), None, ""
        try:
            snapshot = snapshot_of_file(path)
        except LatebloomError as error:
            if not curves:
                raise
            lacks = "the file holds no weights" if not _has_weights(entries) else str(error)
        settings = (entries, entries.get("data_config"))
        stated = next((s["is_finite"] for s in settings if isinstance(s, dict) and "is_finite" in s), None)
        return cls(snapshot, lacks, curves, None if stated is None else bool(stated))

    @property
    def last(self) -> int:
        """The last step of the curves; 1 without any, since a model at step 0 is untrained."""
        return max((int(series.step[-1]) for series in self.curves.values()), default=1)

    @cached_property
    def finite(self) -> bool:
        """Whether the train set was fixed. Errors: UsageError where the file does not tell."""
        if self.stated is not None:
            return self.stated
        train, test = (self.curves.get(name) for name in CURVES.values())
        if train is not None and test is not None:
            at_test = np.interp(test.step, train.step, train.value)
            if (test.value > APART * at_test).any():
                return True
        raise UsageError(UNKNOWN_DATA)


def _has_weights(entries: Mapping[str, Any]) -> bool:
    return any(isinstance(value, dict | torch.Tensor) for value in entries.values())


def _curves(entries: Mapping[str, Any]) -> dict[str, Series]:
    """The lists of losses. A shorter list spans the same steps, if the longest is a multiple of it; else it is left
    out."""
    lists = {name: entries[key] for key, name in CURVES.items() if _numbers(entries.get(key))}
    longest = max(map(len, lists.values()), default=0)
    whole = {name: values for name, values in lists.items() if longest % len(values) == 0}
    return {name: Series.of(np.arange(0, longest, longest // len(values)), values) for name, values in whole.items()}


def _numbers(values: Any) -> bool:
    return isinstance(values, Sequence) and len(values) > 1 and all(isinstance(one, int | float) for one in values)


def _stated(content: _Content) -> tuple[Experiment, str]:
    """The experiment that the file itself tells. Errors: UsageError where it does not."""
    if content.snapshot is None:
        raise UsageError("it holds curves alone, which do not state their task; name its system: SYSTEM=FILE")
    if content.snapshot.lacks_task:
        raise UsageError(f"it {content.snapshot.lacks_task}: its task is not known")
    task, right = content.snapshot.task, _accuracy(content.snapshot)
    if right < KNOWS:
        raise UsageError(f"its shapes fit {task.name}, but it is right on {right:.0%} of it: its task is not known")
    kind = "finite" if content.finite else "stream"
    base = next((one for one in map(recipe, RECIPES) if (one.task.name, one.data.kind) == (task.name, kind)), None)
    if base is None:
        raise UsageError(f"no recipe trains {task.name} on {kind} data, so that no claim is about it")
    return _of_snapshot(base, content), f"{task.name}, {kind} data{_assumed(content)}"


def _given(content: _Content, system: str) -> tuple[Experiment, str]:
    """The experiment of a system that the user names. Errors: UsageError where no claim is about one run of it, or the
    model is of another task."""
    entry = catalogue("full").get(system)
    if entry is None:
        raise UsageError(f"the full budget trains no runs of the system {system}")
    experiment = entry.jobs()[0].experiment
    if content.snapshot is not None and content.snapshot.task.name != experiment.task.name:
        got = content.snapshot.task.name
        raise UsageError(f"its model is one of {got}, expected {experiment.task.name} for the system {system}")
    return _of_snapshot(experiment, content), f"named as {system}{_assumed(content)}"


def _assumed(content: _Content) -> str:
    """What a verdict on it assumes."""
    unknown = content.snapshot is not None and content.snapshot.task.universe() is not None
    return "; the train set is not in the file, so that its losses are over all examples" if unknown else ""


def _accuracy(snapshot: Snapshot) -> float:
    """The share of the labels that the model has right, on all examples or on `EXAMPLES` random ones."""
    task = snapshot.task
    batch = task.universe() or task.sample(EXAMPLES, np.random.default_rng(0))
    examples = Examples.of(batch, "cpu")
    with torch.no_grad():
        return evaluate(snapshot.logits(examples)[..., : task.d_vocab_out], task, examples, "test")["test_accuracy"]


def _of_snapshot(base: Experiment, content: _Content) -> Experiment:
    """The experiment with the file's task and model, to the last step of its curves."""
    stored = base.model_dump(mode="json")
    stored["training"]["steps"] = content.last
    if content.snapshot is not None:
        stored["task"] = content.snapshot.task.model_dump(mode="json")
        stored["model"] = cast(Transformer, content.snapshot.model).config.model_dump(mode="json")
    return Experiment.model_validate(stored)


def _as_run(content: _Content, experiment: Experiment, home: Path) -> Run:
    """A finished run that holds the curves and the one checkpoint."""
    directory = RunDirectory(home / "published")
    directory.create()
    manifest = new_manifest(directory.path.name, experiment)
    directory.write_manifest(manifest.model_copy(update={"status": "finished", "step": content.last}))
    rows: dict[int, dict[str, float | int | None]] = {}
    for name, series in _series(content, experiment).items():
        for step, value in zip(series.step.tolist(), series.value.tolist()):
            rows.setdefault(int(step), {"step": int(step)})[name] = value
    directory.write_table("metrics", append_rows(empty_table(), [rows[step] for step in sorted(rows)]))
    if content.snapshot is not None:
        state = {name: value.detach().float() for name, value in content.snapshot.model.state_dict().items()}
        # A published model may have a logit for `=`, which the model of a run has not.
        state["unembed.W_U"] = state["unembed.W_U"][:, : experiment.task.d_vocab_out]
        directory.write_checkpoint(content.last, {name: value.numpy() for name, value in state.items()})
    return Run(directory.path)


def _series(content: _Content, experiment: Experiment) -> Mapping[str, Series]:
    """The curves; the loss on fresh batches is a test loss too."""
    fresh = experiment.data.kind == "stream" and "test_loss" not in content.curves and "train_loss" in content.curves
    return {**content.curves, "test_loss": content.curves["train_loss"]} if fresh else content.curves


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
        return self._content.last

    @cached_property
    def steps(self) -> list[int]:
        raise UsageError(NO_CHECKPOINTS)

    def checkpoint(self, step: int, basis_of: Any) -> Snapshot:
        raise UsageError(NO_CHECKPOINTS)

    @cached_property
    def sets(self) -> Mapping[str, Examples]:
        finite = self.run.experiment.data.kind == "finite"
        return _Absent() if finite else _Absent(super().sets)

    @property
    def train_rows(self) -> None:
        return None

    @cached_property
    def parts(self) -> NoReturn:
        raise UsageError(f"{NO_CHECKPOINTS} and no curves of the parts")

    def series(self, name: str) -> Series:
        """Errors: UsageError for a series that the file does not hold, which states why a claim is undecided."""
        found = super().series(name)
        if found is None:
            raise UsageError(f"{NO_CHECKPOINTS} and no curve of {name}")
        return found
