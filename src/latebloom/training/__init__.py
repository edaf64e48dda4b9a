"""Training: optimisers, updates, and a loop that yields what the recording asks for. Writes no files."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.training.config import Recording, Training
from latebloom.training.experiment import Experiment
from latebloom.training.optimisers import OPTIMISERS, Kernel, Optimiser, UpdateRule
from latebloom.training.schedule import Schedule
from latebloom.training.stop import StopRule, stop_rule

if TYPE_CHECKING:
    from latebloom.training.ensemble import Ensemble
    from latebloom.training.loop import DIVERGENCE_ADVICE, Record, train
    from latebloom.training.source import DataSource
    from latebloom.training.trainer import Trainer

import_on_use(__name__)

__all__ = [
    "DIVERGENCE_ADVICE",
    "OPTIMISERS",
    "DataSource",
    "Ensemble",
    "Experiment",
    "Kernel",
    "Optimiser",
    "Record",
    "Recording",
    "Schedule",
    "StopRule",
    "Trainer",
    "Training",
    "UpdateRule",
    "stop_rule",
    "train",
]
