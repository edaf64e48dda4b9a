"""The progress of a training: a live picture in a terminal, plain lines elsewhere."""

from latebloom.views.compiling import compiling_said
from latebloom.views.training import watch_training

__all__ = ["compiling_said", "watch_training"]
