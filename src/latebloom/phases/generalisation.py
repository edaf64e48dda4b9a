"""Where the test loss falls, and whether the fall is generalisation after memorisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latebloom.phases.location import Location
from latebloom.phases.phase_change import NoChange, PhaseChange, find_phase_change
from latebloom.phases.resample import log_points
from latebloom.phases.series import Series

# Below this share of its first value (chance), test loss counts as below chance. Arbitrary; grokked runs end at a
# tenth of their first value or far less, and memorised runs stay above it.
BELOW_CHANCE = 0.5

# If test loss is below this share of its first value when train loss levels out, the two fell together; above it, the
# phases overlap. The same share defines "memorised" for a train loss. It only affects the wording of the reason.
TOGETHER = 0.01

ONSET_RULE = (
    "Test loss begins its fall: the corner from which it falls, on a log scale, at least twice as fast as before."
)
COMPLETION_RULE = (
    "Test loss completes its fall: the corner after which it falls, on a log scale, less than half as fast as before."
)


@dataclass(frozen=True)
class Generalisation:
    """The fall of the test loss, if there is one, and why it is not generalisation (``objection`` None: it is).

    ``separate`` is False if the fall does not follow memorisation, so that the two phases are not separate.
    """

    change: PhaseChange | None
    separate: bool = True
    objection: str | None = None


def find_generalisation(test: Series, memorised: Location, *, intervals: bool = True) -> Generalisation:
    """The fall of ``test`` (loss, nats) after memorisation ended at ``memorised``, and any objection to it.

    The search starts at the peak of the test loss or the end of memorisation, whichever is first. The first test
    loss stands for chance. Limits: phases follow each other in time; where test loss falls before train loss has
    levelled out (much data), they overlap, and the result is an objection instead of a boundary.
    """
    start = min(_peak_step(test), memorised.step)
    change = find_phase_change(test.between(start, np.inf), intervals=intervals)
    if isinstance(change, NoChange):
        return _without_fall(test, memorised, change)
    if change.onset.step <= memorised.step:
        return Generalisation(change, False, _overlap(test, memorised, change.onset.step))
    share = change.after / float(test.value[0])
    if share > BELOW_CHANCE:
        reason = f"test loss fell to {share:.3g} times its first value, not below {BELOW_CHANCE}"
        return Generalisation(change, objection=f"no generalisation by step {test.step[-1]:g}: {reason}")
    return Generalisation(change)


def _without_fall(test: Series, memorised: Location, change: NoChange) -> Generalisation:
    """The result for a test loss without a separate fall."""
    if _share_at(test, memorised.step) < BELOW_CHANCE:
        return Generalisation(None, False, _overlap(test, memorised, float(test.step[0])))
    reason = f"in the test loss after memorisation {change.reason}"
    return Generalisation(None, objection=f"no generalisation by step {test.step[-1]:g}: {reason}")


def _overlap(test: Series, memorised: Location, onset: float) -> str:
    """The clause for a test loss that fell before train loss levelled out."""
    share = _share_at(test, memorised.step)
    how = "train and test loss fell together" if share < TOGETHER else "the phases overlap"
    return (
        f"{how}: test loss fell from step {onset:g} on and was at {share:.2g} times its first value when train loss "
        f"levelled out at step {memorised.step:g}"
    )


def _share_at(test: Series, step: float) -> float:
    """Test loss at ``step`` over its first value."""
    return float(test.at(step) / test.value[0])


def _peak_step(test: Series) -> float:
    """Where the smoothed test loss is highest."""
    step, log = log_points(test)
    return float(step[np.argmax(log)])
