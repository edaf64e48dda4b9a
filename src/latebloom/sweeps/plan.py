"""A sweep before it runs: which runs exist, which are left, and what those will cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from latebloom.runs import Job
from latebloom.sweeps.cost import estimate_cost
from latebloom.sweeps.failures import NAME
from latebloom.sweeps.place import Place

OVER = ("finished", "diverged")
"""Statuses of runs that are not trained again: a diverged run would diverge again, with the same bits."""


@dataclass(frozen=True)
class Plan:
    """``left``: jobs to train. ``standing``: the number of planned runs by status (new, interrupted, finished, …)."""

    place: Place
    left: tuple[Job, ...]
    standing: Counter[str]

    @property
    def total(self) -> int:
        """Planned runs."""
        return self.standing.total()

    @property
    def there(self) -> Counter[str]:
        """Runs that are over already, by status."""
        return Counter({status: self.standing[status] for status in OVER if self.standing[status]})

    def priced(self, workers: int) -> dict[str, Any]:
        """For JSON, with the estimated cost; null where nothing is left or nothing could be measured."""
        cost = estimate_cost(self.left)
        return {
            "sweep": str(self.place),
            "runs": self.total,
            "left": len(self.left),
            "standing": dict(self.standing),
            "workers": workers,
            "seconds_at_most": None if cost is None else round(cost.seconds / workers, 1),
            "megabytes_at_most": None if cost is None else round(cost.bytes / 1e6, 1),
        }


def make_plan(place: Place, jobs: Sequence[Job]) -> Plan:
    """Look up the status of every job."""
    failed = place.read(NAME) or {}
    standing: Counter[str] = Counter()
    left = []
    for job in jobs:
        status = place.standing(job.name)
        standing["failed" if job.name in failed and status not in OVER else status] += 1
        if status not in OVER:
            left.append(job)
    return Plan(place, tuple(left), standing)
