"""What the runs of several studies have in common."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.claims.record import FIRST_SEED
from latebloom.sweeps.spec import Spec

SMALL = (
    *("--task.p", "23", "--data.fraction", "0.8", "--optimiser.lr", "0.01"),
    *("--model.d_model", "32", "--model.n_heads", "4", "--model.d_head", "8", "--model.d_mlp", "128"),
    *("--training.stop", "steps", "--recording.metrics", "20", "--recording.checkpoints", "100000"),
)
"""x + y mod 23 in a narrow transformer: it generalises within 1 500 steps, in seconds."""


def seeds(count: int) -> tuple[int, ...]:
    """So many seeds that have tuned nothing."""
    return tuple(range(FIRST_SEED, FIRST_SEED + count))


def texts(values: Sequence[int]) -> tuple[str, ...]:
    """Values of a grid."""
    return tuple(map(str, values))


def small(count: int, steps: int, *settings: str, **grid: Sequence[str]) -> Spec:
    """A sweep of the small model. grid: values by SECTION__FIELD."""
    axes = {name.replace("__", "."): tuple(values) for name, values in grid.items()}
    more = ("--training.steps", str(steps), *settings)
    return Spec(recipe="small", seeds=seeds(count), grid=axes, settings=(*SMALL, *more))
