"""``START … 3 8 1 … 3 8 1 …``: the task of the write-up that needs induction heads."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field, model_validator

from latebloom.tasks.base import IGNORE, Batch, Task

START = 0
"""The token at position 0; it occurs nowhere else."""


class RepeatedSubsequences(Task):
    """Predict the tokens of a random subsequence when it is repeated among random tokens.

    Position 0 holds ``START`` (token 0). The other positions are divided into ``repeats`` slots of
    (length - 1) // repeats. All tokens are uniform in 1 … vocabulary - 1. One random subsequence is then written into
    each slot, at an offset that is uniform over those where it fits. Since its position varies, it can only be
    recognised by its tokens.
    The next token is determined by the earlier ones, and has a label, at all but the last token of the second, third …
    copy: subsequence - 1 labels each. The first token of a copy cannot be predicted and has no label. Tokens also recur
    by chance, so the minimal loss is small but not 0.

    Source: the write-up, "Predicting Repeated Subsequences"; sizes from its published run. The layout of a sequence is
    not published. This one is inferred from the published weights and optimiser state: token 0 moves with position 0
    only and is never an answer, position 84 is never an input, position 83 carries loss, and position embeddings have a
    period of 28 (dev/searches/induction.md).
    """

    summary: ClassVar[str] = "predict the next token of a subsequence that is repeated among random tokens"

    name: Literal["repeated_subsequences"] = "repeated_subsequences"
    vocabulary: int = Field(default=128, ge=3, le=100_000, description="number of tokens, including START")
    length: int = Field(default=85, ge=7, le=10_000, description="tokens of a sequence, including START")
    subsequence: int = Field(default=16, ge=2, description="length of the repeated subsequence")
    repeats: int = Field(default=3, ge=2, description="copies of the subsequence in a sequence")

    @model_validator(mode="after")
    def _check_lengths(self) -> "RepeatedSubsequences":
        if self.subsequence >= self.slot:
            raise ValueError(
                f"subsequence: got {self.subsequence}, expected less than {self.slot}, since {self.repeats} repeats "
                f"share {self.length - 1} positions; choose a shorter subsequence or a greater length"
            )
        return self

    @property
    def slot(self) -> int:
        """Positions of one copy and the random tokens around it."""
        return (self.length - 1) // self.repeats

    @property
    def d_vocab(self) -> int:
        return self.vocabulary

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary

    @property
    def answers(self) -> int:
        return self.vocabulary - 1  # START is never an answer

    @property
    def n_ctx(self) -> int:
        return self.length

    @property
    def loss_positions(self) -> tuple[int, ...]:
        """From the first position of the second slot to the last position but one of the last slot."""
        return tuple(range(1 + self.slot, self.repeats * self.slot))

    @property
    def components(self) -> tuple[str, ...]:
        """The copy that a label belongs to: ``copy_2``, ``copy_3`` …"""
        return tuple(f"copy_{number}" for number in range(2, self.repeats + 1))

    def universe(self) -> None:
        """None: there are too many examples to list."""
        return None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self.batch(*self.draw(count, rng))

    def draw(
        self, count: int, rng: np.random.Generator
    ) -> tuple[Int[np.ndarray, "batch pos"], Int[np.ndarray, "batch copy"]]:
        """Tokens, and the position of the first token of each copy."""
        tokens = rng.integers(1, self.vocabulary, size=(count, self.length))
        tokens[:, 0] = START
        repeated = rng.integers(1, self.vocabulary, size=(count, 1, self.subsequence))
        offsets = rng.integers(self.slot - self.subsequence + 1, size=(count, self.repeats))
        starts = 1 + self.slot * np.arange(self.repeats) + offsets
        places = starts[:, :, None] + np.arange(self.subsequence)
        tokens[np.arange(count)[:, None, None], places] = repeated
        return tokens, starts

    def batch(self, tokens: Int[np.ndarray, "batch pos"], starts: Int[np.ndarray, "batch copy"]) -> Batch:
        """The sequences with their labels."""
        labelled = starts[:, 1:, None] + np.arange(self.subsequence - 1)
        rows = np.arange(len(tokens))[:, None, None]
        first = self.loss_positions[0]
        labels = np.full((len(tokens), len(self.loss_positions)), IGNORE, dtype=tokens.dtype)
        labels[rows, labelled - first] = tokens[rows, labelled + 1]
        component = np.zeros_like(labels)
        component[rows, labelled - first] = np.arange(self.repeats - 1)[:, None]
        return Batch(tokens, labels, component)
