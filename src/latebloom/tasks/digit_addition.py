"""x + y written out digit by digit: the task in which every answer digit has a loss, and a phase change, of its own."""

from typing import ClassVar, Literal, NamedTuple

import numpy as np
from jaxtyping import Int
from pydantic import Field

from latebloom.tasks.base import Batch, Task

BASE = 10
PLUS, EQUALS = BASE, BASE + 1
MOST = 100
"""The most digits: sums are made digit by digit, so nothing overflows; attention grows with the square of this."""


class Sum(NamedTuple):
    """Column addition. answer: most significant digit first, 0 or 1. carry: into each of the answer's digits, 0 or 1;
    the first answer digit is its own carry, the last one never has any."""

    answer: Int[np.ndarray, "batch place"]
    carry: Int[np.ndarray, "batch place"]


class DigitAddition(Task):
    """x + y with n digits each, n + 1 in the answer, most significant first: ``d d d d d + d d d d d = a a a a a a``.

    Tokens 0–9 are digits, 10 is ``+``, 11 is ``=``; there is no reading of 10 and 11 on the way out. Answer digit i
    is predicted at position 2n + 1 + i, so from ``=`` on, with the right earlier digits as input; the last answer
    token is in the context, as published, but nothing reads it. Operands' digits are uniform and independent.
    Source: the write-up's 5-digit addition, on the layout of its published weights.
    """

    summary: ClassVar[str] = "x + y digit by digit, a loss for each answer digit"

    name: Literal["digit_addition"] = "digit_addition"
    digits: int = Field(default=5, ge=1, le=MOST, description="digits of each operand; the answer has one more")

    @property
    def d_vocab(self) -> int:
        return BASE + 2

    @property
    def d_vocab_out(self) -> int:
        return BASE

    @property
    def n_ctx(self) -> int:
        return 3 * self.digits + 3

    @property
    def loss_positions(self) -> tuple[int, ...]:
        first = 2 * self.digits + 1
        return tuple(range(first, first + self.digits + 1))

    @property
    def components(self) -> tuple[str, ...]:
        """``digit_0`` is the answer's first, 0 or 1; the last is the ones digit."""
        return tuple(f"digit_{place}" for place in range(self.digits + 1))

    def universe(self) -> None:
        """10^(2n) pairs are too many to list."""
        return None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        x, y = rng.integers(0, BASE, size=(2, count, self.digits))
        return self.batch(x, y)

    def batch(self, x: Int[np.ndarray, "batch digit"], y: Int[np.ndarray, "batch digit"]) -> Batch:
        """The examples with these operands, as digits, most significant first."""
        answer = column_sum(x, y).answer
        plus, equals = (np.full_like(x[:, :1], token) for token in (PLUS, EQUALS))
        tokens = np.concatenate([x, plus, y, equals, answer], axis=1)
        return Batch(tokens, answer, np.broadcast_to(np.arange(self.digits + 1), answer.shape).copy())

    def operands(
        self, tokens: Int[np.ndarray, "batch pos"]
    ) -> tuple[Int[np.ndarray, "batch digit"], Int[np.ndarray, "batch digit"]]:
        """The digits of x and y in some examples' tokens."""
        n = self.digits
        return tokens[:, :n], tokens[:, n + 1 : 2 * n + 1]


def column_sum(x: Int[np.ndarray, "batch digit"], y: Int[np.ndarray, "batch digit"]) -> Sum:
    """Add digit by digit from the right, with carries; any number of digits."""
    places = x.shape[1] + 1
    answer, carry = (np.zeros((len(x), places), dtype=x.dtype) for _ in range(2))
    for place in range(places - 1, 0, -1):
        total = x[:, place - 1] + y[:, place - 1] + carry[:, place]
        carry[:, place - 1], answer[:, place] = np.divmod(total, BASE)
    answer[:, 0] = carry[:, 0]
    return Sum(answer, carry)
