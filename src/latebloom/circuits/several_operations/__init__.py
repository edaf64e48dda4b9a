"""Several operations in one model: each of them seen as a modular task of its own."""

from latebloom.circuits.several_operations.family import SEVERAL_OPERATIONS
from latebloom.circuits.several_operations.operation_grid import operation_grid

__all__ = ["SEVERAL_OPERATIONS", "operation_grid"]
