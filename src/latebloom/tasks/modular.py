"""Binary operations on 0 … p-1, written ``x y =``: what all modular tasks share."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from jaxtyping import Int
from pydantic import Field

from latebloom.tasks.base import Batch, Task

MOST = 10_000
"""The largest modulus: all p² pairs are listed in memory."""


class ModularTask(Task):
    """z = f(x, y), both operands and the answer in 0 … p-1; tokens ``x y =`` with ``=`` as token p.

    Source: the write-up, "Model details" (vocabulary p + 1 in, p out, loss at ``=`` only).
    """

    p: int = Field(default=113, ge=3, le=MOST, description="modulus: operands and answers are 0 … p-1 (3 or more)")

    phase_sign: ClassVar[int | None] = None
    """s where the answer depends on x + s·y alone, so that cos w(x + s·y) is the direction to look for; else None."""

    @abstractmethod
    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        """The right answer for each pair, 0 … p-1."""

    @property
    def d_vocab(self) -> int:
        return self.p + 1

    @property
    def d_vocab_out(self) -> int:
        return self.p

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (2,)

    @property
    def components(self) -> tuple[str, ...]:
        return ("answer",)

    def table(self) -> Int[np.ndarray, "x y"]:
        """The answers to all p² pairs."""
        x, y = np.meshgrid(np.arange(self.p), np.arange(self.p), indexing="ij")
        return self.answer(x, y)

    def universe(self) -> Batch:
        """All p² pairs; pair (x, y) is row x·p + y."""
        x, y = np.divmod(np.arange(self.p * self.p), self.p)
        return self._batch(x, y)

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        x, y = rng.integers(0, self.p, size=(2, count))
        return self._batch(x, y)

    def _batch(self, x: Int[np.ndarray, " batch"], y: Int[np.ndarray, " batch"]) -> Batch:
        tokens = np.stack([x, y, np.full_like(x, self.p)], axis=1)
        labels = self.answer(x, y)[:, None]
        return Batch(tokens, labels, np.zeros_like(labels))
