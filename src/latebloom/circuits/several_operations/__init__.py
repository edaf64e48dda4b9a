"""The family of several operations in one model, which has only text."""

from latebloom.circuits.several_operations.family import SEVERAL_OPERATIONS

__all__ = ["SEVERAL_OPERATIONS"]
