"""The train and test examples of a run."""

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.tasks.base import Batch, Task

_TRAIN, _TEST = 1, 2
"""Keys that make the random draws of the two fixed sets independent of each other and of the batches of a stream,
which are drawn by (seed, step)."""


class Data(Config):
    """How a run draws its examples.

    ``finite``: a fixed train set. Where a task lists its universe, it is shuffled by ``seed``; the first
    int(fraction · size) examples are the train set, the others the test set. Otherwise ``train_size`` and ``test_size``
    examples are drawn.
    ``stream``: fresh examples for every batch; ``test_size`` other examples are a fixed test set.
    """

    kind: Literal["finite", "stream"] = Field("finite", description="a fixed train set, or an infinite stream")
    fraction: float = Field(0.3, gt=0, le=1, description="share of all examples in the train set")
    train_size: int | None = Field(
        None, ge=1, description="examples in the train set of tasks that cannot list all examples"
    )
    test_size: int | None = Field(None, ge=1, description="examples in the test set where it is drawn")
    seed: int = Field(
        0, ge=0, lt=2**63, description="seed of split, batch order and stream; the initial weights have their own"
    )


class Split(NamedTuple):
    """Train and test examples, and their rows in the universe (None where it cannot be listed)."""

    train: Batch
    test: Batch
    train_rows: np.ndarray | None
    test_rows: np.ndarray | None


def split(task: Task, data: Data) -> Split:
    """The train and test sets of ``finite`` data.

    Errors: UsageError where the sizes do not suit the task, or the train set would be empty.
    Source: the published training code: int(0.3 · 12 769) = 3 830 pairs in the train set, the others in the test set.
    """
    universe = task.universe()
    return _drawn(task, data) if universe is None else _cut(universe, data)


def held_out(task: Task, data: Data) -> Batch:
    """The fixed test set of drawn examples: ``data.test_size`` of them, or an empty one where that is None."""
    return task.sample(data.test_size or 0, np.random.default_rng([data.seed, 0, _TEST]))


def _drawn(task: Task, data: Data) -> Split:
    if data.train_size is None:
        raise UsageError(
            "data.train_size: got none, but this task has too many examples to list; expected a number, or "
            "--data.kind stream"
        )
    train = task.sample(data.train_size, np.random.default_rng([data.seed, 0, _TRAIN]))
    return Split(train, held_out(task, data), None, None)


def _cut(universe: Batch, data: Data) -> Split:
    for name in ("train_size", "test_size"):
        if getattr(data, name) is not None:
            raise UsageError(
                f"data.{name}: got {getattr(data, name)}, but this task lists its {len(universe)} examples; expected "
                "none, and data.fraction instead"
            )
    count = int(data.fraction * len(universe))
    if count == 0:
        raise UsageError(
            f"data.fraction: got {data.fraction}, which leaves none of {len(universe)} examples for the train set; "
            f"expected at least {1 / len(universe):.2g}"
        )
    order = np.random.default_rng(data.seed).permutation(len(universe))
    train, test = order[:count], order[count:]
    return Split(universe.take(train), universe.take(test), train, test)
