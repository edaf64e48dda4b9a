"""Files of weights, opened without executing anything in them."""

from latebloom.analysis.weight_files.open_file import open_weights, read_content
from latebloom.analysis.weight_files.snapshot import hints_of, read_with_task, snapshot_of_file, snapshot_of_state
from latebloom.analysis.weight_files.training import SavedState, TrainingFile, open_training
from latebloom.analysis.weight_files.weight_file import State, WeightFile

__all__ = [
    "SavedState",
    "State",
    "TrainingFile",
    "WeightFile",
    "hints_of",
    "open_training",
    "open_weights",
    "read_content",
    "read_with_task",
    "snapshot_of_file",
    "snapshot_of_state",
]
