"""Claims about modular addition with much data, and with more and more of it."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from latebloom.claims.claim import Claim, SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import MOST
from latebloom.claims.settings import FEWEST, grouped, memorising
from latebloom.phases import NoChange

NEAR = 0.5
"""A sudden fall begins at this share of guessing or more, what phases call "not below chance". Arbitrary."""

TOGETHER = 1.1
"""Test accuracy that gets to 0.9 within this many times the steps of train accuracy is learned with it. Arbitrary."""

_PLACE = 'W, "Empirical Observations"'


def sudden(evidence: Evidence, name: str) -> Verdict:
    """Whether a loss goes down in a reverse S: a slow start near guessing, a fall, a levelling off."""
    if evidence.series(name) is None:
        return undecided(f"the run has no {name}")
    change = evidence.fall(name)
    if isinstance(change, NoChange):
        return judged(False, None, change.reason)
    found = f"falls from {change.before:.2f} to {change.after:.2f} nats from step {change.onset.step:.0f}"
    if change.completion is None or change.midpoint is None:
        return judged(False, None, f"{found}, and still falls at the end")
    slow_start = change.has_onset and change.before >= NEAR * evidence.chance
    found = f"{found} to {change.completion.step:.0f}" + ("" if slow_start else ", without a slow start near guessing")
    return judged(slow_start, change.midpoint.step, found)


def _together(evidence: Evidence) -> Verdict:
    """Whether train and test set are learned as one, rather than memorised first."""
    train, test, logged = evidence.reached("train"), evidence.reached("test"), evidence.series("test_accuracy")
    if train is None or logged is None:
        return undecided("the run has no test set, or never 90 % of its train set right")
    earlier = logged.step if test is None else logged.step[logged.step < test]
    before = float(earlier[-1]) if len(earlier) else 0.0
    if test is None:
        found = f"90 % right on train from step {train:.0f}, on test not by step {before:.0f}"
        return judged(False, None, found) if before > TOGETHER * train else undecided(found)
    found = f"90 % right on train from step {train:.0f}, on test from {test:.0f} (between {before:.0f} and {test:.0f})"
    return judged(before <= TOGETHER * train, test / max(train, 1.0), found)


def _delay(run: Evidence) -> float:
    """Steps from train to test accuracy 0.9 of a run that memorises; one that has not generalised by its last step
    counts with the delay it has had by then, which is too little."""
    train, test = run.reached("train") or 0.0, run.reached("test")
    return (run.last_step if test is None else test) - train


def _delay_shrinks(runs: Sequence[Evidence]) -> Verdict:
    groups = grouped(memorising(runs), "data.fraction")
    if len(groups) < 3:
        return undecided(f"runs on {len(groups)} fractions memorise, and three are needed")
    rank = stats.spearmanr(*zip(*((share, _delay(run)) for share, found in groups.items() for run in found)))
    medians = ", ".join(f"{_told(groups[share])} at {share:.0%}" for share in sorted(groups))
    return judged(rank.statistic < 0 and rank.pvalue < 0.05, float(rank.statistic), f"median delay in steps: {medians}")


def _told(runs: Sequence[Evidence]) -> str:
    never = sum(run.reached("test") is None for run in runs)
    return f"{np.median([_delay(run) for run in runs]):.0f}" + (f" ({never} of {len(runs)} never)" if never else "")


def _little_data(runs: Sequence[Evidence]) -> Verdict:
    least = min(r.run.experiment.data.fraction for r in runs)
    there = memorising([run for run in runs if run.run.experiment.data.fraction == least])
    if len(there) < FEWEST:
        return undecided(f"{len(there)} runs on the least data memorise, and {FEWEST} are needed")
    alone = sum(r.reached("test") is None for r in there)
    found = f"{alone} of {len(there)} runs on {least:.0%} of the pairs memorise and never generalise in their steps"
    return judged(alone / len(there) >= MOST, alone / len(there), found)


CLAIMS = (
    Claim(
        id="much-data-together",
        sentence="On 95 % of the pairs train and test fall together: nothing is memorised first.",
        place=_PLACE,
        write_up="the two curves fall as one (a picture)",
        rule="Test accuracy reaches 0.9 within a tenth more steps (arbitrary) than train accuracy, as far as logged.",
        judge=_together,
        system="much-data",
        figure="training-curve",
    ),
    Claim(
        id="much-data-phase-change",
        sentence="On 95 % of the pairs test loss falls in a phase change.",
        place=_PLACE,
        write_up="a phase change (a picture)",
        rule="In nats it falls by a quarter of guessing (arbitrary), from near guessing, between two corners.",
        judge=lambda evidence: sudden(evidence, "test_loss"),
        system="much-data",
        figure="training-curve",
    ),
    Claim(
        id="stream-phase-change",
        sentence="On an endless stream of pairs the loss falls in a phase change too.",
        place='W, "Key Claims"',
        write_up="phase changes even when given infinite data",
        rule="In nats it falls by a quarter of guessing (arbitrary), from near guessing, between two corners.",
        judge=lambda evidence: sudden(evidence, "train_loss"),
        system="stream",
        figure="training-curve",
    ),
    SweepClaim(
        id="delay-shrinks-with-data",
        sentence="The more data, the less later than memorising comes generalising.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"; footnote 2',
        write_up="grokking near the crossover, none with much data",
        rule="Spearman's rank correlation of fraction and delay is below 0 with p < 0.05 (the usual level); runs that "
        "never generalise count as late as they were trained.",
        judge=_delay_shrinks,
        system="fractions",
        figure="field-effect",
    ),
    SweepClaim(
        id="little-data-memorises",
        sentence="With too little data the model memorises and does not generalise.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        write_up="below a crossover point",
        rule="Four of five runs on the least data that was tried, of three or more that memorise (arbitrary), never "
        "get 90 % of the test set right.",
        judge=_little_data,
        system="fractions",
        figure="field-effect",
    ),
)
