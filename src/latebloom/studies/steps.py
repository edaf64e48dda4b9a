"""How long runs take to generalise, and how much longer than others with the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from latebloom.claims import Record
from latebloom.claims.learning import test_90_at
from latebloom.statistics import Estimate, median_estimate

T = TypeVar("T")

NEVER = "never counts as the last step"


def right_at(record: Record) -> float:
    """The step of `RIGHT` test accuracy; the last one where it is never reached."""
    step = record.value(test_90_at.name)
    return float((record.step or 0) if step is None else step)


def times_as_long(over: Sequence[Record], under: Sequence[Record]) -> Estimate:
    """That step of one arm over that of another, with the same seed, in the median over seeds."""
    longer, shorter = ({run.setting("model.seed"): right_at(run) for run in runs} for runs in (over, under))
    return median_estimate([one / other for one, other in paired(longer, shorter)])


def paired(first: Mapping[int, T], second: Mapping[int, T]) -> list[tuple[T, T]]:
    """What two arms have of the same seed, seed by seed; a seed that is in one of them alone is left out."""
    return [(first[seed], second[seed]) for seed in sorted(first.keys() & second.keys())]
