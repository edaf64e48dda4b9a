"""The base class of modular tasks: binary operations on 0 … p-1, written ``x y =``."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Int
from pydantic import Field

from latebloom.tasks.base import IGNORE, Batch, Task
from latebloom.tasks.cyclic import CyclicForm, cyclic_form

MOST = 10_000
"""The largest modulus: all p² pairs are listed in memory."""


class ModularTask(Task):
    """z = f(x, y), both operands and the answer in 0 … p-1; tokens ``x y =`` with ``=`` as token p.

    A subclass gives ``answer`` and ``summary``, and ``defined`` where the operation excludes some pairs.
    Source: the write-up, "Model details" (vocabulary p + 1 in, p out, loss at ``=`` only).
    """

    swapped: ClassVar[tuple[int, ...] | None] = (1, 0, 2)

    p: int = Field(default=113, ge=3, le=MOST, description="modulus: operands and answers are 0 … p-1 (3 or more)")

    @abstractmethod
    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        """The right answer for each pair, 0 … p-1; any number of that range if the pair is not defined."""

    def defined(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Bool[np.ndarray, "*shape"]:
        """Whether the operation is defined on each pair. Other pairs are neither trained nor tested on."""
        return np.ones(x.shape, dtype=bool)

    @property
    def cyclic_form(self) -> CyclicForm | None:
        """The operation as addition in a cyclic group, by value or by discrete logarithm; None where it is neither.

        It is derived from the answers on each call, in O(p²) time where there is one.
        """
        return cyclic_form(self.answer, self.p)

    @property
    def phase_sign(self) -> int | None:
        """s if the answer is x + s·y mod p, so that cos w(x + s·y) is the expected direction; else None."""
        form = self.cyclic_form
        return form.sign if form is not None and form.natural else None

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
        """The answers to all p² pairs, IGNORE where the operation is not defined."""
        x, y = np.meshgrid(np.arange(self.p), np.arange(self.p), indexing="ij")
        return np.where(self.defined(x, y), self.answer(x, y), IGNORE)

    def pairs(self) -> tuple[Int[np.ndarray, " row"], Int[np.ndarray, " row"]]:
        """Operands x and y of every row of the universe: the defined pairs in the order of x·p + y."""
        x, y = np.divmod(np.arange(self.p * self.p), self.p)
        defined = self.defined(x, y)
        return x[defined], y[defined]

    def tokens(self, x: Int[np.ndarray, " batch"], y: Int[np.ndarray, " batch"]) -> Int[np.ndarray, "batch 3"]:
        """The input ``x y =`` of each pair."""
        return np.stack([x, y, np.full_like(x, self.p)], axis=1)

    def universe(self) -> Batch:
        """Every pair on which the operation is defined, in the order of `pairs`."""
        return self._batch(*self.pairs())

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        """Pairs drawn uniformly from those on which the operation is defined; undefined ones are drawn again."""
        x, y = rng.integers(0, self.p, size=(2, count))
        while not (defined := self.defined(x, y)).all():
            x[~defined], y[~defined] = rng.integers(0, self.p, size=(2, int((~defined).sum())))
        return self._batch(x, y)

    def _batch(self, x: Int[np.ndarray, " batch"], y: Int[np.ndarray, " batch"]) -> Batch:
        labels = self.answer(x, y)[:, None]
        return Batch(self.tokens(x, y), labels, np.zeros_like(labels))
