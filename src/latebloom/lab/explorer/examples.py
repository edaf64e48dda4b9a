"""Example sequences on a run's page, on which its views run the model: tokens, their names, and the right answers.

A family adds its own by registering a maker in `MAKERS`; tasks of other families get what they sample.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Int

from latebloom._registry import Registry
from latebloom.analysis import Analysis
from latebloom.circuits.digits.family import DIGITS
from latebloom.circuits.induction.family import INDUCTION
from latebloom.circuits.induction.measures import SEQUENCES
from latebloom.circuits.modular.family import MODULAR
from latebloom.circuits.several_operations.family import SEVERAL_OPERATIONS
from latebloom.circuits.skip_trigrams.family import SKIP_TRIGRAMS
from latebloom.exports.vocabulary import words
from latebloom.lab.explorer.modular import page_computes
from latebloom.tasks import (
    IGNORE,
    Batch,
    DigitAddition,
    ModularTask,
    RepeatedSubsequences,
    SeveralOperations,
    SharedFeature,
    SkipTrigrams,
)
from latebloom.tasks.digit_addition import BASE
from latebloom.tasks.repeated_subsequences import START
from latebloom.tasks.skip_trigrams import FILLERS, TRIGGERS

COUNT = 8
"""Sequences of a page."""

SEED = 0

LONGEST = 400
"""Longest sequence in tokens that a page draws: a map of its attention has as many rows and columns."""

MOST_NAMES = 2000
"""Largest vocabulary that a page names. The examples of a built-in recipe take at most 20 kB."""


@dataclass(frozen=True)
class Examples:
    """Named sequences.

    vocabulary, answers: names of the input tokens and of the answers. notes: what each sequence shows, may be empty.
    copies: position where each copy of a repeated subsequence begins. control: each sequence without its repeats.
    """

    vocabulary: list[str]
    answers: list[str]
    batch: Batch
    notes: list[str] | None = None
    copies: Int[np.ndarray, "batch copy"] | None = None
    control: Int[np.ndarray, "batch pos"] | None = None


@dataclass(frozen=True)
class Maker:
    """How the examples of the tasks of one family are made."""

    name: str
    make: Callable[[Any], Examples]


MAKERS: Registry[Maker] = Registry("examples")
"""Makers by the name of their family."""


def examples_of(analysis: Analysis) -> dict[str, Any] | None:
    """``Examples`` of ``web/src/page.ts``; None for tasks whose sequences the page shows otherwise or cannot show."""
    task, family = analysis.task, analysis.family.name
    sizes = (task.d_vocab, task.d_vocab_out)
    if isinstance(task, SharedFeature) or task.n_ctx > LONGEST or max(sizes) > MOST_NAMES:
        return None
    if isinstance(task, ModularTask) and page_computes(analysis.run.experiment.model, task):
        return None
    made = MAKERS[family].make(task) if family in MAKERS else sampled(task)
    return {
        "vocabulary": made.vocabulary,
        "answers": made.answers,
        "sequences": [_sequence(made, row, task.loss_positions) for row in range(len(made.batch))],
    }


def _sequence(made: Examples, row: int, positions: tuple[int, ...]) -> dict[str, Any]:
    """One sequence, with the positions that have a label."""
    labels = made.batch.labels[row]
    labelled = labels != IGNORE
    return {
        "tokens": made.batch.tokens[row].tolist(),
        "read": np.array(positions)[labelled].tolist(),
        "right": labels[labelled].tolist(),
        "part": made.batch.component[row][labelled].tolist(),
        "note": "" if made.notes is None else made.notes[row],
        **({} if made.copies is None else {"copies": made.copies[row].tolist()}),
        **({} if made.control is None else {"control": made.control[row].tolist()}),
    }


def sampled(task: Any) -> Examples:
    """Sequences that any task samples, with tokens and answers named by their numbers."""
    batch = task.sample(COUNT, np.random.default_rng(SEED))
    return Examples(_numbers(task.d_vocab), _numbers(task.d_vocab_out), batch)


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def digit_sums(task: DigitAddition) -> Examples:
    """Sums without a carry, with one carry, with a carry through all columns, and random ones."""
    n = task.digits
    x, y = np.random.default_rng(SEED).integers(0, BASE, size=(2, COUNT, n))
    one = np.eye(1, n, n - 1, dtype=x.dtype)[0]
    x[0], y[0] = np.arange(n) % 5, 4 - np.arange(n) % 4
    x[1], y[1] = 4 + one, 4 + one
    x[2], y[2] = 9, one
    notes = ["no carry", "one carry, from the last column", "a carry through every column"]
    names = [*_numbers(BASE), "+", "="]
    return Examples(names, _numbers(BASE), task.batch(x, y), notes + [""] * (COUNT - len(notes)))


def repeated_subsequences(task: RepeatedSubsequences) -> Examples:
    """The sequences on which `latebloom measure` computes the scores of heads."""
    from latebloom.circuits.induction.sequences import draw_sequences

    drawn = draw_sequences(task, SEQUENCES, SEED)
    names = ["START" if token == START else str(token) for token in range(task.vocabulary)]
    batch = Batch(drawn.examples.tokens.numpy(), drawn.examples.labels.numpy(), drawn.examples.component.numpy())
    return Examples(names, names, batch, None, drawn.starts.numpy(), drawn.control.numpy())


def operand_pairs(task: ModularTask) -> Examples:
    """Pairs of operands in whatever layout the task has."""
    batch, p = task.sample(COUNT, np.random.default_rng(SEED)), task.p
    operands = [f"x{x}" for x in range(p)] + [f"y{y}" for y in range(p)] if task.separate_operands else _numbers(p)
    marks = ["op"] * task.operator + ["="] * task.equals
    extra, answers = (_unused(count) for count in (task.extra_tokens, task.extra_answers))
    return Examples([*operands, *marks, *extra], [*_numbers(p), *answers], batch)


def several_operations(task: SeveralOperations) -> Examples:
    """Pairs of operands with the word of their operation, which answers of its own have as well."""
    made, numbers = sampled(task), _numbers(task.p)
    answers = [f"{word} {z}" for word in task.words for z in numbers] if task.own_answers else numbers
    return replace(made, vocabulary=words(task), answers=answers)


def _unused(count: int) -> list[str]:
    return [f"unused{number}" for number in range(count)]


def skip_trigrams(task: SkipTrigrams) -> Examples:
    """A sequence for each of the ten answers."""
    many = task.sample(COUNT * TRIGGERS**2, np.random.default_rng(SEED))
    rows = [int(np.flatnonzero(many.labels[:, 0] == answer)[0]) for answer in range(TRIGGERS)]
    names = [*_numbers(FILLERS + TRIGGERS), "START", "END"]
    return Examples(names, names[FILLERS : FILLERS + TRIGGERS], many.take(np.array(rows)))


MAKERS.register(Maker(MODULAR.name, operand_pairs))
MAKERS.register(Maker(SEVERAL_OPERATIONS.name, several_operations))
MAKERS.register(Maker(DIGITS.name, digit_sums))
MAKERS.register(Maker(INDUCTION.name, repeated_subsequences))
MAKERS.register(Maker(SKIP_TRIGRAMS.name, skip_trigrams))
