"""Mechanisms of models that compose the elements of a finite group."""

from latebloom.circuits.groups.explanation import GroupExplanation, explain_group
from latebloom.circuits.groups.family import GROUPS
from latebloom.circuits.groups.irreps import Irrep, real_irreps
from latebloom.circuits.groups.projections import GroupLogits

__all__ = ["GROUPS", "GroupExplanation", "GroupLogits", "Irrep", "explain_group", "real_irreps"]
