"""Addition, subtraction and multiplication at once, told apart by a token: several tasks for one model."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field

from latebloom._memory import check_bytes
from latebloom.tasks.base import Batch, Task
from latebloom.tasks.modular import ModularTask
from latebloom.tasks.operations import ModularAddition, ModularMultiplication, ModularSubtraction

OPERATIONS: dict[str, type[ModularTask]] = {
    "addition": ModularAddition,
    "subtraction": ModularSubtraction,
    "multiplication": ModularMultiplication,
}
"""The operations, in the order of their tokens."""

MOST = 1000
"""The largest modulus: all pairs of every operation are listed in memory."""


class SeveralOperations(Task):
    """z = x + y, x - y or x · y mod p; tokens ``x op y =``, with a token ``op`` for each operation.

    Tokens 0 … p - 1 are operands, p, p + 1, p + 2 the operations, p + 3 is ``=``. Each operation has a loss of its own.
    Source: the write-up, "Future Directions": "training a model with separate heads for modular addition, subtraction,
    multiplication". Here the outputs are shared, so that the operations may share frequencies and neurons.
    """

    summary: ClassVar[str] = "x + y, x - y and x · y mod p, told apart by a token"

    name: Literal["several_operations"] = "several_operations"
    p: int = Field(default=113, ge=3, le=MOST, description="modulus: operands and answers are 0 … p-1 (3 or more)")

    @property
    def d_vocab(self) -> int:
        return self.equals_token + 1

    @property
    def d_vocab_out(self) -> int:
        return self.p

    @property
    def n_ctx(self) -> int:
        return 4

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (self.n_ctx - 1,)

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(OPERATIONS)

    @property
    def equals_token(self) -> int:
        """The number of the token ``=``."""
        return self.p + len(OPERATIONS)

    def operation(self, name: str) -> tuple[ModularTask, list[int]]:
        """One operation as a task of its own, ``x op y =`` too, and the tokens that it uses, in that task's order."""
        task = OPERATIONS[name](p=self.p, operator=True)
        return task, [*range(self.p), self.p + self.components.index(name), self.equals_token]

    def universe(self) -> Batch:
        """Every pair of every operation, one operation after the other.

        Errors: UsageError where they do not fit into memory.
        """
        size = len(OPERATIONS) * self.p**2
        check_bytes(f"task.p: got {self.p} with {size:.3g} examples", 8 * size * (self.n_ctx + 4), "a smaller p")
        return self._batch(np.arange(size))

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self._batch(rng.integers(0, len(OPERATIONS) * self.p**2, size=count))

    def _batch(self, rows: Int[np.ndarray, " batch"]) -> Batch:
        operation, pair = np.divmod(rows, self.p**2)
        x, y = np.divmod(pair, self.p)
        answers = [kind(p=self.p).answer(x, y) for kind in OPERATIONS.values()]
        labels = np.choose(operation, answers)[:, None]
        tokens = np.stack([x, self.p + operation, y, np.full_like(x, self.equals_token)], axis=1)
        return Batch(tokens, labels, operation[:, None])
