"""Train a sweep: lock its place, choose an engine, train the batches, and record the request."""

from collections.abc import Sequence
from typing import Literal

from latebloom.runs import Job
from latebloom.sweeps.asked import SWEEP, Asked, asked_of
from latebloom.sweeps.children import cores, leave_while_importing_main
from latebloom.sweeps.conduct import Conductor, OnEnd
from latebloom.sweeps.engine import SweepEngine
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import batches
from latebloom.sweeps.local import LocalEngine
from latebloom.sweeps.place import Place
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.progress import watch_sweep
from latebloom.sweeps.ray_engine import RayEngine
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.tally import Tally

EngineName = Literal["local", "ray"]


def train_sweep(
    place: Place,
    jobs: Sequence[Job],
    spec: Spec | None = None,
    engine: EngineName = "local",
    workers: int | None = None,
    address: str | None = None,
    quiet: bool = False,
    on_end: OnEnd = lambda result: None,
) -> Tally:
    """Train the jobs that are not over yet, store them in the place, and return the counts.

    ``sweep.json`` records ``spec`` beside those of earlier calls. ``on_end`` receives the result of each run as it
    ends, in this process. After an interrupt, a lost worker or a full disk, the same call resumes without loss.
    Errors: RunLockedError while another process trains this sweep; UsageError, also in a script that calls this without
    ``if __name__ == "__main__":``.
    """
    leave_while_importing_main()
    with place.lock():
        plan = make_plan(place, jobs)
        if spec is not None:
            _record(place, spec)
        tally = Tally(plan.total, plan.over, {job.name: job.experiment.training.steps for job in plan.left})
        if plan.left:
            count = worker_count(plan.left, workers)
            with _engine(engine, place, count, address, plan.left) as chosen, watch_sweep(quiet) as view:
                Conductor(place, chosen, tally, Failures(place), view, on_end).conduct(batches(plan.left, count))
    return tally


def worker_count(jobs: Sequence[Job], requested: int | None = None) -> int:
    """One worker per core, at most one per run; one worker for training on a GPU, which workers would share."""
    if requested is not None:
        return requested
    return 1 if _on_gpu(jobs) else max(1, min(cores(), len(jobs)))


def _on_gpu(jobs: Sequence[Job]) -> bool:
    return any(job.experiment.training.device == "cuda" for job in jobs)


def _engine(name: EngineName, place: Place, workers: int, address: str | None, jobs: Sequence[Job]) -> SweepEngine:
    return RayEngine(place, address, _on_gpu(jobs)) if name == "ray" else LocalEngine(place, workers)


def _record(place: Place, spec: Spec) -> None:
    """Add the request to ``sweep.json`` unless it is recorded already."""
    asked = asked_of(place.read).asked
    if spec not in asked:
        place.write(SWEEP, Asked(asked=(*asked, spec)).model_dump(mode="json"))
