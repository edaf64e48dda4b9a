"""Claims about what happens in each phase of training."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.phases import NoChange

_NEEDS = "needs a run that grokked, and `latebloom measure`"
RISE = 1.1
"""A rise: 10 % over the first value. Arbitrary; noise of a loss over thousands of examples is far smaller."""

_PLACE = 'W, "Evolution of Circuits During Training", '


def _rises(evidence: Evidence, name: str) -> Verdict:
    """The height of a series until the end of memorisation against its first value."""
    series, end = evidence.series(name), evidence.boundary("circuit formation")
    if series is None or end is None:
        return undecided(_NEEDS)
    early = series.between(series.step[0], end)
    first, peak = float(early.value[0]), int(early.value.argmax())
    found = f"{first:.3g} at the start, {early.value[peak]:.3g} at its height at step {early.step[peak]:.0f}"
    return judged(early.value[peak] >= RISE * first, early.value[peak] / first, found)


def _memorised_alone(evidence: Evidence) -> Verdict:
    pairs, control, end = (
        evidence.paired("excluded_loss", "train_loss"),
        evidence.series("excluded_loss_control"),
        evidence.reached("train"),
    )
    if pairs is None or control is None or end is None:
        return undecided(_NEEDS)
    steps, excluded, train = pairs
    early = np.flatnonzero((steps > 0) & (steps <= end) & (train < train[0] / 2))
    if not len(early):
        return undecided(f"no checkpoint lies between the fall of train loss and 90 % accuracy at step {end:.0f}")
    plain = np.maximum(train, np.interp(steps, control.step, control.value))
    ratio = float((excluded[early] / plain[early]).max())
    found = f"at most {ratio:.3g} times train loss and random frequencies until step {steps[early[-1]]:.0f}"
    return judged(ratio < 2, ratio, found)


def _plateaus(evidence: Evidence) -> Verdict:
    train, end, change = (
        evidence.series("train_loss"),
        evidence.boundary("circuit formation"),
        evidence.boundary("clean-up"),
    )
    if train is None or end is None or change is None:
        return undecided(_NEEDS)
    start, middle, late = (float(np.log10(train.at(step))) for step in (train.step[0], end, change))
    share = (middle - late) / (start - middle)
    found = f"{start - middle:.1f} decades while memorising, {middle - late:.1f} until test loss falls"
    return judged(share <= 0.25, share, found)


def _restricted_change(evidence: Evidence) -> Verdict:
    if evidence.series("restricted_loss") is None:
        return undecided(_NEEDS)
    change = evidence.change("restricted_loss")
    if isinstance(change, NoChange):
        return judged(False, None, change.reason)
    late = change.onset.step > 0 and change.completion is not None
    found = f"falls by {change.depth:.1f} decades from step {change.onset.step:.0f}"
    return judged(late, change.depth, found if late else f"{found}, without a plateau before and after")


CLAIMS = (
    Claim(
        id="test-loss-rises",
        sentence="While the model memorises, test loss rises.",
        place=_PLACE + "memorisation",
        write_up="a rise (a picture)",
        rule="Until train loss has levelled out, test loss is once 10 % above its first value (arbitrary).",
        judge=lambda evidence: _rises(evidence, "test_loss"),
        figure="training-curve",
    ),
    Claim(
        id="weights-rise",
        sentence="While the model memorises, the sum of squared weights rises.",
        place=_PLACE + "memorisation",
        write_up="total weights rise a lot (a picture)",
        rule="Until train loss has levelled out, the sum is once 10 % above its first value (arbitrary).",
        judge=lambda evidence: _rises(evidence, "sum_squared_weights"),
        figure="weight-norms",
    ),
    Claim(
        id="memorises-without-waves",
        sentence="In the beginning excluded loss is very close to train loss: the model memorises without the circuit.",
        place=_PLACE + "memorisation",
        write_up="very close (a picture)",
        rule="Until train accuracy is 90 %, it is under twice (arbitrary) train loss, and that of random frequencies.",
        judge=_memorised_alone,
        figure="excluded-loss",
    ),
    Claim(
        id="train-loss-plateaus",
        sentence="Train loss mostly plateaus while the circuit forms.",
        place=_PLACE + "interpolation",
        write_up="mostly plateaus (a picture)",
        rule="It falls by at most a quarter (arbitrary) of the decades that it fell while memorising.",
        judge=_plateaus,
        figure="training-curve",
    ),
    Claim(
        id="restricted-phase-change",
        sentence="Restricted loss undergoes a phase change.",
        place=_PLACE + "generalisation",
        write_up="8k-12k",
        rule="Its deepest fall has a corner before it and a corner after it (see latebloom.phases).",
        judge=_restricted_change,
        figure="restricted-loss",
    ),
)
