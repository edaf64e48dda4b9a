"""What the contestants train on, and how much of it each budget trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from latebloom.claims.record import FIRST_SEED

RECIPE = "small"

WIDTH = 64

COMMON = (
    *("--model.d_model", str(WIDTH), "--model.n_heads", "4", "--model.d_head", "16", "--model.d_mlp", "256"),
    *("--training.stop", "steps", "--recording.metrics", "20", "--recording.checkpoints", "100000"),
)
"""The model and the recording of every run: small, so that a run takes seconds."""

LONGER = 2
"""Steps of rows with published hyperparameters over those of tuned ones: their learning rates are lower, since they are
for larger models."""


@dataclass(frozen=True)
class Course:
    """One task of the contest. settings: as on the command line. steps: of tuned runs."""

    name: str
    title: str
    settings: tuple[str, ...]
    steps: int

    def arguments(self, published: bool) -> tuple[str, ...]:
        """The settings that all contestants share; ``published``: of rows with published hyperparameters."""
        steps = self.steps * (LONGER if published else 1)
        return (*COMMON, *self.settings, "--training.steps", str(steps))


PRIME = ("--task.p", "31")

COURSES = (
    Course("addition", "x + y mod 31", (*PRIME, "--data.fraction", "0.7"), steps=1500),
    Course(
        "multiplication",
        "x · y mod 31",
        ("--task.name", "modular_multiplication", *PRIME, "--data.fraction", "0.7"),
        steps=1500,
    ),
    Course(
        "division", "x / y mod 31", ("--task.name", "modular_division", *PRIME, "--data.fraction", "0.9"), steps=1500
    ),
)
"""Division is the harder one: x / y is not y / x, so each pair tells of one answer, and AdamW needs more of them."""

FRESH = FIRST_SEED + 200
"""Runs with the first two hundred seeds that may judge were seen before the present rules were written."""

Budget = Literal["quick", "full"]
BUDGETS: tuple[Budget, ...] = get_args(Budget)


@dataclass(frozen=True)
class Extent:
    """How much a budget trains. tuning: seeds of each point of a grid. fresh: seeds of the setting that was chosen."""

    courses: Sequence[Course]
    tuning: Sequence[int]
    fresh: Sequence[int]


EXTENTS: dict[Budget, Extent] = {
    "quick": Extent(COURSES[:1], range(2), range(FRESH, FRESH + 5)),
    "full": Extent(COURSES, range(3), range(FRESH, FRESH + 30)),
}
"""Tuning has seeds of its own; the fresh seeds have tuned nothing. Two seeds tune even the quick budget: of one seed a
lucky run was chosen."""
