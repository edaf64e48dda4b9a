"""How early winners can be predicted: how well a score recorded during a run separates them from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from latebloom._errors import UsageError
from latebloom.statistics.discrimination import auc

MOMENTS = 40
"""The largest number of moments shown (arbitrary)."""


@dataclass(frozen=True, eq=False)
class ScoredItems:
    """One run. score: of each item at each record, higher for likelier winners. member: whether the item won."""

    step: Float[np.ndarray, " record"]
    score: Float[np.ndarray, "record item"]
    member: Bool[np.ndarray, " item"]

    def at(self, step: float | int) -> Float[np.ndarray, " item"]:
        """The scores of the last record at or before a step; NaN outside the range of the records."""
        if not len(self.step) or not self.step[0] <= step <= self.step[-1]:
            return np.full(len(self.member), np.nan)
        return self.score[int(np.searchsorted(self.step, step, side="right")) - 1]

    def foresight(
        self, steps: Sequence[float | int], member: Bool[np.ndarray, " item"] | None = None
    ) -> tuple[float | None, ...]:
        """`auc` of the scores at each step for the winners, or for other members; None where it is undefined."""
        return tuple(auc(self.at(step), self.member if member is None else member) for step in steps)


def controls(runs: Sequence[ScoredItems]) -> list[Bool[np.ndarray, " item"] | None]:
    """For each run, the winners of the next run: a control that preserves what all runs share.

    If their AUC is above 0.5, some items are likelier winners in every run, independently of the scores of the run.
    None where there is only one run. Errors: UsageError where runs differ in the number of items.
    """
    sizes = sorted({len(run.member) for run in runs})
    if len(sizes) > 1:
        raise UsageError(f"foresight: got runs with {sizes} items, expected the same number in each")
    return [None] * len(runs) if len(runs) < 2 else [run.member for run in [*runs[1:], *runs[:1]]]


def shared_moments(runs: Sequence[ScoredItems], most: int = MOMENTS) -> list[float]:
    """Steps that every run recorded: the first, the last, and some between them, evenly spaced on a log scale.

    The same runs contribute to every moment, so nothing is shown after the last step of the shortest run.
    """
    if not runs:
        return []
    shared = sorted(set.intersection(*(set(run.step.tolist()) for run in runs)))
    if len(shared) <= most:
        return shared
    positive = np.array([step for step in shared if step > 0])
    wanted = np.geomspace(positive[0], positive[-1], most - 1)
    nearest = {float(positive[np.abs(positive - step).argmin()]) for step in wanted}
    return sorted(nearest | {shared[0]})
