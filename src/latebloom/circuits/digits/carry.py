"""How a model makes the carry from the column on the right: to which digit it attends, and how sharply it turns at ten.

x + y is over 9 where the digit further from 4.5 is over 4.5, and 9 where both are as far on either side. A head that
attends to that digit, and moves it as it is, makes most of a step that no sum of a function of each digit has.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.digits.columns import Moved
from latebloom.circuits.digits.fits import Digits
from latebloom.tasks.digit_addition import BASE

LARGEST_SUM = 2 * (BASE - 1)

BEFORE, AFTER = BASE - 2, BASE + 1
"""Sums of a column that enclose the step of its carry, between 9 and 10; 9 passes on the carry from further right."""

STRAIGHT = (AFTER - BEFORE) / LARGEST_SUM
"""How much of a straight line lies between them."""


def course(values: Float[Tensor, "batch column"], x: Digits, y: Digits) -> Float[Tensor, " sum"]:
    """How far the columns' means have come at each sum x + y = 0 … 18, along their change from 0 (0) to 18 (1); NaN at
    a sum that does not occur."""
    means = torch.stack([values[x + y == one].mean(0) for one in range(LARGEST_SUM + 1)])
    change = means[-1] - means[0]
    return (means - means[0]) @ change / (change @ change)


def rise_at_the_step(values: Float[Tensor, "batch column"], x: Digits, y: Digits) -> float:
    """How much of that change lies between `BEFORE` and `AFTER`: `STRAIGHT` for a straight line, 1 for a step."""
    found = course(values, x, y)
    return float(found[AFTER] - found[BEFORE])


def carry_logit(moved: Moved, place: int) -> Float[Tensor, "batch 1"]:
    """The logit of the digit with a carry less that of the digit without one."""
    x, y = moved.digits("own", place)
    logits, without = moved.sums.logits[:, place], (x + y) % BASE
    with_one, none = (logits.gather(1, digit[:, None]) for digit in ((without + 1) % BASE, without))
    return with_one - none


def attention_to_digits(moved: Moved, place: int) -> Float[Tensor, "batch 2"]:
    """Attention to both digits of the column on the right, of the head that looks there most."""
    pair = moved.pattern[:, :, place, moved.positions("right", place)]
    return pair[:, int(pair.sum((0, 2)).argmax())]


def attention_by_digit(moved: Moved, place: int) -> Float[Tensor, " 10"]:
    """Its mean by the digit that it goes to."""
    digits, attention = torch.stack(moved.digits("right", place), dim=1), attention_to_digits(moved, place)
    return torch.stack([attention[digits == digit].mean() for digit in range(BASE)])


def attention_share(moved: Moved, place: int, rank: Callable[[Digits], Tensor]) -> float:
    """The share of it that goes to the digit of higher rank, of sums in which the ranks differ."""
    x, y = map(rank, moved.digits("right", place))
    higher, attention = torch.stack([x > y, y > x], dim=1), attention_to_digits(moved, place)
    return float(attention[higher].sum() / attention[x != y].sum())


def from_the_middle(digit: Digits) -> Digits:
    """Twice the distance from 4.5."""
    return (2 * digit - (BASE - 1)).abs()
