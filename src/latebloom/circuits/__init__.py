"""Mechanisms by family of tasks, and interventions on any model."""

# ruff: noqa: I001 - families and measures register, and are computed, in the order of these imports.
from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits import (
    modular,
    groups,
    certificates,
    digits,
    induction,
    llc,
    several_operations,
    shared_feature,
    skip_trigrams,
    sparse_parity,
)
from latebloom.circuits.family import (
    FAMILIES,
    GENERIC,
    Family,
    explain,
    family_of,
    measure_snapshot,
    read_task,
    task_words,
)
from latebloom.circuits.words import FRESH, SEEN, Table, Words

if TYPE_CHECKING:
    from latebloom.circuits.interventions import AddVector, MeanNeurons, ReplaceWith, ZeroHeads, ZeroNeurons

import_on_use(__name__)

__all__ = [
    "FAMILIES",
    "FRESH",
    "GENERIC",
    "SEEN",
    "AddVector",
    "Family",
    "MeanNeurons",
    "ReplaceWith",
    "Table",
    "Words",
    "ZeroHeads",
    "ZeroNeurons",
    "certificates",
    "digits",
    "explain",
    "family_of",
    "groups",
    "induction",
    "llc",
    "measure_snapshot",
    "modular",
    "read_task",
    "several_operations",
    "shared_feature",
    "skip_trigrams",
    "sparse_parity",
    "task_words",
]
