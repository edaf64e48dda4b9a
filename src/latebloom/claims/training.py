"""Claims about how training went."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence

_NEEDS = "needs a run that grokked, and `latebloom measure`"


def _groks(evidence: Evidence) -> Verdict:
    start, change = evidence.boundary("circuit formation"), evidence.boundary("clean-up")
    if start is None or change is None:
        return judged(False, None, evidence.phases.reason)
    return judged(change > start, change - start, f"memorised by step {start:.0f}, test loss falls from {change:.0f}")


def _excluded_parts(evidence: Evidence) -> Verdict:
    pairs, change = evidence.paired("excluded_loss", "train_loss"), evidence.boundary("clean-up")
    if pairs is None or change is None:
        return undecided(_NEEDS)
    steps, excluded, train = pairs
    apart = steps[excluded > 10 * train]
    if not len(apart):
        return judged(False, None, "it never is ten times the train loss")
    return judged(
        bool(apart[0] < change),
        float(apart[0]),
        f"ten times train loss from step {apart[0]:.0f}, test falls from {change:.0f}",
    )


def _restricted_first(evidence: Evidence) -> Verdict:
    pairs = evidence.paired("restricted_loss", "test_loss")
    if pairs is None or not evidence.phases.found:
        return undecided(_NEEDS)
    steps, restricted, test = pairs
    chance = float(np.log(evidence.task.p))
    first = [steps[values < chance / 10] for values in (restricted, test)]
    if not len(first[0]) or not len(first[1]):
        return undecided("one of them never falls under a tenth of chance")
    lead = float(first[1][0] - first[0][0])
    return judged(
        lead > 0, lead, f"under a tenth of chance from step {first[0][0]:.0f}, test loss from {first[1][0]:.0f}"
    )


def _restricted_same(evidence: Evidence) -> Verdict:
    pairs, stable = evidence.paired("restricted_train_loss", "restricted_test_loss"), evidence.boundary("stable")
    if pairs is None or stable is None:
        return undecided(_NEEDS + "; a stable phase is needed too")
    steps, train, test = pairs
    late = steps >= stable
    if not late.any():
        return undecided("no checkpoint lies in the stable phase")
    ratio = float(np.exp(np.abs(np.log(test[late] / train[late])).max()))
    return judged(ratio < 1.5, ratio, f"they differ by at most a factor {ratio:.2f} in the stable phase")


def _mlp_weights_fall(evidence: Evidence) -> Verdict:
    start, change = evidence.boundary("circuit formation"), evidence.boundary("clean-up")
    falls = []
    for name in ("W_in", "W_out"):
        series = evidence.series(f"sum_squared_weights.{name}")
        if series is None or start is None or change is None:
            return undecided(_NEEDS)
        peak = series.value[series.step <= start].max()
        falls.append(float(series.value[series.step <= change][-1] / peak))
    return judged(max(falls) < 0.8, max(falls), f"W_in to {falls[0]:.0%}, W_out to {falls[1]:.0%} of their peak")


def _train_loss_drops(evidence: Evidence) -> Verdict:
    train, change = evidence.series("train_loss"), evidence.boundary("clean-up")
    if train is None or change is None:
        return undecided(_NEEDS)
    before = float(np.median(train.value[train.step <= change][-20:]))
    ratio = float(np.median(train.value[-20:])) / before
    return judged(ratio < 0.9, ratio, f"{before:.2g} before the change, {before * ratio:.2g} at the end")


def _remnants(evidence: Evidence) -> Verdict:
    loss = evidence.explanation.loss
    if not evidence.phases.found or not loss.train or not loss.test:
        return undecided("needs a run that grokked, with a train and a test set")
    return judged(loss.train < loss.test, loss.test / loss.train, f"train {loss.train:.2g}, test {loss.test:.2g}")


CLAIMS = (
    Claim(
        id="groks",
        sentence="The model first memorises the training data and generalises only long after, suddenly.",
        place='W, "Introduction"; P',
        write_up="memorised by 1k, test loss falls from 9k (W); 1.4k and 9.4k (P)",
        rule="Phases found from the losses alone: test loss starts to fall after train loss has levelled out.",
        judge=_groks,
    ),
    Claim(
        id="excluded-parts-early",
        sentence="Excluded loss parts from train loss before test loss moves.",
        place='W, "Evolution of Circuits During Training", interpolation',
        write_up="from about 1k on",
        rule="Excluded loss is ten times train loss (arbitrary) before clean-up starts.",
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
        id="mlp-weights-fall",
        sentence="After memorisation W_in and W_out fall in norm, to meet the other matrices.",
        place='W, "Evolution of Circuits During Training", interpolation',
        write_up="epochs 1K-3K",
        rule="Both sums of squares are under 80 % (arbitrary) of their peak when clean-up starts.",
        judge=_mlp_weights_fall,
    ),
    Claim(
        id="train-loss-drops-again",
        sentence="Train loss drops once more when the model groks.",
        place='W, "An Intuitive Explanation of Grokking", final evidence',
        write_up="notable drop (a picture)",
        rule="The last losses are at least 10 % (arbitrary) below those just before clean-up starts, by medians of 20.",
        judge=_train_loss_drops,
    ),
    Claim(
        id="memory-remains",
        sentence="Remnants of memorisation stay: at the end train loss is still below test loss.",
        place='W, "Evolution of Circuits During Training", stability',
        write_up="train below test",
        rule="Final train loss is below final test loss.",
        judge=_remnants,
    ),
)
