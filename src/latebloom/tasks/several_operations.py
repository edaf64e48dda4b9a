"""Several operations mod p in one model, told apart by a token: ``x y op``."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import BeforeValidator, Field, field_validator

from latebloom._config import comma_separated
from latebloom._memory import check_bytes
from latebloom.tasks.base import TASKS, Batch, Task
from latebloom.tasks.modular import MOST, ModularTask


class SeveralOperations(Task):
    """z = f(x, y) with f given by the last token; tokens ``x y op``, the answer is read at ``op``.

    Tokens 0 … p-1 are the operands, p + i is operation i. Each operation is a component, with a loss and an accuracy of
    its own. With ``own_answers`` operation i has the answers ip … ip + p-1, so that each has an unembedding of its own;
    one softmax runs over all of them. The universe lists the examples operation by operation, each in the order of its
    ``pairs``.
    Source: the write-up, "Future Directions": a model that is trained on several tasks at once.
    """

    later_fields: ClassVar[frozenset[str]] = Task.later_fields | {"own_answers"}

    summary: ClassVar[str] = "several operations mod p, told apart by a token"

    name: Literal["several_operations"] = "several_operations"
    p: int = Field(default=29, ge=3, le=MOST, description="modulus: operands and answers are 0 … p-1 (3 or more)")
    operations: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = Field(
        default=("modular_addition", "modular_subtraction"),
        min_length=1,
        description="tasks of two operands mod p, each with a token of its own, separated by commas",
    )

    own_answers: bool = Field(
        default=False, description="whether each operation has answers, and so an unembedding, of its own"
    )

    @field_validator("operations")
    @classmethod
    def _are_operations(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = _operations()
        for name in names:
            if name not in known or names.count(name) > 1:
                raise ValueError(f"got {name!r}, expected each once, out of {', '.join(known)}")
        return names

    @property
    def parts(self) -> tuple[ModularTask, ...]:
        """The operations, each as a task by itself."""
        return tuple(_operations()[name](p=self.p) for name in self.operations)

    @property
    def words(self) -> tuple[str, ...]:
        """A word for the token of each operation, such as "addition"."""
        return tuple(name.removeprefix("modular_") for name in self.operations)

    @property
    def d_vocab(self) -> int:
        return self.p + len(self.operations)

    @property
    def d_vocab_out(self) -> int:
        return self.answers_of(len(self.operations) - 1).stop

    def answers_of(self, index: int) -> slice:
        """The answers of an operation among all answers."""
        first = index * self.p if self.own_answers else 0
        return slice(first, first + self.p)

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (2,)

    @property
    def components(self) -> tuple[str, ...]:
        return self.operations

    def universe(self) -> Batch:
        """Every defined pair of every operation. Errors: UsageError where they do not fit into memory."""
        count = len(self.operations) * self.p**2
        # 64-bit numbers: x, y and the order of the split once; three tokens, label and component here and in the sets.
        check_bytes(f"task.p: got {self.p} with {count:.3g} examples", 8 * count * (3 + 2 * 5), "a smaller p")
        return _joined([self._batch(index, *part.pairs()) for index, part in enumerate(self.parts)])

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        """The operation is uniform, then the pair is, among those on which it is defined."""
        index = rng.integers(len(self.operations), size=count)
        drawn = [part.sample(int((index == i).sum()), rng).tokens for i, part in enumerate(self.parts)]
        ordered = _joined([self._batch(i, tokens[:, 0], tokens[:, 1]) for i, tokens in enumerate(drawn)])
        return ordered.take(rng.permutation(count))

    def _batch(self, index: int, x: Int[np.ndarray, " batch"], y: Int[np.ndarray, " batch"]) -> Batch:
        """The examples of operation ``index`` with these operands."""
        tokens = np.stack([x, y, np.full_like(x, self.p + index)], axis=1)
        answers = self.answers_of(index).start + self.parts[index].answer(x, y)
        return Batch(tokens, answers[:, None], np.full((len(x), 1), index))


def _operations() -> dict[str, type[ModularTask]]:
    """Every registered task of two operands mod p, by name."""
    return {name: kind for name, kind in TASKS.items() if issubclass(kind, ModularTask)}


def _joined(batches: list[Batch]) -> Batch:
    return Batch(*(np.concatenate(columns) for columns in zip(*batches)))
