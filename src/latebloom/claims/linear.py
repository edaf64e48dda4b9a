"""Claims about the linear model from the discussion under the write-up."""

from collections.abc import Callable, Sequence
from math import inf
from statistics import median_high

import numpy as np

from latebloom.claims.claim import SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.settings import FEWEST, grouped

SHARE = 0.1
"""Learned: a loss under a tenth of its first value. Arbitrary."""

LAG = 1.5
"""Test loss lags where it is learned at this many times the step of train loss. Arbitrary."""


def _ratios(runs: Sequence[Evidence], optimiser: str, full_batch: bool) -> list[float]:
    """Step at which test loss is learned over that of train loss, of each run that learns its train set; infinite where
    it never learns the other."""
    groups = grouped(runs, "optimiser.name", "training.batch_size")
    chosen = [found for (name, size), found in groups.items() if name == optimiser and (size is None) == full_batch]
    steps = [(_learned(run, "train_loss"), _learned(run, "test_loss")) for found in chosen for run in found]
    return [inf if test is None else test / max(train, 1.0) for train, test in steps if train is not None]


def _learned(run: Evidence, name: str) -> float | None:
    series = run.series(name)
    if series is None:
        return None
    below = np.flatnonzero(series.value < SHARE * series.value[0])
    return float(series.step[below[0]]) if len(below) else None


def _lag(optimiser: str, full_batch: bool, expected: bool) -> Callable[[Sequence[Evidence]], Verdict]:
    def judge(runs: Sequence[Evidence]) -> Verdict:
        ratios = _ratios(runs, optimiser, full_batch)
        if len(ratios) < FEWEST:
            return undecided(f"{len(ratios)} such runs learn the train set, and {FEWEST} are needed")
        middle = median_high(ratios)
        when = "never learned" if middle == inf else f"learned at {middle:.2f} times the step of train loss"
        found = f"test loss is {when} (median of {len(ratios)} runs)"
        return judged((middle >= LAG) == expected, None if middle == inf else middle, found)

    return judge


CLAIMS = tuple(
    SweepClaim(
        id=f"linear-{optimiser}-{'full-batch' if full_batch else 'minibatch'}",
        sentence=f"A linear model with 100 memorising weights and one generalising weight {what} "
        f"({'full batch' if full_batch else 'minibatches'}).",
        place="the discussion under W",
        write_up="argued there",
        rule=f"Until a tenth of the first loss test takes {'at least' if lags else 'under'} {LAG:g} times the steps of "
        "train (both arbitrary).",
        judge=_lag(optimiser, full_batch, lags),
        system="linear",
        figure="training-curve",
    )
    for optimiser, lags, what in (
        ("adamw", True, "learns both at the same pace with AdamW, so that generalising lags"),
        ("sgd", False, "learns the generalising one first with gradient descent, so that test loss does not lag"),
    )
    for full_batch in (True, False)
)
