"""Runs that differ in a setting, grouped by it; and when each of them grokked."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from latebloom.claims.evidence import Evidence
from latebloom.statistics import GrokTimes

FEWEST = 3
"""Runs of one setting that a share of them is told of. Arbitrary: one or two decide nothing."""


def grouped(runs: Sequence[Evidence], *fields: str) -> dict[Any, list[Evidence]]:
    """The runs by the values of these fields (the value itself for one field), in the order of the runs."""
    groups: dict[Any, list[Evidence]] = {}
    for run in runs:
        values = tuple(run.run.experiment.setting(field) for field in fields)
        groups.setdefault(values[0] if len(fields) == 1 else values, []).append(run)
    return groups


def grok_times(runs: Sequence[Evidence]) -> GrokTimes:
    """When each run had 90 % of its test set right, censored at its last step where it never had."""
    return GrokTimes.of([run.reached("test") for run in runs], [run.last_step for run in runs])


def share_grokked(runs: Sequence[Evidence]) -> float:
    """How many of the runs had 90 % of their test set right at twice the step of their train set or later, 0 … 1."""
    return float(np.mean([_late(run.reached("train"), run.reached("test")) for run in runs]))


def _late(train: float | None, test: float | None) -> bool:
    return train is not None and test is not None and test >= 2 * train
