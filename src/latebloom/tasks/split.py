"""Which examples a run trains on, and which it is tested on."""

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.tasks.base import Batch, Task


class Data(Config):
    """How a run draws its examples.

    ``finite``: the universe is shuffled by ``seed``; the first int(fraction · size) examples train, the rest test.
    ``stream``: fresh examples for every batch; there is no test set, since every batch is unseen.
    """

    kind: Literal["finite", "stream"] = Field("finite", description="a fixed train set, or an infinite stream")
    fraction: float = Field(0.3, gt=0, le=1, description="share of all examples in the train set; 1 = all of them")
    seed: int = Field(0, ge=0, lt=2**63, description="seed of split, batch order and stream, apart from init")


class Split(NamedTuple):
    """Train and test examples, with their row numbers in the universe."""

    train: Batch
    test: Batch
    train_rows: np.ndarray
    test_rows: np.ndarray


def split(task: Task, data: Data) -> Split:
    """Cut the task's universe in two.

    Errors: UsageError where the universe cannot be listed, or where no example would be left to train on.
    Source: facts.md, "first int(0.3 · 12 769) = 3 830 train, the rest test".
    """
    universe = task.universe()
    if universe is None:
        raise UsageError("data.kind: got finite, but this task has too many examples to list; use stream")
    count = int(data.fraction * len(universe))
    if count == 0:
        raise UsageError(
            f"data.fraction: got {data.fraction}, which leaves none of {len(universe)} examples to train on; "
            f"expected at least {1 / len(universe):.2g}"
        )
    order = np.random.default_rng(data.seed).permutation(len(universe))
    train, test = order[:count], order[count:]
    return Split(universe.take(train), universe.take(test), train, test)
