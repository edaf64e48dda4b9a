"""The order of a group in which a modular task is explained, where it is not that of the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latebloom._config import Config
from latebloom.tasks import ModularTask

if TYPE_CHECKING:
    from latebloom.circuits.modular.positions import Positions


class NumberOrder(Config):
    """The numbers at each position: operand x[i] and operand y[j] have the answer z[(i + sign · j) mod n].

    n: the order of the group. sentence: the same in words. x, y, z: n numbers each.
    """

    n: int
    sign: int
    sentence: str
    x: list[int]
    y: list[int]
    z: list[int]


def number_order(task: ModularTask, found: str = "") -> NumberOrder | None:
    """The order in which the task is explained; None where that is the order of its numbers. found: how it is known."""
    from latebloom.circuits.modular.positions import positions

    order = positions(task)
    if order.sign is None or order.natural:
        return None
    return NumberOrder(
        n=len(order.x),
        sign=order.sign,
        sentence=_sentence(order, found),
        x=order.x.tolist(),
        y=order.y.tolist(),
        z=order.z.tolist(),
    )


def describe_positions(order: Positions) -> str | None:
    """What positions stand for, where they are not the numbers themselves and the order is that of logarithms."""
    if order.natural:
        return None
    x, y, z = (values.tolist() for values in (order.x, order.y, order.z))
    n, numbers = len(x), list(range(len(x)))
    if n > 1 and x == y == z == _powers(x[1], n + 1):
        return f"x, y and z stand for discrete logarithms mod {n + 1} to the base {x[1]}; the value 0 has none"
    if x == y == numbers:
        return "z stands for the position of the answer, counted from the answer to x = 0, y = 0"
    moved = [name for name, values in (("x", x), ("y", y), ("z", z)) if values != numbers]
    stand = "stands for a position" if len(moved) == 1 else "stand for positions"
    operands = "; ".join(f"{name}: {_listed(values)}" for name, values in _listable(x, y).items() if values != numbers)
    return f"{_and(moved)} {stand} in the order of a cyclic group of {n} elements, {operands}"


def _powers(base: int, modulus: int) -> list[int]:
    """base^0, base^1, … base^(modulus-2) mod the modulus, which need not be prime."""
    return [pow(base, exponent, modulus) for exponent in range(modulus - 1)]


def _listable(x: list[int], y: list[int]) -> dict[str, list[int]]:
    """The operands by name, once where they have the same order."""
    return {"x and y": x} if x == y else {"x": x, "y": y}


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _listed(values: list[int]) -> str:
    shown = ", ".join(map(str, values[:8]))
    return shown if len(values) <= 8 else f"{shown}, …"


def _sentence(order: Positions, found: str) -> str:
    operation = "x + y" if order.sign == 1 else "x - y"
    text = f"{describe_positions(order)}: the answers are {operation} mod {len(order.x)}"
    return f"{text}; {found}" if found else text
