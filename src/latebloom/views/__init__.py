"""The view of a training in progress: a live picture in a terminal, plain lines elsewhere."""

from latebloom.views.training import watch

__all__ = ["watch"]
