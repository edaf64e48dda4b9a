"""Train an experiment, or one experiment with many seeds, and show progress."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from latebloom.lab.mirror import both, mirrored
from latebloom.runs import Job, JobResult, Run, open_run, start_from, train_batch, train_run
from latebloom.runs.naming import default_name
from latebloom.sweeps.progress import watch_sweep
from latebloom.sweeps.tally import Tally
from latebloom.training import Experiment, Record
from latebloom.views import compiling_said, watch_training


def train(
    experiment: Experiment,
    name: str | None = None,
    root: str | Path = "runs",
    resume: bool = True,
    quiet: bool = False,
    track: str | None = None,
    start: Run | str | Path | None = None,
) -> Run:
    """Train into ``root/name`` and return the run; show progress on standard error unless ``quiet``.

    An existing run of the same experiment is continued, or returned if it is finished; with ``resume`` False it is an
    error. Ctrl-C stops training after the current step, and the same call continues it. Errors: those of
    `latebloom.runs.train_run`.

    start: a finished run of the same experiment with fewer steps (an object, a path or a name under ``root``), from
    whose last state training starts. It is copied, see `latebloom.runs.start_from`, and the default name is then that
    of the experiment with its number of steps. A run that exists already is continued from where it is.

    track: the name of a tracker that mirrors the metrics; UsageError where its library is missing. A tracker that fails
    while training gives one warning, and training goes on.
    """
    if start is not None:
        name = name or f"{default_name(experiment)}-{experiment.training.steps}"
        start_from(open_run(start, root), experiment, name, root)
    mirror = mirrored(experiment, name or default_name(experiment), root, track)
    with mirror as log, watch_training(experiment, quiet) as view, compiling_said(quiet) as reached:

        def noticed(record: Record) -> None:
            reached(record.step)

        return train_run(experiment, name, root, resume, both(both(noticed, view), log))


def train_seeds(
    experiment: Experiment,
    seeds: Iterable[int],
    name: str | None = None,
    root: str | Path = "runs",
    quiet: bool = False,
) -> list[JobResult]:
    """Train one experiment with many seeds in this process, in ``root`` or ``root/name``; return how each run ended.

    Each run is bit-identical to the same run alone on one thread. Existing runs are continued, or left as they are if
    they are finished. Ctrl-C stops all of them, and the same call continues them.
    """
    folder = Path(root) if name is None else Path(root) / name
    experiments = [experiment.with_seed(seed) for seed in seeds]
    jobs = [Job(seeded, default_name(seeded)) for seeded in experiments]
    tally = Tally(len(jobs), Counter(), {job.name: job.experiment.training.steps for job in jobs})
    with watch_sweep(quiet) as view, compiling_said(quiet) as compiled:

        def reached(run: str, step: int) -> None:
            compiled(step)
            tally.reached(run, step)
            view(tally)

        def ended(result: JobResult) -> None:
            tally.end(result)
            view(tally)

        return train_batch(jobs, folder, reached, ended)
