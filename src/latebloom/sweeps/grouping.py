"""Group jobs of equal shape into batches that are trained together."""

from collections.abc import Sequence
from dataclasses import dataclass

from latebloom.runs import Job, shape

BATCH = 16
"""The largest number of runs in a batch: large enough that submitting a batch costs little, small enough that a lost
worker costs little and that the last batches end together."""

BATCH_STEPS = 20_000
"""The largest number of steps of a batch of several runs, unless a GPU trains them as one. The results of a batch
arrive together, so a long run has one of its own: what is measured on it is then stored as soon as it ends."""

PORTIONS = 4
"""The least number of batches per worker, if there are enough runs, so that faster workers take more batches."""


@dataclass(frozen=True)
class Batch:
    """Jobs of equal shape that one worker trains; ``attempt`` counts from 1."""

    jobs: tuple[Job, ...]
    attempt: int = 1


def by_shape(jobs: Sequence[Job]) -> list[list[Job]]:
    """The jobs in groups of equal shape, groups and jobs in the order of the input."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(shape(job.experiment), []).append(job)
    return list(groups.values())


def batches(jobs: Sequence[Job], workers: int) -> list[Batch]:
    """The jobs as batches of equal shape for this number of workers."""
    most = min(BATCH, len(jobs) // (workers * PORTIONS))
    return [
        Batch(tuple(group[start : start + size]))
        for group in by_shape(jobs)
        for size in [_size(group, most)]
        for start in range(0, len(group), size)
    ]


def _size(group: Sequence[Job], most: int) -> int:
    """How many runs of a group, which all have as many steps, are in each batch."""
    training = group[0].experiment.training
    return max(1, most if training.device == "cuda" else min(most, BATCH_STEPS // max(1, training.steps)))
