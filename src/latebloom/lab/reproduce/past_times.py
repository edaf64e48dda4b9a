"""How long runs will take, by the stored records of runs like them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from latebloom.claims import Record
from latebloom.runs import Job
from latebloom.runs.canonical import canonical
from latebloom.store import identity

_DECIDES = ("task", "data", "model", "optimiser", "training")
"""The sections of an experiment that decide how long a step takes; recording takes little beside training."""

_FREE = {
    "task": ("table_seed",),
    "data": ("seed",),
    "model": ("seed",),
    "optimiser": ("lr", "weight_decay"),
    "training": ("steps", "stop"),
}
"""Fields that do not change how long a step takes."""


class PastTimes:
    """Seconds of training per step, the median over the stored runs of each kind."""

    def __init__(self, records: Iterable[Record]) -> None:
        found: dict[str, list[float]] = defaultdict(list)
        for record in records:
            if record.seconds and record.step:
                found[_kind(canonical(record.experiment))].append(record.seconds / record.step)
        self._per_step = {kind: median(times) for kind, times in found.items()}

    def seconds(self, jobs: Sequence[Job], trained: Callable[[Job], int] = lambda job: 0) -> float | None:
        """Seconds of one core that training takes to the last step of every job, on the machine of the stored runs;
        jobs like none of these are assumed to take the mean per step of the others. None where no job is like one.
        trained: the step from which a job goes on."""
        steps = [job.experiment.training.steps - trained(job) for job in jobs]
        times = [self._per_step.get(_kind(job.experiment.model_dump(mode="json"))) for job in jobs]
        known = [time for time in times if time is not None]
        if not known:
            return None
        mean = fmean(known)
        return sum(count * (mean if time is None else time) for count, time in zip(steps, times, strict=True))


def _kind(experiment: Mapping[str, Any]) -> str:
    """An identifier of the runs whose steps take equally long."""
    return identity(
        {
            section: {name: value for name, value in experiment[section].items() if name not in _FREE[section]}
            for section in _DECIDES
        }
    )
