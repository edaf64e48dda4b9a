"""The matrices of a real irreducible representation, from the group's table alone."""

import numpy as np
from jaxtyping import Float

from latebloom.circuits.groups.irreps import COMMUTING, Irrep, inverses
from latebloom.tasks.groups import Group


def functions_of(group: Group, irrep: Irrep, seed: int = 0) -> Float[np.ndarray, "n rank"]:
    """An orthonormal basis of the functions on the group that lie in the representation: the entries of its matrices.

    Convolution with the idempotent maps random functions to random functions of this space.
    """
    random = np.random.default_rng(seed).normal(size=(group.order, irrep.rank))
    basis, _ = np.linalg.qr(convolution(group, irrep) @ random)
    return basis


def convolution(group: Group, irrep: Irrep) -> Float[np.ndarray, "g h"]:
    """e(g·h⁻¹): the projection of functions on the group onto the representation."""
    return irrep.idempotent[group.table[:, inverses(group)]]


def matrices(group: Group, irrep: Irrep, seed: int = 0) -> Float[np.ndarray, "n d d"]:
    """ρ(g) for every element g: orthogonal matrices with ρ(g) ρ(h) = ρ(g∘h), one of the equivalent choices.

    The functions of the representation are several copies of it under (λ(g) f)(h) = f(g⁻¹∘h). A random symmetric map
    that commutes with all λ(g), f ↦ f * w with w(g) = w(g⁻¹), has an eigenvalue for each copy, so the eigenvectors of
    the least one are a basis of one copy (Dixon 1970, "Computing irreducible representations of groups").
    """
    inverse, table = inverses(group), group.table
    basis = functions_of(group, irrep, seed)
    weights = np.random.default_rng(seed + 1).normal(size=group.order)
    weights = weights + weights[inverse]
    # (f * w)(g) = Σ_h f(h) w(h⁻¹∘g)
    mixed = basis.T @ weights[table[inverse]] @ basis
    _, vectors = np.linalg.eigh((mixed + mixed.T) / 2)
    copy = basis @ vectors[:, : irrep.dimension]
    # ρ(g)_ij = Σ_h copy(h, i) · copy(g⁻¹∘h, j)
    shifted = copy[table[inverse]]
    return np.einsum("hi,ghj->gij", copy, shifted, optimize=True)


def departures(group: Group, irreps: list[Irrep], seed: int = 0, pairs: int = 64) -> dict[str, float]:
    """How far the representations are from what they must be; all are 0 but for rounding.

    orthogonal: the largest entry of ρ(g)ᵀρ(g) - 1 over all elements. multiplicative: that of ρ(g) ρ(h) - ρ(g∘h) over
    ``pairs`` random pairs. irreducible: the largest departure of the mean of χ(g)² over the group from c, which is 1, 2
    or 4 for the three types. complete: Σ d²/c less the group's order.
    """
    rng = np.random.default_rng(seed)
    g, h = rng.integers(group.order, size=(2, pairs))
    orthogonal = multiplicative = irreducible = 0.0
    for one in irreps:
        rho = matrices(group, one, seed)
        identity = np.eye(one.dimension)
        orthogonal = max(orthogonal, float(np.abs(np.swapaxes(rho, 1, 2) @ rho - identity).max()))
        multiplicative = max(multiplicative, float(np.abs(rho[g] @ rho[h] - rho[group.table[g, h]]).max()))
        characters = np.trace(rho, axis1=1, axis2=2)
        irreducible = max(irreducible, abs(float((characters**2).mean()) - COMMUTING[one.type]))
    complete = abs(sum(one.rank for one in irreps) - group.order)
    return {
        "orthogonal": orthogonal,
        "multiplicative": multiplicative,
        "irreducible": irreducible,
        "complete": float(complete),
    }
