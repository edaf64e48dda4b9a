"""The one place where typed objects meet the store; resume lives here."""

from latebloom.runs.run import Checkpoint, Run, open_run
from latebloom.runs.train import Observer, train_run

__all__ = ["Checkpoint", "Observer", "Run", "open_run", "train_run"]
