"""Whether one event comes before another: in how many runs, and by how many steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from latebloom._config import Config
from latebloom.statistics.estimate import Estimate
from latebloom.statistics.median_estimate import median_estimate
from latebloom.statistics.summaries import share


class Lead(Config):
    """One run. leads: whether the event came first; None: undecided, with the reason. steps: its lead, negative if
    late.
    """

    leads: bool | None
    steps: float | None = None
    reason: str | None = None


class Leads(Config):
    """Many runs. leads: share of the decided runs in which the event came first; undecided: number of the others.

    steps: median lead over the runs in which both events happened; a tie counts as 0.
    """

    leads: Estimate
    undecided: int
    steps: Estimate


def first_below(
    step: Float[np.ndarray, " record"], value: Float[np.ndarray, " record"], threshold: float | int
) -> float | None:
    """The first recorded step with a value below the threshold; None if there is none. Exact to the spacing only."""
    below = np.flatnonzero(value < threshold)
    return float(step[below[0]]) if below.size else None


def first_reached(
    step: Float[np.ndarray, " record"], value: Float[np.ndarray, " record"], threshold: float | int
) -> float | None:
    """The first recorded step with a value at or above the threshold; None if there is none. NaN does not count."""
    reached = np.flatnonzero(value >= threshold)
    return float(step[reached[0]]) if reached.size else None


def lead(first: float | int | None, second: float | int | None, before: float | int | None = None) -> Lead:
    """Whether an event at step ``first`` came before another at step ``second`` (None: it never happened).

    ``before``: the step of the record before ``first``. The order is undecided in a tie, or if the second event lies
    between ``before`` and ``first``, because the records are too far apart.
    """
    if first is None or second is None:
        return Lead(leads=None, reason="one of the two events never happens")
    steps = second - first
    if steps == 0 or (before is not None and before < second < first):
        return Lead(leads=None, steps=steps, reason="the checkpoints are too far apart to order the two events")
    return Lead(leads=steps > 0, steps=steps)


def leads(runs: Sequence[Lead]) -> Leads:
    """Share with Wilson's interval, and median. Limits: those of `share` and `median_estimate`."""
    decided = [run.leads for run in runs if run.leads is not None]
    steps = [run.steps for run in runs if run.steps is not None]
    first, middle = share(sum(decided), len(decided)), median_estimate(steps)
    return Leads(leads=first, undecided=len(runs) - len(decided), steps=middle)
