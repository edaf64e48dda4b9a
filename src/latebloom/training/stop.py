"""When training ends: at the last step, or once the run has settled after its phase change."""

import math
from collections import deque
from typing import Protocol, runtime_checkable

from latebloom.training.config import Training

WINDOW = 2000
"""Steps over which the curves must be flat: twice the precision to which the write-up gives its phases ("9K-13K"), so
that the recorded flat end is long enough to detect a stable phase."""

ACCURACY = 0.999
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
        if step - self._window[0][0] < WINDOW or min(accuracy for _, _, accuracy, _ in self._window) < ACCURACY:
            return False
        loss, norm = self._drifts(step)
        return loss < LOSS_DRIFT and norm < NORM_DRIFT

    def _drifts(self, step: int) -> tuple[float, float]:
        """By how much the mean log test loss, and the sum of squared weights as a share, differ between the halves."""
        early = [row for row in self._window if row[0] < step - WINDOW / 2]
        late = [row for row in self._window if row[0] >= step - WINDOW / 2]
        loss = [sum(row[1] for row in half) / len(half) for half in (early, late)]
        norm = [sum(row[3] for row in half) / len(half) for half in (early, late)]
        return abs(loss[1] - loss[0]), abs(norm[1] / norm[0] - 1)

    @property
    def expected(self) -> float | None:
        """An estimate of the step at which the run settles; None while its test accuracy is below `ACCURACY`.

        Weights shrink towards their final size about exponentially, so the drift of their squares is extrapolated from
        its fall over the last quarter of the window to `NORM_DRIFT`. The step is not before the end of the first
        window in which the accuracy can have stayed high. The drift of the loss, which has no such law, is left out.
        """
        if not self._window or self._window[-1][2] < ACCURACY:
            return None
        last = self._window[-1][0]
        lapses = [step for step, _, accuracy, _ in self._window if accuracy < ACCURACY]
        earliest = max(lapses[-1] if lapses else self._window[0][0], self._window[0][0]) + WINDOW
        if last - self._window[0][0] < WINDOW:
            return float(earliest)
        now, before = self._shrinking(float(last)), self._shrinking(last - WINDOW / 4)
        if now <= 0 or now >= before:
            return float(earliest)
        # The means of the halves lie half a window apart, so the drift is that times the rate in the window's middle.
        fall, middle = math.log(before / now) / (WINDOW / 4), last - WINDOW / 8
        return max(float(earliest), middle + math.log(now * WINDOW / 2 / NORM_DRIFT) / fall + WINDOW / 2)

    def _shrinking(self, end: float) -> float:
        """The rate at which the log of the sum of squared weights fell in the quarter of a window before ``end``."""
        rows = [row for row in self._window if end - WINDOW / 4 <= row[0] <= end]
        if len(rows) < 2:
            return 0.0
        return math.log(rows[0][3] / rows[-1][3]) / (rows[-1][0] - rows[0][0])


def stop_rule(training: Training) -> StopRule:
    """The rule that a training configuration names."""
    return Settled() if training.stop == "settled" else Never()
