"""The one place where typed objects meet the store; resume lives here."""

from latebloom.runs.batch import BatchObserver, Job, JobResult, train_batch
from latebloom.runs.run import Checkpoint, Run, open_run
from latebloom.runs.shape import shape
from latebloom.runs.train import Observer, train_run

__all__ = [
    "BatchObserver",
    "Checkpoint",
    "Job",
    "JobResult",
    "Observer",
    "Run",
    "open_run",
    "shape",
    "train_batch",
    "train_run",
]
