"""Mechanisms of models that compose the elements of a finite group."""

from latebloom.circuits.groups.explanation import GroupExplanation, explain_group
from latebloom.circuits.groups.family import GROUPS
from latebloom.circuits.groups.irreps import Irrep, real_irreps
from latebloom.circuits.groups.matrices import departures, matrices
from latebloom.circuits.groups.planted import planted_cosets, planted_irreps, planted_lookup
from latebloom.circuits.groups.projections import GroupLogits
from latebloom.circuits.groups.rivals import Rivals, Trial, rivals

__all__ = [
    "GROUPS",
    "GroupExplanation",
    "GroupLogits",
    "Irrep",
    "Rivals",
    "Trial",
    "departures",
    "explain_group",
    "matrices",
    "planted_cosets",
    "planted_irreps",
    "planted_lookup",
    "real_irreps",
    "rivals",
]
