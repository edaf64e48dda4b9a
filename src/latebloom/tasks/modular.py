"""The base class of modular tasks: binary operations on 0 … p-1, written ``x y =`` or in another layout."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Int
from pydantic import Field, model_validator

from latebloom._memory import check_bytes
from latebloom.tasks.base import IGNORE, Batch, Task
from latebloom.tasks.cyclic import CyclicForm, cyclic_form

MOST = 10_000
"""The largest modulus: all p² pairs are listed in memory."""


class ModularTask(Task):
    """z = f(x, y), both operands and the answer in 0 … p-1; tokens ``x y =`` with ``=`` as token p.

    A subclass gives ``answer`` and ``summary``, and ``defined`` where the operation excludes some pairs.
    The layout of the tokens can be another one: ``x y``, ``= x y``, ``x op y``, ``x op y =``, ``= x op y``. The answer
    is read at the last position. Tokens are numbered in this order: the values of x, those of y (where it has tokens of
    its own), ``op``, ``=``, extra tokens. Outputs: the p answers, then extra ones.
    Source: the write-up, "Model details" (vocabulary p + 1 in, p out, loss at ``=`` only); of the other layouts, the
    published code of Power et al. 2022 (``x op y =``) and Zhong et al. 2023 (``x y``, two sets of operand tokens).
    """

    later_fields: ClassVar[frozenset[str]] = frozenset(
        {"equals", "equals_first", "operator", "separate_operands", "extra_tokens", "extra_answers"}
    )

    p: int = Field(default=113, ge=3, le=MOST, description="modulus: operands and answers are 0 … p-1 (3 or more)")
    equals: bool = Field(default=True, description="whether the input has the token =")
    equals_first: bool = Field(default=False, description="whether = is the first token instead of the last")
    operator: bool = Field(default=False, description="whether a token for the operation is between the operands")
    separate_operands: bool = Field(default=False, description="whether y has tokens of its own, p … 2p-1")
    extra_tokens: int = Field(default=0, ge=0, le=MOST, description="input tokens that never occur")
    extra_answers: int = Field(default=0, ge=0, le=MOST, description="outputs that are never right")

    @model_validator(mode="after")
    def _has_the_first_token(self) -> "ModularTask":
        if self.equals_first and not self.equals:
            raise ValueError("equals_first: got true with equals false, expected false, because there is no =")
        return self

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
    def operator_token(self) -> int:
        """The number of the token ``op``, where there is one: the first after the operands."""
        return self.p * (2 if self.separate_operands else 1)

    @property
    def equals_token(self) -> int:
        """The number of the token ``=``, where there is one."""
        return self.operator_token + self.operator

    @property
    def d_vocab(self) -> int:
        return self.equals_token + self.equals + self.extra_tokens

    @property
    def d_vocab_out(self) -> int:
        return self.p + self.extra_answers

    @property
    def answers(self) -> int:
        return self.p

    @property
    def operand_positions(self) -> tuple[int, int]:
        """The input positions of x and y."""
        x = int(self.equals_first)
        return x, x + 1 + self.operator

    @property
    def swapped(self) -> tuple[int, ...] | None:  # type: ignore[override]
        """The input positions in the order that swaps the operands; None where they have different tokens."""
        if self.separate_operands:
            return None
        order, (x, y) = list(range(self.n_ctx)), self.operand_positions
        order[x], order[y] = y, x
        return tuple(order)

    @property
    def usual_layout(self) -> bool:
        """Whether the tokens are ``x y =`` and nothing else, and the outputs the p answers."""
        return all(getattr(self, name) == type(self).model_fields[name].default for name in ModularTask.later_fields)

    @property
    def n_ctx(self) -> int:
        return 2 + self.operator + self.equals

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (self.n_ctx - 1,)

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

    def tokens(self, x: Int[np.ndarray, " batch"], y: Int[np.ndarray, " batch"]) -> Int[np.ndarray, "batch pos"]:
        """The input of each pair, ``x y =`` by default."""
        columns = [x, y + self.p if self.separate_operands else y]
        if self.operator:
            columns.insert(1, np.full_like(x, self.operator_token))
        if self.equals:
            columns.insert(0 if self.equals_first else len(columns), np.full_like(x, self.equals_token))
        return np.stack(columns, axis=1)

    def operands(
        self, tokens: Int[np.ndarray, "batch pos"]
    ) -> tuple[Int[np.ndarray, " batch"], Int[np.ndarray, " batch"]]:
        """x and y of inputs: the inverse of `tokens`."""
        x, y = (tokens[:, position] for position in self.operand_positions)
        return x, y - self.p if self.separate_operands else y

    def universe(self) -> Batch:
        """Every pair on which the operation is defined, in the order of `pairs`.

        Errors: UsageError where all pairs and their split do not fit into memory.
        """
        check_bytes(f"task.p: got {self.p} with {self.p**2:.3g} pairs", self.p**2 * self._bytes_per_pair, "a smaller p")
        return self._batch(*self.pairs())

    @property
    def _bytes_per_pair(self) -> int:
        """Of 64-bit numbers: x, y and the order of the split once; tokens, label and component here and in the sets."""
        return 8 * (3 + 2 * (self.n_ctx + 2))

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        """Pairs drawn uniformly from those on which the operation is defined; undefined ones are drawn again."""
        x, y = rng.integers(0, self.p, size=(2, count))
        while not (defined := self.defined(x, y)).all():
            x[~defined], y[~defined] = rng.integers(0, self.p, size=(2, int((~defined).sum())))
        return self._batch(x, y)

    def _batch(self, x: Int[np.ndarray, " batch"], y: Int[np.ndarray, " batch"]) -> Batch:
        labels = self.answer(x, y)[:, None]
        return Batch(self.tokens(x, y), labels, np.zeros_like(labels))
