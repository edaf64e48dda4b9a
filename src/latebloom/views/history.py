"""The losses of a training in progress, and what can be said of them so far."""

import time

from latebloom.phases import Series, current_phase
from latebloom.training import Record

PHASE_SECONDS = 5.0
"""How often the phase is guessed: a guess takes about a tenth of a second."""


class History:
    """Collects records; knows progress, time left and the phase that training seems to be in."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.step = 0
        self.logged: list[tuple[int, float, float | None]] = []
        self._first: tuple[int, float] | None = None
        self._phase = ("memorisation", 0.0)

    def take(self, record: Record) -> None:
        """Add one record."""
        if self._first is None:
            self._first = (record.step, time.monotonic())
        self.step = record.step
        if record.metrics is not None:
            self.logged.append((record.step, record.metrics["train_loss"], record.metrics.get("test_loss")))

    @property
    def seconds_left(self) -> float | None:
        """Time to the last step at the pace so far; None before there is a pace."""
        if self._first is None or self.step <= self._first[0]:
            return None
        pace = (time.monotonic() - self._first[1]) / (self.step - self._first[0])
        return pace * (self.steps - self.step)

    @property
    def phase(self) -> str:
        """A guess at the current phase; empty for a run without a test set."""
        if not self.logged or self.logged[-1][2] is None:
            return ""
        when = self._phase[1]
        if time.monotonic() - when > PHASE_SECONDS:
            steps = [row[0] for row in self.logged]
            train, test = (Series.of(steps, [row[i] for row in self.logged]) for i in (1, 2))
            self._phase = (current_phase(train, test), time.monotonic())
        return self._phase[0]

    def line(self) -> str:
        """Where training stands, in one plain line."""
        step, train, test = self.logged[-1] if self.logged else (self.step, float("nan"), None)
        parts = [f"step {step}/{self.steps}", f"train {train:.3g}"]
        parts += [f"test {test:.3g}"] if test is not None else []
        parts += [self.phase] if self.phase else []
        parts += [f"at most {clock(self.seconds_left)} left"] if self.seconds_left is not None else []
        return "  ".join(parts)


def clock(seconds: float) -> str:
    """Seconds as ``h:mm:ss`` or ``m:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
