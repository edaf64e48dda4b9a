"""Files of weights, opened without executing anything in them."""

from latebloom.analysis.weight_files.weight_file import State, WeightFile

__all__ = ["State", "WeightFile"]
