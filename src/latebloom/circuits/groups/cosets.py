"""Neurons that are constant on the cosets of a subgroup (Stander et al. 2024), found from their symmetries."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from latebloom.tasks.groups import Group
from latebloom.tasks.groups.table import generated

STARTS = 6
"""Elements from each of which a subgroup is grown; the largest of these subgroups counts."""


@dataclass(frozen=True, eq=False)
class Coset:
    """A subgroup, as a mask over the elements, and the number of the coset of each element, by element.

    left: of the cosets g∘H; right: of the cosets H∘g. Cosets are numbered by their least element.
    """

    members: Bool[np.ndarray, " n"]
    left: Int[np.ndarray, " n"]
    right: Int[np.ndarray, " n"]

    @property
    def order(self) -> int:
        """The number of elements of the subgroup."""
        return int(self.members.sum())

    @property
    def index(self) -> int:
        """The number of cosets."""
        return len(self.members) // self.order


class Subgroups:
    """The subgroups of a group that were met, each made once."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._made: dict[bytes, Coset] = {}
        self._joined: dict[tuple[bytes, int], Coset] = {}
        trivial = np.zeros(group.order, bool)
        trivial[group.identity] = True
        self.trivial = self._of(trivial)

    def joined(self, subgroup: Coset, element: int) -> Coset:
        """The least subgroup that contains a subgroup and an element."""
        key = (subgroup.members.tobytes(), element)
        if key not in self._joined:
            elements = [*np.flatnonzero(subgroup.members).tolist(), element]
            self._joined[key] = self._of(generated(self.group.table, self.group.identity, elements))
        return self._joined[key]

    def _of(self, members: Bool[np.ndarray, " n"]) -> Coset:
        key = members.tobytes()
        if key not in self._made:
            table = self.group.table
            self._made[key] = Coset(members, table[:, members].min(1), table[members].min(0))
        return self._made[key]


def symmetries(
    table: Int[np.ndarray, "n n"], rows: Float[np.ndarray, "n column"], right: bool
) -> Float[np.ndarray, "n column"]:
    """For each element h and each column f, the correlation of f(g) and f(g∘h) over g, or of f(g) and f(h∘g) where
    ``right`` is set; f is centred, and 0 where it does not vary.

    The mean of these over a subgroup H is the share of f's variance that functions constant on the cosets g∘H (H∘g)
    explain, because averaging over them is the projection onto these functions.
    """
    centred = rows - rows.mean(0)
    energy = (centred**2).sum(0)
    moved = table if right else table.T
    products = np.stack([(centred * centred[order]).sum(0) for order in moved])
    correlation: Float[np.ndarray, "n column"] = np.where(energy > 0, products / np.where(energy > 0, energy, 1), 0.0)
    return correlation


def largest_subgroup(subgroups: Subgroups, correlation: Float[np.ndarray, " n"], least: float) -> Coset:
    """The largest subgroup found on whose cosets a function has at least that share of its variance; the trivial one,
    whose cosets are single elements, always has all of it.

    A member h of such a subgroup has a correlation of at least 2·least - 1. Subgroups are grown greedily from each of
    `STARTS` elements, so a larger one may be missed; the shares of what is returned are exact.
    """
    candidates = [h for h in np.argsort(-correlation).tolist() if correlation[h] >= 2 * least - 1]
    best = subgroups.trivial
    for start in [h for h in candidates if h != subgroups.group.identity][:STARTS]:
        grown = subgroups.trivial
        for element in (start, *candidates):
            if not grown.members[element]:
                wider = subgroups.joined(grown, element)
                if wider.order < subgroups.group.order and correlation[wider.members].mean() >= least:
                    grown = wider
        best = max(best, grown, key=lambda one: one.order)
    return best
