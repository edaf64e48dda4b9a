"""A file of weights as a model, with what the file does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from latebloom._errors import LatebloomError, UsageError, quoted
from latebloom.analysis.weight_files.open_file import open_weights
from latebloom.analysis.weight_files.weight_file import State, WeightFile
from latebloom.circuits.family import Reading, Tokens, family_of, read_task
from latebloom.measures import Snapshot
from latebloom.models.layouts import Hints, Read, read_state

MOST_LOGITS = 2**28
"""Logits of all p² pairs that fit in memory, of 8 bytes each: p up to 645."""


def snapshot_of_file(
    path: Path, step: int | None = None, rule: str | None = None, hints: Hints | None = None
) -> Snapshot:
    """The model of a file of weights, in float64, with its task.

    ``step``: of a file that holds several. ``rule``: how the family fixes the basis. ``hints``: what the command line
    says about the model; the settings in the file and beside it are added.
    Errors: UsageError or DamagedFileError, one line: what was got, what was expected, what to do.
    """
    file = open_weights(path)
    try:
        return snapshot_of_state(file, file.at(step), rule, hints)
    except LatebloomError as error:
        raise type(error)(f"{path}: {quoted(str(error))}") from None


def snapshot_of_state(file: WeightFile, state: State, rule: str | None = None, hints: Hints | None = None) -> Snapshot:
    """The model of one state dict of a file. Errors: UsageError in one line, without the file's name."""
    known = hints_of(file, hints)
    read, reading = read_with_task(state.tensors, known)
    family = family_of(reading.task)
    choice = {"state_dict": f"{state.choice[0]} (of {', '.join(state.choice)})"} if state.choice else {}
    snapshot = Snapshot(
        reading.model,
        reading.task,
        basis_of=family.own_basis(rule),
        forward=family.forward,
        stored_squares=read.stored_squares,
        assumed={**read.assumed, **reading.assumed, **choice},
        answers=reading.answers,
    )
    if known.task or snapshot.lacks_task:
        return snapshot
    return replace(snapshot, assumed={"task": reading.task.name, **snapshot.assumed})


def read_with_task(tensors: Mapping[str, Tensor], hints: Hints) -> tuple[Read, Reading]:
    """The model of a state dict, in float64, and its task. Errors: UsageError in one line, without the file's name."""
    read = read_state(tensors, hints)
    read.model.double()  # in half precision even the accuracy, and so the task, could come out wrong
    _check_size(read)
    tokens = Tokens(read.task_fields, "p" not in read.assumed) if read.task_fields else None
    return read, read_task(read.model, tokens, hints.task)


def hints_of(file: WeightFile, hints: Hints | None = None) -> Hints:
    """What is known about the models of a file: its settings, and what the command line says."""
    given = hints or Hints()
    return Hints({**file.config, **given.config}, given.task, given.p, given.model, given.task_fields)


def _check_size(read: Read) -> None:
    p = read.task_fields.get("p", 0)
    if p**3 > MOST_LOGITS:
        raise UsageError(
            f"got a model of p = {p}, whose p³ logits take {8 * p**3 / 2**30:.0f} GiB; expected a smaller p"
        )
