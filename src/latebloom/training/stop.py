"""When training ends: at the last step, or once the run has settled after its phase change."""

import math
from collections import deque
from typing import Protocol, runtime_checkable

from latebloom.training.config import Training

WINDOW = 2000
"""Steps over which the curves must be flat: twice the precision to which the write-up gives its phases ("9K-13K"), so
that the recorded flat end is long enough to detect a stable phase."""

LOSS_DRIFT = math.log(2)
NORM_DRIFT = 0.02
"""Flat: between the two halves of the window the mean log test loss changes by less than a factor of two, and the sum
of squared weights by less than 2 %. Both limits are arbitrary: the write-up only says that "all our metrics settle
down"."""


@runtime_checkable
class StopRule(Protocol):
    """Takes the metrics of each logged step and returns the reason to stop, or None."""

    def update(self, step: int, metrics: dict[str, float]) -> str | None:
        """Take the metrics of one logged step."""
        ...


class Never:
    """Trains to the last step."""

    def update(self, step: int, metrics: dict[str, float]) -> None:
        return None


class Settled:
    """Stops once the run generalises and its curves are flat.

    Settled: over the last WINDOW steps test accuracy stayed at 0.999 or above, and between the window's halves test
    loss and sum of squared weights changed by less than LOSS_DRIFT and NORM_DRIFT. A run that never generalises never
    settles. The rule depends only on logged metrics; to resume, replay those of the last window.
    """

    def __init__(self) -> None:
        self._window: deque[tuple[int, float, float, float]] = deque()

    def update(self, step: int, metrics: dict[str, float]) -> str | None:
        if "test_loss" not in metrics:
            return None
        log_loss = math.log(max(metrics["test_loss"], 1e-300))
        self._window.append((step, log_loss, metrics["test_accuracy"], metrics["sum_squared_weights"]))
        # Keep one row at or before the window's start; otherwise spacings that do not divide WINDOW never fill it.
        while len(self._window) > 1 and self._window[1][0] <= step - WINDOW:
            self._window.popleft()
        return f"settled by step {step}" if self._flat(step) else None

    def _flat(self, step: int) -> bool:
        if step - self._window[0][0] < WINDOW or min(accuracy for _, _, accuracy, _ in self._window) < 0.999:
            return False
        early = [row for row in self._window if row[0] < step - WINDOW / 2]
        late = [row for row in self._window if row[0] >= step - WINDOW / 2]
        loss = [sum(row[1] for row in half) / len(half) for half in (early, late)]
        norm = [sum(row[3] for row in half) / len(half) for half in (early, late)]
        return abs(loss[1] - loss[0]) < LOSS_DRIFT and abs(norm[1] / norm[0] - 1) < NORM_DRIFT


def stop_rule(training: Training) -> StopRule:
    """The rule that a training configuration names."""
    return Settled() if training.stop == "settled" else Never()
