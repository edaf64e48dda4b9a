"""Optimisers, one per file, registered by name.

Another package adds one in the same way: an `UpdateRule` with a function that builds torch's optimiser, and
``OPTIMISERS.register(rule)``. A compiled kernel and a stacked step are optional and make training faster.
"""

from latebloom.training.optimisers.adam import ADAM
from latebloom.training.optimisers.adamw import ADAMW
from latebloom.training.optimisers.rule import OPTIMISERS, Kernel, UpdateRule, rule_of, settings_class
from latebloom.training.optimisers.settings import AnyOptimiser, Optimiser, warmed
from latebloom.training.optimisers.sgd import SGD

for _rule in (ADAMW, ADAM, SGD):
    OPTIMISERS.register(_rule)

__all__ = [
    "OPTIMISERS",
    "AnyOptimiser",
    "Kernel",
    "Optimiser",
    "UpdateRule",
    "rule_of",
    "settings_class",
    "warmed",
]
