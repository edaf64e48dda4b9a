"""The order of a group in which a modular task is explained, where it is not that of the numbers."""

from itertools import pairwise

from latebloom._config import Config
from latebloom.circuits.modular.positions import Positions, positions
from latebloom.tasks import ModularTask


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
    n = len(order.x)
    if n > 1 and int(order.x[0]) == 1 and all(int(b) == int(a) * int(order.x[1]) % (n + 1) for a, b in _steps(order)):
        return (
            f"x, y and z stand for discrete logarithms mod {n + 1} to the base {int(order.x[1])}; the value 0 has none"
        )
    if bool((order.x == order.x.sort().values).all()):
        return "z stands for the position of the answer, counted from the answer to x = 0, y = 0"
    return f"x, y and z stand for positions in the order of a cyclic group of {n} elements, x: {_listed(order)}"


def _steps(order: Positions) -> list[tuple[int, int]]:
    values = order.x.tolist()
    return list(pairwise(values))


def _listed(order: Positions) -> str:
    values = order.x.tolist()
    shown = ", ".join(map(str, values[:8]))
    return shown if len(values) <= 8 else f"{shown}, …"


def _sentence(order: Positions, found: str) -> str:
    operation = "x + y" if order.sign == 1 else "x - y"
    text = f"{describe_positions(order)}: the answers are {operation} mod {len(order.x)}"
    return f"{text}; {found}" if found else text
