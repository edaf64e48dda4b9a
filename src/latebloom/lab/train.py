"""Train an experiment, watched."""

from pathlib import Path

from latebloom.runs import Run, train_run
from latebloom.training import Experiment
from latebloom.views import watch


def train(
    experiment: Experiment,
    name: str | None = None,
    root: str | Path = "runs",
    resume: bool = True,
    quiet: bool = False,
) -> Run:
    """Train into ``root/name`` and return the run; progress on standard error unless ``quiet``.

    A run of the same experiment that is there already is continued, or returned if it is finished. Ctrl-C ends
    cleanly after the current step; call again to go on. Errors: as `latebloom.runs.train_run`.
    """
    with watch(experiment, quiet) as observer:
        return train_run(experiment, name, root, resume, observer)
