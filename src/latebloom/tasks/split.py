"""The train and test examples of a run."""

from functools import lru_cache
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom._memory import check_bytes
from latebloom.tasks.base import Batch, Task
from latebloom.tasks.rows import ROWS, rows_of

_TRAIN, _TEST = 1, 2
"""Keys that make the random draws of the two fixed sets independent of each other and of the batches of a stream,
which are drawn by (seed, step)."""


class Data(Config):
    """How a run draws its examples.

    ``finite``: a fixed train set. Where a task lists its universe, it is shuffled by ``seed``; the first
    int(fraction · size) examples are the train set, the others the test set. Otherwise ``train_size`` and ``test_size``
    examples are drawn.
    ``stream``: fresh examples for every batch; ``test_size`` other examples are a fixed test set.
    ``listed``: a fixed train set of the rows of the universe in ``train_rows``, and a test set of those in
    ``test_rows``, by default all others; imported runs have it where their file lists its train set.
    ``unlisted``: a fixed train set, but its examples are not known. ``unknown``: it is not known whether the train set
    was fixed. Only imported runs have these two; nothing can be trained on them.
    """

    later_fields: ClassVar[frozenset[str]] = frozenset({"train_rows", "test_rows"})

    kind: Literal["finite", "stream", "listed", "unlisted", "unknown"] = Field(
        "finite", description="a fixed train set, or an infinite stream; the other kinds are those of imported runs"
    )
    fraction: float = Field(0.3, gt=0, le=1, description="share of all examples in the train set")
    train_size: int | None = Field(
        None, ge=1, description="examples in the train set of tasks that cannot list all examples"
    )
    test_size: int | None = Field(None, ge=1, description="examples in the test set where it is drawn")
    seed: int = Field(
        0, ge=0, lt=2**63, description="seed of split, batch order and stream; the initial weights have their own"
    )
    train_rows: str | None = Field(None, pattern=ROWS, description="rows of a listed train set, as hexadecimal bits")
    test_rows: str | None = Field(None, pattern=ROWS, description="rows of a listed test set; none = all other rows")

    @model_validator(mode="after")
    def _lists_rows(self) -> "Data":
        if (self.kind == "listed") != (self.train_rows is not None):
            given = "no train_rows" if self.train_rows is None else "train_rows"
            raise ValueError(f"kind: got {self.kind} with {given}, expected train_rows with kind listed, and only then")
        return self

    @property
    def fixed(self) -> bool | None:
        """Whether the train set is fixed; None where that is not known."""
        return None if self.kind == "unknown" else self.kind != "stream"

    @property
    def listed(self) -> bool:
        """Whether the train set is fixed and its examples are known."""
        return self.kind in ("finite", "listed")


UNLISTED = "which examples it was trained on is not known, so it has no train and test set"
"""Why a run of kind ``unlisted`` or ``unknown`` lacks what needs them."""


class Split(NamedTuple):
    """Train and test examples, and their rows in the universe (None where it cannot be listed)."""

    train: Batch
    test: Batch
    train_rows: np.ndarray | None
    test_rows: np.ndarray | None


def split(task: Task, data: Data) -> Split:
    """The train and test sets of ``finite`` or ``listed`` data.

    Errors: UsageError where the sizes do not suit the task, the train set would be empty, or it is not known.
    Source: the published training code: int(0.3 · 12 769) = 3 830 pairs in the train set, the others in the test set.
    """
    if not data.listed:
        raise UsageError(f"data.kind: got {data.kind}: {UNLISTED}")
    universe = task.universe()
    if data.kind == "listed":
        return _listed(universe, data, task)
    return _drawn(task, data) if universe is None else _cut(universe, data)


def check_split(task: Task, data: Data) -> None:
    """The errors of `split`. Most experiments are only named, not trained, so it draws no set where none is needed."""
    size = _universe_size(task) if data.kind == "finite" else None
    if size is None:
        split(task, data)
    else:
        _train_size(size, data)


def _universe_size(task: Task) -> int | None:
    try:
        hash(task)
    except TypeError:  # a task of another package may have a list as a field
        return _counted(task)
    return _remembered(task)


def _counted(task: Task) -> int | None:
    universe = task.universe()
    return None if universe is None else len(universe)


_remembered = lru_cache(maxsize=128)(_counted)


def held_out(task: Task, data: Data) -> Batch:
    """The fixed test set of drawn examples: ``data.test_size`` of them, or an empty one where that is None."""
    return drawn(task, data.test_size or 0, np.random.default_rng([data.seed, 0, _TEST]), "data.test_size")


def drawn(task: Task, count: int, rng: np.random.Generator, setting: str) -> Batch:
    """So many examples of a task. Errors: UsageError where they do not fit into memory, which names the setting."""
    # 64-bit numbers: tokens, then a label and a component at each position where loss is read, here and in the task.
    needed = 2 * 8 * count * (task.n_ctx + 2 * len(task.loss_positions))
    check_bytes(f"{setting}: got {count} examples of {task.n_ctx} tokens", needed, "fewer")
    return task.sample(count, rng)


def _drawn(task: Task, data: Data) -> Split:
    if data.train_size is None:
        raise UsageError(
            "data.train_size: got none, but this task has too many examples to list; expected a number, or "
            "--data.kind stream"
        )
    train = drawn(task, data.train_size, np.random.default_rng([data.seed, 0, _TRAIN]), "data.train_size")
    return Split(train, held_out(task, data), None, None)


def _cut(universe: Batch, data: Data) -> Split:
    count = _train_size(len(universe), data)
    order = np.random.default_rng(data.seed).permutation(len(universe))
    train, test = order[:count], order[count:]
    return Split(universe.take(train), universe.take(test), train, test)


def _train_size(size: int, data: Data) -> int:
    """The size of the train set out of a universe of so many examples. Errors: as `split`."""
    for name in ("train_size", "test_size"):
        if getattr(data, name) is not None:
            raise UsageError(
                f"data.{name}: got {getattr(data, name)}, but this task lists its {size} examples; expected "
                "none, and data.fraction instead"
            )
    count = int(data.fraction * size)
    if count == 0:
        raise UsageError(
            f"data.fraction: got {data.fraction}, which leaves none of {size} examples for the train set; "
            f"expected at least {1 / size:.2g}"
        )
    return count


def _listed(universe: Batch | None, data: Data, task: Task) -> Split:
    if universe is None:
        raise UsageError(f"data.kind: got listed, but {task.name} has too many examples to list; expected another kind")
    train = rows_of(data.train_rows or "", len(universe), "data.train_rows")
    if data.test_rows is None:
        test = np.setdiff1d(np.arange(len(universe)), train)
    else:
        test = rows_of(data.test_rows, len(universe), "data.test_rows")
    return Split(universe.take(train), universe.take(test), train, test)
