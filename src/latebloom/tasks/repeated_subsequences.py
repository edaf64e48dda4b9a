"""``START … 3 8 1 … 3 8 1 …``: the write-up's task that needs induction heads."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field, model_validator

from latebloom.tasks.base import IGNORE, Batch, Task

START = 0
"""Token at position 0, and nowhere else."""


class RepeatedSubsequences(Task):
    """Predict the tokens of a random subsequence when it comes again among random tokens.

    Position 0 holds ``START`` (token 0); the positions after it are cut into ``repeats`` slots of
    (length - 1) // repeats. All tokens are uniform in 1 … vocabulary - 1; then one random subsequence is written once
    into each slot, from a place that is uniform over those where it fits. It has no fixed place, so it can only be
    found by what it says.
    A label stands where the next token follows from what has come before: at the first to the last but one token of
    the second, third … copy, subsequence - 1 labels each. The first token of a copy cannot be predicted, and has none.
    By chance a token also stands elsewhere, so the least loss is small but not 0.

    Source: the write-up, "Predicting Repeated Subsequences"; sizes from its published run. It does not say how a
    sequence is laid out. This layout is read off the published weights and optimiser state: token 0 moves with
    position 0 alone and is never an answer, position 84 is never fed, position 83 is asked, and position embeddings
    have a period of 28 (dev/searches/induction.md).
    """

    summary: ClassVar[str] = "random tokens with a subsequence that comes three times: asks for what comes next"

    name: Literal["repeated_subsequences"] = "repeated_subsequences"
    vocabulary: int = Field(default=128, ge=3, le=100_000, description="tokens, START among them")
    length: int = Field(default=85, ge=7, le=10_000, description="tokens of a sequence, START among them")
    subsequence: int = Field(default=16, ge=2, description="length of what is repeated")
    repeats: int = Field(default=3, ge=2, description="how often the subsequence stands in a sequence")

    @model_validator(mode="after")
    def _fits(self) -> "RepeatedSubsequences":
        if self.subsequence >= self.slot:
            raise ValueError(
                f"subsequence: got {self.subsequence}, expected less than {self.slot}, since {self.repeats} repeats "
                f"share {self.length - 1} positions; make it shorter, or length greater"
            )
        return self

    @property
    def slot(self) -> int:
        """Positions that one copy and the random tokens around it share."""
        return (self.length - 1) // self.repeats

    @property
    def d_vocab(self) -> int:
        return self.vocabulary

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary

    @property
    def answers(self) -> int:
        return self.vocabulary - 1  # START is no answer

    @property
    def n_ctx(self) -> int:
        return self.length

    @property
    def loss_positions(self) -> tuple[int, ...]:
        """From the first position of the second slot to the last but one of the last slot."""
        return tuple(range(1 + self.slot, self.repeats * self.slot))

    @property
    def components(self) -> tuple[str, ...]:
        """Which copy a label belongs to: ``copy_2``, ``copy_3`` …"""
        return tuple(f"copy_{number}" for number in range(2, self.repeats + 1))

    def universe(self) -> None:
        """Too many to list."""
        return None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self.batch(*self.draw(count, rng))

    def draw(
        self, count: int, rng: np.random.Generator
    ) -> tuple[Int[np.ndarray, "batch pos"], Int[np.ndarray, "batch copy"]]:
        """Tokens, and the position of each copy's first token."""
        tokens = rng.integers(1, self.vocabulary, size=(count, self.length))
        tokens[:, 0] = START
        repeated = rng.integers(1, self.vocabulary, size=(count, 1, self.subsequence))
        offsets = rng.integers(self.slot - self.subsequence + 1, size=(count, self.repeats))
        starts = 1 + self.slot * np.arange(self.repeats) + offsets
        places = starts[:, :, None] + np.arange(self.subsequence)
        tokens[np.arange(count)[:, None, None], places] = repeated
        return tokens, starts

    def batch(self, tokens: Int[np.ndarray, "batch pos"], starts: Int[np.ndarray, "batch copy"]) -> Batch:
        """These sequences with their labels."""
        asked = starts[:, 1:, None] + np.arange(self.subsequence - 1)
        rows = np.arange(len(tokens))[:, None, None]
        first = self.loss_positions[0]
        labels = np.full((len(tokens), len(self.loss_positions)), IGNORE, dtype=tokens.dtype)
        labels[rows, asked - first] = tokens[rows, asked + 1]
        component = np.zeros_like(labels)
        component[rows, asked - first] = np.arange(self.repeats - 1)[:, None]
        return Batch(tokens, labels, component)
