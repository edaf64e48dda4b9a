"""A binary operation seen as addition in a cyclic group."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

Operation = Callable[[Int[np.ndarray, "*shape"], Int[np.ndarray, "*shape"]], Int[np.ndarray, "*shape"]]
"""z = f(x, y), elementwise."""


@dataclass(frozen=True, eq=False)
class CyclicForm:
    """z = f(x, y) as addition (sign 1) or subtraction (sign -1) in the cyclic group Z_n.

    Each array lists values by position: the operand x at position i is ``x[i]``, and

        f(x[i], y[j]) = z[(i + sign · j) mod n]

    An array over operands and answers, taken at ``[x][:, y][:, :, z]``, is in the order of the group's Fourier basis:
    the directions cos w(i + sign · j), sin w(i + sign · j) with w = 2πk/n determine the answer.

    x + y and x - y mod p: n = p, and every value is its own position.
    x · y and x / y mod a prime p: n = p - 1, and the position of a value is its discrete logarithm to the base of the
    least primitive root g (value = g^position mod p). The value 0 has no position, so it is in none of the arrays.
    """

    sign: int
    x: Int[np.ndarray, " n"]
    y: Int[np.ndarray, " n"]
    z: Int[np.ndarray, " n"]

    @property
    def order(self) -> int:
        """n, the number of elements of the group."""
        return len(self.x)

    @property
    def natural(self) -> bool:
        """Whether every value is its own position, so that the Fourier basis needs no reordering."""
        return all(np.array_equal(values, np.arange(self.order)) for values in (self.x, self.y, self.z))


def cyclic_form(operation: Operation, p: int) -> CyclicForm | None:
    """The form of an operation on 0 … p-1, with positions by value or by discrete logarithm; None where it has neither.

    The form is derived from the answers, so an operation need not declare it. Constants are allowed: x + y + 5 has the
    form of x + y with its answers renumbered.
    """
    candidates = (_verified(operation, values, sign) for values in _orderings(p) for sign in (1, -1))
    return next((form for form in candidates if form is not None), None)


def _orderings(p: int) -> Iterator[Int[np.ndarray, " n"]]:
    """Values by position: as they are, then by discrete logarithm where p is prime."""
    yield np.arange(p)
    if is_prime(p):
        yield powers(primitive_root(p), p)


def _verified(operation: Operation, values: Int[np.ndarray, " n"], sign: int) -> CyclicForm | None:
    """The form with these operands by position, if the operation has it; rows are compared one at a time."""
    n = len(values)
    z = operation(values, np.full_like(values, values[0]))
    if len(np.unique(z)) < n:
        return None
    steps = sign * np.arange(n)
    for position, value in enumerate(values):
        if not np.array_equal(operation(np.full_like(values, value), values), z[(position + steps) % n]):
            return None
    return CyclicForm(sign, values, values, z)


def is_prime(number: int) -> bool:
    """By trial division."""
    return number > 1 and all(number % factor for factor in range(2, int(number**0.5) + 1))


def powers(base: int, p: int) -> Int[np.ndarray, " n"]:
    """base^0, base^1, … base^(p-2) mod p."""
    value, sequence = 1, []
    for _ in range(p - 1):
        sequence.append(value)
        value = value * base % p
    return np.array(sequence)


def primitive_root(p: int) -> int:
    """The least g whose powers are all of 1 … p-1; p must be prime."""
    factors = [factor for factor in range(2, p) if (p - 1) % factor == 0 and is_prime(factor)]
    return next(g for g in range(1, p) if all(pow(g, (p - 1) // factor, p) != 1 for factor in factors))
