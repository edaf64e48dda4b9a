"""x + y digit by digit. Every digit of the answer has its own loss and its own phase change."""

from typing import ClassVar, Literal, NamedTuple

import numpy as np
from jaxtyping import Int
from pydantic import Field

from latebloom.tasks.base import Batch, Task

BASE = 10
PLUS, EQUALS = BASE, BASE + 1
MOST = 100
"""The largest number of digits. Sums are computed by digit, so nothing overflows; attention cost is quadratic in it."""


class Sum(NamedTuple):
    """The result of column addition, most significant digit first.

    answer: its digits; the first is 0 or 1. carry: the carry into each digit of the answer, 0 or 1. The first digit
    equals its carry, and the carry into the last digit is 0.
    """

    answer: Int[np.ndarray, "batch place"]
    carry: Int[np.ndarray, "batch place"]


class DigitAddition(Task):
    """x + y with n digits each and n + 1 in the answer, most significant first: ``d d d + d d d = a a a a``.

    Tokens 0–9 are digits, 10 is ``+``, 11 is ``=``; the output vocabulary is the digits. Digit i of the answer is
    predicted at position 2n + 1 + i, from ``=`` on, with the correct earlier digits as input. The last token of the
    answer is in the input, as in the published code, but no prediction depends on it. Digits of the operands are
    uniform and independent.
    Source: the write-up's 5-digit addition, with the layout of its published weights.
    """

    summary: ClassVar[str] = "x + y digit by digit, with a loss for each answer digit"

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
        """``digit_0`` is the first digit of the answer, 0 or 1; the last is the ones digit."""
        return tuple(f"digit_{place}" for place in range(self.digits + 1))

    def universe(self) -> None:
        """10^(2n) pairs are too many to list."""
        return None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        x, y = rng.integers(0, BASE, size=(2, count, self.digits))
        return self.batch(x, y)

    def batch(self, x: Int[np.ndarray, "batch digit"], y: Int[np.ndarray, "batch digit"]) -> Batch:
        """The examples with these operands, given by their digits, most significant first."""
        answer = column_sum(x, y).answer
        plus, equals = (np.full_like(x[:, :1], token) for token in (PLUS, EQUALS))
        tokens = np.concatenate([x, plus, y, equals, answer], axis=1)
        return Batch(tokens, answer, np.broadcast_to(np.arange(self.digits + 1), answer.shape).copy())

    def operands(
        self, tokens: Int[np.ndarray, "batch pos"]
    ) -> tuple[Int[np.ndarray, "batch digit"], Int[np.ndarray, "batch digit"]]:
        """The digits of x and y in the tokens of examples."""
        n = self.digits
        return tokens[:, :n], tokens[:, n + 1 : 2 * n + 1]


def column_sum(x: Int[np.ndarray, "batch digit"], y: Int[np.ndarray, "batch digit"]) -> Sum:
    """Add from the right, digit by digit, with carries; any number of digits."""
    places = x.shape[1] + 1
    answer, carry = (np.zeros((len(x), places), dtype=x.dtype) for _ in range(2))
    for place in range(places - 1, 0, -1):
        total = x[:, place - 1] + y[:, place - 1] + carry[:, place]
        carry[:, place - 1], answer[:, place] = np.divmod(total, BASE)
    answer[:, 0] = carry[:, 0]
    return Sum(answer, carry)
