"""What the runs of several studies have in common."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.claims.record import FIRST_SEED
from latebloom.sweeps.spec import Spec

SMALL_P = 23

SMALL = (
    *("--task.p", str(SMALL_P), "--data.fraction", "0.8", "--optimiser.lr", "0.01"),
    *("--model.d_model", "32", "--model.n_heads", "4", "--model.d_head", "8", "--model.d_mlp", "128"),
    *("--training.stop", "steps", "--recording.metrics", "20", "--recording.checkpoints", "100000"),
)
"""x + y mod 23 in a narrow transformer: it generalises within 1 500 steps, in seconds."""


FRESH_SEED = FIRST_SEED + 100
"""The first seed of rules that replaced others, whose runs had been seen."""

UNSEEN_SEED = FIRST_SEED + 300
"""The first seed of studies that ask more about runs like those that other studies have seen."""


def seeds(count: int, first: int = FIRST_SEED) -> tuple[int, ...]:
    """So many seeds that have tuned nothing."""
    return tuple(range(first, first + count))


def texts(values: Sequence[int]) -> tuple[str, ...]:
    """Values of a grid."""
    return tuple(map(str, values))


def small(count: int, steps: int, *settings: str, first: int = FIRST_SEED, **grid: Sequence[str]) -> Spec:
    """A sweep of the small model. first: the first of its seeds. grid: values by SECTION__FIELD."""
    axes = {name.replace("__", "."): tuple(values) for name, values in grid.items()}
    more = ("--training.steps", str(steps), *settings)
    return Spec(recipe="small", seeds=seeds(count, first), grid=axes, settings=(*SMALL, *more))
