"""Claims about how training went."""

import numpy as np

from latebloom.claims.claim import NEEDS_GROKKING, Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.phases import Series
from latebloom.phases.phase_change import MIN_POINTS

FALLEN = 0.1
"""Of chance, ln p: a loss below this has fallen. Arbitrary."""

APART = 10.0
"""Times train loss and control: excluded loss above this has parted. Arbitrary."""


def _groks(evidence: Evidence) -> Verdict:
    test, span = evidence.series("test_loss"), evidence.interpolation
    if test is None:
        return undecided("the run has no test set")
    if span is None:
        short = len(test) < MIN_POINTS
        return undecided(evidence.phases.reason) if short else judged(False, None, evidence.phases.reason)
    start, change = span
    delay = change / start
    return judged(delay >= 2, delay, f"memorised by step {start:.0f}, test loss falls from {change:.0f}")


def _excluded_parts(evidence: Evidence) -> Verdict:
    change = evidence.boundary("clean-up")
    pairs, control = evidence.paired("excluded_loss", "train_loss"), evidence.series("excluded_loss_control")
    if pairs is None or control is None or change is None:
        return undecided(NEEDS_GROKKING)
    steps, excluded, train = pairs
    apart = steps[excluded > APART * np.maximum(train, np.interp(steps, control.step, control.value))]
    if not len(apart):
        return judged(False, None, "it is never ten times the train loss and the control")
    first = float(apart[0])
    found = f"ten times train loss and random frequencies from step {first:.0f}, test falls from {change:.0f}"
    return judged(first < change, first, found)


def _restricted_first(evidence: Evidence) -> Verdict:
    pairs = evidence.paired("restricted_loss", "test_loss")
    if pairs is None or not evidence.phases.complete:
        return undecided(NEEDS_GROKKING)
    steps, restricted, test = pairs
    chance = float(np.log(evidence.task.p))
    first = [steps[values < FALLEN * chance] for values in (restricted, test)]
    if not len(first[0]) or not len(first[1]):
        return undecided("one of them never falls under a tenth of chance")
    lead = float(first[1][0] - first[0][0])
    found = f"under a tenth of chance from step {first[0][0]:.0f}, test loss from {first[1][0]:.0f}"
    return judged(lead > 0, lead, found) if lead else undecided(f"{found}: the checkpoints are too far apart to tell")


def _restricted_same(evidence: Evidence) -> Verdict:
    pairs, stable = evidence.paired("restricted_train_loss", "restricted_test_loss"), evidence.boundary("stable")
    if pairs is None or stable is None:
        return undecided(NEEDS_GROKKING + "; a stable phase is needed too")
    steps, train, test = pairs
    late = steps >= stable
    if not late.any():
        return undecided("no checkpoint lies in the stable phase")
    ratio = float(np.exp(np.abs(np.log(test[late] / train[late])).max()))
    return judged(ratio < 1.5, ratio, f"they differ by at most a factor {ratio:.2f} in the stable phase")


def _train_loss_drops(evidence: Evidence) -> Verdict:
    train, memorised, change, settled = (
        evidence.series("train_loss"),
        evidence.boundary("circuit formation"),
        evidence.boundary("clean-up"),
        evidence.boundary("stable"),
    )
    if train is None or memorised is None or change is None or settled is None:
        return undecided(NEEDS_GROKKING + "; a stable phase is needed too")
    start = (memorised + change) / 2  # the first half still bends: train loss is only just levelling out
    before, middle, after = (_around(train, step) for step in (start, change, settled))
    # Drift may go either way; only a fall is drawn on, or a loss that rises would be allowed to go on rising.
    drifted = middle * min(1.0, (middle / before) ** ((settled - change) / (change - start)))
    found = f"{middle:.2g} when test loss begins to fall, {after:.2g} when it settles; {drifted:.2g} by drift alone"
    return judged(after < 0.9 * drifted, after / drifted, found)


def _around(series: Series, step: float) -> float:
    """The median of the 20 values nearest to a step."""
    nearest = np.argsort(np.abs(series.step - step))[:20]
    return float(np.median(series.value[nearest]))


def _remnants(evidence: Evidence) -> Verdict:
    loss, kept = evidence.explanation.loss, evidence.explanation.restricted_loss
    if evidence.boundary("stable") is None or not (loss.train and loss.test and kept.train and kept.test):
        return undecided("needs a run that grokked and settled, with key frequencies, a train and a test set")
    if loss.test > np.log(evidence.task.p) / 10:
        return undecided(f"test loss ends at {loss.test:.2g}: generalisation itself is not complete")
    gap, circuit = loss.test / loss.train, kept.test / kept.train
    found = f"test / train loss {gap:.3g}, restricted {circuit:.3g} (train {loss.train:.2g}, test {loss.test:.2g})"
    return judged(gap > 1.5 * circuit, gap / circuit, found)


CLAIMS = (
    Claim(
        id="groks",
        sentence="The model first memorises the training data and generalises only long after.",
        place='W, "Introduction"; P',
        write_up="memorised by 1k, test loss falls from 9k (W); 1.4k and 9.4k (P)",
        rule="Test loss starts to fall at twice the step at which train loss levelled out, or later (arbitrary).",
        judge=_groks,
    ),
    Claim(
        id="excluded-parts-early",
        sentence="Excluded loss parts from train loss before test loss moves.",
        place='W, "Evolution of Circuits During Training", interpolation',
        write_up="from about 1k on",
        rule="It is ten times (arbitrary) train loss, and the same without random frequencies, before clean-up starts.",
        judge=_excluded_parts,
    ),
    Claim(
        id="restricted-leads-test",
        sentence="Restricted loss falls before test loss does.",
        place='W, "Evolution of Circuits During Training", generalisation and clean-up',
        write_up="8k-12k against 9k-13k",
        rule="Restricted loss is under a tenth of chance, ln p (arbitrary), at an earlier checkpoint than test loss.",
        judge=_restricted_first,
    ),
    Claim(
        id="restricted-train-is-test",
        sentence="Restricted loss on train and on test set is almost equal: it tracks the generalising circuit alone.",
        place='W, "Evolution of Circuits During Training", trig loss',
        write_up="identical lines",
        rule="At every checkpoint of the stable phase they differ by less than a factor of 1.5 (arbitrary).",
        judge=_restricted_same,
    ),
    Claim(
        id="train-loss-drops-again",
        sentence="Train loss drops once more when the model groks.",
        place='W, "An Intuitive Explanation of Grokking", final evidence',
        write_up="notable drop (a picture)",
        rule="Once test loss has settled it is 10 % (arbitrary) under the drift of circuit formation's second half.",
        judge=_train_loss_drops,
    ),
    Claim(
        id="memory-remains",
        sentence="Remnants of memorisation stay: at the end train loss is still below test loss.",
        place='W, "Evolution of Circuits During Training", stability',
        write_up="train below test",
        rule="Test over train loss is 1.5 times (arbitrary) that of the restricted loss, which has no memory.",
        judge=_remnants,
    ),
)
