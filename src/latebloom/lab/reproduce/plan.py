"""What a reproduction still has to train, and how long that takes."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from latebloom.claims import Results
from latebloom.lab.reproduce.catalogue import Budget, catalogue, check_only
from latebloom.lab.reproduce.reproduce import HOME, results_of
from latebloom.lab.reproduce.train import Progress, SystemRuns
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
) -> list[dict[str, Any]]:
    """One row for each system, as `latebloom.sweeps.plan.Plan.priced` has it, with the system's name.

    A run whose stored record is complete is not trained. A few steps of each run that is left are trained to measure
    how long it takes; ``progress`` announces each system before. Errors: UsageError for an unknown system in ``only``.
    """
    check_only(only, budget)
    rows = []
    for name, entry in catalogue(budget).items():
        if not only or name in only:
            missing = SystemRuns.of(entry, root / HOME / name, results or results_of(root), progress).missing()
            system = make_plan(Folder(root / HOME / name), missing)
            if system.left:
                progress(f"{name}: training a few steps to measure how long they take")
            priced = system.priced(worker_count(system.left, workers))
            rows.append({"system": name, **priced, "runs": len(entry.jobs())})
    return rows
