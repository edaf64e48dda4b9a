"""How long runs take to generalise, and how much longer than others with the same seed."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom.claims import Record
from latebloom.claims.learning import test_90_at
from latebloom.statistics import Estimate, median_estimate

NEVER = "never counts as the last step"


def right_at(record: Record) -> float:
    """The step of `RIGHT` test accuracy; the last one where it is never reached."""
    step = record.value(test_90_at.name)
    return float((record.step or 0) if step is None else step)


def times_as_long(over: Sequence[Record], under: Sequence[Record]) -> Estimate:
    """That step of one arm over that of another, with the same seed, in the median over seeds."""
    longer, shorter = ({run.setting("model.seed"): right_at(run) for run in runs} for runs in (over, under))
    return median_estimate([longer[seed] / shorter[seed] for seed in sorted(longer.keys() & shorter.keys())])
