"""The progress of a training: a live picture in a terminal, plain lines elsewhere."""

from latebloom.views.training import watch_training

__all__ = ["watch_training"]
