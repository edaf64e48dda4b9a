"""Tables of the usual families of groups: C_n, D_n, S_n, A_n, Q_8, and direct products."""

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np
from jaxtyping import Int

from latebloom.tasks.groups.table import Group


def cyclic(n: int) -> Int[np.ndarray, "n n"]:
    """C_n: addition mod n."""
    i = np.arange(n)
    return (i[:, None] + i) % n


def dihedral(n: int) -> Int[np.ndarray, "m m"]:
    """D_n, of order 2n: element s·n + r is a rotation by r, after a reflection where s is 1."""
    s, r = np.divmod(np.arange(2 * n), n)
    sign = 1 - 2 * s
    return (s[:, None] ^ s) * n + (sign * r[:, None] + r) % n


def symmetric(n: int) -> Int[np.ndarray, "m m"]:
    """S_n: all permutations of n things."""
    return _composed(list(itertools.permutations(range(n))))


def alternating(n: int) -> Int[np.ndarray, "m m"]:
    """A_n: the even permutations of n things."""
    return _composed([each for each in itertools.permutations(range(n)) if not _odd(each)])


def quaternions() -> Int[np.ndarray, "8 8"]:
    """Q_8: 1, i, j, k, and 4 more for their negatives."""
    units = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
    minus = np.array([[0, 0, 0, 0], [0, 1, 0, 1], [0, 1, 1, 0], [0, 0, 1, 1]])
    negative, unit = np.divmod(np.arange(8), 4)
    return units[unit[:, None], unit] + 4 * (minus[unit[:, None], unit] ^ negative[:, None] ^ negative)


def product(first: Int[np.ndarray, "n n"], second: Int[np.ndarray, "m m"]) -> Int[np.ndarray, "k k"]:
    """The direct product of two groups."""
    m = len(second)
    a, b = np.divmod(np.arange(len(first) * m), m)
    return first[a[:, None], a] * m + second[b[:, None], b]


def _composed(permutations: Sequence[tuple[int, ...]]) -> Int[np.ndarray, "m m"]:
    number = {each: i for i, each in enumerate(permutations)}
    return np.array([[number[tuple(f[i] for i in g)] for g in permutations] for f in permutations])


def _odd(permutation: Sequence[int]) -> bool:
    return sum(a > b for a, b in itertools.combinations(permutation, 2)) % 2 == 1


def named(order: int) -> Iterator[tuple[str, Group]]:
    """Every group of that order of the usual families by name, simple names before products."""
    for names in _products(order):
        table = reduce(product, (table for _, table in names))
        yield "×".join(name for name, _ in names), Group(table, 0)


Named = tuple[str, Int[np.ndarray, "n n"]]


def _products(order: int) -> list[list[Named]]:
    """Non-abelian factors and cyclic ones whose orders divide each other; those of few factors first."""
    found = [
        [*others, *([(f"C{n}", cyclic(n)) for n in chain])]
        for others, left in _non_abelian_products(order, 2)
        for chain in _divisor_chains(left, 2)
        if others or chain
    ]
    return sorted(found, key=len)


def _non_abelian_products(order: int, least: int) -> Iterator[tuple[list[Named], int]]:
    """Choices of non-abelian factors, and the order that is left."""
    yield [], order
    for size in range(max(least, 6), order + 1):
        if order % size == 0:
            for factor in _non_abelian(size):
                for others, left in _non_abelian_products(order // size, size):
                    yield [factor, *others], left


def _non_abelian(order: int) -> list[Named]:
    found: list[Named] = []
    for n in range(3, 8):
        if math.factorial(n) == order:
            found.append((f"S{n}", symmetric(n)))
        if n > 3 and math.factorial(n) == 2 * order:
            found.append((f"A{n}", alternating(n)))
    if order % 2 == 0 and order > 6:
        found.append((f"D{order // 2}", dihedral(order // 2)))
    return [*found, ("Q8", quaternions())] if order == 8 else found


def _divisor_chains(order: int, least: int) -> Iterator[list[int]]:
    """Ways to write the order as a product in which every factor divides the next: one for each abelian group."""
    if order == 1:
        yield []
    elif order >= least:
        yield [order]
        for n in range(least, order):
            if order % n == 0:
                yield from ([n, *rest] for rest in _divisor_chains(order // n, n) if rest and rest[0] % n == 0)
