"""Local learning coefficients: how many weights a loss constrains, counted as singular learning theory does.

The estimator is the mean excess loss of Langevin chains around the weights; `known` has losses whose coefficient is
known in closed form, on which it is calibrated.
"""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.circuits.llc.estimate import LearningCoefficient, estimate
from latebloom.circuits.llc.known import Known, deep_linear, deep_linear_coefficient, normal_crossing, quadratic
from latebloom.circuits.llc.measures import LLC, LLC_LONG, LLC_OF
from latebloom.circuits.llc.settings import Sampling

if TYPE_CHECKING:
    from latebloom.circuits.llc.of_model import PARTS, ModelLoss, learning_coefficient, parts_of

import_on_use(__name__)

__all__ = [
    "LLC",
    "LLC_LONG",
    "LLC_OF",
    "PARTS",
    "Known",
    "LearningCoefficient",
    "ModelLoss",
    "Sampling",
    "deep_linear",
    "deep_linear_coefficient",
    "estimate",
    "learning_coefficient",
    "normal_crossing",
    "parts_of",
    "quadratic",
]
