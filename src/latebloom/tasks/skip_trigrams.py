"""``START 0 4 7 2 14 9 END`` → 14: the task of the write-up that ten skip trigrams solve."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from latebloom.tasks.base import Batch, Task

FILLERS = 10
"""Number of tokens 0 … 9, which are independent of the answer."""

TRIGGERS = 10
"""Number of tokens 10 … 19. Each example contains one of them: the answer. Answer class i is token 10 + i."""

START = FILLERS + TRIGGERS
END = START + 1


class SkipTrigrams(Task):
    """Repeat at ``END`` the one token of 10 … 19 that occurred before it: trigrams ``14 … END 14``.

    The input is ``START`` (token 20), ``length`` tokens, and ``END`` (token 21), whose prediction carries loss. One of
    the tokens, at a uniform position, is uniform in 10 … 19; the others are uniform in 0 … 9. A component is the
    trigram of one answer.
    Source: the write-up, "Finding the max element in a sequence". The length is that of its printed example; the length
    used in training is not published.
    """

    summary: ClassVar[str] = "repeat at END the one token of 10 … 19 among tokens 0 … 9"

    name: Literal["skip_trigrams"] = "skip_trigrams"
    length: int = Field(default=11, ge=1, le=1000, description="tokens between START and END, including the answer")

    @property
    def d_vocab(self) -> int:
        return FILLERS + TRIGGERS + 2

    @property
    def d_vocab_out(self) -> int:
        return TRIGGERS

    @property
    def n_ctx(self) -> int:
        return self.length + 2

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (self.length + 1,)

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(str(token) for token in range(FILLERS, FILLERS + TRIGGERS))

    def universe(self) -> None:
        """None: the 10 · length · 10^(length - 1) examples are too many to list."""
        return None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        tokens = np.empty((count, self.n_ctx), dtype=np.int64)
        tokens[:, 0], tokens[:, -1] = START, END
        tokens[:, 1:-1] = rng.integers(FILLERS, size=(count, self.length))
        place = 1 + rng.integers(self.length, size=count)
        answer = rng.integers(TRIGGERS, size=count)
        tokens[np.arange(count), place] = FILLERS + answer
        labels = answer[:, None]
        return Batch(tokens, labels, labels.copy())
