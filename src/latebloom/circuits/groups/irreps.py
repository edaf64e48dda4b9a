"""The real irreducible representations of a finite group, as their characters, from its table alone."""

from collections import Counter
from dataclasses import dataclass, replace
from string import ascii_lowercase

import numpy as np
from jaxtyping import Float, Int

from latebloom.tasks.groups import Group

TYPES = {1: "real", 0: "complex", -1: "quaternionic"}
"""By the Frobenius-Schur indicator."""

COMMUTING = {"real": 1, "complex": 2, "quaternionic": 4}
"""The dimension of the matrices that commute with a representation: real numbers, complex ones, or quaternions."""


@dataclass(frozen=True, eq=False)
class Irrep:
    """One irreducible representation over the real numbers.

    idempotent: e by element, with e * e = e under convolution: a multiple of the character, and convolution with it
    projects functions on the group onto the representation. dimension: over the real numbers. type: real, complex (two
    conjugate complex representations together) or quaternionic (one complex representation twice). name: the dimension
    and a letter that tells those of equal dimension apart, such as 4a; the trivial one is 1a.
    """

    idempotent: Float[np.ndarray, " n"]
    dimension: int
    type: str
    name: str = ""

    @property
    def rank(self) -> int:
        """The dimension of the functions on the group that lie in it: d² divided by 1, 2 or 4 for the three types."""
        return self.dimension**2 // COMMUTING[self.type]

    @property
    def trivial(self) -> bool:
        """Whether every element acts as the identity."""
        return bool(np.allclose(self.idempotent, self.idempotent[0]))


def real_irreps(group: Group) -> list[Irrep]:
    """All of them, the trivial one first, then by dimension, then by their characters.

    Convolution with a random class function f, f(g) = f(g⁻¹), is a symmetric map on the functions that are equal on
    conjugate elements and on their inverses. Its eigenvectors are the characters, summed over conjugate pairs, since
    each irreducible representation has an eigenvalue of its own (Dixon 1967).
    """
    inverse = inverses(group)
    label = _real_classes(group, inverse)
    classes, of_class, sizes = np.unique(label, return_inverse=True, return_counts=True)
    weights = np.random.default_rng(0).normal(size=len(classes))[of_class]
    # (T f)[k, j] = Σ over g in class j of f(z_k g⁻¹), symmetric once both sides are scaled by the sizes.
    rows = weights[group.table[classes[:, None], inverse]]
    matrix = np.stack([np.bincount(of_class, weights=row, minlength=len(classes)) for row in rows])
    scaled = np.sqrt(sizes)[:, None] * matrix / np.sqrt(sizes)
    _, vectors = np.linalg.eigh((scaled + scaled.T) / 2)
    functions = (vectors / np.sqrt(sizes)[:, None]).T[:, of_class]
    found = [_irrep(function * function[group.identity], group) for function in functions]
    order = np.lexsort((classes, sizes, group.orders[classes]))
    # Rounded, since equal characters of two representations differ by rounding.
    found.sort(key=lambda one: (not one.trivial, one.dimension, *-_character(one, classes[order])))
    return _named(found)


def _character(irrep: Irrep, elements: Int[np.ndarray, " class"]) -> Float[np.ndarray, " class"]:
    """The character over the dimension, at these elements, without the noise of rounding."""
    values: Float[np.ndarray, " class"] = np.round(irrep.idempotent[elements] / irrep.idempotent.max(), 6) + 0.0
    return values


def _named(irreps: list[Irrep]) -> list[Irrep]:
    """With names: 1a, 1b, 4a, 4b, …; letters are a … z, then aa, ab, …"""
    count: Counter[int] = Counter()
    named = []
    for one in irreps:
        named.append(replace(one, name=f"{one.dimension}{_letters(count[one.dimension])}"))
        count[one.dimension] += 1
    return named


def _letters(number: int) -> str:
    more, last = divmod(number, 26)
    return (_letters(more - 1) if more else "") + ascii_lowercase[last]


def inverses(group: Group) -> Int[np.ndarray, " n"]:
    """The inverse of each element."""
    return np.argmax(group.table == group.identity, axis=1)


def _irrep(idempotent: Float[np.ndarray, " n"], group: Group) -> Irrep:
    n = group.order
    squares = np.diagonal(group.table)
    # The rank of the projection is d² for a real or quaternionic representation of complex dimension d, 2d² for a pair.
    rank = n * idempotent[group.identity]
    indicator = round(float(idempotent[squares].sum() / np.sqrt(rank)))
    dimension = {1: np.sqrt(rank), 0: np.sqrt(2 * rank), -1: 2 * np.sqrt(rank)}[indicator]
    return Irrep(idempotent, round(float(dimension)), TYPES[indicator])


def _real_classes(group: Group, inverse: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """The least element of the conjugacy class of each element, joined with that of its inverse."""
    conjugates = group.table[group.table, inverse[:, None]]  # g h g⁻¹ at [g, h]
    least = conjugates.min(0)
    return np.minimum(least, least[inverse])
