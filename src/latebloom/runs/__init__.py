"""Training into run directories, resuming, and reading runs: the layer between typed objects and the store."""

from typing import TYPE_CHECKING

from latebloom._lazy import import_on_use
from latebloom.runs.run import Checkpoint, Run, open_run
from latebloom.runs.shape import shape

if TYPE_CHECKING:
    from latebloom.runs.batch import BatchObserver, Job, JobResult, train_batch
    from latebloom.runs.start import start_from
    from latebloom.runs.train import Observer, train_run

import_on_use(__name__)

__all__ = [
    "BatchObserver",
    "Checkpoint",
    "Job",
    "JobResult",
    "Observer",
    "Run",
    "open_run",
    "shape",
    "start_from",
    "train_batch",
    "train_run",
]
