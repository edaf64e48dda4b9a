"""A whole training in a file, or in a folder with one file per step: state dicts by step, curves, settings."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from latebloom._errors import LatebloomError, UsageError
from latebloom.analysis.weight_files.curve_files import is_curve_file, read_curve_file
from latebloom.analysis.weight_files.curves import Curve
from latebloom.analysis.weight_files.folder import SUFFIXES, settings_file, weights_in
from latebloom.analysis.weight_files.limits import MOST_BYTES
from latebloom.analysis.weight_files.open_file import open_weights
from latebloom.analysis.weight_files.regular import read_regular
from latebloom.analysis.weight_files.weight_file import WeightFile

_NUMBERED = (re.compile(r"(?:^|[^a-z])(?:global_)?steps?[=_\-. ]*(\d{1,15})", re.IGNORECASE), re.compile(r"(\d{1,15})"))
"""The number in the name of a file that is its step: one after the word step, or else the only one."""

_FEWEST_FILES = 2


@dataclass(frozen=True)
class SavedState:
    """One state dict of a training, read when it is needed. step: as the file says it, None where it says none."""

    step: int | None
    read: Callable[[], Mapping[str, Tensor]]


@dataclass(frozen=True)
class TrainingFile:
    """The content of a file or folder with the course of a training; nothing in it was executed.

    states: ascending by step, the final one last; none where there are curves alone. sha256: of the file; of a folder,
    of the names and contents of what was read in it. form: what it is, in words. Others: as in `WeightFile`.
    """

    path: Path
    sha256: str
    form: str
    states: tuple[SavedState, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    train_indices: tuple[int, ...] | None = None
    test_indices: tuple[int, ...] | None = None


def open_training(path: Path) -> TrainingFile:
    """What a file or folder holds of a training.

    A folder holds files (or folders) of weights named by step, or one file of weights; and beside them tables of curves
    (.csv, .parquet, .json). Errors: UsageError or DamagedFileError, one line: what was got, what to do.
    """
    if not os.path.isdir(path):
        return _of_curves(path, [path]) if is_curve_file(path) else _of_file(path)
    names = sorted(entry.name for entry in os.scandir(path))
    by_step = _by_step(path, names)
    tables = [path / name for name in names if is_curve_file(path / name)]
    if len(by_step) >= _FEWEST_FILES:
        return _of_folder(path, by_step, tables)
    try:
        file = weights_in(path)
    except UsageError:
        if not tables:
            raise
        return _of_curves(path, tables)
    return _with_tables(_of_file(file), path, [file], tables)


def _of_file(path: Path) -> TrainingFile:
    file = open_weights(path)
    states = tuple(SavedState(state.step, lambda tensors=state.tensors: tensors) for state in file.states)  # type: ignore[misc]
    return _training(path, _digest(path), _form(len(states), "file"), states, file)


def _of_folder(path: Path, by_step: Mapping[int, Path], tables: Sequence[Path]) -> TrainingFile:
    """The files are opened one after another, since together they may not fit into memory."""
    last = open_weights(by_step[max(by_step)])
    states = tuple(SavedState(step, lambda file=file: _tensors(file)) for step, file in sorted(by_step.items()))  # type: ignore[misc]
    files = list(by_step.values())
    form = f"a folder with {len(states)} files of weights"
    return _with_tables(_training(path, _sha256(path, files), form, states, last), path, files, tables)


def _tensors(file: Path) -> Mapping[str, Tensor]:
    opened = open_weights(file)
    try:
        return opened.at(None).tensors
    except LatebloomError as error:
        raise type(error)(f"{file}: {error}") from None


def _training(path: Path, sha256: str, form: str, states: tuple[SavedState, ...], file: WeightFile) -> TrainingFile:
    return TrainingFile(path, sha256, form, states, file.config, file.curves, file.train_indices, file.test_indices)


def _form(states: int, kind: str) -> str:
    if not states:
        return f"a {kind} of curves"
    return f"a {kind} with {states} state dicts" if states > 1 else f"a {kind} with one state dict"


def _of_curves(path: Path, tables: Sequence[Path]) -> TrainingFile:
    curves = _curves(tables)
    if not curves:
        raise UsageError(f"{path}: got a table without columns such as train_loss and test_loss, expected curves")
    return TrainingFile(path, _sha256(path, tables), _form(0, "table"), (), curves=curves)


def _with_tables(training: TrainingFile, folder: Path, weights: Sequence[Path], tables: Sequence[Path]) -> TrainingFile:
    """The training with the curves in tables beside its weights; those in the file of weights come first."""
    settings = {beside for file in weights if (beside := settings_file(file)) is not None}
    tables = [table for table in tables if table not in settings]
    read = {*weights, *settings, *tables}
    return replace(training, sha256=_sha256(folder, read), curves={**_curves(tables), **training.curves})


def _curves(tables: Sequence[Path]) -> dict[str, Curve]:
    found: dict[str, Curve] = {}
    for table in tables:
        found = read_curve_file(table) | found
    return found


def _by_step(folder: Path, names: Sequence[str]) -> dict[int, Path]:
    """The files of weights, or folders with one, whose names differ in their step alone; of several such kinds of names
    the one with most files.

    Errors: UsageError for two of one step.
    """
    kinds: dict[str, dict[int, Path]] = {}
    for name in names:
        file = _weights_at(folder / name)
        step, kind = _step_of(Path(name).stem if file == folder / name else name)
        if file is None or step is None:
            continue
        found = kinds.setdefault(kind, {})
        if step in found:
            raise UsageError(f"{folder}: got {found[step].name} and {name}, both of step {step}; move one of them")
        found[step] = file
    return max(kinds.values(), key=len, default={})


def _weights_at(path: Path) -> Path | None:
    if path.is_file():
        return path if path.suffix in SUFFIXES else None
    try:
        return weights_in(path) if path.is_dir() else None
    except UsageError:
        return None


def _step_of(name: str) -> tuple[int | None, str]:
    """The step in a name, as ``step-00000100``, ``epoch=3-step=300`` or ``100``, and the name without its numbers."""
    stepped, any_number = _NUMBERED
    match, numbers = stepped.search(name), any_number.findall(name)
    step = match[1] if match is not None else numbers[0] if len(numbers) == 1 else None
    return (None if step is None else int(step)), any_number.sub("#", name)


def _sha256(folder: Path, files: Collection[Path]) -> str:
    """Of one file, that of its content; of several, that of their names in the folder and of their contents."""
    if len(files) == 1:
        return _digest(*files)
    listed = "".join(f"{file.relative_to(folder).as_posix()} {_digest(file)}\n" for file in sorted(files))
    return hashlib.sha256(listed.encode()).hexdigest()


def _digest(file: Path) -> str:
    return hashlib.sha256(read_regular(file, MOST_BYTES)).hexdigest()
