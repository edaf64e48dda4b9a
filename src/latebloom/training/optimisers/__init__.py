"""Optimisers, one per file, registered by name.

Another package adds one in the same way: an `UpdateRule` with a function that builds torch's optimiser, and
``OPTIMISERS.register(rule)``. A compiled kernel and a stacked step are optional and make training faster.
"""

from latebloom.training.optimisers.adam import ADAM
from latebloom.training.optimisers.adamw import ADAMW
from latebloom.training.optimisers.delayed_decay import DELAYED_DECAY
from latebloom.training.optimisers.grokfast_ema import GROKFAST_EMA
from latebloom.training.optimisers.grokfast_ma import GROKFAST_MA
from latebloom.training.optimisers.lion import LION
from latebloom.training.optimisers.muon import MUON
from latebloom.training.optimisers.norm_constrained import NORM_CONSTRAINED
from latebloom.training.optimisers.orthograd import ORTHOGRAD
from latebloom.training.optimisers.rule import OPTIMISERS, Kernel, UpdateRule, rule_of, settings_class
from latebloom.training.optimisers.settings import AnyOptimiser, Optimiser, warmed
from latebloom.training.optimisers.sgd import SGD
from latebloom.training.optimisers.sign_descent import SIGN_DESCENT

for _rule in (
    ADAMW,
    ADAM,
    SGD,
    SIGN_DESCENT,
    LION,
    MUON,
    GROKFAST_EMA,
    GROKFAST_MA,
    ORTHOGRAD,
    NORM_CONSTRAINED,
    DELAYED_DECAY,
):
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
