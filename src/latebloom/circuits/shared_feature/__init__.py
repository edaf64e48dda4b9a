"""The family of the task with one shared feature, whose linear model has no circuit."""

from latebloom.circuits.shared_feature.family import SHARED_FEATURE

__all__ = ["SHARED_FEATURE"]
