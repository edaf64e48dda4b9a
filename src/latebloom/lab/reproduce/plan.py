"""What a reproduction still has to train, and how long that takes."""

from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.claims import SYSTEMS, Results
from latebloom.lab.reproduce.beginnings import Beginnings, last_step
from latebloom.lab.reproduce.catalogue import Budget, catalogue, check_only
from latebloom.lab.reproduce.past_times import PastTimes
from latebloom.lab.reproduce.reproduce import HOME, results_of
from latebloom.lab.reproduce.train import Progress, SystemRuns
from latebloom.runs import Job, Run
from latebloom.sweeps.place import Folder
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.train import worker_count


def plan(
    budget: Budget,
    root: Path,
    only: Collection[str] = (),
    workers: int | None = None,
    progress: Progress = lambda line: None,
    results: Results | None = None,
    again: bool = False,
    measured: bool = False,
) -> list[dict[str, Any]]:
    """One row for each system, as `latebloom.sweeps.plan.Plan.row` has it, with the system's name.

    A run whose stored record is complete is not trained. Neither is one whose record lacks a quantity and that is not
    under the root, unless ``again``: ``lacking`` is the number of these runs, ``lacks`` the names of the quantities.
    How long the runs that are left take follows from stored runs like them, and is null for a system without any; a run
    that has begun, or that goes on from a finished one, counts from the step at which it does.
    measured: a few steps of them are trained instead, which takes minutes; ``progress`` announces each system before.
    Errors: UsageError for an unknown system in ``only``.
    """
    check_only(only, budget)
    results = results or results_of(root)
    past = PastTimes(record for name in SYSTEMS for record in results.read(name))
    rows = []
    for name, entry in catalogue(budget).items():
        if not only or name in only:
            runs = SystemRuns.of(entry, root / HOME / name, results, progress, again)
            system = make_plan(Folder(root / HOME / name), runs.missing())
            count = worker_count(system.left, workers)
            if measured and system.left:
                progress(f"{name}: training a few steps to measure how long they take")
            priced = (
                system.priced(count)
                if measured
                else system.row(count, past.seconds(system.left, trained_before(root, name)))
            )
            lacked = runs.out_of_reach()
            lacks = sorted({quantity for names in lacked.values() for quantity in names})
            rows.append({"system": name, **priced, "runs": len(runs.jobs), "lacking": len(lacked), "lacks": lacks})
    return rows


def trained_before(root: Path, system: str) -> Callable[[Job], int]:
    """The step from which a run of the system goes on: its own, or the last one of a run that is its beginning."""
    beginnings = Beginnings(root)

    def step(job: Job) -> int:
        with suppress(LatebloomError):  # it has not begun, or its manifest is damaged
            return last_step(Run(root / HOME / system / job.name))
        begun = beginnings.of(job.experiment)
        return 0 if begun is None else last_step(begun)

    return step
