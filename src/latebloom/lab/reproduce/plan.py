"""What a reproduction will train, and how long that takes."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from latebloom.lab.reproduce.catalogue import Budget, catalogue, check_only
from latebloom.lab.reproduce.reproduce import HOME
from latebloom.lab.reproduce.train import Told
from latebloom.sweeps.place import Folder
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.train import worker_count


def plan(
    budget: Budget,
    root: Path,
    only: Collection[str] = (),
    workers: int | None = None,
    told: Told = lambda line: None,
) -> list[dict[str, Any]]:
    """One row for each system, as `latebloom.sweeps.plan.Plan.priced` has it, with the system's name.

    To know how long training takes, a few steps of what is left are trained; ``told`` hears of each system before.
    Errors: UsageError for an unknown system in ``only``.
    """
    check_only(only, budget)
    rows = []
    for name, entry in catalogue(budget).items():
        if not only or name in only:
            found = make_plan(Folder(root / HOME / name), entry.jobs())
            if found.left:
                told(f"{name}: training a few steps to see how long they take")
            rows.append({"system": name, **found.priced(worker_count(found.left, workers))})
    return rows
