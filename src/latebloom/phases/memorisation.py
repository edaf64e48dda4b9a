"""Where the train loss levels out: the end of memorisation."""

from __future__ import annotations

import numpy as np

from latebloom.phases.location import Location
from latebloom.phases.phase_change import NoChange, find_phase_change
from latebloom.phases.series import Series

# A run has memorised if train loss levels out below a hundredth of its first value (0.047 nats for mod 113).
# Arbitrary; memorising runs level out four to seven decades below their first value, under-fitting runs less than one.
MEMORISED = 0.01

# The search ends at this multiple of the step by which the loss has lost half of its decades; otherwise the first few
# points of a long run would contain all of memorisation. Arbitrary: a steady fall ends at 2.
LOOK_AHEAD = 10.0

# A loss this many times above the lowest so far is a slingshot. Arbitrary: minibatch noise stays within a factor of
# ten, slingshots rise by three decades and more.
SLINGSHOT = 10.0

# Level means slower than a tenth of the fall, in decades per step. Arbitrary; memorising runs fall fast to 1e-2 and
# then about five times slower to 1e-6, and the corner between the two is not the end.
LEVEL_CONTRAST = 10.0

RULE = (
    "Train loss levels out: the corner after which it falls, on a log scale and without slingshots, less than a "
    "tenth as fast as before, below a hundredth of its first value."
)


def find_memorisation(train: Series, *, intervals: bool = True) -> Location | NoChange:
    """The step at which ``train`` (loss, nats) levels out after its fall, on a log scale.

    Source: the write-up ends memorisation where "train loss abruptly levels out". Limits: the published curves
    bend there over about 300 steps; the corner lies inside the bend, and its exact position depends on the rest of the
    record.
    """
    change = find_phase_change(_first_fall(_without_slingshots(train)), contrast=LEVEL_CONTRAST, intervals=intervals)
    if isinstance(change, NoChange):
        lowest = float(train.value.min()) / float(train.value[0])
        return NoChange(f"train loss, at best {lowest:.2g} times its first value, does not level out: {change.reason}")
    if change.completion is None:
        return NoChange("train loss is still falling")
    share = change.after / float(train.value[0])
    if share > MEMORISED:
        return NoChange(f"train loss levelled out at {share:.2g} times its first value, above {MEMORISED}")
    return change.completion


def _without_slingshots(train: Series) -> Series:
    """The loss, replaced during a slingshot by the lowest loss before it."""
    lowest = np.minimum.accumulate(train.value)
    return Series(train.step, np.where(train.value > SLINGSHOT * lowest, lowest, train.value))


def _first_fall(train: Series) -> Series:
    """The rows up to ``LOOK_AHEAD`` times the step by which the loss has lost half of its decades."""
    positive = train.value[train.value > 0]
    halfway = np.sqrt(positive[0] * positive.min())
    gone = train.step[np.argmax(train.value <= halfway)] - train.step[0]
    return train.between(train.step[0], train.step[0] + LOOK_AHEAD * gone) if gone > 0 else train
