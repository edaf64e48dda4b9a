"""Runs that differ in a setting, grouped by it; and when each of them grokked."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from latebloom.claims.claim import Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import MOST
from latebloom.statistics import GrokTimes

FEWEST = 3
"""Runs of one setting that a share of them is told of. Arbitrary: one or two decide nothing."""

STILL = 0.05
"""Growth of test accuracy over the last quarter of a run from which on it is still learning. Arbitrary."""

WHILE_LEARNING = (
    f"where fewer do, undecided while their median test accuracy gains more than {100 * STILL:.0f} points (arbitrary) "
    "in the last quarter of the steps"
)
"""The part of a rule that `grokking_judged` adds to it."""


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


def memorising(runs: Sequence[Evidence]) -> list[Evidence]:
    """The runs that had 90 % of their train set right at some step."""
    return [run for run in runs if run.reached("train") is not None]


def share_grokked(runs: Sequence[Evidence]) -> float:
    """How many of the runs had 90 % of their test set right at twice the step of their train set or later, 0 … 1."""
    return float(np.mean([_late(run.reached("train"), run.reached("test")) for run in runs]))


def share_generalised(runs: Sequence[Evidence]) -> float:
    """How many of the runs had 90 % of their test set right at some step, 0 … 1."""
    return float(np.mean([run.reached("test") is not None for run in runs]))


def groks_at_best(of: str, groups: Mapping[str, Sequence[Evidence]]) -> Verdict:
    """Whether four of five runs grok in the setting, which the groups are named after, at which most do.

    of: what all of them have in common. Where several settings have as many, the one whose runs have most of the test
    set right at the end. Settings with fewer than `FEWEST` runs are left out; with no other the verdict is undecided.
    """
    enough = {name: runs for name, runs in groups.items() if len(runs) >= FEWEST}
    if not enough:
        return undecided(f"needs {FEWEST} runs {of}, alike but for their seed")
    best = max(enough, key=lambda name: (share_grokked(enough[name]), _right(enough[name])))
    runs, share = enough[best], share_grokked(enough[best])
    text = (
        f"{best} (best of {len(enough)} settings) {len(memorising(runs))} of {len(runs)} runs memorise, {share:.0%} "
        f"generalise at twice the step or later, within {max(run.last_step for run in runs)} steps; "
        f"{told_right(runs)}"
    )
    return grokking_judged(share, runs, text)


def grokking_judged(share: float, runs: Sequence[Evidence], text: str) -> Verdict:
    """Whether the share of runs that grok is four of five; with fewer undecided while they go on learning: while the
    median of the test set that is right grew by `STILL` over the last quarter of their steps."""
    gain = _right(runs) - _right(runs, 0.75)
    if share < MOST and gain > STILL:
        return undecided(
            f"{text}; {100 * gain:.0f} points of it learned in the last quarter of the steps: too few to tell"
        )
    return judged(share >= MOST, share, text)


def told_right(runs: Sequence[Evidence]) -> str:
    """How much of the test set the runs have right at the end."""
    return f"at the end they have {_right(runs):.0%} of the test set right (median)"


def _right(runs: Sequence[Evidence], when: float = 1.0) -> float:
    """The share of the test set that the runs have right after this share of their steps, median."""
    series = [run.series("test_accuracy") for run in runs]
    return median(0.0 if accuracy is None else accuracy.at(when * accuracy.step[-1]) for accuracy in series)


def _late(train: float | None, test: float | None) -> bool:
    return train is not None and test is not None and test >= 2 * train
