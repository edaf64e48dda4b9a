"""Claims about what happens in each phase of training."""

import numpy as np
from scipy import stats

from latebloom.claims.claim import NEEDS_GROKKING, Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.phases import NoChange

RISE = 1.1
"""A rise: 10 % over the first value. Arbitrary; noise of a loss over thousands of examples is far smaller."""

CLOSE = 2.0
"""Excluded loss up to this many times train loss is close to it. Arbitrary."""

SMOOTH = 0.9
"""Rank correlation with the step from which a rise counts as smooth. Arbitrary."""

FEWEST_POINTS = 8
"""Checkpoints from which on a course is told smooth or not; as many as a corner takes."""

_PLACE = 'W, "Evolution of Circuits During Training", '


def _rises(evidence: Evidence, name: str) -> Verdict:
    """The height of a series until the end of memorisation against its first value."""
    series, end = evidence.series(name), evidence.boundary("circuit formation")
    if series is None or end is None:
        return undecided(NEEDS_GROKKING)
    early = series.between(series.step[0], end)
    first, peak = float(early.value[0]), int(early.value.argmax())
    found = f"{first:.3g} at the start, {early.value[peak]:.3g} at its height at step {early.step[peak]:.0f}"
    return judged(early.value[peak] >= RISE * first, early.value[peak] / first, found)


def _memorised_alone(evidence: Evidence) -> Verdict:
    pairs, control, end = (
        evidence.paired("excluded_loss", "train_loss"),
        evidence.series("excluded_loss_control"),
        evidence.boundary("circuit formation"),
    )
    if pairs is None or control is None or end is None:
        return undecided(NEEDS_GROKKING)
    steps, excluded, train = pairs
    early = np.flatnonzero((steps > 0) & (steps <= end) & (train < train[0] / 2))
    if not len(early):
        return undecided(f"no checkpoint lies between the fall of train loss and its end at step {end:.0f}")
    times = (excluded / np.maximum(train, np.interp(steps, control.step, control.value)))[early]
    apart = np.flatnonzero(times >= CLOSE)
    since = f", over {CLOSE:g} from step {steps[early[apart[0]]]:.0f}" if len(apart) else ""
    found = f"up to {times.max():.3g} times train loss and random frequencies until step {end:.0f}{since}"
    return judged(not len(apart), times.max(), found)


def _smooth(evidence: Evidence) -> Verdict:
    excluded, span = evidence.series("excluded_loss"), evidence.interpolation
    if excluded is None or span is None:
        return undecided(NEEDS_GROKKING)
    course, (start, change) = excluded.between(*span), span
    if len(course) < FEWEST_POINTS or not (course.value > 0).all() or np.ptp(course.value) == 0:
        return undecided(
            f"needs {FEWEST_POINTS} checkpoints with an excluded loss between {start:.0f} and {change:.0f}"
        )
    level = np.log10(course.value)
    rank, rise = float(stats.spearmanr(course.step, level).statistic), float(level[-1] - level[0])
    text = f"rank correlation with the step {rank:.2f}, {rise:.1f} decades from step {start:.0f} to {change:.0f}"
    if rise <= 0:
        return judged(False, rank, text)
    largest = float(np.diff(level).max()) / rise
    text += f", at most {largest:.0%} of them from one checkpoint to the next"
    return judged(rank >= SMOOTH and largest <= 0.25, rank, text)


def _plateaus(evidence: Evidence) -> Verdict:
    train, span = evidence.series("train_loss"), evidence.interpolation
    if train is None or span is None:
        return undecided(NEEDS_GROKKING)
    start, middle, late = (float(np.log10(train.at(step))) for step in (train.step[0], *span))
    share = (middle - late) / (start - middle)
    found = f"{start - middle:.1f} decades while memorising, {middle - late:.1f} until test loss falls"
    return judged(share <= 0.25, share, found)


def _restricted_change(evidence: Evidence) -> Verdict:
    if evidence.series("restricted_loss") is None:
        return undecided(NEEDS_GROKKING)
    change = evidence.change("restricted_loss")
    if isinstance(change, NoChange):
        return judged(False, None, change.reason)
    late = change.has_onset and change.completion is not None
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
        sentence="While the model memorises, excluded loss is very close to train loss: it needs no circuit.",
        place=_PLACE + "memorisation",
        write_up="very close (a picture)",
        rule="From where train loss has halved until it has levelled out, it is under twice (arbitrary) train loss, or "
        "under twice what the same without random frequencies comes to, if that is more. All key frequencies are left "
        "out at once, where W leaves out one.",
        judge=_memorised_alone,
        figure="excluded-loss",
    ),
    Claim(
        id="circuit-grows-smoothly",
        sentence="The circuit develops smoothly, well before test loss falls: grokking is no random walk.",
        place='W, "Key Claims"; "Evolution of Circuits During Training"',
        write_up="excluded loss diverges smoothly (a picture)",
        rule="From the end of memorisation until test loss falls, excluded loss has a rank correlation of 0.9 with the "
        "step, and no checkpoint makes more than a quarter of its rise, in decades (both arbitrary).",
        judge=_smooth,
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
