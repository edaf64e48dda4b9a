"""The interface of a task: tokens, labels, the positions that carry loss, and the component of each label."""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Int
from pydantic import BeforeValidator, SerializeAsAny

from latebloom._parts import Part, part_registry
from latebloom._registry import Registry

IGNORE = -100
"""A label with this value carries no loss (the value that torch's cross-entropy ignores)."""

TASKS: "Registry[type[Task]]" = part_registry("task")
"""Every task by name, in the order in which `latebloom tasks` lists them."""


class Batch(NamedTuple):
    """Examples of a task.

    tokens: input tokens, 0 … d_vocab-1.
    labels: right answers at the loss positions, 0 … d_vocab_out-1, or IGNORE.
    component: index into ``task.components`` of the part of the task that each label belongs to.
    """

    tokens: Int[np.ndarray, "batch pos"]
    labels: Int[np.ndarray, "batch loss_pos"]
    component: Int[np.ndarray, "batch loss_pos"]

    def take(self, rows: Int[np.ndarray, " rows"]) -> "Batch":
        """The chosen examples, in the order given."""
        return Batch(self.tokens[rows], self.labels[rows], self.component[rows])

    def __len__(self) -> int:
        return len(self.tokens)


class Task(Part):
    """Ground truth. A task is configuration and behaviour in one frozen object; it holds no weights.

    Input and output vocabularies are separate, loss is read at ``loss_positions`` only, and every label belongs
    to one of ``components`` (a digit, a trigram; most tasks have a single component).
    A concrete subclass is registered in `TASKS` when it is defined, see `Part`; it can then be trained, stored and
    opened like a built-in task.
    """

    tag: ClassVar[str] = "name"
    registry = TASKS

    summary: ClassVar[str] = ""
    """A short description of the task, for lists."""

    swapped: ClassVar[tuple[int, ...] | None] = None
    """The input positions in the order that swaps the two operands; None for a task without two operands."""

    name: str = ""

    @property
    def sizes(self) -> dict[str, Any]:
        """Its settings, as a page lists them; a task with a large one says less of it here."""
        return self.model_dump(mode="json", exclude={"name"})

    @property
    @abstractmethod
    def d_vocab(self) -> int:
        """Size of the input vocabulary."""

    @property
    @abstractmethod
    def d_vocab_out(self) -> int:
        """Size of the output vocabulary."""

    @property
    def answers(self) -> int:
        """Number of different labels; a model that gives all of them the same probability has the loss ln(answers)."""
        return self.d_vocab_out

    @property
    @abstractmethod
    def n_ctx(self) -> int:
        """Length of the input sequence."""

    @property
    @abstractmethod
    def loss_positions(self) -> tuple[int, ...]:
        """Input positions whose prediction carries loss, ascending."""

    @property
    @abstractmethod
    def components(self) -> tuple[str, ...]:
        """Names of the parts of the task that have a loss of their own."""

    @abstractmethod
    def universe(self) -> Batch | None:
        """All examples, or None if there are too many to list."""

    @abstractmethod
    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        """``count`` independent examples: the infinite stream."""


AnyTask = Annotated[SerializeAsAny[Task], BeforeValidator(Task.from_fields)]
"""The type of a field that holds any registered task; stored fields are looked up by ``name``."""
