"""Groups by name: C12, D59, S5, A5, Q8, C2×C4. A family of groups is one registration, here or in another package."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
from jaxtyping import Int

from latebloom._registry import Registry
from latebloom.tasks.groups.families import alternating, cyclic, dihedral, product, quaternions, symmetric
from latebloom.tasks.groups.table import MOST_ELEMENTS, Group

Table = Int[np.ndarray, "n n"]

_TIMES = re.compile(r"[×x*]")


@dataclass(frozen=True)
class GroupFamily:
    """Groups whose names differ in one number, or a single group.

    name: with ``{n}`` for the number, as ``D{n}``; without it, it is the name of a single group, and n is ``least``.
    words: what they are. order: the number of elements of the n-th, growing with n. table: of the n-th, elements
    0 … order-1. least: the first n. step: allowed n are ``least``, and those for which ``has`` is true.
    """

    name: str
    words: str
    order: Callable[[int], int]
    table: Callable[[int], Table]
    least: int = 1
    has: Callable[[int], bool] = lambda n: True
    abelian: bool = False

    @property
    def single(self) -> bool:
        """Whether it is one group only."""
        return "{n}" not in self.name

    def of(self, n: int) -> str:
        """The name of the n-th."""
        return self.name.format(n=n)

    def number(self, name: str) -> int | None:
        """The n of a name; None where the name is none of this family."""
        if self.single:
            return self.least if name == self.name else None
        before, after = map(re.escape, self.name.split("{n}"))
        found = re.fullmatch(f"{before}([1-9][0-9]{{0,5}}){after}", name)
        n = int(found[1]) if found else 0
        return n if n >= self.least and self.has(n) else None

    def of_order(self, order: int) -> Iterator[int]:
        """Every n whose group has so many elements."""
        n = self.least
        while self.order(n) <= order:
            if self.order(n) == order and self.has(n):
                yield n
            if self.single:
                return
            n += 1


GROUPS: Registry[GroupFamily] = Registry("group")
"""Every family of groups, in the order in which names are preferred."""

for _family in (
    GroupFamily("C{n}", "cyclic: addition mod n", lambda n: n, cyclic, abelian=True),
    GroupFamily("S{n}", "symmetric: all permutations of n things", math.factorial, symmetric, least=3),
    GroupFamily("A{n}", "alternating: even permutations", lambda n: math.factorial(n) // 2, alternating, least=4),
    GroupFamily("D{n}", "dihedral: symmetries of a regular n-gon, 2n of them", lambda n: 2 * n, dihedral, least=3),
    GroupFamily(
        "Q{n}",
        "generalised quaternions, n = 8, 16, 32, …",
        lambda n: n,
        quaternions,
        least=8,
        has=lambda n: n & (n - 1) == 0,
    ),
):
    GROUPS.register(_family)


def group_table(name: str) -> Table:
    """The table of a group by name; factors of a direct product are separated by ``×`` or ``x``.

    Errors: ValueError for a name of no registered family, or of a group with more than `MOST_ELEMENTS` elements.
    """
    members = [_member(part.strip(), name) for part in _TIMES.split(name)]
    # No family's n-th group has fewer than n / 2 elements, and the order of S999999 would take for ever.
    large = any(n > 2 * MOST_ELEMENTS for _, n in members)
    if large or math.prod(family.order(n) for family, n in members) > MOST_ELEMENTS:
        raise ValueError(f"expected a group of {MOST_ELEMENTS} elements or fewer, not {name}")
    return reduce(product, (family.table(n) for family, n in members))


def _member(name: str, whole: str) -> tuple[GroupFamily, int]:
    for family in GROUPS.values():
        n = family.number(name)
        if n is not None:
            return family, n
    known = ", ".join(family.of(family.least) if family.single else family.name for family in GROUPS.values())
    raise ValueError(f"expected one of {known}, or a product such as S3×C2, not {whole!r}")


Named = tuple[GroupFamily, int]


def named(order: int) -> Iterator[tuple[str, Group]]:
    """Every group of that order of the registered families by name, simple names before products."""
    for members in _products(order):
        table = reduce(product, (family.table(n) for family, n in members))
        yield "×".join(family.of(n) for family, n in members), Group(table, _identity(table))


def _identity(table: Table) -> int:
    """The number of the identity: its row is that of the elements in order."""
    return int(np.flatnonzero((table == np.arange(len(table))).all(1))[0])


def _products(order: int) -> list[list[Named]]:
    """Non-abelian factors and cyclic ones whose orders divide each other; those of few factors first."""
    found = [
        [*others, *((GROUPS["C{n}"], n) for n in chain)]
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
    return [(family, n) for family in GROUPS.values() if not family.abelian for n in family.of_order(order)]


def _divisor_chains(order: int, least: int) -> Iterator[list[int]]:
    """Ways to write the order as a product in which every factor divides the next: one for each abelian group."""
    if order == 1:
        yield []
    elif order >= least:
        yield [order]
        for n in range(least, order):
            if order % n == 0:
                yield from ([n, *rest] for rest in _divisor_chains(order // n, n) if rest and rest[0] % n == 0)
