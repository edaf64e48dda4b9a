"""The real irreducible representations of a finite group, as their characters, from its table alone."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from latebloom.tasks.groups import Group

TYPES = {1: "real", 0: "complex", -1: "quaternionic"}
"""By the Frobenius-Schur indicator."""


@dataclass(frozen=True, eq=False)
class Irrep:
    """One irreducible representation over the real numbers.

    idempotent: e by element, with e * e = e under convolution: a multiple of the character, and convolution with it
    projects functions on the group onto the representation. dimension: over the real numbers. type: real, complex (two
    conjugate complex representations together) or quaternionic (one complex representation twice).
    """

    idempotent: Float[np.ndarray, " n"]
    dimension: int
    type: str

    @property
    def trivial(self) -> bool:
        """Whether every element acts as the identity."""
        return bool(np.allclose(self.idempotent, self.idempotent[0]))


def real_irreps(group: Group) -> list[Irrep]:
    """All of them, the trivial one first, then by dimension.

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
    return sorted(found, key=lambda one: (not one.trivial, one.dimension))


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
