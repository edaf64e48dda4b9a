"""The plan of a sweep: the runs that exist, the runs that are left, and the cost of those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latebloom.store.sweep_documents import failures_of

if TYPE_CHECKING:
    from latebloom.runs import Job
    from latebloom.sweeps.place import Place


OVER = ("finished", "diverged")
"""Statuses of runs that are not trained again: a diverged run would diverge again bit-identically."""


@dataclass(frozen=True)
class Plan:
    """``left``: jobs to train. ``statuses``: the number of planned runs by status (new, interrupted, finished, …)."""

    place: Place
    left: tuple[Job, ...]
    statuses: Counter[str]

    @property
    def total(self) -> int:
        """The number of planned runs."""
        return self.statuses.total()

    @property
    def over(self) -> Counter[str]:
        """Runs that are over already, by status."""
        return Counter({status: self.statuses[status] for status in OVER if self.statuses[status]})

    def priced(self, workers: int) -> dict[str, Any]:
        """The plan and its estimated cost, for JSON; null where nothing is left or nothing could be measured."""
        from latebloom.sweeps.cost import estimate_cost

        cost = estimate_cost(self.left)
        return self.row(workers) if cost is None else self.row(workers, cost.seconds, cost.bytes)

    def row(self, workers: int, seconds: float | None = None, bytes: float | None = None) -> dict[str, Any]:
        """The plan with a cost: seconds of one worker, and bytes of disk; null where that is not known."""
        return {
            "sweep": str(self.place),
            "runs": self.total,
            "left": len(self.left),
            "standing": dict(self.statuses),
            "workers": workers,
            "seconds_at_most": None if seconds is None else round(seconds / workers, 1),
            "megabytes_at_most": None if bytes is None else round(bytes / 1e6, 1),
        }


def make_plan(place: Place, jobs: Sequence[Job]) -> Plan:
    """Look up the status of every job."""
    failed = failures_of(place.read)
    statuses: Counter[str] = Counter()
    left = []
    found = place.statuses([job.name for job in jobs])
    for job in jobs:
        status = found[job.name]
        statuses["failed" if job.name in failed and status not in OVER else status] += 1
        if status not in OVER:
            left.append(job)
    return Plan(place, tuple(left), statuses)
