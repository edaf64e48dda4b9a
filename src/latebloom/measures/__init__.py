"""Numbers of one model by name. Values that are undefined are left out.

The measures of one family of tasks live in that family's folder of `latebloom.circuits`.
"""

from latebloom.measures.absent import AbsentSets
from latebloom.measures.answers import Answers
from latebloom.measures.any_model import LOSSES, WEIGHTS
from latebloom.measures.column import Column
from latebloom.measures.measure import MEASURES, Measure, costly_measure_of, measures_of
from latebloom.measures.snapshot import Basis, Snapshot, fixed_basis, no_basis, plain_forward

__all__ = [
    "LOSSES",
    "MEASURES",
    "WEIGHTS",
    "AbsentSets",
    "Answers",
    "Basis",
    "Column",
    "Measure",
    "Snapshot",
    "costly_measure_of",
    "fixed_basis",
    "measures_of",
    "no_basis",
    "plain_forward",
]
