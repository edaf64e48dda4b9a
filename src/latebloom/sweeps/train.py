"""Train a plan: lock its place, choose an engine, conduct, remember what was asked for."""

from collections.abc import Sequence
from typing import Any, Literal

from latebloom.runs import Job
from latebloom.sweeps.children import cores
from latebloom.sweeps.conduct import Conductor, OnEnd
from latebloom.sweeps.engine import Engine
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import batches
from latebloom.sweeps.local import LocalEngine
from latebloom.sweeps.place import Place
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.progress import watch
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
    """Train the jobs that are not over yet into the place; how it went.

    ``spec`` is kept in ``sweep.json`` beside those of earlier calls. ``on_end`` receives the result of each run as it
    ends, in this process. An interrupt, a lost worker or a full disk lose nothing: the same call resumes.
    Errors: RunLockedError while another process trains this sweep, UsageError.
    """
    with place.lock():
        plan = make_plan(place, jobs)
        if spec is not None:
            _remember(place, spec)
        tally = Tally(plan.total, plan.there, {job.name: job.experiment.training.steps for job in plan.left})
        if plan.left:
            count = worker_count(plan.left, workers)
            with _engine(engine, place, count, address, plan.left) as chosen, watch(quiet) as view:
                Conductor(place, chosen, tally, Failures(place), view, on_end).conduct(batches(plan.left, count))
    return tally


def worker_count(jobs: Sequence[Job], asked: int | None = None) -> int:
    """As many as cores, at most one for each run; one where runs train on a GPU, which they would only share."""
    if asked is not None:
        return asked
    return 1 if _on_gpu(jobs) else max(1, min(cores(), len(jobs)))


def _on_gpu(jobs: Sequence[Job]) -> bool:
    return any(job.experiment.training.device == "cuda" for job in jobs)


def _engine(name: EngineName, place: Place, workers: int, address: str | None, jobs: Sequence[Job]) -> Engine:
    return RayEngine(place, address, _on_gpu(jobs)) if name == "ray" else LocalEngine(place, workers)


def _remember(place: Place, spec: Spec) -> None:
    """Add what was asked for to ``sweep.json``, once."""
    known: dict[str, Any] = place.read("sweep") or {"format": 1, "asked": []}
    asked = spec.model_dump(mode="json")
    if asked not in known["asked"]:
        place.write("sweep", {**known, "asked": [*known["asked"], asked]})
