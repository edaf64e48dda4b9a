"""What a task is: tokens, labels, which positions carry loss, and which component each label belongs to."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Int

from latebloom._config import Config

IGNORE = -100
"""A label with this value carries no loss (the value that torch's cross-entropy ignores)."""


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


class Task(Config, ABC):
    """Ground truth. A task is configuration and behaviour in one frozen object; it holds no weights.

    Input and output vocabularies are separate, loss is read at ``loss_positions`` only, and every label belongs
    to one of ``components`` (a digit, a trigram; tasks of one piece have a single component).
    """

    summary: ClassVar[str]

    name: str

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
        """How many labels there are; a model that guesses among them all alike loses ln of it."""
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
        """Every example there is, or None where there are too many to list."""

    @abstractmethod
    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        """``count`` independent examples: the infinite stream."""
