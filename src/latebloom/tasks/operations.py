"""The built-in operations mod p.

Sources: x + y is the mainline task of the write-up, x - y the starter project that it recommends. The others are
operations of Power et al. 2022, "Grokking: generalization beyond overfitting on small algorithmic datasets", except the
random table, a control.
"""

from functools import cache
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Bool, Int
from pydantic import Field, model_validator

from latebloom.tasks.cyclic import is_prime
from latebloom.tasks.modular import ModularTask


class ModularAddition(ModularTask):
    """z = (x + y) mod p. The algorithm to expect: cos w(x + y), sin w(x + y) read out as cos w(x + y - z)."""

    summary: ClassVar[str] = "x + y mod p"
    name: Literal["modular_addition"] = "modular_addition"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x + y) % self.p


class ModularSubtraction(ModularTask):
    """z = (x - y) mod p. The directions become cos w(x - y) = cos wx cos wy + sin wx sin wy
    and sin w(x - y) = sin wx cos wy - cos wx sin wy."""

    summary: ClassVar[str] = "x - y mod p"
    name: Literal["modular_subtraction"] = "modular_subtraction"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x - y) % self.p


class ModularMultiplication(ModularTask):
    """z = x · y mod p. Where p is prime, log z = log x + log y mod p - 1, with logarithms to a primitive root."""

    summary: ClassVar[str] = "x · y mod p"
    name: Literal["modular_multiplication"] = "modular_multiplication"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return x * y % self.p


class ModularDivision(ModularTask):
    """z = x / y mod p, so that z · y = x mod p; y = 0 is left out. log z = log x - log y mod p - 1.

    p must be prime, so that every y but 0 has an inverse.
    """

    summary: ClassVar[str] = "x / y mod a prime p, without y = 0"
    name: Literal["modular_division"] = "modular_division"

    @model_validator(mode="after")
    def _check_prime(self) -> "ModularDivision":
        if not is_prime(self.p):
            below, above = (next(filter(is_prime, numbers)) for numbers in _outwards(self.p))
            raise ValueError(
                f"p: got {self.p}, expected a prime, so that every y has an inverse; choose {below} or {above}"
            )
        return self

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return x * _inverses(self.p)[y] % self.p

    def defined(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Bool[np.ndarray, "*shape"]:
        return y != 0


class ModularQuadratic(ModularTask):
    """z = (x² + xy + y²) mod p. No direction cos w(x ± y) determines the answer."""

    summary: ClassVar[str] = "x² + xy + y² mod p"
    name: Literal["modular_quadratic"] = "modular_quadratic"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x * x + x * y + y * y) % self.p


class ModularCubic(ModularTask):
    """z = (x³ + xy) mod p. No direction cos w(x ± y) determines the answer."""

    summary: ClassVar[str] = "x³ + xy mod p"
    name: Literal["modular_cubic"] = "modular_cubic"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        # Reduced after each product: x³ of a large p overflows 32-bit integers, which some inputs have.
        return (x * x % self.p + y) % self.p * x % self.p


class ModularSquareSum(ModularTask):
    """z = (x² + y²) mod p. No direction cos w(x ± y) determines the answer."""

    summary: ClassVar[str] = "x² + y² mod p"
    name: Literal["modular_square_sum"] = "modular_square_sum"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x * x + y * y) % self.p


class RandomTable(ModularTask):
    """z = T[x, y] with T drawn uniformly and once from ``table_seed``. It follows no rule, so it is the control for
    memorisation. A symmetric table follows one, T[x, y] = T[y, x], and no other."""

    later_fields: ClassVar[frozenset[str]] = ModularTask.later_fields | {"symmetric"}

    summary: ClassVar[str] = "a fixed random table over 0 … p-1, which can only be memorised"
    name: Literal["random_table"] = "random_table"
    table_seed: int = Field(default=0, ge=0, description="seed of the table, apart from split and init")
    symmetric: bool = Field(default=False, description="whether x, y and y, x have the same answer")

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        table = np.random.default_rng(self.table_seed).integers(0, self.p, size=(self.p, self.p))
        return table[np.minimum(x, y), np.maximum(x, y)] if self.symmetric else table[x, y]


def _outwards(number: int) -> tuple[range, range]:
    """The numbers below and above, nearest first."""
    return range(number - 1, 1, -1), range(number + 1, 2 * number)


@cache
def _inverses(p: int) -> Int[np.ndarray, " p"]:
    """The inverse of each number mod a prime p; 0, which has none, is given 0."""
    return np.array([0, *(pow(value, -1, p) for value in range(1, p))])
