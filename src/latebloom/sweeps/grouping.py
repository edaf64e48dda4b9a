"""Which jobs may be trained together, and in what portions."""

from collections.abc import Sequence
from dataclasses import dataclass

from latebloom.runs import Job, shape

BATCH = 16
"""Runs in a batch at most: enough that handing one out costs nothing beside it, few enough that a lost worker costs
little and that the last batches end together."""

PORTIONS = 4
"""Batches for each worker at least, where there are runs enough: the last ones even out who is faster."""


@dataclass(frozen=True)
class Batch:
    """Jobs of equal shape that one worker trains; ``attempt`` counts from 1."""

    jobs: tuple[Job, ...]
    attempt: int = 1


def by_shape(jobs: Sequence[Job]) -> list[list[Job]]:
    """The jobs in groups of equal shape, groups and jobs in the order in which they came."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(shape(job.experiment), []).append(job)
    return list(groups.values())


def batches(jobs: Sequence[Job], workers: int) -> list[Batch]:
    """The jobs as batches of equal shape for so many workers."""
    size = max(1, min(BATCH, len(jobs) // (workers * PORTIONS)))
    return [
        Batch(tuple(group[start : start + size])) for group in by_shape(jobs) for start in range(0, len(group), size)
    ]
