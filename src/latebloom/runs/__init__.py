"""Training into run directories, resuming, and reading runs: the layer between typed objects and the store."""

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
