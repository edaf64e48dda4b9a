"""Mechanisms of models that compose the elements of a finite group."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.groups.family import GROUPS
from latebloom.circuits.groups.irreps import Irrep, real_irreps
from latebloom.circuits.groups.matrices import departures, matrices

if TYPE_CHECKING:
    from latebloom.circuits.groups.explanation import GroupExplanation, explain_group
    from latebloom.circuits.groups.planted import planted_cosets, planted_irreps, planted_lookup
    from latebloom.circuits.groups.projections import GroupLogits
    from latebloom.circuits.groups.rivals import Rivals, Trial, rivals

import_on_use(__name__)

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
