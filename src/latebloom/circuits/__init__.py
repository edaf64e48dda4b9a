"""Mechanisms by family of tasks, and interventions on any model."""

from latebloom.circuits import (
    certificates,
    digits,
    groups,
    induction,
    llc,
    modular,
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
from latebloom.circuits.interventions import AddVector, MeanNeurons, ReplaceWith, ZeroHeads, ZeroNeurons
from latebloom.circuits.words import FRESH, SEEN, Table, Words

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
    "shared_feature",
    "skip_trigrams",
    "sparse_parity",
    "task_words",
]
